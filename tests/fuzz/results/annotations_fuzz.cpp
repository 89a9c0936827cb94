// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as annotations: reading answers or throws Error, asks for no more memory than there are
// bytes, and what is sound is the same after writing and reading.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dicom/error.h"
#include "results/annotations.h"

namespace {

using namespace glossator;

void CheckRoundTrip(const results::AnnotationObject& object) {
  if (!results::CheckAnnotations(object.annotations).empty()) return;
  std::string file;
  try {
    results::WriteAnnotations(object.annotations, object.head, {},
                              {.series_instance_uid = "2.25.500", .sop_instance_uid = "2.25.501"},
                              {}, Time{}, [&](std::string_view bytes) { file += bytes; });
  } catch (const Error&) {
    return;  // a head that lacks a UID
  }
  const auto again = results::ReadAnnotations(dicom::MemorySource(file)).annotations;
  if (again.groups.size() != object.annotations.groups.size()) std::abort();
  for (size_t i = 0; i < again.groups.size(); ++i) {
    if (again.groups[i].starts != object.annotations.groups[i].starts) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    CheckRoundTrip(results::ReadAnnotations(dicom::MemorySource(bytes)));
  } catch (const Error&) {
  }
  return 0;
}
