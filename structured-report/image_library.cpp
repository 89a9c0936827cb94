// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include "structured-report/concepts.h"
#include "structured-report/measurement_report.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

const Code kPixels{"{pixels}", "UCUM", "pixels"};
const Code kMillimetre{"mm", "UCUM", "millimeter"};

// CID 29 Acquisition Modality: the defined terms of (0008,0060) are codes of DCM.
std::optional<Code> ModalityCode(const std::string& modality) {
  static const std::pair<const char*, const char*> kMeanings[] = {
      {"CR", "Computed Radiography"},
      {"CT", "Computed Tomography"},
      {"DX", "Digital Radiography"},
      {"ES", "Endoscopy"},
      {"GM", "General Microscopy"},
      {"MG", "Mammography"},
      {"MR", "Magnetic Resonance"},
      {"NM", "Nuclear Medicine"},
      {"OP", "Ophthalmic Photography"},
      {"OPT", "Ophthalmic Tomography"},
      {"PT", "Positron emission tomography"},
      {"PX", "Panoramic X-Ray"},
      {"RF", "Radiofluoroscopy"},
      {"SM", "Slide Microscopy"},
      {"US", "Ultrasound"},
      {"XA", "X-Ray Angiography"},
      {"XC", "External-camera Photography"},
  };
  for (const auto& [value, meaning] : kMeanings) {
    if (modality == value) return Code{value, "DCM", meaning};
  }
  return std::nullopt;
}

// A descriptor, when every image has the same value.
std::optional<double> Common(const std::vector<DataSet>& heads, dicom::Tag tag, size_t index) {
  const auto first = heads.front().GetDouble(tag, index);
  for (const DataSet& head : heads) {
    if (head.GetDouble(tag, index) != first) return std::nullopt;
  }
  return first && *first > 0 ? first : std::nullopt;
}

std::string CommonText(const std::vector<DataSet>& heads, dicom::Tag tag) {
  const std::string first = heads.front().GetString(tag);
  for (const DataSet& head : heads) {
    if (head.GetString(tag) != first) return "";
  }
  return first;
}

void AddNumber(ContentItem& group, const Code& name, std::optional<double> value,
               const Code& unit) {
  if (!value) return;
  group.Add(Measured(kHasAcqContext, name, {NumericText(*value), unit, std::nullopt}));
}

// TID 1602 and TID 1604 for what all entries share.
void AddDescriptors(ContentItem& group, const std::vector<DataSet>& heads) {
  if (const auto modality = ModalityCode(CommonText(heads, tags::Modality))) {
    group.Add(Coded(kHasAcqContext, concepts::kModality, *modality));
  }
  const std::string frame = CommonText(heads, tags::FrameOfReferenceUID);
  if (!frame.empty()) group.Add(UidRef(kHasAcqContext, concepts::kFrameOfReference, frame));
  AddNumber(group, concepts::kPixelRows, Common(heads, tags::Rows, 0), kPixels);
  AddNumber(group, concepts::kPixelColumns, Common(heads, tags::Columns, 0), kPixels);
  AddNumber(group, concepts::kHorizontalSpacing, Common(heads, tags::PixelSpacing, 1), kMillimetre);
  AddNumber(group, concepts::kVerticalSpacing, Common(heads, tags::PixelSpacing, 0), kMillimetre);
  AddNumber(group, concepts::kSliceThickness, Common(heads, tags::SliceThickness, 0), kMillimetre);
}

}  // namespace

ContentItem ImageLibrary(const std::vector<DataSet>& source_heads) {
  ContentItem library = Container(kContains, concepts::kImageLibrary, "1600");
  ContentItem& group = library.Add(Container(kContains, concepts::kImageLibraryGroup));
  AddDescriptors(group, source_heads);
  for (const DataSet& head : source_heads) {
    group.Add(
        Image(kContains, std::nullopt,
              {head.GetString(tags::SOPClassUID), head.GetString(tags::SOPInstanceUID), {}, {}}));
  }
  return library;
}

}  // namespace glossator::sr
