// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <cmath>

#include "dicom/uid.h"
#include "structured-report/concepts.h"
#include "structured-report/ucum.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using enum ValueType;
using Types = std::vector<ValueType>;

// PS3.3 Table A.35.13-2, the most liberal of all SR IODs.
struct Rule {
  const char* relationship;
  Types from;
  Types to;
};

const std::vector<Rule>& Rules() {
  static const Types kFacts = {kText, kCode, kNum, kDateTime, kDate, kTime, kUidRef, kPName};
  static const Types kEvidence = {kText,      kCode,   kNum,      kDateTime, kDate,
                                  kTime,      kUidRef, kPName,    kImage,    kWaveform,
                                  kComposite, kScoord, kScoord3d, kTcoord,   kContainer};
  static const Types kObserved = {kText, kCode,   kNum,   kDateTime, kDate,
                                  kTime, kUidRef, kPName, kComposite};
  static const Types kAcquired = {kText, kCode,   kNum,   kDateTime, kDate,
                                  kTime, kUidRef, kPName, kContainer};
  static const std::vector<Rule> kRules = {
      {kContains, {kContainer}, kEvidence},
      {kHasObsContext, {kContainer, kText, kCode, kNum}, kObserved},
      {kHasAcqContext, {kContainer, kImage, kWaveform, kComposite, kNum}, kAcquired},
      {kHasConceptMod, {}, {kText, kCode}},
      {kHasProperties, {kText, kCode, kNum, kPName}, kEvidence},
      {kInferredFrom, {kText, kCode, kNum}, kEvidence},
      {kSelectedFrom, {kScoord}, {kImage}},
      {kSelectedFrom, {kTcoord}, {kScoord, kScoord3d, kImage, kWaveform}},
  };
  return kRules;
}

bool Has(const Types& types, ValueType type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool IsAllowed(const ContentItem& parent, const ContentItem& child) {
  return std::any_of(Rules().begin(), Rules().end(), [&](const Rule& rule) {
    const bool from = rule.from.empty() || Has(rule.from, parent.type);
    const bool to = child.type == kReference || Has(rule.to, child.type);
    return child.relationship == rule.relationship && from && to;
  });
}

bool SameText(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

class ItemVerifier {
 public:
  ItemVerifier(const std::string& path, const ContentItem& item, bool general, Findings& findings)
      : path_(path), item_(item), general_(general), findings_(findings) {}

  void Run() {
    for (const Code& code : CodesOf(item_)) VerifyCode(code);
    VerifyConcept();
    if (item_.type == kUnknown) Fail("value-type", "PS3.3 C.17.3.2.1", "unknown value type");
    if (item_.type == kCode && item_.code() == nullptr) {
      Fail("code", "PS3.3 C.18.1", "no code");
    }
    if (item_.text() != nullptr) VerifyText(*item_.text());
    if (item_.number() != nullptr) VerifyNumber(*item_.number());
    if (item_.reference() != nullptr) VerifyReference(*item_.reference());
    if (item_.graphic() != nullptr) VerifyGraphic(*item_.graphic());
    for (const ContentItem& child : item_.children) VerifyRelationship(child);
  }

 private:
  void Fail(const char* code, const char* paragraph, std::string message) {
    findings_.Error(code, path_, paragraph, std::move(message));
  }

  void VerifyCode(const Code& code) {
    if (code.meaning.empty()) Fail("code", "PS3.3 8.3", "a code without meaning");
    for (const Code* known : concepts::kAll) {
      if (known->SameConcept(code) && !SameText(known->meaning, code.meaning)) {
        findings_.Warn("meaning", path_, "PS3.3 8.3", "the meaning is not that of the code");
      }
    }
  }

  // Optional for containers within, images, composites, waveforms; else required (Table C.17-5).
  void VerifyConcept() {
    const bool optional = item_.type == kImage || item_.type == kComposite ||
                          item_.type == kWaveform || item_.type == kReference ||
                          (item_.type == kContainer && !item_.relationship.empty());
    if (!item_.concept_name && !optional) {
      Fail("concept", "PS3.3 C.17.3.2", "no concept name");
    }
  }

  void VerifyText(const std::string& text) {
    if (text.empty()) Fail("text", "PS3.3 C.17.3.2", "no value");
    if (item_.type == kUidRef && !text.empty() && !dicom::IsValidUid(text)) {
      Fail("uid", "PS3.5 9.1", "not a UID");
    }
  }

  void VerifyNumber(const Number& number) {
    if (number.value.empty()) return;  // then a qualifier says why, or nobody knows
    DataSet scratch;
    scratch.SetString(tags::NumericValue, number.value);
    if (!scratch.GetDouble(tags::NumericValue) || number.value.size() > 16) {
      Fail("number", "PS3.5 6.2", "not a Decimal String");
    }
    if (!number.unit) return Fail("unit", "PS3.3 C.18.1", "a value without unit");
    if (number.unit->scheme != "UCUM") {
      findings_.Warn("unit", path_, "PS3.16 7.2.2", "the unit is not of UCUM");
    } else if (!IsUcum(number.unit->value)) {
      Fail("unit", "PS3.16 7.2.2", "not a UCUM unit");
    }
  }

  void VerifyReference(const Reference& reference) {
    if (!dicom::IsValidUid(reference.sop_class_uid) ||
        !dicom::IsValidUid(reference.sop_instance_uid)) {
      Fail("reference", "PS3.3 C.18.3", "names no instance");
    }
    for (const int64_t frame : reference.frames) {
      if (frame < 1) Fail("reference", "PS3.3 C.18.4", "frames are counted from 1");
    }
  }

  void VerifyGraphic(const Graphic& graphic) {
    const bool flat = item_.type == kScoord;
    const char* paragraph = flat ? "PS3.3 C.18.6" : "PS3.3 C.18.9";
    const size_t dimensions = flat ? 2 : 3;
    const size_t points = graphic.data.size() / dimensions;
    const size_t least = LeastPoints(graphic.type, flat);
    if (least == 0) return Fail("graphic", paragraph, "unknown graphic type");
    const bool exact = graphic.type == "POINT" || graphic.type == "CIRCLE" ||
                       graphic.type == "ELLIPSE" || graphic.type == "ELLIPSOID";
    if (graphic.data.size() % dimensions != 0 || points < least || (exact && points != least)) {
      Fail("graphic", paragraph, "the wrong number of coordinates");
    }
    if (!flat && !dicom::IsValidUid(graphic.frame_of_reference_uid)) {
      Fail("graphic", paragraph, "coordinates without frame of reference");
    }
    if (flat && !HasSource()) Fail("graphic", paragraph, "not SELECTED FROM an image");
    if (flat && graphic.type == "POLYLINE" && item_.Is(concepts::kImageRegion) &&
        !IsClosed(graphic.data)) {
      findings_.Warn("open-polygon", path_, "PS3.16 TID 1410", "the outline of a region is open");
    }
  }

  static size_t LeastPoints(const std::string& type, bool flat) {
    if (type == "POINT" || type == "MULTIPOINT") return 1;
    if (type == "POLYLINE") return 2;
    if (flat && type == "CIRCLE") return 2;
    if (!flat && type == "POLYGON") return 4;
    if (!flat && type == "ELLIPSOID") return 6;
    return type == "ELLIPSE" ? 4 : 0;
  }

  bool HasSource() const {
    return std::any_of(item_.children.begin(), item_.children.end(), [](const ContentItem& child) {
      return child.relationship == kSelectedFrom;
    });
  }

  static bool IsClosed(const std::vector<double>& data) {
    const size_t last = data.size() - 2;
    return data.size() >= 6 && std::abs(data[0] - data[last]) < 1e-3 &&
           std::abs(data[1] - data[last + 1]) < 1e-3;
  }

  void VerifyRelationship(const ContentItem& child) {
    if (child.type != kUnknown && !IsAllowed(item_, child)) {
      const std::string message = "a " + std::string(NameOf(item_.type)) + " may not hold a " +
                                  std::string(NameOf(child.type)) + " by this relationship";
      if (general_) return Fail("relationship", "PS3.3 A.35.13.3.1.2", message);
      findings_.Warn("relationship", path_, "PS3.3 A.35", message);
    }
  }

  const std::string& path_;
  const ContentItem& item_;
  bool general_;
  Findings& findings_;
};

// Basic Text, Enhanced, Comprehensive, Comprehensive 3D and Extensible SR. Reports for one purpose
// (dose, CAD, procedure log) have tables of their own.
bool IsGeneral(const DataSet& data_set) {
  const std::string sop_class = data_set.GetString(tags::SOPClassUID);
  for (const char* suffix : {"11", "22", "33", "34", "35"}) {
    if (sop_class == std::string("1.2.840.10008.5.1.4.1.1.88.") + suffix) return true;
  }
  return false;
}

// A by-reference target is a path of item numbers from the root, which is 1 (C.17.3.2.5).
bool Exists(const ContentItem& root, const std::vector<int64_t>& identifier) {
  if (identifier.empty() || identifier.front() != 1) return false;
  const ContentItem* item = &root;
  for (size_t i = 1; i < identifier.size(); ++i) {
    const int64_t number = identifier[i];
    if (number < 1 || number > static_cast<int64_t>(item->children.size())) return false;
    item = &item->children[static_cast<size_t>(number - 1)];
  }
  return true;
}

// Once for a document: old reports use them throughout.
void VerifyRetiredSchemes(const ContentItem& root, Findings& findings) {
  bool found = false;
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    for (const Code& code : CodesOf(item)) {
      if (found || (code.scheme != "SRT" && code.scheme != "SNM3")) continue;
      found = true;
      findings.Warn("retired-scheme", path, "PS3.16 8.1", "codes of a retired SNOMED scheme");
    }
  });
}

}  // namespace

void VerifyItems(const DataSet& data_set, const ContentItem& root, Findings& findings) {
  if (root.type != kContainer) {
    findings.Error("value-type", "(0040,A040)", "PS3.3 C.17.3", "the root is not a container");
  }
  if (data_set.Has(tags::RelationshipType)) {
    findings.Error("relationship", "(0040,A010)", "PS3.3 C.17.3", "the root has a relationship");
  }
  VerifyRetiredSchemes(root, findings);
  const bool general = IsGeneral(data_set);
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    ItemVerifier(path, item, general, findings).Run();
    if (item.type == kReference && !Exists(root, item.by_reference)) {
      findings.Error("by-reference", path, "PS3.3 C.17.3.2.5", "refers to no item");
    }
  });
}

}  // namespace glossator::sr
