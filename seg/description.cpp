// SPDX-License-Identifier: GPL-3.0-or-later
// What a description must say before it can become a Segment Sequence (PS3.3 C.8.20.4).
#include "seg/description.h"

#include <set>

#include "dicom/uid.h"
#include "seg/codes.h"

namespace glossator::seg {
namespace {

class Checker {
 public:
  std::vector<Finding> findings;

  void Segments(const std::vector<Segment>& segments);
  void Text(const std::string& text, size_t characters_max, const std::string& path);
  void Contributors(const std::vector<Contributor>& contributors);

 private:
  void Fault(const std::string& path, const std::string& message, const char* paragraph,
             const char* severity = kFindingError, const char* code = "description") {
    findings.push_back({"", severity, code, path, paragraph, message});
  }
  void Code(const dicom::Code& code, const std::string& path, unsigned use);
  void Codes(const Segment& segment, const std::string& path);
  void Algorithm(const Segment& segment, const std::string& path);
  void Tracking(const Segment& segment, const std::string& path);
  std::set<uint16_t> labels_;
  std::set<std::string> tracking_uids_;
};

size_t Characters(const std::string& utf8) {
  size_t count = 0;
  for (const unsigned char c : utf8) count += (c & 0xC0) != 0x80;
  return count;
}

bool HasControl(const std::string& text) {
  for (const unsigned char c : text) {
    if (c < 0x20 || c == 0x7F || c == '\\') return true;
  }
  return false;
}

// PS3.5 6.2: no control characters and no backslash in LO, SH and PN.
void Checker::Text(const std::string& text, size_t characters_max, const std::string& path) {
  if (Characters(text) > characters_max) {
    Fault(path, "more than " + std::to_string(characters_max) + " characters", "PS3.5 6.2");
  }
  if (HasControl(text)) Fault(path, "a control character or backslash", "PS3.5 6.2");
}

void Checker::Code(const dicom::Code& code, const std::string& path, unsigned use) {
  if (code.value.empty() || code.scheme.empty() || code.meaning.empty()) {
    Fault(path, "needs code, scheme and meaning", "PS3.3 8.8");
    return;
  }
  Text(code.value, 64, path + ".code");
  Text(code.scheme, 16, path + ".scheme");
  Text(code.meaning, 64, path + ".meaning");
  if (CheckMeaning(code) != MeaningCheck::kMatches) {
    const bool other = CheckMeaning(code) == MeaningCheck::kOtherCodes;
    Fault(path, other ? "the meaning is that of another code" : "the meaning is not the code's own",
          "PS3.3 8.3", other ? kFindingError : kFindingWarning, "code-meaning");
  }
  const CodeEntry* entry = FindCode(code);
  if (entry != nullptr && use != 0 && (entry->uses & use) == 0) {
    Fault(path, "the code is not one for this place", "PS3.16 CID 7150, 7151", kFindingWarning,
          "code-use");
  }
}

void Checker::Codes(const Segment& segment, const std::string& path) {
  Code(segment.category, path + ".category", kUseCategory);
  Code(segment.type, path + ".type", kUseType | kUseRegion);
  for (const auto& code : segment.type_modifiers) Code(code, path + ".type_modifier", 0);
  if (segment.region) Code(*segment.region, path + ".region", kUseRegion | kUseType);
  for (const auto& code : segment.region_modifiers) Code(code, path + ".region_modifier", 0);
  if (!segment.region && !segment.region_modifiers.empty()) {
    Fault(path + ".region_modifier", "a modifier without a region", "PS3.3 10.5");
  }
}

void Checker::Algorithm(const Segment& segment, const std::string& path) {
  const std::string& type = segment.algorithm_type;
  if (type != "MANUAL" && type != "SEMIAUTOMATIC" && type != "AUTOMATIC") {
    Fault(path + ".algorithm_type", "expected MANUAL, SEMIAUTOMATIC or AUTOMATIC",
          "PS3.3 C.8.20.4");
  } else if (type != "MANUAL" && segment.algorithm_name.empty()) {
    Fault(path + ".algorithm_name", "is required unless the algorithm type is MANUAL",
          "PS3.3 C.8.20.4");
  }
  Text(segment.algorithm_name, 64, path + ".algorithm_name");
  if (!segment.algorithm) return;
  const std::string here = path + ".algorithm_identification";
  Code(segment.algorithm->family, here + ".family", 0);
  Text(segment.algorithm->name, 64, here + ".name");
  Text(segment.algorithm->version, 64, here + ".version");
  Text(segment.algorithm->source, 64, here + ".source");
}

void Checker::Contributors(const std::vector<Contributor>& contributors) {
  for (size_t i = 0; i < contributors.size(); ++i) {
    const Contributor& one = contributors[i];
    const std::string path = "$.contributors[" + std::to_string(i) + "]";
    if (one.manufacturer.empty()) Fault(path + ".manufacturer", "is required", "PS3.3 C.12.1");
    for (const std::string* text : {&one.manufacturer, &one.model_name, &one.serial_number,
                                    &one.software_versions, &one.institution}) {
      Text(*text, 64, path);
    }
    for (const std::string& name : one.operators) Text(name, 64 * 3 + 2, path + ".operators");
    if (!one.purpose.value.empty()) Code(one.purpose, path + ".purpose", 0);
    const bool needs_uid = one.algorithm && one.device_uid.empty();
    if (needs_uid || (!one.device_uid.empty() && !dicom::IsValidUid(one.device_uid))) {
      Fault(path + ".device_uid", "an algorithm needs a Device UID", "IHE RAD AIR 6.5.3.1");
    }
  }
}

void Checker::Tracking(const Segment& segment, const std::string& path) {
  if (segment.tracking_id.empty() != segment.tracking_uid.empty()) {
    Fault(path, "tracking_id and tracking_uid come as a pair", "PS3.3 C.8.20.4", kFindingError,
          "tracking-pair");
  }
  if (segment.tracking_uid.empty()) return;
  if (!dicom::IsValidUid(segment.tracking_uid)) {
    Fault(path + ".tracking_uid", "is no UID", "PS3.5 9.1");
  }
  if (!tracking_uids_.insert(segment.tracking_uid).second) {
    Fault(path + ".tracking_uid", "used by two segments", "PS3.3 C.8.20.4");
  }
}

void Checker::Segments(const std::vector<Segment>& segments) {
  if (segments.empty()) Fault("$.segments", "no segment", "PS3.3 C.8.20.2");
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    const std::string path = "$.segments[" + std::to_string(i) + "]";
    if (segment.label == 0) Fault(path + ".label", "0 is the background", "PS3.3 C.8.20.2.4");
    if (!labels_.insert(segment.label).second) {
      Fault(path + ".label", "used by two segments", "PS3.3 C.8.20.2.4");
    }
    if (segment.name.empty()) Fault(path + ".name", "is required", "PS3.3 C.8.20.4");
    Text(segment.name, 64, path + ".name");
    Text(segment.tracking_id, 10240, path + ".tracking_id");
    Codes(segment, path);
    Algorithm(segment, path);
    Tracking(segment, path);
  }
}

bool IsCodeString(const std::string& text) {
  for (const char c : text) {
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '_')) return false;
  }
  return text.size() <= 16;
}

}  // namespace

std::vector<Finding> Check(const Description& description) {
  Checker checker;
  checker.Text(description.series_description, 64, "$.series_description");
  checker.Text(description.content_creator, 64 * 3 + 2, "$.content_creator");
  checker.Text(description.content_description, 64, "$.content_description");
  if (!IsCodeString(description.content_label)) {
    checker.findings.push_back({"", kFindingError, "description", "$.content_label", "PS3.5 6.2",
                                "expected at most 16 capitals, digits, spaces, underscores"});
  }
  checker.Contributors(description.contributors);
  checker.Segments(description.segments);
  return checker.findings;
}

}  // namespace glossator::seg
