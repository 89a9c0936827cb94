// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/shown_values.h"

#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/io.h"

namespace glossator::gate {
namespace {

constexpr size_t kShownBytesMax = 200;  // of one value

}  // namespace

Json::Value ShownValues(const dicom::DataSet& head) {
  const auto charset = dicom::CharacterSet::Of(head);
  Json::Value values(Json::arrayValue);
  dicom::ForEachElement(head, [&](const std::string& path, const dicom::Element& element) {
    if (!dicom::IsString(element.vr) || element.value.empty()) return;
    Json::Value value;
    value["path"] = path;
    value["keyword"] = std::string(dicom::KeywordOf(element.tag));
    value["value"] = charset.Decode(element.value.substr(0, kShownBytesMax), element.vr);
    values.append(value);
  });
  return values;
}

}  // namespace glossator::gate
