// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/cleaner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "deid/bitstream.h"
#include "deid/fold.h"
#include "deid/normalize.h"
#include "deid/reason.h"
#include "deid/rejection_titles.h"
#include "deid/structured_content.h"
#include "dicom/dictionary.h"

namespace glossator::deid {
namespace {

using dicom::DataSet;
using dicom::Element;
using dicom::Tag;
using dicom::Vr;
namespace tags = dicom::tags;

// Retired, but numbers or terms that old images need for their geometry.
constexpr Tag kRetiredButKept[] = {{0x0020, 0x0030}, {0x0020, 0x0035}, {0x0020, 0x0050},
                                   {0x0028, 0x0005}, {0x0018, 0x1511}, {0x0018, 0x9166}};

// Objects of the Enhanced General Equipment module (PS3.3 C.7.5.2), also without their groups.
constexpr std::string_view kEnhanced[] = {
    "12.1.1",   "12.2.1",   "13.1.",  "130",    "14.1", "14.2", "2.1",  "30",   "4.1",
    "4.2",      "4.3",      "6.2",    "66.3",   "66.4", "66.5", "66.6", "66.7", "77.1.5.4",
    "77.1.5.7", "77.1.5.8", "77.1.6", "77.1.7", "78.",  "80.1", "91.1"};

bool IsEnhanced(std::string_view uid) {
  constexpr std::string_view kStorage = "1.2.840.10008.5.1.4.1.1.";
  if (!uid.starts_with(kStorage)) return false;
  uid.remove_prefix(kStorage.size());
  return std::any_of(std::begin(kEnhanced), std::end(kEnhanced), [&](std::string_view one) {
    return one.back() == '.' ? uid.starts_with(one) : uid == one;
  });
}

// Replaced by Stamp and by the writer.
constexpr Tag kOurs[] = {tags::SpecificCharacterSet, tags::PatientIdentityRemoved,
                         tags::DeidentificationMethod, tags::DeidentificationMethodCodeSequence,
                         tags::LongitudinalTemporalInformationModified};

// Who issued a number tells where it was: not in Table E.1-1, but no better than the number.
constexpr Tag kIssuers[] = {
    tags::IssuerOfAccessionNumberSequence,     tags::IssuerOfPatientID,
    tags::IssuerOfPatientIDQualifiersSequence, tags::AssigningFacilitySequence,
    tags::AssigningJurisdictionCodeSequence,   tags::AssigningAgencyOrDepartmentCodeSequence,
    tags::OrderPlacerIdentifierSequence,       tags::OrderFillerIdentifierSequence};

bool IsOneOf(Tag tag, const Tag* begin, const Tag* end) {
  return std::find(begin, end, tag) != end;
}

// Command, meta, directory, curves, overlays, signatures and encrypted attributes, and what
// stands behind the pixels.
bool IsForeignGroup(Tag tag) {
  const uint16_t family = tag.group & 0xFF00;
  return tag.is_group_length() || tag.group < 0x0008 || family == 0x5000 || family == 0x6000 ||
         tag.group == 0x0400 || tag.group > 0x7FE0;
}

bool StartsWith(const std::string& uid, std::string_view prefix) { return uid.starts_with(prefix); }

Scope ScopeOf(const DataSet& head) {
  const std::string uid = head.GetString(tags::SOPClassUID);
  Scope scope;
  scope.pet = uid == "1.2.840.10008.5.1.4.1.1.128";
  scope.enhanced = head.Has(tags::SharedFunctionalGroupsSequence) ||
                   head.Has(tags::PerFrameFunctionalGroupsSequence) || IsEnhanced(uid);
  scope.ophthalmic = StartsWith(uid, "1.2.840.10008.5.1.4.1.1.77.1.5.");
  scope.slide = uid == "1.2.840.10008.5.1.4.1.1.77.1.6";
  scope.xa = StartsWith(uid, "1.2.840.10008.5.1.4.1.1.12.");
  scope.sr = StartsWith(uid, "1.2.840.10008.5.1.4.1.1.88.");
  scope.waveform = StartsWith(uid, "1.2.840.10008.5.1.4.1.1.9.");
  return scope;
}

// Names of devices and institutions are kept as they are or not at all; what describes the patient
// is free text all the same.
bool KeepsVerbatim(Tag tag, Vr vr, const Options& options) {
  if (!dicom::UsesCharacterSet(vr)) return true;
  Options places;
  for (const Option option : {Option::kRetainDeviceIdentity, Option::kRetainInstitutionIdentity}) {
    if (options.Has(option)) places.Set(option);
  }
  return ProfileAction(tag, places) == Action::kK;
}

bool IsBulk(Vr vr) {
  return vr == Vr::OB || vr == Vr::OW || vr == Vr::OF || vr == Vr::OD || vr == Vr::OL ||
         vr == Vr::OV;
}

bool IsPixels(Tag tag) {
  return tag == tags::PixelData || tag == tags::FloatPixelData || tag == tags::DoubleFloatPixelData;
}

Element WithValue(const Element& element, Vr vr, std::string value) {
  Element out;
  out.tag = element.tag;
  out.vr = vr;
  out.value = std::move(value);
  return out;
}

}  // namespace

Cleaner::Cleaner(const Policy& policy, const Pseudonyms& pseudonyms, const Sentinel& identifiers,
                 const DataSet& head, const dicom::TransferSyntax& syntax, HeadMemo* memo)
    : policy_(policy),
      pseudonyms_(pseudonyms),
      head_(head),
      syntax_(syntax),
      scope_(ScopeOf(head)),
      fixed_content_(head.Has(tags::ContentSequence) && HasReferencesByPosition(head)),
      memo_(head.Has(tags::ContentSequence) ? nullptr : memo),
      values_(policy, pseudonyms, identifiers) {}

DataSet Cleaner::Run() {
  DataSet out = CleanSet(head_, Tag{}, dicom::CharacterSet::Of(head_));
  Stamp(out);
  return out;
}

DataSet Cleaner::CleanSet(const DataSet& in, Tag parent, const dicom::CharacterSet& set) {
  DataSet out;
  out.elements().reserve(in.size() + (parent == Tag{} ? 6 : 0));
  const Place place{in, parent, set};
  for (const Element& element : in) {
    const bool remembered = memo_ != nullptr && parent == Tag{};
    if (auto cleaned =
            remembered ? CleanRemembered(element, place) : CleanElement(element, place)) {
      out.elements().push_back(std::move(*cleaned));
    } else {
      Count(Want::kRemove);
    }
  }
  if (policy_.options.Has(Option::kRetainSafePrivate)) AddPrivateCreators(in, out);
  return out;
}

// What the element's own cleaning counted and noted is kept with it, and told again.
std::optional<Element> Cleaner::CleanRemembered(const Element& element, const Place& place) {
  if (const auto* known = memo_->ResultOf(element)) {
    for (const auto& [action, count] : known->actions) actions_[action] += count;
    values_.Note(known->uids, known->kept_a_date);
    return known->cleaned;
  }
  const auto before = std::exchange(actions_, {});
  const auto note = values_.Begin();
  auto cleaned = CleanElement(element, place);
  auto [uids, kept_a_date] = values_.End(note);
  memo_->Keep(element, {cleaned, std::move(uids), actions_, kept_a_date});
  for (const auto& [action, count] : before) actions_[action] += count;
  return cleaned;
}

std::optional<Element> Cleaner::CleanElement(const Element& element, const Place& place) {
  if (element.tag.is_private()) return CleanPrivate(element, place);
  if (IsForeignGroup(element.tag) || IsOneOf(element.tag, std::begin(kOurs), std::end(kOurs))) {
    return std::nullopt;
  }
  if (IsOneOf(element.tag, std::begin(kIssuers), std::end(kIssuers))) return std::nullopt;
  const dicom::DictionaryEntry* entry = dicom::FindEntry(element.tag);
  if (entry == nullptr) return std::nullopt;
  if (entry->retired &&
      !IsOneOf(element.tag, std::begin(kRetiredButKept), std::end(kRetiredButKept))) {
    return std::nullopt;
  }
  if (IsPixels(element.tag)) return Pixels(element);
  if (entry->vr == Vr::SQ) return CleanSequence(element, place);
  const auto vr = TrueVr(element, *entry);
  const bool bulk = vr && (IsBulk(*vr) || entry->vr == Vr::OW);
  if (!vr || (!bulk && !HasRightCount(*entry, *vr, element.value.size()))) {
    return ByType(element, entry->vr, place);
  }
  if (auto value = Special(element, place)) {
    return WithValue(element, *vr, std::move(*value));
  }
  return CleanValue(element, *vr, Decide(element, *vr, place), place);
}

// Attributes with a meaning of their own in the vault (PS3.15 E.1.1 step 3).
std::optional<std::string> Cleaner::Special(const Element& element, const Place& place) {
  if (element.tag == tags::PatientName || element.tag == tags::PatientID) {
    return pseudonyms_.PatientCode();
  }
  if (element.tag == tags::StudyID && place.parent == Tag{}) {
    const std::string code = pseudonyms_.StudyCode(head_.GetString(tags::StudyInstanceUID),
                                                   head_.GetString(tags::StudyID));
    return code.size() <= 16 ? code : std::string();
  }
  if (element.tag == tags::Modality) return KnownModality(place.item.GetString(element.tag));
  if (element.tag == tags::CodeValue || element.tag == tags::LongCodeValue ||
      element.tag == tags::URNCodeValue) {
    std::string code = place.item.GetString(element.tag);
    const bool title = element.tag == tags::CodeValue && IsRejectionTitle(place.parent, place.item);
    return title ? code : values_.CleanCode(place.item, code);
  }
  if (element.tag == tags::CodingSchemeDesignator) {
    return values_.CleanScheme(place.item.GetString(element.tag));
  }
  return std::nullopt;
}

char Cleaner::Type(const Element& element, const Place& place) const {
  return TypeOf(element.tag, place.parent, scope_);
}

// Text Value is in no table: its concept tells (PS3.15 Table E.3.4-1), else it is free text.
Cleaner::Want Cleaner::DecideText(const Place& place) const {
  if (!policy_.options.Has(Option::kCleanDescriptors)) return Want::kDummy;
  const auto action = ContentItemAction(place.item, policy_.options);
  if (!action || *action == Action::kC) return Want::kCleanText;
  return *action == Action::kK ? Want::kKeep : Want::kDummy;
}

// A whole content item, when the profile removes its concept.
bool Cleaner::DropsItem(const Element& sequence, const DataSet& item) const {
  if (sequence.tag != tags::ContentSequence || fixed_content_) return false;
  return ContentItemAction(item, policy_.options) == Action::kX;
}

Cleaner::Want Cleaner::Decide(const Element& element, Vr vr, const Place& place) const {
  if (element.tag == tags::TextValue) return DecideText(place);
  if (element.tag == tags::UnformattedTextValue && policy_.options.Has(Option::kCleanGraphics)) {
    return Want::kCleanText;
  }
  const auto action = ProfileAction(element.tag, policy_.options);
  if (!action)
    return vr == Vr::UI && policy_.options.Has(Option::kRetainUids) ? Want::kKeep : Want::kClean;
  switch (*action) {
    case Action::kK:
      return KeepsVerbatim(element.tag, vr, policy_.options) ? Want::kKeep : Want::kCleanText;
    case Action::kC:
      return dicom::UsesCharacterSet(vr) && vr != Vr::PN ? Want::kCleanText : Want::kClean;
    case Action::kU:
      return Want::kUid;
    case Action::kXorZorU:
      return Want::kClean;
    case Action::kD:
      return Want::kDummy;
    case Action::kZ:
    case Action::kZorD:
      return Type(element, place) == '1' ? Want::kDummy : Want::kEmpty;
    default:
      break;  // X, X/Z, X/D, X/Z/D: as little as the type of the attribute allows
  }
  const char type = Type(element, place);
  return type == '1' ? Want::kDummy : type == '2' ? Want::kEmpty : Want::kRemove;
}

void Cleaner::Count(Want want) {
  constexpr char kLetters[] = {'X', 'Z', 'D', 'C', 'C', 'K', 'U'};
  ++actions_[kLetters[static_cast<size_t>(want)]];
}

std::optional<std::string> Cleaner::NewValue(const Element& element, Vr vr, Want want,
                                             const Place& place) {
  switch (want) {
    case Want::kUid:
      return values_.Uids(element.value);
    case Want::kKeep:
      return values_.Keep(element, vr, place.set);
    case Want::kDummy:
      return values_.Dummy(element, vr);
    case Want::kCleanText:
      return values_.CleanTextValue(element, vr, place.set, TextRule::kWords);
    case Want::kClean:
      return values_.Clean(element, vr, place.set);
    default:
      return std::string();
  }
}

std::optional<Element> Cleaner::CleanValue(const Element& element, Vr vr, Want want,
                                           const Place& place) {
  if (want == Want::kRemove) return std::nullopt;
  if (element.value.empty()) return WithValue(element, vr, std::string());
  auto value = NewValue(element, vr, want, place);
  if (!value) return ByType(element, vr, place);
  Count(want);
  return WithValue(element, vr, std::move(*value));
}

std::optional<Element> Cleaner::ByType(const Element& element, Vr vr, const Place& place) {
  const char type = Type(element, place);
  // An empty value is never worse than a missing one, and sometimes asked for.
  const bool lexical = vr == Vr::CS || vr == Vr::DS || vr == Vr::IS;
  if (type == '3' && !lexical) return std::nullopt;
  const Want want = type == '1' ? Want::kDummy : Want::kEmpty;
  Count(want);
  return WithValue(element, vr, want == Want::kDummy ? values_.Dummy(element, vr) : std::string());
}

std::optional<Element> Cleaner::CleanSequence(const Element& element, const Place& place) {
  const Want want = Decide(element, Vr::SQ, place);
  if (want == Want::kRemove) return std::nullopt;
  Element out = WithValue(element, Vr::SQ, {});
  Count(want);
  if (want == Want::kEmpty) return out;
  const auto items = ItemsOf(element);
  if (!items) return Type(element, place) == '3' ? std::nullopt : std::optional(std::move(out));
  const bool frames = element.tag == tags::PerFrameFunctionalGroupsSequence;
  for (const DataSet& item : *items) {
    if (DropsItem(element, item)) continue;
    const bool own_set = item.Has(tags::SpecificCharacterSet);
    DataSet cleaned = own_set ? CleanSet(item, element.tag, dicom::CharacterSet::Of(item))
                              : CleanSet(item, element.tag, place.set);
    const bool lost = cleaned.empty() && !item.empty();
    if (!lost || frames) out.items.push_back(std::move(cleaned));
  }
  const bool emptied = out.items.empty() && !items->empty();
  if (emptied && Type(element, place) == '3') return std::nullopt;
  return out;
}

std::optional<Element> Cleaner::Pixels(const Element& element) {
  Element out = element;
  if (!element.encapsulated) {
    TrimPadding(head_, out.value);
    if (IsFilm(syntax_.uid)) pixel_problem_ = reasons::kBitstream;  // not looked into
    return out;
  }
  FrameCleaner cleaner(syntax_);
  for (size_t i = 1; i < out.fragments.size(); ++i) {
    cleaner.BeginFragment();
    cleaner.Clean(out.fragments[i].data(), out.fragments[i].size());
  }
  if (pixel_problem_.empty()) pixel_problem_ = cleaner.problem();
  return out;
}

}  // namespace glossator::deid
