// SPDX-License-Identifier: GPL-3.0-or-later
// Bodies of PDUs from anybody: parsed, encoded and parsed again to the same bytes, or refused.
#include <cstdint>
#include <cstdlib>

#include "dimse/pdu.h"

namespace dimse = glossator::dimse;

namespace {

template <class Parse>
void RoundTrip(Parse parse, std::string_view body) {
  std::string once;
  try {
    once = dimse::Encode(parse(body));
  } catch (const glossator::Error&) {
    return;
  }
  if (dimse::Encode(parse(std::string_view(once).substr(dimse::kPduHeader))) != once) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      RoundTrip(dimse::ParseAssociateRq, body);
      break;
    case 1:
      RoundTrip(dimse::ParseAssociateAc, body);
      break;
    case 2:
      RoundTrip(dimse::ParseRejection, body);
      break;
    default:
      RoundTrip(dimse::ParseAbort, body);
  }
  return 0;
}
