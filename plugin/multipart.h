// SPDX-License-Identifier: GPL-3.0-or-later
// multipart/form-data (RFC 7578) and multipart/related (RFC 2387), strict and bounded.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::plugin {

struct Part {
  std::string content_type;      // lower case, without parameters; may be empty
  std::string content_encoding;  // lower case; may be empty
  std::string_view body;         // into the request's body
};

// Parts by name. Throws Invalid: no boundary, a part without a name, a name twice, more than 8
// parts, part headers longer than 4 KiB, bytes around the parts, a missing end.
std::map<std::string, Part> ParseFormData(const std::string& content_type, std::string_view body);

// Parts in their order. Throws Invalid as above, but for names, and for more than 64 parts.
std::vector<Part> ParseRelated(const std::string& content_type, std::string_view body);

}  // namespace glossator::plugin
