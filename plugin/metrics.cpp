// SPDX-License-Identifier: GPL-3.0-or-later
// OpenMetrics 1.0 text of the same numbers that GET health answers.
#include <algorithm>

#include "node/node.h"
#include "plugin/routes.h"

namespace glossator::plugin::pages {
namespace {

class Text {
 public:
  void Family(const std::string& name, const char* type, const char* help) {
    text_ += "# TYPE " + name + " " + type + "\n# HELP " + name + " " + help + "\n";
  }
  void Sample(const std::string& name, const std::string& labels, const std::string& value) {
    text_ += name + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
  }
  std::string Finish() { return std::move(text_) + "# EOF\n"; }

 private:
  std::string text_;
};

std::string LabelOf(const std::string& name, const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    escaped += c == '\\' || c == '"' ? std::string("\\") + c : std::string(1, c);
  }
  return name + "=\"" + escaped + "\"";
}

// {STATE: n} as one gauge with a label.
void AddStates(Text& text, const std::string& name, const char* help, const Json::Value& states) {
  text.Family(name, "gauge", help);
  if (states.isObject()) {
    for (const std::string& state : states.getMemberNames()) {
      text.Sample(name, LabelOf("state", state), states[state].asString());
    }
  }
}

struct Gauge {
  const char* key;
  const char* name;
  const char* help;
};

constexpr Gauge kGateGauges[] = {
    {"associations", "glossator_associations", "Open DICOM associations"},
    {"spool_bytes", "glossator_spool_bytes", "Bytes in the intake spool"},
    {"spool_bytes_max", "glossator_spool_bytes_max", "Bound of the intake spool"},
    {"receiving", "glossator_studies_receiving", "Studies that are still coming in"},
    {"released", "glossator_studies_released", "Studies on their way into Orthanc"},
    {"quarantined", "glossator_objects_quarantined", "Sealed objects that wait for a person"},
    {"deliveries_open", "glossator_deliveries_open", "Deliveries that are not at their end"},
};

void AddGate(Text& text, const Json::Value& gate) {
  if (!gate.isObject()) {
    return;
  }
  for (const Gauge& gauge : kGateGauges) {
    if (gate[gauge.key].isNumeric()) {
      text.Family(gauge.name, "gauge", gauge.help);
      text.Sample(gauge.name, "", gate[gauge.key].asString());
    }
  }
  text.Family("glossator_gate_events", "counter", "What the gate has counted since it started");
  const Json::Value& counters = gate["counters"];
  if (counters.isObject()) {
    for (const std::string& name : counters.getMemberNames()) {
      text.Sample("glossator_gate_events_total", LabelOf("event", name), counters[name].asString());
    }
  }
}

}  // namespace

Answer Metrics(const Services& services, const plugin::Call&) {
  const Json::Value numbers = services.node->queries().Health();
  const Status::Now now = services.status.Get();
  Text text;
  text.Family("glossator_build", "info", "Version");
  text.Sample("glossator_build_info", LabelOf("version", GLOSSATOR_VERSION), "1");
  text.Family("glossator_gate_up", "gauge", "1 when the gate answers");
  text.Sample("glossator_gate_up", "", now.gate.up ? "1" : "0");
  text.Family("glossator_gate_starts", "counter", "How often the gate was started");
  text.Sample("glossator_gate_starts_total", "", std::to_string(now.gate.starts));
  AddStates(text, "glossator_cases", "Cases by state", numbers["cases"]);
  AddStates(text, "glossator_workitems", "Workitems by state", numbers["workitems"]);
  AddStates(text, "glossator_deliveries", "Deliveries by state", numbers["deliveries"]);
  AddGate(text, numbers["gate"]);
  text.Family("glossator_alarm", "gauge", "1 while the alarm rings");
  const auto ringing = Ringing(numbers, now);
  for (const Alarm& alarm : AllAlarms()) {
    const bool rings = std::ranges::find(ringing, alarm.code, &Alarm::code) != ringing.end();
    text.Sample("glossator_alarm",
                LabelOf("code", std::string(alarm.code)) + "," +
                    LabelOf("severity", std::string(alarm.severity)),
                rings ? "1" : "0");
  }
  return TextAnswer(text.Finish(), "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

}  // namespace glossator::plugin::pages
