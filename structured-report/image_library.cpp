// SPDX-License-Identifier: GPL-3.0-or-later
// TID 1600 to 1607: what is said of the images that a report is about.
#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "dicom/uid.h"
#include "structured-report/concepts.h"
#include "structured-report/measurement_report.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using dicom::Tag;

const Code kPixels{"{pixels}", "UCUM", "pixels"};
const Code kMillimetre{"mm", "UCUM", "millimeter"};
const Code kKilovolt{"kV", "UCUM", "kilovolt"};
const Code kDegree{"deg", "UCUM", "degree"};
const Code kDirection{"{-1:1}", "UCUM", "{-1:1}"};
const Code kSecond{"s", "UCUM", "second"};
const Code kCubicCentimetre{"cm3", "UCUM", "cubic centimeter"};
const Code kBecquerel{"Bq", "UCUM", "Bq"};
const Code kBecquerelPerMole{"Bq/mol", "UCUM", "Bq/mol"};

// CID 29 Acquisition Modality: the defined terms of (0008,0060) are codes of DCM.
std::optional<Code> ModalityCode(const std::string& modality) {
  static const std::pair<const char*, const char*> kMeanings[] = {
      {"AR", "Autorefraction"},
      {"BDUS", "Ultrasound Bone Densitometry"},
      {"BI", "Biomagnetic Imaging"},
      {"BMD", "Bone Mineral Densitometry"},
      {"CR", "Computed Radiography"},
      {"CT", "Computed Tomography"},
      {"DG", "Diaphanography"},
      {"DX", "Digital Radiography"},
      {"ECG", "Electrocardiography"},
      {"EPS", "Cardiac Electrophysiology"},
      {"ES", "Endoscopy"},
      {"GM", "General Microscopy"},
      {"HD", "Hemodynamic Waveform"},
      {"IO", "Intra-oral Radiography"},
      {"IVOCT", "Intravascular Optical Coherence Tomography"},
      {"IVUS", "Intravascular Ultrasound"},
      {"KER", "Keratometry"},
      {"LEN", "Lensometry"},
      {"LS", "Laser Scan"},
      {"MG", "Mammography"},
      {"MR", "Magnetic Resonance"},
      {"NM", "Nuclear Medicine"},
      {"OAM", "Ophthalmic Axial Measurements"},
      {"OCT", "Optical Coherence Tomography"},
      {"OP", "Ophthalmic Photography"},
      {"OPM", "Ophthalmic Mapping"},
      {"OPT", "Ophthalmic Tomography"},
      {"OPTBSV", "Ophthalmic Tomography B-scan Volume Analysis"},
      {"OPTENF", "Ophthalmic Tomography En Face"},
      {"OPV", "Ophthalmic Visual Field"},
      {"OSS", "Optical Surface Scanner"},
      {"PT", "Positron emission tomography"},
      {"PX", "Panoramic X-Ray"},
      {"RF", "Radiofluoroscopy"},
      {"RG", "Radiographic imaging"},
      {"SM", "Slide Microscopy"},
      {"SRF", "Subjective Refraction"},
      {"TG", "Thermography"},
      {"US", "Ultrasound"},
      {"VA", "Visual Acuity"},
      {"XA", "X-Ray Angiography"},
      {"XC", "External-camera Photography"},
  };
  for (const auto& [value, meaning] : kMeanings) {
    if (modality == value) return Code{value, "DCM", meaning};
  }
  return std::nullopt;
}

struct NumberRow {
  Tag tag;
  size_t index;
  const Code& name;
  const Code& unit;
};
// Of these a zero says nothing.
const NumberRow kSize[] = {
    // TID 1602
    {tags::Rows, 0, concepts::kPixelRows, kPixels},
    {tags::Columns, 0, concepts::kPixelColumns, kPixels},
};
const NumberRow kSpacing[] = {
    // TID 1604
    {tags::PixelSpacing, 1, concepts::kHorizontalSpacing, kMillimetre},
    {tags::PixelSpacing, 0, concepts::kVerticalSpacing, kMillimetre},
};
const NumberRow kImagerSpacing[] = {
    // TID 1603
    {tags::ImagerPixelSpacing, 1, concepts::kHorizontalSpacing, kMillimetre},
    {tags::ImagerPixelSpacing, 0, concepts::kVerticalSpacing, kMillimetre},
};
const NumberRow kSlice[] = {
    // TID 1604
    {tags::SpacingBetweenSlices, 0, concepts::kSpacingBetweenSlices, kMillimetre},
    {tags::SliceThickness, 0, concepts::kSliceThickness, kMillimetre},
};
const NumberRow kTube[] = {{tags::KVP, 0, concepts::kKvp, kKilovolt}};
const NumberRow kDose[] = {
    // TID 1607
    {tags::RadiopharmaceuticalVolume, 0, concepts::kRadiopharmaceuticalVolume, kCubicCentimetre},
    {tags::RadionuclideTotalDose, 0, concepts::kRadionuclideTotalDose, kBecquerel},
    {tags::RadiopharmaceuticalSpecificActivity, 0, concepts::kSpecificActivity, kBecquerelPerMole},
};
const NumberRow kHalfLife[] = {
    {tags::RadionuclideHalfLife, 0, concepts::kHalfLife, kSecond},
};
// Of these it says something.
const NumberRow kAngles[] = {
    // TID 1603
    {tags::PositionerPrimaryAngle, 0, concepts::kPrimaryAngle, kDegree},
    {tags::PositionerSecondaryAngle, 0, concepts::kSecondaryAngle, kDegree},
};
const NumberRow kPlane[] = {
    // TID 1604
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

struct TimeRow {
  Tag tag;
  const Code& name;
  ValueType type;
  size_t least;  // characters
};
const TimeRow kTimes[] = {
    // TID 1602
    {tags::StudyDate, concepts::kStudyDate, ValueType::kDate, 8},
    {tags::StudyTime, concepts::kStudyTime, ValueType::kTime, 2},
    {tags::ContentDate, concepts::kContentDate, ValueType::kDate, 8},
    {tags::ContentTime, concepts::kContentTime, ValueType::kTime, 2},
    {tags::AcquisitionDate, concepts::kAcquisitionDate, ValueType::kDate, 8},
    {tags::AcquisitionTime, concepts::kAcquisitionTime, ValueType::kTime, 2},
};

// The descriptors of one image, in the order of the templates.
class Descriptors {
 public:
  explicit Descriptors(const DataSet& head) : head_(head) {
    Entry();
    Projection();
    CrossSection();
    Sizes(head_, kTube);
    Text(concepts::kPulseSequence,
         head_.Has(tags::PulseSequenceName) ? tags::PulseSequenceName : tags::SequenceName);
    for (const DataSet& agent : head_.GetItems(tags::RadiopharmaceuticalInformationSequence)) {
      Radiopharmaceutical(agent);
    }
  }
  std::vector<ContentItem> Take() { return std::move(items_); }

 private:
  // TID 1602
  void Entry() {
    const auto modality = ModalityCode(head_.GetString(tags::Modality));
    if (modality) items_.push_back(Coded(kHasAcqContext, concepts::kModality, *modality));
    Laterality();
    for (const TimeRow& row : kTimes) {
      const std::string value = head_.GetString(row.tag);
      if (value.size() < row.least) continue;
      items_.push_back(sr::Text(kHasAcqContext, row.name, value));
      items_.back().type = row.type;
    }
    const std::string frame = head_.GetString(tags::FrameOfReferenceUID);
    if (dicom::IsValidUid(frame)) {
      items_.push_back(UidRef(kHasAcqContext, concepts::kFrameOfReference, frame));
    }
    Sizes(head_, kSize);
  }

  // TID 1603
  void Projection() {
    Code(head_, concepts::kImageView, tags::ViewCodeSequence);
    Text(concepts::kPatientOrientationRow, tags::PatientOrientation, 0);
    Text(concepts::kPatientOrientationColumn, tags::PatientOrientation, 1);
    if (!head_.HasValue(tags::PixelSpacing)) Sizes(head_, kImagerSpacing);
    Numbers(kAngles);
  }

  // TID 1604
  void CrossSection() {
    Sizes(head_, kSpacing);
    Sizes(head_, kSlice);
    Numbers(kPlane);
  }

  // TID 1607; its times are left out: they are moved with the patient's dates.
  void Radiopharmaceutical(const DataSet& agent) {
    Code(agent, concepts::kRadionuclide, tags::RadionuclideCodeSequence);
    Code(agent, concepts::kRadiopharmaceutical, tags::RadiopharmaceuticalCodeSequence);
    Sizes(agent, kHalfLife);
    Sizes(agent, kDose);
    Code(agent, concepts::kRouteOfAdministration, tags::AdministrationRouteCodeSequence);
  }

  void Laterality() {
    std::string side = head_.GetString(tags::ImageLaterality);
    if (side.empty()) side = head_.GetString(tags::Laterality);
    if (side != "L" && side != "R") return;
    items_.push_back(Coded(kHasAcqContext, concepts::kImageLaterality,
                           side == "L" ? concepts::kLeft : concepts::kRight));
  }
  void Code(const DataSet& place, const sr::Code& name, Tag sequence) {
    const auto code = dicom::GetCode(place, sequence);
    if (code && !code->meaning.empty()) items_.push_back(Coded(kHasAcqContext, name, *code));
  }
  void Text(const sr::Code& name, Tag tag, size_t index = 0) {
    const std::string text = head_.GetString(tag, index);
    if (!text.empty()) items_.push_back(sr::Text(kHasAcqContext, name, text));
  }
  void Number(const NumberRow& row, std::optional<double> value) {
    if (value) items_.push_back(Measured(kHasAcqContext, row.name, NumberOf(*value, row.unit)));
  }
  void Sizes(const DataSet& place, std::span<const NumberRow> rows) {
    for (const NumberRow& row : rows) {
      const auto value = place.GetDouble(row.tag, row.index);
      if (value && *value > 0) Number(row, value);
    }
  }
  void Numbers(std::span<const NumberRow> rows) {
    for (const NumberRow& row : rows) Number(row, head_.GetDouble(row.tag, row.index));
  }

  const DataSet& head_;
  std::vector<ContentItem> items_;
};

// The images have them themselves: thousands of slices need not say when each was made.
bool IsOnlyForAll(const ContentItem& item) {
  return std::ranges::any_of(kTimes, [&](const TimeRow& row) { return item.Is(row.name); });
}

bool IsIn(const ContentItem& item, const std::vector<ContentItem>& items) {
  return std::ranges::find(items, item) != items.end();
}

using HeadList = std::vector<const DataSet*>;

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

// What all images of a series share stands once, in front of them.
void AddGroup(ContentItem& library, const HeadList& heads) {
  ContentItem& group = library.Add(Container(kContains, concepts::kImageLibraryGroup));
  std::vector<std::vector<ContentItem>> of_images;
  for (const DataSet* head : heads) of_images.push_back(Descriptors(*head).Take());
  for (const ContentItem& item : of_images.front()) {
    const auto has_it = [&](const std::vector<ContentItem>& items) { return IsIn(item, items); };
    if (std::ranges::all_of(of_images, has_it)) group.Add(item);
  }
  const std::vector<ContentItem> shared = group.children;
  for (size_t i = 0; i < heads.size(); ++i) {
    ContentItem& image = group.Add(Image(kContains, std::nullopt,
                                         {heads[i]->GetString(tags::SOPClassUID),
                                          heads[i]->GetString(tags::SOPInstanceUID),
                                          {},
                                          {}}));
    for (ContentItem& item : of_images[i]) {
      if (!IsIn(item, shared) && !IsOnlyForAll(item)) image.Add(std::move(item));
    }
  }
}

}  // namespace

// TID 1600 row 1, TID 1601
ContentItem ImageLibrary(const std::vector<DataSet>& source_heads) {
  ContentItem library = Container(kContains, concepts::kImageLibrary, "1600");
  for (const HeadList& heads : BySeries(source_heads)) AddGroup(library, heads);
  return library;
}

}  // namespace glossator::sr
