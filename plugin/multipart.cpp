// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/multipart.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <utility>

#include "dicom/error.h"

namespace glossator::plugin {
namespace {

constexpr size_t kFormPartsMax = 8;
constexpr size_t kRelatedPartsMax = 64;
constexpr size_t kHeaderBytesMax = 4096;

[[noreturn]] void Refuse(const std::string& text) {
  throw Error(ErrorKind::kInvalid, "multipart body: " + text);
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

std::string BoundaryOf(const std::string& content_type,
                       std::initializer_list<std::string_view> types) {
  const std::string type = Lower(content_type);
  if (std::ranges::none_of(types, [&](auto expected) { return type.starts_with(expected); })) {
    Refuse("the request's Content-Type is another");
  }
  std::string boundary = ParameterOf(content_type, "boundary");
  if (boundary.empty() || boundary.size() > 70) {  // RFC 2046 5.1.1
    Refuse("no boundary");
  }
  return boundary;
}

class Parser {
 public:
  Parser(std::string boundary, std::string_view body, size_t parts_max)
      : delimiter_("\r\n--" + std::move(boundary)), rest_(body), parts_max_(parts_max) {}

  // With their names.
  std::vector<std::pair<std::string, Part>> Parse() {
    Expect(std::string_view(delimiter_).substr(2));
    while (!AtEnd()) {
      if (parts_.size() == parts_max_) {
        Refuse("too many parts");
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
    std::string name = ParseHeaders(part);
    const size_t end = rest_.find(delimiter_);
    if (end == std::string_view::npos) {
      Refuse("the last part has no end");
    }
    part.body = rest_.substr(0, end);
    rest_.remove_prefix(end + delimiter_.size());
    parts_.emplace_back(std::move(name), std::move(part));
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
  const size_t parts_max_;
  std::vector<std::pair<std::string, Part>> parts_;
};

}  // namespace

std::map<std::string, Part> ParseFormData(const std::string& content_type, std::string_view body) {
  // With an underscore: as callbacks.cpp renames it on its way through Orthanc.
  auto boundary = BoundaryOf(content_type, {"multipart/form-data;", "multipart/form_data;"});
  std::map<std::string, Part> parts;
  for (auto& [name, part] : Parser(std::move(boundary), body, kFormPartsMax).Parse()) {
    if (name.empty() || !parts.emplace(name, std::move(part)).second) {
      Refuse("a part has no name, or the name of another");
    }
  }
  return parts;
}

std::vector<Part> ParseRelated(const std::string& content_type, std::string_view body) {
  std::vector<Part> parts;
  auto boundary = BoundaryOf(content_type, {"multipart/related;"});
  for (auto& named : Parser(std::move(boundary), body, kRelatedPartsMax).Parse()) {
    parts.push_back(std::move(named.second));
  }
  return parts;
}

}  // namespace glossator::plugin
