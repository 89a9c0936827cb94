// SPDX-License-Identifier: GPL-3.0-or-later
// The page at /glossator/: plain HTML without scripts.
#include "node/node.h"
#include "plugin/routes.h"

namespace glossator::plugin::pages {
namespace {

constexpr const char* kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

constexpr const char* kStyle =
    "body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;"
    "color:#111;background:#fff}table{border-collapse:collapse;margin:0 0 1.5rem}"
    "th,td{border:1px solid #767676;padding:.3rem .8rem;text-align:left}"
    "td.n{text-align:right}.critical{color:#a00000;font-weight:bold}.warning{color:#6b4e00}";

std::string Escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Row(const std::string& name, const std::string& value) {
  return "<tr><th scope=\"row\">" + Escape(name) + "</th><td class=\"n\">" + Escape(value) +
         "</td></tr>\n";
}

// An object of numbers as a table; nested values are left out.
std::string Table(const std::string& title, const Json::Value& numbers) {
  std::string rows;
  if (numbers.isObject()) {
    for (const std::string& name : numbers.getMemberNames()) {
      const Json::Value& value = numbers[name];
      rows += value.isObject() || value.isArray() ? "" : Row(name, value.asString());
    }
  }
  return "<h2>" + Escape(title) + "</h2>\n" +
         (rows.empty() ? "<p>none</p>\n" : "<table>\n" + rows + "</table>\n");
}

std::string Alarms(const Json::Value& numbers, const Status::Now& now) {
  std::string items;
  for (const Alarm& alarm : Ringing(numbers, now)) {
    items += "<li class=\"" + std::string(alarm.severity) + "\">" + std::string(alarm.code) + " (" +
             std::string(alarm.severity) + "): " + Escape(std::string(alarm.text)) + "</li>\n";
  }
  return items.empty() ? "<p>No alarm.</p>\n" : "<ul>\n" + items + "</ul>\n";
}

std::string Gate(const GateState& gate) {
  return "<h2>Gate</h2>\n<table>\n" + Row("runs", gate.up ? "yes" : "no") +
         Row("version", gate.version) + Row("intake port", std::to_string(gate.intake_port)) +
         Row("starts", std::to_string(gate.starts)) + "</table>\n";
}

std::string Links() {
  std::string items;
  for (const char* path : {"api/v1/health", "api/v1/cases", "api/v1/deliveries",
                           "api/v1/quarantine", "api/v1/events", "metrics", "openapi.json"}) {
    items += "<li><a href=\"/glossator/" + std::string(path) + "\">" + path + "</a></li>\n";
  }
  return "<h2>More</h2>\n<ul>\n" + items + "</ul>\n";
}

}  // namespace

Answer Page(const Services& services, const plugin::Call&) {
  const Json::Value numbers = services.node->queries().Health();
  const Status::Now now = services.status.Get();
  Answer answer = TextAnswer(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<title>Glossator</title>\n<style>" +
          std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n<h1>Glossator</h1>\n" +
          Alarms(numbers, now) + Gate(now.gate) + Table("Cases", numbers["cases"]) +
          Table("Workitems", numbers["workitems"]) + Table("Deliveries", numbers["deliveries"]) +
          Table("Intake", numbers["gate"]) + Links() + "</main>\n</body>\n</html>\n",
      "text/html; charset=utf-8");
  answer.headers["Content-Security-Policy"] = kPolicy;
  answer.headers["X-Content-Type-Options"] = "nosniff";
  answer.headers["Referrer-Policy"] = "no-referrer";
  answer.headers["Cache-Control"] = "no-store";
  return answer;
}

}  // namespace glossator::plugin::pages
