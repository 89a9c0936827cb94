// SPDX-License-Identifier: GPL-3.0-or-later
// A configuration is taken whole or refused with its faults; what was taken says the same again.
#include <json/reader.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "dicom/error.h"
#include "model/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["stackLimit"] = 64;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  const char* begin = reinterpret_cast<const char*>(data);
  Json::Value json;
  try {
    if (!reader->parse(begin, begin + size, &json, nullptr)) return 0;
  } catch (const Json::Exception&) {
    return 0;  // jsoncpp's way to say: too deep
  }
  try {
    const Json::Value once = glossator::ToJson(glossator::ParseConfig(json));
    if (glossator::ToJson(glossator::ParseConfig(once)) != once) abort();
  } catch (const glossator::Error&) {
    return 0;
  }
  return 0;
}
