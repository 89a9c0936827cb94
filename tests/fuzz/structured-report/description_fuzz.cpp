// SPDX-License-Identifier: GPL-3.0-or-later
// Any JSON as a description or as a tree: taken or refused, and what was taken is written and read
// again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dicom/error.h"
#include "dicom/json.h"
#include "structured-report/csv.h"
#include "structured-report/decode.h"
#include "structured-report/description_json.h"

namespace {

using namespace glossator;

class NoUids final : public UidSource {
 public:
  std::string New() override { return "2.25.1"; }
};

void CheckDescription(const Json::Value& json) {
  NoUids uids;
  const sr::ReportDescription once = sr::DescriptionFromJson(json, uids).description;
  if (!(sr::DescriptionFromJson(sr::ToJson(once), uids).description == once)) std::abort();
  sr::Report report;
  report.description = once;
  sr::ToCsv(report);
}

void CheckTree(const Json::Value& json) {
  const sr::ContentItem once = sr::TreeFromJson(json);
  if (!(sr::TreeFromJson(sr::TreeToJson(once)) == once)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (auto* check : {CheckDescription, CheckTree}) {
    try {
      check(dicom::ParseJson(text, 1 << 18));
    } catch (const Error&) {
    }
  }
  return 0;
}
