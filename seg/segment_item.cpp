// SPDX-License-Identifier: GPL-3.0-or-later
// The Segment Description macro (PS3.3 C.8.20.4) and recommended colors.
#include "dicom/cie_lab.h"
#include "seg/header.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

void PutCodes(dicom::DataSet& parent, dicom::Tag tag, const std::vector<dicom::Code>& codes) {
  if (codes.empty()) return;
  std::vector<dicom::DataSet> items;
  for (const dicom::Code& code : codes) items.push_back(dicom::ToItem(code));
  parent.SetItems(tag, std::move(items));
}

void PutCode(dicom::DataSet& parent, dicom::Tag tag, const dicom::Code& code,
             dicom::Tag modifier_tag, const std::vector<dicom::Code>& modifiers) {
  dicom::DataSet item = dicom::ToItem(code);
  PutCodes(item, modifier_tag, modifiers);
  parent.SetItems(tag, {std::move(item)});
}

}  // namespace

std::array<uint16_t, 3> CieLabOf(const std::array<uint8_t, 3>& color) {
  return dicom::ToCieLab(color);
}

std::array<uint8_t, 3> ColorOf(const std::array<uint16_t, 3>& cie_lab) {
  return dicom::ToRgb(cie_lab);
}

// PS3.3 10.16.
dicom::DataSet AlgorithmItem(const Algorithm& algorithm) {
  dicom::DataSet item;
  dicom::SetCode(item, tags::AlgorithmFamilyCodeSequence, algorithm.family);
  item.SetString(tags::AlgorithmName, algorithm.name);
  item.SetString(tags::AlgorithmVersion, algorithm.version);
  if (!algorithm.source.empty()) item.SetString(tags::AlgorithmSource, algorithm.source);
  if (!algorithm.parameters.empty())
    item.SetString(tags::AlgorithmParameters, algorithm.parameters);
  return item;
}

dicom::DataSet ContributorItem(const Contributor& contributor, Time now) {
  dicom::DataSet item;
  dicom::Code purpose = contributor.purpose;
  if (purpose.value.empty()) {
    purpose = contributor.algorithm ? dicom::Code{"Newcode1", "99IHE", "Processing Algorithm"}
                                    : dicom::Code{"109102", "DCM", "Processing Equipment"};
  }
  dicom::SetCode(item, tags::PurposeOfReferenceCodeSequence, purpose);
  const std::pair<dicom::Tag, const std::string*> texts[] = {
      {tags::Manufacturer, &contributor.manufacturer},
      {tags::ManufacturerModelName, &contributor.model_name},
      {tags::DeviceSerialNumber, &contributor.serial_number},
      {tags::SoftwareVersions, &contributor.software_versions},
      {tags::DeviceUID, &contributor.device_uid},
      {tags::InstitutionName, &contributor.institution},
      {tags::ContributionDescription, &contributor.description}};
  for (const auto& [tag, text] : texts) {
    if (!text->empty() || tag == tags::Manufacturer) item.SetString(tag, *text);
  }
  if (!contributor.operators.empty()) item.SetStrings(tags::OperatorsName, contributor.operators);
  item.SetString(tags::ContributionDateTime, ToDicomDateTime(now));
  return item;
}

dicom::DataSet SegmentItem(const Segment& segment, uint16_t number,
                           const std::string& tracking_uid) {
  dicom::DataSet item;
  dicom::SetCode(item, tags::SegmentedPropertyCategoryCodeSequence, segment.category);
  item.SetInt(tags::SegmentNumber, number);
  item.SetString(tags::SegmentLabel, segment.name);
  if (!segment.description.empty()) {
    item.SetString(tags::SegmentDescription, segment.description);
  }
  item.SetString(tags::SegmentAlgorithmType, segment.algorithm_type);
  if (segment.algorithm) {
    item.SetItems(tags::SegmentationAlgorithmIdentificationSequence,
                  {AlgorithmItem(*segment.algorithm)});
  }
  if (!segment.algorithm_name.empty()) {
    item.SetString(tags::SegmentAlgorithmName, segment.algorithm_name);
  }
  PutCode(item, tags::SegmentedPropertyTypeCodeSequence, segment.type,
          tags::SegmentedPropertyTypeModifierCodeSequence, segment.type_modifiers);
  if (segment.region) {
    PutCode(item, tags::AnatomicRegionSequence, *segment.region,
            tags::AnatomicRegionModifierSequence, segment.region_modifiers);
  }
  if (segment.color) {
    const auto lab = CieLabOf(*segment.color);
    item.SetInts(tags::RecommendedDisplayCIELabValue, {lab[0], lab[1], lab[2]});
  }
  if (!tracking_uid.empty()) {
    item.SetString(tags::TrackingID,
                   segment.tracking_id.empty() ? segment.name : segment.tracking_id);
    item.SetString(tags::TrackingUID, tracking_uid);
  }
  return item;
}

}  // namespace glossator::seg
