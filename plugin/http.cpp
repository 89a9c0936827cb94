// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/http.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "dicom/json.h"
#include "model/error.h"

namespace glossator::plugin {
namespace {

constexpr std::array<std::string_view, 4> kMethods = {"GET", "POST", "PUT", "DELETE"};

// RFC 9110 section 15, those that we answer with.
const std::map<int, std::string> kTitles = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

std::string ValueOr(const std::map<std::string, std::string>& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second;
}

int SextetOf(char c) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t at = kAlphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string_view NameOf(Method method) { return kMethods[static_cast<size_t>(method)]; }

std::string Request::Header(const std::string& name) const { return ValueOr(headers, name); }

std::string Request::Parameter(const std::string& name) const { return ValueOr(query, name); }

uint64_t Request::Number(const std::string& name, uint64_t fallback, uint64_t max) const {
  const std::string text = Parameter(name);
  if (text.empty()) {
    return fallback;
  }
  uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number > max) {
    throw Error(ErrorKind::kInvalid,
                "query parameter " + name + ": expected 0 to " + std::to_string(max));
  }
  return number;
}

Answer JsonAnswer(const Json::Value& json, int status) {
  return {status, "application/json", dicom::WriteJson(json), {}};
}

Answer TextAnswer(std::string text, std::string content_type) {
  return {200, std::move(content_type), std::move(text), {}};
}

Answer Problem(int status, const std::string& detail, const Json::Value& extra) {
  Json::Value problem = extra;
  const auto title = kTitles.find(status);
  problem["title"] = title == kTitles.end() ? "Error" : title->second;
  problem["status"] = status;
  problem["detail"] = detail;
  Answer answer{status, "application/problem+json", dicom::WriteJson(problem), {}};
  if (status == 503) {
    answer.headers["Retry-After"] = "5";
  }
  return answer;
}

Answer ProblemOf(const Error& error) { return Problem(HttpStatusOf(error.kind()), error.what()); }

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') {
    text.remove_suffix(1);
  }
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int sextet = SextetOf(c);
    if (sextet < 0) {
      return std::nullopt;
    }
    bits = bits << 6 | static_cast<uint32_t>(sextet);
    if ((count += 6) >= 8) {
      bytes += static_cast<char>(bits >> (count -= 8));
    }
  }
  return bytes;
}

std::string BasicUser(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  const auto same = [](char a, char b) { return std::tolower(static_cast<uint8_t>(a)) == b; };
  if (authorization.size() < kScheme.size() ||
      !std::equal(kScheme.begin(), kScheme.end(), authorization.begin(),
                  [&](char b, char a) { return same(a, b); })) {
    return "";
  }
  const auto decoded = DecodeBase64(authorization.substr(kScheme.size()));
  const size_t colon = decoded ? decoded->find(':') : std::string::npos;
  return colon == std::string::npos ? "" : decoded->substr(0, colon);
}

}  // namespace glossator::plugin
