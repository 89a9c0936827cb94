// SPDX-License-Identifier: GPL-3.0-or-later
// What no cleaning of the head can make safe.
#include <algorithm>

#include "deid/engine.h"
#include "deid/storage_classes.h"

namespace glossator::deid {
namespace {

using dicom::DataSet;
namespace tags = dicom::tags;

// PS3.3 C.7.6.1.1.2: value 1 and value 2 of Image Type.
bool IsSecondary(const std::vector<std::string>& image_type) {
  return image_type.size() >= 2 && image_type[0] == "DERIVED" && image_type[1] == "SECONDARY";
}

bool HasBurnedInRisk(const DataSet& head, const std::vector<std::string>& image_type) {
  const std::string said = head.GetString(tags::BurnedInAnnotation);
  return said == "YES" || (said != "NO" && IsSecondary(image_type));
}

// PS3.3 C.8.12.4.1.1.
bool ShowsSlideLabel(const std::vector<std::string>& image_type) {
  return std::any_of(image_type.begin(), image_type.end(), [](const std::string& value) {
    return value == "LABEL" || value == "OVERVIEW";
  });
}

// Streams whose user data cannot be blanked in place, and pixels that are elsewhere.
bool IsOpaque(std::string_view syntax) {
  return syntax.starts_with("1.2.840.10008.1.2.4.11") || syntax == "1.2.840.10008.1.2.4.94" ||
         syntax == "1.2.840.10008.1.2.4.95" || syntax == "1.2.840.10008.1.2.4.204" ||
         syntax == "1.2.840.10008.1.2.4.205" || syntax.starts_with("1.2.840.10008.1.2.7");
}

}  // namespace

std::vector<Reason> Engine::Screen(const Instance<Hospital>& head) const {
  const DataSet& data_set = head.data_set();
  std::vector<Reason> found;
  const auto add = [&](std::string_view code, dicom::Tag tag) {
    found.push_back({std::string(code), dicom::ToString(tag)});
  };
  const std::string_view sealing = SealingReason(data_set.GetString(tags::SOPClassUID));
  if (!sealing.empty()) add(sealing, tags::SOPClassUID);
  const auto image_type = data_set.GetStrings(tags::ImageType);
  if (ShowsSlideLabel(image_type)) add(reasons::kSlideLabel, tags::ImageType);
  if (HasBurnedInRisk(data_set, image_type) && sealing != reasons::kBurnedInRisk) {
    add(reasons::kBurnedInRisk, tags::BurnedInAnnotation);
  }
  if (IsOpaque(head.syntax().uid)) add(reasons::kTransferSyntax, tags::TransferSyntaxUID);
  return found;
}

}  // namespace glossator::deid
