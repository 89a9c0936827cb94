// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/multipart.h"

#include <algorithm>
#include <cctype>

#include "dicom/error.h"

namespace glossator::plugin {
namespace {

constexpr size_t kPartsMax = 8;
constexpr size_t kHeaderBytesMax = 4096;

[[noreturn]] void Refuse(const std::string& text) {
  throw Error(ErrorKind::kInvalid, "multipart/form-data: " + text);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// The value of `name` in `type; a=b; name="c"`; "" when absent. No quoted pairs.
std::string ParameterOf(std::string_view header, std::string_view name) {
  size_t at = header.find(';');
  while (at != std::string_view::npos) {
    header = Trim(header.substr(at + 1));
    const size_t equals = header.find('=');
    if (equals == std::string_view::npos) {
      return "";
    }
    std::string_view value = header.substr(equals + 1);
    const bool quoted = value.starts_with('"');
    const size_t end = quoted ? value.find('"', 1) : value.find(';');
    if (quoted && end == std::string_view::npos) {
      Refuse("a quote is not closed");
    }
    if (Lower(Trim(header.substr(0, equals))) == name) {
      return std::string(quoted ? value.substr(1, end - 1) : Trim(value.substr(0, end)));
    }
    header = end == std::string_view::npos ? "" : value.substr(end);
    at = header.find(';');
  }
  return "";
}

std::string BoundaryOf(const std::string& content_type) {
  const std::string type = Lower(content_type);
  // With an underscore: as callbacks.cpp renames it on its way through Orthanc.
  if (!type.starts_with("multipart/form-data;") && !type.starts_with("multipart/form_data;")) {
    Refuse("expected as the request's Content-Type");
  }
  std::string boundary = ParameterOf(content_type, "boundary");
  if (boundary.empty() || boundary.size() > 70) {  // RFC 2046 5.1.1
    Refuse("no boundary");
  }
  return boundary;
}

class Parser {
 public:
  Parser(std::string boundary, std::string_view body)
      : delimiter_("\r\n--" + std::move(boundary)), rest_(body) {}

  std::map<std::string, Part> Parse() {
    Expect(std::string_view(delimiter_).substr(2));
    while (!AtEnd()) {
      if (parts_.size() == kPartsMax) {
        Refuse("more than 8 parts");
      }
      ParsePart();
    }
    return std::move(parts_);
  }

 private:
  void Expect(std::string_view text) {
    if (!rest_.starts_with(text)) {
      Refuse("no delimiter where one belongs");
    }
    rest_.remove_prefix(text.size());
  }

  // Behind a delimiter: "--" ends the body, a line break begins a part.
  bool AtEnd() {
    if (rest_ == "--" || rest_ == "--\r\n") {
      return true;
    }
    Expect("\r\n");
    return false;
  }

  void ParsePart() {
    Part part;
    const std::string name = ParseHeaders(part);
    const size_t end = rest_.find(delimiter_);
    if (end == std::string_view::npos) {
      Refuse("the last part has no end");
    }
    part.body = rest_.substr(0, end);
    rest_.remove_prefix(end + delimiter_.size());
    if (name.empty() || !parts_.emplace(name, std::move(part)).second) {
      Refuse("a part has no name, or the name of another");
    }
  }

  std::string ParseHeaders(Part& part) {
    const size_t end = rest_.substr(0, kHeaderBytesMax).find("\r\n\r\n");
    if (end == std::string_view::npos) {
      Refuse("the headers of a part do not end");
    }
    std::string_view headers = rest_.substr(0, end + 2);
    rest_.remove_prefix(end + 4);
    std::string name;
    while (!headers.empty()) {
      const size_t line_end = headers.find("\r\n");
      ParseHeader(headers.substr(0, line_end), part, name);
      headers.remove_prefix(line_end + 2);
    }
    return name;
  }

  static void ParseHeader(std::string_view line, Part& part, std::string& name) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      Refuse("a header line has no colon");
    }
    const std::string key = Lower(Trim(line.substr(0, colon)));
    const std::string_view value = Trim(line.substr(colon + 1));
    if (key == "content-disposition") {
      name = ParameterOf(value, "name");
    } else if (key == "content-type") {
      part.content_type = Lower(Trim(value.substr(0, value.find(';'))));
    } else if (key == "content-encoding") {
      part.content_encoding = Lower(value);
    }
  }

  std::string delimiter_;
  std::string_view rest_;
  std::map<std::string, Part> parts_;
};

}  // namespace

std::map<std::string, Part> ParseFormData(const std::string& content_type, std::string_view body) {
  return Parser(BoundaryOf(content_type), body).Parse();
}

}  // namespace glossator::plugin
