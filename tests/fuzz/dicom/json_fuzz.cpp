// SPDX-License-Identifier: GPL-3.0-or-later
// Strict JSON: what parses must write canonically and parse to the same again.
#include <cstdint>
#include <cstdlib>

#include "dicom/error.h"
#include "dicom/json.h"

namespace dicom = glossator::dicom;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const Json::Value json =
        dicom::ParseJson(std::string_view(reinterpret_cast<const char*>(data), size), 1 << 20);
    const std::string once = dicom::WriteJson(json);
    if (dicom::WriteJson(dicom::ParseJson(once)) != once) abort();
    dicom::ToJson(dicom::FromJson(json));
  } catch (const glossator::Error&) {
    return 0;
  }
  return 0;
}
