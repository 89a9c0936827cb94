// SPDX-License-Identifier: GPL-3.0-or-later
// Strict JSON reading and canonical writing.
#include "dicom/json.h"

#include <json/reader.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <memory>

#include "dicom/charset_codec.h"
#include "dicom/error.h"

namespace glossator::dicom {
namespace {

constexpr int kDepthMax = 64;

[[noreturn]] void Fail(std::string_view text, size_t offset, const std::string& fault) {
  const std::string_view before = text.substr(0, offset);
  const size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  throw Error(ErrorKind::kInvalid, "line " + std::to_string(line) + ", column " +
                                       std::to_string(offset - line_start + 1) + ": " + fault);
}

// jsoncpp recurses, so depth is bounded before it runs; it also passes bytes that are not UTF-8.
void CheckBounds(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < text.size();) {
    const size_t size = Utf8Length(text, at);
    if (size == 0 || text[at] == '\0') Fail(text, at, "not UTF-8");
    const char c = text[at];
    if (in_string && c == '\\') {
      at += 2;
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (!in_string && (c == '[' || c == '{') && ++depth > kDepthMax) {
      Fail(text, at, "nested too deeply");
    }
    if (!in_string && (c == ']' || c == '}')) --depth;
    at += size;
  }
}

// jsoncpp quotes the input in its words; only the place is told on.
std::string PlaceIn(const std::string& words) {
  const size_t start = words.find("Line ");
  const size_t end = words.find('\n', start);
  if (start == words.npos) return "not JSON";
  std::string place = words.substr(start, end - start);
  for (char& c : place) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool duplicate = words.find("uplicate key") != words.npos;
  return place + (duplicate ? ": a key occurs twice" : ": not JSON");
}

void AppendEscape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '\\';
  if (const size_t found = kShort.find(c); found != kShort.npos) {
    out += kLetters[found];
    return;
  }
  out += "u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

void AppendNumber(std::string& out, double number) {
  if (!std::isfinite(number)) throw Error(ErrorKind::kInvalid, "JSON has no such number");
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number == 0 ? 0.0 : number).ptr;
  out.append(text, end);
}

void Append(std::string& out, const Json::Value& json);

void AppendArray(std::string& out, const Json::Value& json) {
  out += '[';
  for (Json::ArrayIndex i = 0; i < json.size(); ++i) {
    if (i != 0) out += ',';
    Append(out, json[i]);
  }
  out += ']';
}

void AppendObject(std::string& out, const Json::Value& json) {
  out += '{';
  const char* separator = "";
  for (auto member = json.begin(); member != json.end(); ++member) {  // jsoncpp keeps keys sorted
    out += separator;
    separator = ",";
    AppendJsonText(out, member.name());
    out += ':';
    Append(out, *member);
  }
  out += '}';
}

void Append(std::string& out, const Json::Value& json) {
  switch (json.type()) {
    case Json::nullValue:
      out += "null";
      break;
    case Json::booleanValue:
      out += json.asBool() ? "true" : "false";
      break;
    case Json::intValue:
      out += std::to_string(json.asLargestInt());
      break;
    case Json::uintValue:
      out += std::to_string(json.asLargestUInt());
      break;
    case Json::realValue:
      AppendNumber(out, json.asDouble());
      break;
    case Json::stringValue:
      AppendJsonText(out, json.asString());
      break;
    case Json::arrayValue:
      AppendArray(out, json);
      break;
    case Json::objectValue:
      AppendObject(out, json);
      break;
  }
}

Json::CharReaderBuilder StrictReader() {
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["rejectDupKeys"] = true;
  builder["failIfExtra"] = true;
  builder["stackLimit"] = 2 * kDepthMax;
  return builder;
}

}  // namespace

void AppendJsonText(std::string& out, std::string_view text) {
  const auto needs_escape = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  };
  out += '"';
  for (auto rest = text.begin(); rest != text.end();) {
    const auto plain = std::find_if(rest, text.end(), needs_escape);
    out.append(rest, plain);
    if (plain == text.end()) break;
    AppendEscape(out, *plain);
    rest = plain + 1;
  }
  out += '"';
}

Json::Value ParseJson(std::string_view text, size_t bytes_max) {
  if (text.size() > bytes_max) throw Error(ErrorKind::kInvalid, "the JSON text is too long");
  CheckBounds(text);
  static const Json::CharReaderBuilder builder = StrictReader();  // costs more than most texts
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value json;
  std::string words;
  if (!reader->parse(text.data(), text.data() + text.size(), &json, &words)) {
    throw Error(ErrorKind::kInvalid, PlaceIn(words));
  }
  return json;
}

std::string WriteJson(const Json::Value& json) {
  std::string out;
  Append(out, json);
  return out;
}

}  // namespace glossator::dicom
