// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a Part 10 file: what reads must write, and what was written must read the same.
#include <cstdint>
#include <cstdlib>

#include "dicom/error.h"
#include "dicom/io.h"

namespace dicom = glossator::dicom;

namespace {

dicom::Limits Small() {
  dicom::Limits limits;
  limits.bytes_max = 1 << 22;
  limits.element_bytes_max = 1 << 20;
  limits.elements_max = 100'000;
  return limits;
}

void RoundTrip(const dicom::DataSet& data_set, const dicom::TransferSyntax& syntax) {
  std::string once;
  try {
    once = dicom::Write(data_set, syntax);
  } catch (const glossator::Error&) {
    return;  // says something that this syntax cannot carry
  }
  // The first writing may drop what a data set cannot hold (group lengths); then nothing changes.
  const std::string twice = dicom::Write(dicom::Read(once, syntax), syntax);
  if (dicom::Write(dicom::Read(twice, syntax), syntax) != twice) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const dicom::File file = dicom::ReadFile(bytes, Small());
    if (file.syntax) RoundTrip(file.data_set, *file.syntax);
  } catch (const glossator::Error&) {
    return 0;
  }
  return 0;
}
