// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <cmath>

#include "dicom/uid.h"
#include "structured-report/concepts.h"
#include "structured-report/coordinate_rules.h"
#include "structured-report/numeric.h"
#include "structured-report/relationships.h"
#include "structured-report/ucum.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using enum ValueType;

bool SameText(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

class ItemVerifier {
 public:
  ItemVerifier(const std::string& path, const ContentItem& item, const std::string& sop_class,
               Findings& findings)
      : path_(path), item_(item), sop_class_(sop_class), findings_(findings) {}

  void Run() {
    for (const Code* code : CodesOf(item_)) VerifyCode(*code);
    VerifyConcept();
    if (item_.type == kUnknown) Fail("value-type", "PS3.3 C.17.3.2.1", "unknown value type");
    if (item_.type == kCode && item_.code() == nullptr) {
      Fail("code", "PS3.3 C.18.1", "no code");
    }
    if (item_.text() != nullptr) VerifyText(*item_.text());
    if (item_.number() != nullptr) VerifyNumber(*item_.number());
    if (item_.reference() != nullptr) VerifyReference(*item_.reference());
    if (item_.graphic() != nullptr) VerifyGraphic(*item_.graphic());
    if (item_.temporal() != nullptr) VerifyTemporal(*item_.temporal());
    for (const ContentItem& child : item_.children) VerifyRelationship(child);
  }

 private:
  void Fail(const char* code, const char* paragraph, std::string message) {
    findings_.Error(code, path_, paragraph, std::move(message));
  }

  void VerifyCode(const Code& code) {
    if (code.meaning.empty()) Fail("code", "PS3.3 8.3", "a code without meaning");
    if (code.scheme.size() > 16) Fail("code", "PS3.3 8.2", "a scheme of over 16 characters");
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
    if (number.value.empty()) {
      if (number.qualifier) return;
      return findings_.Warn("number", path_, "PS3.3 C.18.1", "neither value nor qualifier");
    }
    const auto rounded = ValueOf({number.value, {}, {}});
    if (number.exact && rounded &&
        std::abs(*rounded - *number.exact) > 1e-6 * (1 + std::abs(*number.exact))) {
      Fail("number", "PS3.3 C.18.1", "the floating point value is another one");
    }
    if (!ValueOf({number.value, {}, {}}) || number.value.size() > 16) {
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
    const std::string fault = FaultOf(graphic, flat);
    if (!fault.empty()) Fail("graphic", paragraph, fault);
    if (!flat && !dicom::IsValidUid(graphic.frame_of_reference_uid)) {
      Fail("graphic", paragraph, "coordinates without frame of reference");
    }
    if (flat && !HasSource()) Fail("graphic", paragraph, "not SELECTED FROM an image");
    if (flat && graphic.type == "POLYLINE" && item_.Is(concepts::kImageRegion) &&
        !IsClosed(graphic)) {
      findings_.Warn("open-polygon", path_, "PS3.16 TID 1410", "the outline of a region is open");
    }
  }

  void VerifyTemporal(const Temporal& temporal) {
    const std::string fault = FaultOf(temporal);
    if (!fault.empty()) Fail("temporal", "PS3.3 C.18.7", fault);
    if (!HasSource()) Fail("temporal", "PS3.3 C.18.7", "not SELECTED FROM anything");
  }

  bool HasSource() const {
    return std::any_of(item_.children.begin(), item_.children.end(), [](const ContentItem& child) {
      return child.relationship == kSelectedFrom;
    });
  }

  void VerifyRelationship(const ContentItem& child) {
    if (child.type == kUnknown || IsAllowed(sop_class_, item_, child)) return;
    const std::string message = "a " + std::string(NameOf(item_.type)) + " may not hold a " +
                                std::string(NameOf(child.type)) + " by this relationship";
    const char* paragraph = RelationshipParagraph(sop_class_);
    if (IsGeneralReport(sop_class_)) return Fail("relationship", paragraph, message);
    findings_.Warn("relationship", path_, paragraph, message);
  }

  const std::string& path_;
  const ContentItem& item_;
  const std::string& sop_class_;
  Findings& findings_;
};

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

// Its own ancestors would make a loop (C.17.3.2.5).
void VerifyTarget(const ContentItem& root, const std::string& path, const ContentItem& item,
                  Findings& findings) {
  constexpr const char* kParagraph = "PS3.3 C.17.3.2.5";
  if (!Exists(root, item.by_reference)) {
    return findings.Error("by-reference", path, kParagraph, "refers to no item");
  }
  std::string target;
  for (size_t i = 1; i < item.by_reference.size(); ++i) {
    target += (i == 1 ? "" : ">") + ("(0040,A730)[" + std::to_string(item.by_reference[i]) + "]");
  }
  if (path == target || target.empty() || path.starts_with(target + ">")) {
    findings.Error("by-reference", path, kParagraph, "refers to what it is a part of");
  }
}

// Once for a document: old reports use them throughout.
void VerifyRetiredSchemes(const ContentItem& root, Findings& findings) {
  bool found = false;
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    for (const Code* code : CodesOf(item)) {
      if (found || (code->scheme != "SRT" && code->scheme != "SNM3")) continue;
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
  const std::string sop_class = data_set.GetString(tags::SOPClassUID);
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    ItemVerifier(path, item, sop_class, findings).Run();
    if (item.type == kReference) VerifyTarget(root, path, item, findings);
  });
}

}  // namespace glossator::sr
