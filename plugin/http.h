// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP requests and answers as values, free of Orthanc, so that handlers can be tested alone.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dicom/error.h"

namespace glossator::plugin {

enum class Method { kGet, kPost, kPut, kDelete };
std::string_view NameOf(Method method);

struct Request {
  Method method = Method::kGet;
  std::string path;                            // without the query
  std::map<std::string, std::string> query;    // GET only, decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string_view body;
  bool repeats_parameters = false;  // `query` has only the first of each name

  std::string Header(const std::string& lower_case_name) const;  // "" when absent
  // A number of the query within [0, max]; throws Invalid when it is none.
  uint64_t Number(const std::string& name, uint64_t fallback, uint64_t max) const;
  std::string Parameter(const std::string& name) const;  // "" when absent
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
};

Answer JsonAnswer(const Json::Value& json, int status = 200);
Answer TextAnswer(std::string text, std::string content_type);
// A problem document (RFC 9457); `extra` is merged into it (findings).
Answer Problem(int status, const std::string& detail,
               const Json::Value& extra = Json::Value(Json::objectValue));
Answer ProblemOf(const Error& error);

// The user name of a Basic Authorization header (RFC 7617), which Orthanc has verified before.
std::string BasicUser(std::string_view authorization);
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace glossator::plugin
