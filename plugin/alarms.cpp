// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/alarms.h"

#include "node/node.h"
#include "plugin/routes.h"

namespace glossator::plugin {
namespace {

using Json::Value;

int64_t Number(const Value& json, const char* key) {
  return json.isObject() && json[key].isInt64() ? json[key].asInt64() : 0;
}

bool SpoolAbove(const Value& numbers, double share) {
  const Value& gate = numbers["gate"];
  const auto max = static_cast<double>(Number(gate, "spool_bytes_max"));
  return max > 0 && static_cast<double>(Number(gate, "spool_bytes")) > share * max;
}

struct Rule {
  Alarm alarm;
  bool (*rings)(const Value& numbers, const Status::Now& now);
};

constexpr Rule kRules[] = {
    {{"gate-down", "critical", "The gate does not run: nothing is received or delivered"},
     [](const Value&, const Status::Now& now) { return !now.gate.up; }},
    {{"gate-restarts", "warning", "The gate had to be started several times"},
     [](const Value&, const Status::Now& now) { return now.gate.starts > 3; }},
    {{"spool-full", "critical", "The intake spool is above 90 %: senders are told to wait"},
     [](const Value& numbers, const Status::Now&) { return SpoolAbove(numbers, 0.9); }},
    {{"spool-filling", "warning", "The intake spool is above 70 %"},
     [](const Value& numbers, const Status::Now&) {
       return SpoolAbove(numbers, 0.7) && !SpoolAbove(numbers, 0.9);
     }},
    {{"delivery-held", "warning", "A delivery waits for a person (glossator-steward held)"},
     [](const Value& numbers, const Status::Now&) {
       return Number(numbers["deliveries"], "HELD") > 0;
     }},
    {{"delivery-failed", "critical", "A delivery failed for good"},
     [](const Value& numbers, const Status::Now&) {
       return Number(numbers["deliveries"], "FAILED") > 0;
     }},
    {{"quarantine", "warning", "Objects wait in quarantine (glossator-steward quarantine)"},
     [](const Value& numbers, const Status::Now&) {
       return Number(numbers["gate"], "quarantined") > 0 ||
              Number(numbers["cases"], "QUARANTINED") > 0;
     }},
};

}  // namespace

std::span<const Alarm> AllAlarms() {
  static const std::vector<Alarm> alarms = [] {
    std::vector<Alarm> all;
    for (const Rule& rule : kRules) {
      all.push_back(rule.alarm);
    }
    return all;
  }();
  return alarms;
}

std::vector<Alarm> Ringing(const Value& numbers, const Status::Now& now) {
  std::vector<Alarm> ringing;
  for (const Rule& rule : kRules) {
    if (rule.rings(numbers, now)) {
      ringing.push_back(rule.alarm);
    }
  }
  return ringing;
}

Value HealthOf(Value numbers, const Status::Now& now) {
  Value alarms(Json::arrayValue);
  bool critical = false;
  for (const Alarm& alarm : Ringing(numbers, now)) {
    Value json(Json::objectValue);
    json["code"] = std::string(alarm.code);
    json["severity"] = std::string(alarm.severity);
    json["text"] = std::string(alarm.text);
    alarms.append(json);
    critical = critical || alarm.severity == "critical";
  }
  numbers["status"] = critical ? "critical" : alarms.empty() ? "fine" : "warning";
  numbers["alarms"] = alarms;
  numbers["version"] = GLOSSATOR_VERSION;
  Value& process = numbers["gateProcess"];
  process["up"] = now.gate.up;
  process["version"] = now.gate.version;
  process["intakePort"] = now.gate.intake_port;
  process["starts"] = static_cast<Json::UInt64>(now.gate.starts);
  return numbers;
}

namespace pages {

Answer Live(const Services&, const plugin::Call&) {
  return TextAnswer("live\n", "text/plain; charset=utf-8");
}

Answer Ready(const Services& services, const plugin::Call&) {
  const Status::Now now = services.status.Get();
  if (!now.ready || !now.gate.up) {
    return Problem(503, now.ready ? "the gate does not run" : "start-up checks are not over");
  }
  return TextAnswer("ready\n", "text/plain; charset=utf-8");
}

}  // namespace pages
}  // namespace glossator::plugin
