// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <utility>

#include "dicom/uid.h"
#include "structured-report/concepts.h"
#include "structured-report/measurement_report.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

const Code kPixels{"{pixels}", "UCUM", "pixels"};
const Code kMillimetre{"mm", "UCUM", "millimeter"};
const Code kKilovolt{"kV", "UCUM", "kilovolt"};
const Code kDirection{"{-1:1}", "UCUM", "{-1:1}"};

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

using HeadList = std::vector<const DataSet*>;

// What all entries of a group share; nothing when they differ.
std::string CommonText(const HeadList& heads, dicom::Tag tag, size_t index = 0) {
  const std::string first = heads.front()->GetString(tag, index);
  for (const DataSet* head : heads) {
    if (head->GetString(tag, index) != first) return "";
  }
  return first;
}

std::optional<double> CommonNumber(const HeadList& heads, dicom::Tag tag, size_t index = 0) {
  const auto first = heads.front()->GetDouble(tag, index);
  for (const DataSet* head : heads) {
    if (head->GetDouble(tag, index) != first) return std::nullopt;
  }
  return first;
}

struct Component {
  dicom::Tag tag;
  size_t index;
  const Code& name;
  const Code& unit;
};

// TID 1604 (its position and orientation)
const Component kPlane[] = {
    {tags::ImagePositionPatient, 0, concepts::kPositionX, kMillimetre},
    {tags::ImagePositionPatient, 1, concepts::kPositionY, kMillimetre},
    {tags::ImagePositionPatient, 2, concepts::kPositionZ, kMillimetre},
    {tags::ImageOrientationPatient, 0, concepts::kRowX, kDirection},
    {tags::ImageOrientationPatient, 1, concepts::kRowY, kDirection},
    {tags::ImageOrientationPatient, 2, concepts::kRowZ, kDirection},
    {tags::ImageOrientationPatient, 3, concepts::kColumnX, kDirection},
    {tags::ImageOrientationPatient, 4, concepts::kColumnY, kDirection},
    {tags::ImageOrientationPatient, 5, concepts::kColumnZ, kDirection},
};

void AddComponent(ContentItem& item, const Component& component, std::optional<double> value) {
  if (!value) return;
  item.Add(Measured(kHasAcqContext, component.name, NumberOf(*value, component.unit)));
}

class Descriptors {
 public:
  Descriptors(ContentItem& group, const HeadList& heads) : group_(group), heads_(heads) {}

  // TID 1602
  void Entry() {
    const auto modality = ModalityCode(CommonText(heads_, tags::Modality));
    if (modality) group_.Add(Coded(kHasAcqContext, concepts::kModality, *modality));
    Laterality();
    View();
    Text(concepts::kPatientOrientationRow, CommonText(heads_, tags::PatientOrientation, 0));
    Text(concepts::kPatientOrientationColumn, CommonText(heads_, tags::PatientOrientation, 1));
    Date(concepts::kStudyDate, tags::StudyDate);
    Date(concepts::kAcquisitionDate, tags::AcquisitionDate);
    const std::string frame = CommonText(heads_, tags::FrameOfReferenceUID);
    if (dicom::IsValidUid(frame)) {
      group_.Add(UidRef(kHasAcqContext, concepts::kFrameOfReference, frame));
    }
    Size(concepts::kPixelRows, tags::Rows, 0, kPixels);
    Size(concepts::kPixelColumns, tags::Columns, 0, kPixels);
  }

  // TID 1603 and 1604
  void Geometry() {
    const bool spaced = CommonNumber(heads_, tags::PixelSpacing).has_value();
    const dicom::Tag spacing = spaced ? tags::PixelSpacing : tags::ImagerPixelSpacing;
    Size(concepts::kHorizontalSpacing, spacing, 1, kMillimetre);
    Size(concepts::kVerticalSpacing, spacing, 0, kMillimetre);
    Size(concepts::kSpacingBetweenSlices, tags::SpacingBetweenSlices, 0, kMillimetre);
    Size(concepts::kSliceThickness, tags::SliceThickness, 0, kMillimetre);
    for (const Component& component : kPlane) {
      AddComponent(group_, component, CommonNumber(heads_, component.tag, component.index));
    }
  }

  // What differs from image to image stands with each.
  void GeometryOf(const DataSet& head, ContentItem& image) const {
    for (const Component& component : kPlane) {
      if (CommonNumber(heads_, component.tag, component.index)) continue;
      AddComponent(image, component, head.GetDouble(component.tag, component.index));
    }
  }

  // TID 1605 to 1607
  void Modality() {
    Size(concepts::kKvp, tags::KVP, 0, kKilovolt);
    Text(concepts::kPulseSequence, CommonText(heads_, tags::PulseSequenceName));
    for (const DataSet& item :
         heads_.front()->GetItems(tags::RadiopharmaceuticalInformationSequence)) {
      const auto agent = dicom::GetCode(item, tags::RadiopharmaceuticalCodeSequence);
      if (agent && !agent->meaning.empty()) {
        group_.Add(Coded(kHasAcqContext, concepts::kRadiopharmaceutical, *agent));
      }
    }
  }

 private:
  void Size(const Code& name, dicom::Tag tag, size_t index, const Code& unit) {
    const auto value = CommonNumber(heads_, tag, index);
    if (value && *value > 0) group_.Add(Measured(kHasAcqContext, name, NumberOf(*value, unit)));
  }
  void Text(const Code& name, const std::string& text) {
    if (!text.empty()) group_.Add(sr::Text(kHasAcqContext, name, text));
  }
  void Date(const Code& name, dicom::Tag tag) {
    const std::string date = CommonText(heads_, tag);
    if (date.size() != 8) return;
    ContentItem item = sr::Text(kHasAcqContext, name, date);
    item.type = ValueType::kDate;
    group_.Add(std::move(item));
  }
  void Laterality() {
    std::string side = CommonText(heads_, tags::ImageLaterality);
    if (side.empty()) side = CommonText(heads_, tags::Laterality);
    if (side != "L" && side != "R") return;
    group_.Add(Coded(kHasAcqContext, concepts::kImageLaterality,
                     side == "L" ? concepts::kLeft : concepts::kRight));
  }
  void View() {
    const auto view = dicom::GetCode(*heads_.front(), tags::ViewCodeSequence);
    if (!view || view->meaning.empty()) return;
    for (const DataSet* head : heads_) {
      const auto other = dicom::GetCode(*head, tags::ViewCodeSequence);
      if (!other || !other->SameConcept(*view)) return;
    }
    group_.Add(Coded(kHasAcqContext, concepts::kImageView, *view));
  }

  ContentItem& group_;
  const HeadList& heads_;
};

// The images, by series, in the order in which they came.
std::vector<HeadList> BySeries(const std::vector<DataSet>& heads) {
  std::vector<HeadList> groups;
  std::map<std::string, size_t> places;
  for (const DataSet& head : heads) {
    if (IsWaveform(head.GetString(tags::SOPClassUID))) continue;
    const auto [place, is_new] =
        places.emplace(head.GetString(tags::SeriesInstanceUID), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&head);
  }
  return groups;
}

}  // namespace

// TID 1600 row 1, TID 1601
ContentItem ImageLibrary(const std::vector<DataSet>& source_heads) {
  ContentItem library = Container(kContains, concepts::kImageLibrary, "1600");
  for (const HeadList& heads : BySeries(source_heads)) {
    ContentItem& group = library.Add(Container(kContains, concepts::kImageLibraryGroup));
    Descriptors descriptors(group, heads);
    descriptors.Entry();
    descriptors.Geometry();
    descriptors.Modality();
    for (const DataSet* head : heads) {
      ContentItem& image = group.Add(Image(
          kContains, std::nullopt,
          {head->GetString(tags::SOPClassUID), head->GetString(tags::SOPInstanceUID), {}, {}}));
      descriptors.GeometryOf(*head, image);
    }
  }
  return library;
}

}  // namespace glossator::sr
