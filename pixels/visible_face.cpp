// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/visible_face.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

// PS3.4 Table B.5-1, under 1.2.840.10008.5.1.4.1.1.
constexpr std::string_view kStorageRoot = "1.2.840.10008.5.1.4.1.1.";
enum class FaceKind { kOther, kSlices, kPhotograph, kFaceOnly };
struct FaceKindRow {
  std::string_view uid;
  FaceKind kind;
};
constexpr FaceKindRow kFaceKinds[] = {
    {"2", FaceKind::kSlices},
    {"2.1", FaceKind::kSlices},
    {"2.2", FaceKind::kSlices},
    {"4", FaceKind::kSlices},
    {"4.1", FaceKind::kSlices},
    {"4.3", FaceKind::kSlices},
    {"4.4", FaceKind::kSlices},
    {"13.1.1", FaceKind::kSlices},
    {"13.1.2", FaceKind::kFaceOnly},
    {"77.1.4", FaceKind::kPhotograph},
    {"77.1.4.1", FaceKind::kPhotograph},
};

// Codes of CID 4031 and their SNOMED RT forms; other codes speak by their meaning.
constexpr std::string_view kCodes[] = {"69536005", "12738006", "45048000", "774007",  "89546000",
                                       "89545001", "T-D1100",  "T-A0100",  "T-D1600", "T-D1000",
                                       "T-11100",  "T-D1200",  "T-AA000",  "T-D1460"};

// Beginnings of words; a dollar says that the word ends there. English and the languages that the
// sample images are written in; other alphabets as UTF-8 in kSigns.
constexpr std::string_view kHeadWords[] = {"HEAD",
                                           "NECK",
                                           "BRAIN",
                                           "SKULL",
                                           "FACE$",
                                           "FACIAL",
                                           "CRANI",
                                           "CEREBR",
                                           "NEURO",
                                           "ENCEPH",
                                           "ENCEF",
                                           "ORBIT",
                                           "EYE$",
                                           "EYES$",
                                           "SINUS",
                                           "PARANAS",
                                           "NASO",
                                           "NASAL",
                                           "NOSE",
                                           "MAXIL",
                                           "MANDIB",
                                           "JAW",
                                           "TEETH",
                                           "TOOTH",
                                           "DENTA",
                                           "DENTO",
                                           "TMJ",
                                           "ZYGOMA",
                                           "MASTOID",
                                           "TEMPORAL",
                                           "COCHLEA",
                                           "IAC$",
                                           "EAR$",
                                           "EARS$",
                                           "PITUIT",
                                           "HYPOPHY",
                                           "SELLA",
                                           "STROKE",
                                           "CAROTID",
                                           "LARYN",
                                           "PHARYN",
                                           "TONGUE",
                                           "THYROID",
                                           "MOUTH",
                                           "CSPINE",
                                           "CERVICAL",
                                           "HWS$",
                                           "FLAIR",
                                           "MPRAGE",
                                           "MEMPRAGE",
                                           "FMRI",
                                           "KOPF",
                                           "SCHAEDEL",
                                           "SCH\xC4"
                                           "DEL",
                                           "SCH\xC3\x84"
                                           "DEL",
                                           "SCH\xE4"
                                           "DEL",
                                           "SCH\xC3\xA4"
                                           "DEL",
                                           "HALS$",
                                           "HIRN",
                                           "GEHIRN",
                                           "GESICHT",
                                           "KIEFER",
                                           "TETE$",
                                           "T\xCA"
                                           "TE$",
                                           "T\xC3\x8A"
                                           "TE$",
                                           "VISAGE",
                                           "CABEZA",
                                           "CUELLO",
                                           "CEREBRO",
                                           "CABECA",
                                           "TESTA$",
                                           "COLLO$",
                                           "CERVELLO",
                                           "HOOFD",
                                           "HERSEN",
                                           "WHOLEBODY",
                                           "GANZKOERPER"};
constexpr std::string_view kOtherWords[] = {
    "CHEST",      "THORA",   "LUNG",   "ABDO",     "PELVI",  "LIVER",    "KIDNEY",  "RENAL",
    "COLON",      "PROSTAT", "BREAST", "MAMMO",    "CARDI",  "HEART",    "CORONAR", "AORT",
    "SPINE",      "LUMBAR",  "SACR",   "LWS$",     "BWS$",   "HIP$",     "KNEE",    "ANKLE",
    "FOOT",       "FEET",    "HAND",   "WRIST",    "ELBOW",  "SHOULDER", "FEMUR",   "TIBIA",
    "LEG$",       "ARM$",    "EXTREM", "PANCREA",  "SPLEEN", "ADREN",    "UTER",    "BLADDER",
    "SMARTSCORE", "STONE",   "KNIE",   "SCHULTER", "BECKEN", "BAUCH",    "LEBER",   "HERZ"};
// "head", "brain", "neck" in Chinese, Japanese, Korean and Russian.
constexpr std::string_view kSigns[] = {"\xE9\xA0\xAD",
                                       "\xE5\xA4\xB4",
                                       "\xE9\xA2\x85",
                                       "\xE8\x84\x91",
                                       "\xE8\x84\xB3",
                                       "\xE9\xA2\x88",
                                       "\xE9\xA0\xB8",
                                       "\xEB\x87\x8C",
                                       "\xEB\x91\x90\xEB\xB6\x80",
                                       "\xD0\xB3\xD0\xBE\xD0\xBB\xD0\xBE\xD0\xB2",
                                       "\xD0\xBC\xD0\xBE\xD0\xB7\xD0\xB3"};
constexpr double kViewMin = 180, kViewMax = 300;  // mm, side of the field of view of a head
constexpr dicom::Tag kDescriptions[] = {tags::BodyPartExamined,
                                        tags::StudyDescription,
                                        tags::SeriesDescription,
                                        tags::ProtocolName,
                                        tags::RequestedProcedureDescription,
                                        tags::PerformedProcedureStepDescription,
                                        tags::AcquisitionProtocolName};
constexpr dicom::Tag kCoded[] = {tags::AnatomicRegionSequence, tags::ProcedureCodeSequence,
                                 tags::PerformedProtocolCodeSequence};

FaceKind FaceKindOf(const dicom::DataSet& head) {
  const std::string uid = head.GetString(tags::SOPClassUID);
  if (!std::string_view(uid).starts_with(kStorageRoot)) return FaceKind::kOther;
  const auto* found = std::ranges::find(
      kFaceKinds, std::string_view(uid).substr(kStorageRoot.size()), &FaceKindRow::uid);
  return found == std::end(kFaceKinds) ? FaceKind::kOther : found->kind;
}

bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

struct Said {
  bool head = false, other = false;
};

bool Begins(std::string_view word, std::string_view entry) {
  if (!entry.ends_with('$')) return word.starts_with(entry);
  return word == entry.substr(0, entry.size() - 1);
}

// Entries by their first byte, and of those the ones with the second (all have two): most words
// have none to be held against.
class Words {
 public:
  explicit Words(std::span<const std::string_view> entries) {
    for (const std::string_view entry : entries) by_first_[First(entry)].push_back(entry);
  }
  bool Have(std::string_view word) const {
    return std::ranges::any_of(by_first_[First(word)], [&](std::string_view entry) {
      return entry[1] == word[1] && Begins(word, entry);
    });
  }

 private:
  static uint8_t First(std::string_view word) { return static_cast<uint8_t>(word[0]); }
  std::array<std::vector<std::string_view>, 256> by_first_;
};

void Hear(std::string text, Said& said) {
  static const Words head(kHeadWords), other(kOtherWords);
  const bool latin = std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
  said.head |= !latin && std::ranges::any_of(kSigns, [&](std::string_view sign) {
    return text.find(sign) != text.npos;
  });
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && IsLetter(text[end])) ++end;
    const auto word = std::string_view(text).substr(at, end - at);
    if (word.size() >= 3) {
      said.head = said.head || head.Have(word);
      said.other = said.other || other.Have(word);
    }
    at = std::max(end, at + 1);
  }
}

void HearCodes(const dicom::DataSet& item, dicom::Tag tag, Said& said) {
  for (const auto& code : item.GetItems(tag)) {
    const std::string value = code.GetString(tags::CodeValue);
    said.head |= std::ranges::find(kCodes, value) != std::end(kCodes);
    Hear(code.GetString(tags::CodeMeaning), said);
  }
}

// In enhanced objects the anatomy is a functional group (PS3.3 C.7.6.16.2.8).
void HearFrames(const dicom::DataSet& head, dicom::Tag groups, Said& said) {
  for (const auto& group : head.GetItems(groups)) {
    for (const auto& anatomy : group.GetItems(tags::FrameAnatomySequence)) {
      HearCodes(anatomy, tags::AnatomicRegionSequence, said);
    }
  }
}

Said WhatIsSaid(const dicom::DataSet& head) {
  Said said;
  for (const dicom::Tag tag : kDescriptions) Hear(head.GetString(tag), said);
  for (const dicom::Tag tag : kCoded) HearCodes(head, tag, said);
  HearFrames(head, tags::SharedFunctionalGroupsSequence, said);
  if (!said.head) HearFrames(head, tags::PerFrameFunctionalGroupsSequence, said);
  return said;
}

double Spacing(const dicom::DataSet& head) {
  if (const auto spacing = head.GetDouble(tags::PixelSpacing)) return *spacing;
  const auto* shared = head.FirstItem(tags::SharedFunctionalGroupsSequence);
  const auto* measures = shared ? shared->FirstItem(tags::PixelMeasuresSequence) : nullptr;
  return measures ? measures->GetDouble(tags::PixelSpacing).value_or(0) : 0;
}

bool HasViewOfHead(const dicom::DataSet& head) {
  const double view = Spacing(head) * static_cast<double>(head.GetInt(tags::Rows).value_or(0));
  return view >= kViewMin && view <= kViewMax;
}

}  // namespace

bool MayShowFace(const dicom::DataSet& head) {
  const FaceKind kind = FaceKindOf(head);
  if (kind == FaceKind::kOther) return false;
  if (kind == FaceKind::kFaceOnly) return true;
  const Said said = WhatIsSaid(head);
  const bool named = said.other || head.HasValue(tags::BodyPartExamined);
  if (said.head || named) return said.head;
  return kind == FaceKind::kPhotograph || HasViewOfHead(head);
}

}  // namespace glossator::pixels
