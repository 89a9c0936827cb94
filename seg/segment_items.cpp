// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/segment_items.h"

#include <algorithm>

#include "dicom/charset.h"
#include "seg/codes.h"
#include "seg/header.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

class ItemReader {
 public:
  explicit ItemReader(const dicom::DataSet& head) : characters_(dicom::CharacterSet::Of(head)) {}

  std::string Text(const dicom::DataSet& item, dicom::Tag tag) const {
    const dicom::Element* element = item.Find(tag);
    return element == nullptr ? "" : characters_.Decode(item.GetString(tag), element->vr);
  }

  std::vector<dicom::Code> Codes(const dicom::DataSet& parent, dicom::Tag tag) const {
    std::vector<dicom::Code> codes;
    for (const dicom::DataSet& item : parent.GetItems(tag)) {
      auto code = dicom::ToCode(item);
      if (!code) continue;
      code->meaning = characters_.Decode(code->meaning);
      codes.push_back(Modernize(*code));
    }
    return codes;
  }

  // The first code of a sequence, and those of its modifiers.
  std::optional<dicom::Code> Code(const dicom::DataSet& parent, dicom::Tag tag,
                                  dicom::Tag modifier_tag,
                                  std::vector<dicom::Code>& modifiers) const {
    const auto codes = Codes(parent, tag);
    if (codes.empty()) return std::nullopt;
    modifiers = Codes(parent.GetItems(tag)[0], modifier_tag);
    return codes[0];
  }

  Segment Read(const dicom::DataSet& item) const;
  Algorithm ReadAlgorithm(const dicom::DataSet& item) const;
  Contributor ReadContributor(const dicom::DataSet& item) const;

 private:
  dicom::CharacterSet characters_;
};

Algorithm ItemReader::ReadAlgorithm(const dicom::DataSet& item) const {
  Algorithm algorithm;
  const auto families = Codes(item, tags::AlgorithmFamilyCodeSequence);
  if (!families.empty()) algorithm.family = families[0];
  algorithm.name = Text(item, tags::AlgorithmName);
  algorithm.version = Text(item, tags::AlgorithmVersion);
  algorithm.source = Text(item, tags::AlgorithmSource);
  algorithm.parameters = Text(item, tags::AlgorithmParameters);
  return algorithm;
}

Contributor ItemReader::ReadContributor(const dicom::DataSet& item) const {
  Contributor made;
  const auto purposes = Codes(item, tags::PurposeOfReferenceCodeSequence);
  if (!purposes.empty()) made.purpose = purposes[0];
  made.manufacturer = Text(item, tags::Manufacturer);
  made.model_name = Text(item, tags::ManufacturerModelName);
  made.serial_number = Text(item, tags::DeviceSerialNumber);
  made.software_versions = Text(item, tags::SoftwareVersions);
  made.device_uid = item.GetString(tags::DeviceUID);
  made.algorithm = made.purpose.scheme == "99IHE" && !made.device_uid.empty();
  made.institution = Text(item, tags::InstitutionName);
  made.description = Text(item, tags::ContributionDescription);
  for (const std::string& name : item.GetStrings(tags::OperatorsName)) {
    made.operators.push_back(characters_.Decode(name, dicom::Vr::PN));
  }
  return made;
}

Segment ItemReader::Read(const dicom::DataSet& item) const {
  Segment segment;
  const auto number = item.GetInt(tags::SegmentNumber).value_or(0);
  segment.label = static_cast<uint16_t>(std::clamp<int64_t>(number, 0, 65535));
  segment.name = Text(item, tags::SegmentLabel);
  segment.description = Text(item, tags::SegmentDescription);
  const auto categories = Codes(item, tags::SegmentedPropertyCategoryCodeSequence);
  if (!categories.empty()) segment.category = categories[0];
  segment.type = Code(item, tags::SegmentedPropertyTypeCodeSequence,
                      tags::SegmentedPropertyTypeModifierCodeSequence, segment.type_modifiers)
                     .value_or(dicom::Code{});
  segment.region = Code(item, tags::AnatomicRegionSequence, tags::AnatomicRegionModifierSequence,
                        segment.region_modifiers);
  segment.algorithm_type = item.GetString(tags::SegmentAlgorithmType);
  segment.algorithm_name = Text(item, tags::SegmentAlgorithmName);
  if (const auto* made_by = item.FirstItem(tags::SegmentationAlgorithmIdentificationSequence)) {
    segment.algorithm = ReadAlgorithm(*made_by);
    const bool whole = !segment.algorithm->family.value.empty() &&
                       !segment.algorithm->name.empty() && !segment.algorithm->version.empty();
    if (!whole) segment.algorithm.reset();
  }
  segment.tracking_id = Text(item, tags::TrackingID);
  segment.tracking_uid = item.GetString(tags::TrackingUID);
  std::array<uint16_t, 3> lab{};
  bool colored = true;
  for (size_t i = 0; i < 3; ++i) {
    const auto value = item.GetInt(tags::RecommendedDisplayCIELabValue, i);
    colored &= value.has_value();
    lab[i] = static_cast<uint16_t>(value.value_or(0));
  }
  if (colored) segment.color = ColorOf(lab);
  return segment;
}

}  // namespace

Description DescriptionOf(const dicom::DataSet& head) {
  const ItemReader reader(head);
  Description description;
  description.series_description = reader.Text(head, tags::SeriesDescription);
  description.content_creator = reader.Text(head, tags::ContentCreatorName);
  description.content_label = reader.Text(head, tags::ContentLabel);
  description.content_description = reader.Text(head, tags::ContentDescription);
  for (const dicom::DataSet& item : head.GetItems(tags::ContributingEquipmentSequence)) {
    Contributor contributor = reader.ReadContributor(item);
    // What says too little to be written again is not taken over.
    if (contributor.manufacturer.empty() || contributor.purpose.value.empty()) continue;
    description.contributors.push_back(std::move(contributor));
  }
  for (const dicom::DataSet& item : head.GetItems(tags::SegmentSequence)) {
    Segment segment = reader.Read(item);
    if (segment.label != 0) description.segments.push_back(std::move(segment));
  }
  return description;
}

}  // namespace glossator::seg
