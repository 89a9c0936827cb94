// SPDX-License-Identifier: GPL-3.0-or-later
// The Segment Sequence (PS3.3 C.8.20.2, C.8.20.4) and the codes in it.
#include <algorithm>
#include <set>

#include "dicom/code.h"
#include "dicom/dictionary.h"
#include "seg/bits.h"
#include "seg/codes.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

std::string In(size_t segment, dicom::Tag tag) {
  return ItemPath(tags::SegmentSequence, segment) + ">" + PathOf(tag);
}

void CheckNumbers(VerifyContext& context) {
  std::set<int64_t> seen;
  for (size_t i = 0; i < context.segment_numbers.size(); ++i) {
    const int64_t number = context.segment_numbers[i];
    const std::string path = In(i, tags::SegmentNumber);
    if (number < (context.label_map() ? 0 : 1)) {
      context.findings.Error("segment-number", path, "PS3.3 C.8.20.2.4",
                             "is missing or below the first number");
    } else if (!seen.insert(number).second) {
      context.findings.Error("segment-number", path, "PS3.3 C.8.20.2.4", "is there twice");
    } else if (!context.label_map() && number != static_cast<int64_t>(i) + 1) {
      context.findings.Error("segment-number", path, "PS3.3 C.8.20.2.4",
                             "does not count from 1 in steps of 1");
    }
  }
}

void CheckAlgorithm(VerifyContext& context, const dicom::DataSet& item, size_t i) {
  const std::string type = item.GetString(tags::SegmentAlgorithmType);
  if (type != "MANUAL" && type != "SEMIAUTOMATIC" && type != "AUTOMATIC") {
    context.findings.Error("segment-algorithm", In(i, tags::SegmentAlgorithmType), "PS3.3 C.8.20.4",
                           "must be MANUAL, SEMIAUTOMATIC or AUTOMATIC");
  } else if (type != "MANUAL" && !item.HasValue(tags::SegmentAlgorithmName)) {
    context.findings.Error("segment-algorithm", In(i, tags::SegmentAlgorithmName), "PS3.3 C.8.20.4",
                           "is required unless the type is MANUAL");
  }
}

void CheckTracking(VerifyContext& context, const dicom::DataSet& item, size_t i,
                   std::set<std::string>& uids) {
  if (item.HasValue(tags::TrackingID) != item.HasValue(tags::TrackingUID)) {
    context.findings.Error("tracking-pair", In(i, tags::TrackingUID), "PS3.3 C.8.20.4",
                           "Tracking ID and Tracking UID come together");
  }
  const std::string uid = item.GetString(tags::TrackingUID);
  if (!uid.empty() && !uids.insert(uid).second) {
    context.findings.Warning("tracking-unique", In(i, tags::TrackingUID), "PS3.3 C.8.20.4",
                             "two segments have the same Tracking UID");
  }
}

void CheckColor(VerifyContext& context, const dicom::DataSet& item, size_t i) {
  const dicom::Element* color = item.Find(tags::RecommendedDisplayCIELabValue);
  if (color == nullptr || color->value.size() == 6) return;
  context.findings.Error("color", In(i, tags::RecommendedDisplayCIELabValue), "PS3.3 C.10.7.1.1",
                         "must have three values");
}

unsigned UsesOf(const dicom::DataSet& item, dicom::Tag tag) {
  const auto code = dicom::GetCode(item, tag);
  const CodeEntry* entry = code ? FindCode(*code) : nullptr;
  return entry == nullptr ? 0 : entry->uses;
}

// A category where the type belongs and the other way round; one of them alone may be the
// writer's own choice, since the context groups are extensible.
void CheckUse(VerifyContext& context, const dicom::DataSet& item, size_t i) {
  const unsigned category = UsesOf(item, tags::SegmentedPropertyCategoryCodeSequence);
  const unsigned type = UsesOf(item, tags::SegmentedPropertyTypeCodeSequence);
  const bool no_category = (category & kUseType) != 0 && (category & kUseCategory) == 0;
  const bool no_type = (type & kUseCategory) != 0 && (type & (kUseType | kUseRegion)) == 0;
  const std::string path = In(i, tags::SegmentedPropertyCategoryCodeSequence);
  if (no_category && no_type) {
    context.findings.Error("code-use", path, "PS3.16 CID 7150, 7151",
                           "category and property type are mixed up");
  } else if (no_category || no_type) {
    context.findings.Warning("code-use", path, "PS3.16 CID 7150, 7151",
                             "a code that is not of its context group");
  }
}

void CheckProperties(VerifyContext& context, const dicom::DataSet& item, size_t i) {
  for (const dicom::Tag tag :
       {tags::SegmentedPropertyCategoryCodeSequence, tags::SegmentedPropertyTypeCodeSequence}) {
    if (item.GetItems(tag).size() != 1) {
      context.findings.Error("segment-property", In(i, tag), "PS3.3 C.8.20.4",
                             "must have one item");
    }
  }
  CheckUse(context, item, i);
}

// Where a frame lies and what it was drawn on: echoes and phases share a position, and segments of
// different phases do not overlap (PS3.3 C.8.20.2.3).
struct Place {
  std::array<double, 3> position;
  std::vector<std::pair<std::string, uint32_t>> sources;
  auto operator<=>(const Place&) const = default;
};

Place PlaceOf(const SegmentationFrame& frame) {
  Place place{frame.plane->position, {}};
  for (const FrameReference& source : frame.sources) {
    place.sources.emplace_back(source.sop_instance_uid, source.frame_number);
  }
  std::sort(place.sources.begin(), place.sources.end());
  return place;
}

// Two BINARY frames of one place with a common bit. At most one comparison per pair of neighbours.
bool AnyOverlap(const VerifyContext& context) {
  const uint64_t count = context.rows * context.columns;
  std::map<Place, std::vector<size_t>> places;
  for (size_t i = 0; i < context.frames.size(); ++i) {
    if (context.frames[i].plane) places[PlaceOf(context.frames[i])].push_back(i);
  }
  for (const auto& [place, frames] : places) {
    std::string together((count + 7) / 8 + 8, '\0');
    for (const size_t frame : frames) {
      for (uint64_t k = 0; k < count; k += 64) {
        const uint64_t left = std::min<uint64_t>(64, count - k);
        uint64_t bits = BitsAt(context.object.pixels, frame * count + k);
        if (left < 64) bits &= (uint64_t{1} << left) - 1;
        const uint64_t before = BitsAt(together, k);
        if ((bits & before) != 0) return true;
        const uint64_t both = bits | before;
        std::copy_n(reinterpret_cast<const char*>(&both), 8, together.data() + k / 8);
      }
    }
  }
  return false;
}

void CheckOverlap(VerifyContext& context) {
  const std::string overlap = context.head.GetString(tags::SegmentsOverlap);
  const std::string path = PathOf(tags::SegmentsOverlap);
  if (overlap.empty()) return;
  if (overlap != "YES" && overlap != "NO" && overlap != "UNDEFINED") {
    context.findings.Error("segments-overlap", path, "PS3.3 C.8.20.2",
                           "must be YES, NO or UNDEFINED");
  }
  if (context.label_map() && overlap == "YES") {
    context.findings.Error("segments-overlap", path, "PS3.3 C.8.20.2.3",
                           "segments of a labelmap cannot overlap");
  }
  if (overlap != "NO" || context.kind != Kind::kBinary || context.object.encapsulated) return;
  const uint64_t bits = context.rows * context.columns * context.frames.size();
  if (context.object.pixels.size() < (bits + 7) / 8 || context.rows > 65535) return;
  if (AnyOverlap(context)) {
    context.findings.Error("segments-overlap", path, "PS3.3 C.8.20.2",
                           "says NO, but segments overlap");
  }
}

// Every code of the object, wherever it stands.
class CodeVisitor {
 public:
  explicit CodeVisitor(VerifyContext& context) : context_(context) {
    for (const auto& item : context.head.GetItems(tags::CodingSchemeIdentificationSequence)) {
      declared_.insert(item.GetString(tags::CodingSchemeDesignator));
    }
  }

  void Visit(const std::string& path, const dicom::Element& element) {
    const std::string_view keyword = dicom::KeywordOf(element.tag);
    if (element.vr != dicom::Vr::SQ || keyword.find("CodeSequence") == keyword.npos) {
      if (element.tag != tags::AnatomicRegionSequence) return;
    }
    for (size_t i = 0; i < element.items.size(); ++i) {
      VisitCode(path + "[" + std::to_string(i + 1) + "]", element.items[i]);
    }
  }

 private:
  void VisitCode(const std::string& path, const dicom::DataSet& item) {
    const auto code = dicom::ToCode(item);
    if (!code || code->meaning.empty()) {
      context_.findings.Error("code-incomplete", path, "PS3.3 8.8",
                              "needs value, scheme and meaning");
      return;
    }
    CheckScheme(path, *code);
    const MeaningCheck check = CheckMeaning(*code);
    if (check == MeaningCheck::kOtherCodes) {
      context_.findings.Error("code-meaning", path, "PS3.3 8.3",
                              "the meaning is that of another code");
    } else if (check == MeaningCheck::kDiffers) {
      context_.findings.Warning("code-meaning", path, "PS3.3 8.3",
                                "the meaning is not the code's own");
    }
  }

  void CheckScheme(const std::string& path, const dicom::Code& code) {
    const std::string& scheme = code.scheme;
    if (!IsKnownScheme(scheme) && scheme != "99SDM" && declared_.count(scheme) == 0) {
      context_.findings.Error("scheme-undeclared", path, "PS3.3 C.12.1",
                              "a private coding scheme that the object does not identify");
    }
    if (scheme == "SRT" || scheme == "SNM3" || scheme == "99SDM") {
      context_.findings.Warning("code-retired", path, "PS3.16 8",
                                "SNOMED-RT style codes are retired, use SCT");
    }
  }

  VerifyContext& context_;
  std::set<std::string> declared_;
};

}  // namespace

void VerifySegments(VerifyContext& context) {
  const auto& items = context.head.GetItems(tags::SegmentSequence);
  CheckNumbers(context);
  std::set<std::string> uids;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].HasValue(tags::SegmentLabel)) {
      context.findings.Error("segment-label", In(i, tags::SegmentLabel), "PS3.3 C.8.20.4",
                             "must have a value");
    }
    CheckAlgorithm(context, items[i], i);
    CheckTracking(context, items[i], i, uids);
    CheckColor(context, items[i], i);
    CheckProperties(context, items[i], i);
  }
  CheckOverlap(context);
}

void VerifyCodes(VerifyContext& context) {
  CodeVisitor visitor(context);
  dicom::ForEachElement(context.head, [&](const std::string& path, const dicom::Element& element) {
    visitor.Visit(path, element);
  });
}

}  // namespace glossator::seg
