// SPDX-License-Identifier: GPL-3.0-or-later
// What a verifier has to say about one attribute of one object. A list of findings is an answer,
// not an error: verifiers report all of them.
#pragma once

#include <json/value.h>

#include <string>
#include <vector>

namespace glossator {

struct Finding {
  std::string file;       // name as the caller knows the object; may be empty
  std::string severity;   // kFindingError or kFindingWarning
  std::string code;       // stable, for programs: "frame-of-reference", "segment-number" ...
  std::string path;       // attribute path, "(5200,9230)[3]>(0020,9113)"; may be empty
  std::string paragraph;  // of the standard, "PS3.3 C.8.20.2.4"
  std::string message;    // for people; never a value that can identify a patient
};

inline constexpr const char* kFindingError = "error";
inline constexpr const char* kFindingWarning = "warning";

Json::Value ToJson(const Finding& finding);
Json::Value ToJson(const std::vector<Finding>& findings);
bool HasErrors(const std::vector<Finding>& findings);
// "error frame-of-reference (0020,0052): text [PS3.3 C.7.4.1]"
std::string ToLine(const Finding& finding);

}  // namespace glossator
