// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/finding.h"

#include <algorithm>

namespace glossator {

Json::Value ToJson(const Finding& finding) {
  Json::Value json(Json::objectValue);
  json["file"] = finding.file;
  json["severity"] = finding.severity;
  json["code"] = finding.code;
  json["path"] = finding.path;
  json["paragraph"] = finding.paragraph;
  json["message"] = finding.message;
  return json;
}

Json::Value ToJson(const std::vector<Finding>& findings) {
  Json::Value json(Json::arrayValue);
  for (const Finding& finding : findings) json.append(ToJson(finding));
  return json;
}

bool HasErrors(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == kFindingError; });
}

std::string ToLine(const Finding& finding) {
  std::string line = finding.severity + " " + finding.code;
  if (!finding.path.empty()) line += " " + finding.path;
  line += ": " + finding.message;
  if (!finding.paragraph.empty()) line += " [" + finding.paragraph + "]";
  return line;
}

}  // namespace glossator
