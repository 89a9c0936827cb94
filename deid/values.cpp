// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/values.h"

#include <algorithm>
#include <iterator>

#include "deid/fold.h"
#include "deid/icc.h"
#include "deid/text.h"
#include "dicom/dictionary.h"

namespace glossator::deid {
namespace {

using dicom::Tag;
using dicom::Vr;
namespace tags = dicom::tags;

constexpr std::string_view kRemoved = "REMOVED";

// Bytes and words that are numbers for sure. Anything else of these VRs can hide text.
constexpr Tag kKnownBulk[] = {tags::LUTData,
                              tags::RedPaletteColorLookupTableData,
                              tags::GreenPaletteColorLookupTableData,
                              tags::BluePaletteColorLookupTableData,
                              tags::AlphaPaletteColorLookupTableData,
                              tags::SegmentedRedPaletteColorLookupTableData,
                              tags::SegmentedGreenPaletteColorLookupTableData,
                              tags::SegmentedBluePaletteColorLookupTableData,
                              tags::SpectroscopyData,
                              tags::ExtendedOffsetTable,
                              tags::ExtendedOffsetTableLengths,
                              tags::FloatPixelData,
                              tags::DoubleFloatPixelData,
                              tags::PixelData,
                              tags::WaveformData,
                              tags::SegmentedAlphaPaletteColorLookupTableData,
                              tags::BlendingLookupTableData,
                              tags::VectorGridData,
                              tags::PointCoordinatesData,
                              tags::VectorCoordinateData,
                              tags::DoublePointCoordinatesData,
                              tags::LongPrimitivePointIndexList,
                              tags::LongTrianglePointIndexList,
                              tags::LongEdgePointIndexList,
                              tags::LongVertexPointIndexList,
                              tags::TrackPointIndexList,
                              tags::AnnotationIndexList,
                              tags::FloatingPointValues,
                              tags::RecommendedDisplayCIELabValueList,
                              tags::VolumetricCurvePoints,
                              tags::VolumetricCurveUpDirections,
                              tags::FirstOrderPhaseCorrectionAngle,
                              tags::CompensatorProximalThicknessMap,
                              tags::CompensatorDistalThicknessMap,
                              tags::BlockEdgeData,
                              tags::TwoDimensionalToThreeDimensionalMapData,
                              tags::UValueData,
                              tags::VValueData};

// One sample of a waveform (PS3.3 C.10.9): a number as long as no text fits.
constexpr Tag kSamples[] = {tags::ChannelMinimumValue, tags::ChannelMaximumValue,
                            tags::WaveformPaddingValue};
constexpr size_t kSampleSizeMax = 4;

template <size_t N>
bool Contains(const Tag (&list)[N], Tag tag) {
  return std::find(std::begin(list), std::end(list), tag) != std::end(list);
}

// PS3.16 Table 8-1: HL7 registered these coding schemes.
constexpr std::string_view kCodingSchemes[] = {
    "2.16.840.1.113883.6.96",  "2.16.840.1.113883.6.1",   "2.16.840.1.113883.6.8",
    "2.16.840.1.113883.6.119", "2.16.840.1.113883.6.86",  "2.16.840.1.113883.6.256",
    "2.16.840.1.113883.6.24",  "2.16.840.1.113883.6.5",   "2.16.840.1.113883.6.103",
    "2.16.840.1.113883.6.3",   "2.16.840.1.113883.6.12",  "2.16.840.1.113883.3.26.1.1",
    "2.16.840.1.113883.6.13",  "2.16.840.1.113883.6.121", "2.16.840.1.113883.6.69"};

std::vector<std::string_view> Split(std::string_view values) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = values.find('\\', begin);
    parts.push_back(Trim(values.substr(begin, end - begin)));
    if (end == values.npos) return parts;
    begin = end + 1;
  }
}

std::string Join(const std::vector<std::string>& parts) {
  std::string joined;
  for (size_t i = 0; i < parts.size(); ++i) joined += (i == 0 ? "" : "\\") + parts[i];
  return joined;
}

// Sign, digits, point, exponent (PS3.5 Table 6.2-1, DS and IS); empty is allowed.
bool IsNumber(std::string_view text) {
  size_t i = 0, digits = 0;
  const auto skip_digits = [&] {
    const size_t begin = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - begin;
  };
  const auto skip_one_of = [&](std::string_view marks) {
    const bool there = i < text.size() && marks.find(text[i]) != marks.npos;
    i += there ? 1 : 0;
    return there;
  };
  if (text.empty()) return true;
  skip_one_of("+-");
  digits = skip_digits();
  if (skip_one_of(".")) digits += skip_digits();
  if (digits == 0 || digits > 40) return false;
  if (skip_one_of("eE")) {
    skip_one_of("+-");
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

bool IsZone(std::string_view text) {
  return text.size() == 5 && (text[0] == '+' || text[0] == '-') && IsDigits(text.substr(1));
}

std::string_view DummyOf(Vr vr) {
  switch (vr) {
    case Vr::CS:
      return "OTHER";
    case Vr::DS:
    case Vr::IS:
      return "0";
    case Vr::AS:
      return "000Y";
    case Vr::DA:
      return "19000101";
    case Vr::DT:
      return "19000101000000";
    case Vr::TM:
      return "000000";
    default:
      return dicom::IsString(vr)
                 ? kRemoved
                 : std::string_view("\0\0\0\0\0\0\0\0", std::max<size_t>(2, dicom::ValueSize(vr)));
  }
}

bool IsDateOrTime(Vr vr) { return vr == Vr::DA || vr == Vr::DT || vr == Vr::TM; }

}  // namespace

ValueCleaner::ValueCleaner(const Policy& policy, const Pseudonyms& pseudonyms,
                           const Sentinel& identifiers)
    : policy_(policy), pseudonyms_(pseudonyms), identifiers_(identifiers) {
  const bool full = policy.options.Has(Option::kRetainFullDates);
  dates_ = {full ? 0 : pseudonyms.ShiftDays(), policy.years_only};
}

std::optional<std::string> ValueCleaner::Clean(const dicom::Element& element, Vr vr,
                                               const dicom::CharacterSet& set) {
  const size_t size = dicom::ValueSize(vr);
  switch (vr) {
    case Vr::CS:
      return Terms(element.value);
    case Vr::DS:
    case Vr::IS:
      return Numbers(element.value);
    case Vr::UI:
      if (element.tag == tags::CodingSchemeUID &&
          std::find(std::begin(kCodingSchemes), std::end(kCodingSchemes), Trim(element.value)) !=
              std::end(kCodingSchemes)) {
        return std::string(Trim(element.value));
      }
      return Uids(element.value);
    case Vr::AS:
      return CapAge(element.value);
    case Vr::DA:
    case Vr::DT:
    case Vr::TM:
      return Dates(element.value, vr, false);
    case Vr::OB:
    case Vr::OW:
    case Vr::OF:
    case Vr::OD:
    case Vr::OL:
    case Vr::OV:
      return Bulk(element);
    case Vr::PN:
    case Vr::AE:
    case Vr::UR:
    case Vr::UN:
    case Vr::SQ:
      return std::nullopt;
    default:
      break;
  }
  if (size > 0)
    return element.value.size() % size == 0 ? std::optional(element.value) : std::nullopt;
  TextRule rule = TextRuleOf(element.tag);
  if (rule == TextRule::kNone && policy_.options.Has(Option::kCleanDescriptors)) {
    rule = TextRule::kWords;
  }
  return CleanTextValue(element, vr, set, rule);
}

std::optional<std::string> ValueCleaner::CleanTextValue(const dicom::Element& element, Vr vr,
                                                        const dicom::CharacterSet& set,
                                                        TextRule rule) {
  if (rule == TextRule::kNone) return std::nullopt;
  const std::string utf8 = set.Decode(element.value, vr);
  if (rule == TextRule::kZone) {
    return IsZone(Trim(utf8)) ? std::optional(std::string(Trim(utf8))) : std::nullopt;
  }
  if (rule == TextRule::kTerm) {
    if (auto term = Terms(utf8)) return term;
    rule = TextRule::kTechnical;
  }
  if (!dicom::IsMultiValued(vr)) {
    std::string cleaned = CleanText(utf8, rule, identifiers_, dates_in_text());
    return cleaned.empty() ? std::nullopt : std::optional(std::move(cleaned));
  }
  std::vector<std::string> parts;
  bool any = false;
  for (const std::string_view part : Split(utf8)) {
    parts.push_back(CleanText(part, rule, identifiers_, dates_in_text()));
    any |= !parts.back().empty();
  }
  return any ? std::optional(Join(parts)) : std::nullopt;
}

const DateRule* ValueCleaner::dates_in_text() const {
  const bool kept = policy_.options.Has(Option::kRetainFullDates) ||
                    policy_.options.Has(Option::kRetainModifiedDates);
  return kept ? &dates_ : nullptr;
}

std::optional<std::string> ValueCleaner::Keep(const dicom::Element& element, Vr vr,
                                              const dicom::CharacterSet& set) {
  if (IsDateOrTime(vr)) return Dates(element.value, vr, true);
  if (vr == Vr::CS || vr == Vr::AS || !dicom::IsString(vr) || vr == Vr::DS || vr == Vr::IS) {
    return Clean(element, vr, set);
  }
  if (vr == Vr::UI) return element.value;
  std::string utf8(Trim(set.Decode(element.value, vr)));
  const bool found = identifiers_.FindsInText(utf8) || HasNearIdentifier(utf8, identifiers_);
  return found ? std::nullopt : std::optional(std::move(utf8));
}

std::string ValueCleaner::Dummy(const dicom::Element& element, Vr vr) {
  if (vr == Vr::UI) return Uids(element.value);
  if (element.tag == tags::MappingResource) return "DCMR";
  if (IsDateOrTime(vr)) {
    if (auto moved = Dates(element.value, vr, false)) return *moved;
  }
  return std::string(DummyOf(vr));
}

std::optional<std::string> ValueCleaner::OneDate(std::string_view value, Vr vr) const {
  if (value.empty()) return std::string();
  if (vr == Vr::DA) return MoveDate(value, dates_);
  if (vr == Vr::DT) return MoveDateTime(value, dates_);
  if (!IsTime(value) || policy_.years_only) return std::nullopt;
  return std::string(value);
}

std::optional<std::string> ValueCleaner::Dates(std::string_view values, Vr vr, bool forced) {
  const bool retained = policy_.options.Has(Option::kRetainFullDates) ||
                        policy_.options.Has(Option::kRetainModifiedDates);
  if (!forced && !retained) return std::nullopt;
  std::vector<std::string> parts;
  for (const std::string_view value : Split(values)) {
    auto moved = OneDate(value, vr);
    if (!moved) return std::nullopt;
    parts.push_back(std::move(*moved));
  }
  std::string joined = Join(parts);
  if (identifiers_.FindsInText(joined)) return std::nullopt;
  kept_a_date_ |= vr != Vr::TM && !joined.empty();
  return joined;
}

std::optional<std::string> ValueCleaner::Terms(std::string_view values) const {
  std::vector<std::string> parts;
  bool any = false;
  for (const std::string_view value : Split(values)) {
    const bool term = IsDefinedTerm(value, identifiers_);
    any |= term;
    parts.emplace_back(term ? value : DummyOf(Vr::CS));
  }
  return any ? std::optional(Join(parts)) : std::nullopt;
}

std::optional<std::string> ValueCleaner::Numbers(std::string_view values) const {
  const auto parts = Split(values);
  if (!std::all_of(parts.begin(), parts.end(), IsNumber)) return std::nullopt;
  if (identifiers_.FindsInText(values)) return std::nullopt;
  return std::string(values);
}

std::optional<std::string> ValueCleaner::Bulk(const dicom::Element& element) const {
  if (element.tag == tags::ICCProfile) return ScrubIccProfile(element.value);
  const bool sample = Contains(kSamples, element.tag) && element.value.size() <= kSampleSizeMax;
  return sample || Contains(kKnownBulk, element.tag) ? std::optional(element.value) : std::nullopt;
}

std::string ValueCleaner::Uid(const std::string& original) {
  if (original.empty() || dicom::FindUid(original) != nullptr) return original;
  const auto found = uid_map_.find(original);
  const std::string pseudonym = found != uid_map_.end() ? found->second : pseudonyms_.Uid(original);
  met_.emplace_back(original, pseudonym);
  if (found == uid_map_.end()) uids_.push_back(met_.back());
  uid_map_.emplace(original, pseudonym);
  return pseudonym;
}

ValueCleaner::Noted ValueCleaner::End(Noted before) {
  Noted noted{std::exchange(met_, std::move(before.uids)), kept_a_date_};
  kept_a_date_ |= before.kept_a_date;
  return noted;
}

void ValueCleaner::Note(const std::vector<std::pair<std::string, std::string>>& uids,
                        bool kept_a_date) {
  for (const auto& [original, pseudonym] : uids) {
    if (uid_map_.emplace(original, pseudonym).second) uids_.emplace_back(original, pseudonym);
  }
  kept_a_date_ |= kept_a_date;
}

std::string ValueCleaner::Uids(std::string_view values) {
  std::vector<std::string> parts;
  for (const std::string_view value : Split(values)) parts.push_back(Uid(std::string(value)));
  return Join(parts);
}

}  // namespace glossator::deid
