// SPDX-License-Identifier: GPL-3.0-or-later
// Rules for devices: our document and the scripts of others. What a script gives is a document.
#include <cstdint>
#include <cstdlib>

#include "dicom/error.h"
#include "pixels/ctp_script.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto script = glossator::pixels::ReadCtpScript(text);
  const auto again = glossator::pixels::ParseRules(glossator::pixels::WriteRules(script.rules));
  if (again.size() != script.rules.size()) std::abort();
  try {
    const auto rules = glossator::pixels::ParseRules(text);
    glossator::pixels::ParseRules(glossator::pixels::WriteRules(rules));
  } catch (const glossator::Error&) {
  }
  return 0;
}
