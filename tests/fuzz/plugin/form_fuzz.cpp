// SPDX-License-Identifier: GPL-3.0-or-later
// What a browser or a script posts: forms and Authorization headers.
#include <cstdint>
#include <string>
#include <string_view>

#include "dicom/error.h"
#include "plugin/http.h"
#include "plugin/multipart.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t split = bytes.find('\n');
  const std::string head(bytes.substr(0, split));
  const std::string_view body =
      split == std::string_view::npos ? std::string_view() : bytes.substr(split + 1);
  glossator::plugin::BasicUser(head);
  for (const std::string& type :
       {"multipart/form-data; " + head, std::string("multipart/form-data; boundary=b")}) {
    try {
      for (const auto& [name, part] : glossator::plugin::ParseFormData(type, body)) {
        if (part.body.data() < body.data() ||
            part.body.data() + part.body.size() > body.data() + body.size()) {
          __builtin_trap();
        }
      }
    } catch (const glossator::Error&) {  // refused, as it should be
    }
  }
  return 0;
}
