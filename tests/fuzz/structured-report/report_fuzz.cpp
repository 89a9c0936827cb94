// SPDX-License-Identifier: GPL-3.0-or-later
// Any data set as a structured report: verify, render and decode answer or throw Error, and a tree
// that was read is the same after writing and reading.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "structured-report/decode.h"
#include "structured-report/render.h"
#include "structured-report/verify.h"

namespace {

using namespace glossator;

// Numbers that are no Decimal Strings and the like are lost on the first reading only.
void CheckTree(const dicom::DataSet& data_set) {
  dicom::DataSet once;
  sr::WriteContent(sr::ReadContent(data_set), once);
  dicom::DataSet twice;
  sr::WriteContent(sr::ReadContent(once), twice);
  if (!(once == twice)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    dicom::DataSet report =
        dicom::Read(bytes, dicom::kExplicitLittleEndian, {.bytes_max = 1 << 20});
    dicom::ConvertToUtf8(report);
    sr::Verify(report);
    if (sr::RenderHtml(report).find("<script") != std::string::npos) std::abort();
    CheckTree(report);
    sr::TreeToJson(sr::ReadContent(report));
    sr::Decode(report);
  } catch (const Error&) {
  }
  return 0;
}
