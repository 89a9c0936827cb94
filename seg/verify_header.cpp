// SPDX-License-Identifier: GPL-3.0-or-later
// Modules at top level: what must be there and what it must say.
#include <algorithm>

#include "dicom/charset.h"
#include "dicom/uid.h"
#include "seg/header.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

struct Required {
  dicom::Tag tag;
  bool may_be_empty;  // type 2
  const char* paragraph;
};

const Required kRequired[] = {
    {tags::SOPClassUID, false, "PS3.3 C.12.1"},
    {tags::SOPInstanceUID, false, "PS3.3 C.12.1"},
    {tags::PatientName, true, "PS3.3 C.7.1.1"},
    {tags::PatientID, true, "PS3.3 C.7.1.1"},
    {tags::PatientBirthDate, true, "PS3.3 C.7.1.1"},
    {tags::PatientSex, true, "PS3.3 C.7.1.1"},
    {tags::StudyInstanceUID, false, "PS3.3 C.7.2.1"},
    {tags::StudyDate, true, "PS3.3 C.7.2.1"},
    {tags::StudyTime, true, "PS3.3 C.7.2.1"},
    {tags::ReferringPhysicianName, true, "PS3.3 C.7.2.1"},
    {tags::StudyID, true, "PS3.3 C.7.2.1"},
    {tags::AccessionNumber, true, "PS3.3 C.7.2.1"},
    {tags::SeriesInstanceUID, false, "PS3.3 C.7.3.1"},
    {tags::Modality, false, "PS3.3 C.8.20.1"},
    {tags::SeriesNumber, false, "PS3.3 C.8.20.1"},
    {tags::Manufacturer, false, "PS3.3 C.7.5.2"},
    {tags::ManufacturerModelName, false, "PS3.3 C.7.5.2"},
    {tags::DeviceSerialNumber, false, "PS3.3 C.7.5.2"},
    {tags::SoftwareVersions, false, "PS3.3 C.7.5.2"},
    {tags::InstanceNumber, false, "PS3.3 C.7.6.16"},
    {tags::ContentDate, false, "PS3.3 C.7.6.16"},
    {tags::ContentTime, false, "PS3.3 C.7.6.16"},
    {tags::NumberOfFrames, false, "PS3.3 C.7.6.16"},
    {tags::SharedFunctionalGroupsSequence, true, "PS3.3 C.7.6.16"},
    {tags::DimensionOrganizationSequence, false, "PS3.3 C.7.6.17"},
    {tags::DimensionIndexSequence, false, "PS3.3 C.7.6.17"},
    {tags::ImageType, false, "PS3.3 C.8.20.2"},
    {tags::ContentLabel, false, "PS3.3 C.8.20.2"},
    {tags::ContentDescription, true, "PS3.3 C.8.20.2"},
    {tags::ContentCreatorName, true, "PS3.3 C.8.20.2"},
    {tags::SegmentationType, false, "PS3.3 C.8.20.2"},
    {tags::SegmentSequence, false, "PS3.3 C.8.20.2"},
    {tags::SamplesPerPixel, false, "PS3.3 C.8.20.2"},
    {tags::PhotometricInterpretation, false, "PS3.3 C.8.20.2"},
    {tags::PixelRepresentation, false, "PS3.3 C.8.20.2"},
    {tags::BitsAllocated, false, "PS3.3 C.8.20.2"},
    {tags::BitsStored, false, "PS3.3 C.8.20.2"},
    {tags::HighBit, false, "PS3.3 C.8.20.2"},
    {tags::Rows, false, "PS3.3 C.7.6.3"},
    {tags::Columns, false, "PS3.3 C.7.6.3"},
    {tags::LossyImageCompression, false, "PS3.3 C.8.20.2"},
};

void CheckRequired(VerifyContext& context) {
  for (const Required& required : kRequired) {
    const bool there = required.may_be_empty ? context.head.Has(required.tag)
                                             : context.head.HasValue(required.tag);
    // One index is implied by the tiles (C.7.6.17.3).
    const bool implied = context.tiled && required.tag == tags::DimensionIndexSequence;
    if (there || implied) continue;
    context.findings.Error(
        "attribute-missing", PathOf(required.tag), required.paragraph,
        required.may_be_empty ? "must be present, at least empty" : "must be present with a value");
  }
}

void CheckClass(VerifyContext& context) {
  const std::string sop_class = context.head.GetString(tags::SOPClassUID);
  const bool label_map = sop_class == kLabelMapStorage;
  if (!label_map && sop_class != kSegmentationStorage) {
    context.findings.Error("sop-class", PathOf(tags::SOPClassUID), "PS3.4 B.5",
                           "is not a Segmentation or Label Map Segmentation");
  } else if (!context.kind) {
    context.findings.Error("segmentation-type", PathOf(tags::SegmentationType), "PS3.3 C.8.20.2.3",
                           "expected BINARY, FRACTIONAL or LABELMAP");
  } else if (label_map != context.label_map()) {
    context.findings.Error("segmentation-type", PathOf(tags::SegmentationType), "PS3.3 A.51",
                           "does not belong to the SOP class");
  }
  if (context.head.HasValue(tags::Modality) && context.head.GetString(tags::Modality) != "SEG") {
    context.findings.Error("modality", PathOf(tags::Modality), "PS3.3 C.8.20.1", "must be SEG");
  }
}

void CheckMeta(VerifyContext& context) {
  const dicom::DataSet& meta = context.object.meta;
  const std::pair<dicom::Tag, dicom::Tag> same[] = {
      {tags::MediaStorageSOPClassUID, tags::SOPClassUID},
      {tags::MediaStorageSOPInstanceUID, tags::SOPInstanceUID},
  };
  for (const auto& [in_meta, in_data] : same) {
    if (meta.GetString(in_meta) != context.head.GetString(in_data)) {
      context.findings.Error("file-meta", PathOf(in_meta), "PS3.10 7.1",
                             "differs from the data set");
    }
  }
}

void CheckImageType(VerifyContext& context) {
  const auto values = context.head.GetStrings(tags::ImageType);
  if (values.empty()) return;
  if (values[0] != "DERIVED" || values.size() < 2 || values[1] != "PRIMARY") {
    context.findings.Error("image-type", PathOf(tags::ImageType), "PS3.3 C.8.20.2",
                           "must begin with DERIVED\\PRIMARY");
  }
}

void CheckLossy(VerifyContext& context) {
  const std::string lossy = context.head.GetString(tags::LossyImageCompression);
  if (lossy.empty() || lossy == "00") return;
  if (lossy != "01") {
    context.findings.Error("lossy", PathOf(tags::LossyImageCompression), "PS3.3 C.7.6.1.1.5",
                           "must be 00 or 01");
    return;
  }
  for (const dicom::Tag tag :
       {tags::LossyImageCompressionRatio, tags::LossyImageCompressionMethod}) {
    if (context.head.HasValue(tag)) continue;
    context.findings.Warning("lossy", PathOf(tag), "PS3.3 C.8.20.2.2",
                             "should go with lossy compression of the source");
  }
}

void CheckCharacterSet(VerifyContext& context) {
  const auto set = dicom::CharacterSet::Of(context.head);
  if (!set.is_known()) {
    context.findings.Error("character-set", PathOf(tags::SpecificCharacterSet), "PS3.3 C.12.1.1.2",
                           "is no defined term");
  }
  if (context.head.HasValue(tags::SpecificCharacterSet)) return;
  dicom::ForEachElement(context.head, [&](const std::string& path, const dicom::Element& element) {
    if (!dicom::UsesCharacterSet(element.vr)) return;
    const bool ascii = std::all_of(element.value.begin(), element.value.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) return;
    context.findings.Error("character-set", path, "PS3.3 C.12.1.1.2",
                           "non-ASCII text without Specific Character Set");
  });
}

// PS3.3 C.12.1.1.5, and who made it (IHE AIR).
void CheckContributingEquipment(VerifyContext& context) {
  const auto& items = context.head.GetItems(tags::ContributingEquipmentSequence);
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string path = ItemPath(tags::ContributingEquipmentSequence, i);
    if (items[i].GetItems(tags::PurposeOfReferenceCodeSequence).size() != 1) {
      context.findings.Error("contributing-equipment", path, "PS3.3 C.12.1",
                             "needs one purpose of reference");
    }
    if (!items[i].HasValue(tags::Manufacturer)) {
      context.findings.Error("contributing-equipment", path, "PS3.3 C.12.1",
                             "needs a manufacturer");
    }
  }
}

}  // namespace

void VerifyHeader(VerifyContext& context) {
  CheckClass(context);
  CheckMeta(context);
  CheckRequired(context);
  CheckImageType(context);
  CheckLossy(context);
  CheckCharacterSet(context);
  CheckContributingEquipment(context);
}

}  // namespace glossator::seg
