// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/dcmqi.h"

namespace glossator::seg {
namespace {

struct Alias {
  const char* theirs;
  const char* ours;
};

constexpr Alias kTop[] = {
    {"SeriesDescription", "series_description"},
    {"ContentCreatorName", "content_creator"},
    {"ContentLabel", "content_label"},
    {"ContentDescription", "content_description"},
};

constexpr Alias kSegment[] = {
    {"labelID", "label"},
    {"SegmentLabel", "name"},
    {"SegmentDescription", "description"},
    {"SegmentAlgorithmType", "algorithm_type"},
    {"SegmentAlgorithmName", "algorithm_name"},
    {"recommendedDisplayRGBValue", "color"},
    {"TrackingIdentifier", "tracking_id"},
    {"TrackingUniqueIdentifier", "tracking_uid"},
};

constexpr Alias kCodes[] = {
    {"SegmentedPropertyCategoryCodeSequence", "category"},
    {"SegmentedPropertyTypeCodeSequence", "type"},
    {"SegmentedPropertyTypeModifierCodeSequence", "type_modifier"},
    {"AnatomicRegionSequence", "region"},
    {"AnatomicRegionModifierSequence", "region_modifier"},
};

constexpr Alias kCode[] = {
    {"CodeValue", "code"},
    {"CodingSchemeDesignator", "scheme"},
    {"CodeMeaning", "meaning"},
};

template <size_t n>
void Copy(const Json::Value& from, const Alias (&aliases)[n], Json::Value& to) {
  if (!from.isObject()) return;
  for (const Alias& alias : aliases) {
    if (from.isMember(alias.theirs)) to[alias.ours] = from[alias.theirs];
  }
}

Json::Value CodeOf(const Json::Value& theirs) {
  if (theirs.isArray()) {
    Json::Value list(Json::arrayValue);
    for (const Json::Value& one : theirs) list.append(CodeOf(one));
    return list;
  }
  Json::Value code(Json::objectValue);
  Copy(theirs, kCode, code);
  return code;
}

Json::Value SegmentOf(const Json::Value& theirs) {
  Json::Value segment(Json::objectValue);
  if (!theirs.isObject()) return segment;
  Copy(theirs, kSegment, segment);
  for (const Alias& alias : kCodes) {
    if (theirs.isMember(alias.theirs)) segment[alias.ours] = CodeOf(theirs[alias.theirs]);
  }
  // There the description is the only required text.
  if (!segment.isMember("name") && segment.isMember("description")) {
    segment["name"] = segment["description"];
  }
  return segment;
}

}  // namespace

bool IsDcmqi(const Json::Value& json) {
  return json.isObject() && json.isMember("segmentAttributes");
}

Json::Value FromDcmqi(const Json::Value& json) {
  Json::Value ours(Json::objectValue);
  Copy(json, kTop, ours);
  ours["segments"] = Json::Value(Json::arrayValue);
  for (const Json::Value& file : json["segmentAttributes"]) {  // one list per label file
    if (!file.isArray()) continue;
    for (const Json::Value& segment : file) ours["segments"].append(SegmentOf(segment));
  }
  return ours;
}

}  // namespace glossator::seg
