// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "dicom/uid.h"
#include "structured-report/concepts.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace {

constexpr const char* kTid1500 = "PS3.16 TID 1500";

bool HasObserver(const ContentItem& root, const Code& type, const Code& name) {
  for (const ContentItem& child : root.children) {
    const bool typed = child.Is(concepts::kObserverType) && child.code() != nullptr &&
                       child.code()->SameConcept(type);
    if (typed || child.Is(name)) return root.Child(name) != nullptr;
  }
  return false;
}

// TID 1001: a default observer, person or device; results of a tool used by a person name both.
void VerifyObservers(const ContentItem& root, Findings& findings) {
  const bool person = HasObserver(root, concepts::kPerson, concepts::kPersonObserverName);
  const bool device = HasObserver(root, concepts::kDevice, concepts::kDeviceObserverUid);
  if (!person && !device) {
    findings.Error("observer", "", "PS3.16 TID 1001", "neither person nor device has observed");
  } else if (!person || !device) {
    findings.Warn("observer", "", "PS3.16 TID 1002",
                  person ? "no device observer" : "no person observer");
  }
}

class GroupVerifier {
 public:
  explicit GroupVerifier(Findings& findings) : findings_(findings) {}

  void Run(const std::string& path, const ContentItem& group) {
    VerifyTracking(path, group);
    bool has_segment = false;
    bool has_source = false;
    for (const ContentItem& item : group.children) {
      if (item.Is(concepts::kReferencedSegment)) has_segment = true;
      if (item.Is(concepts::kSourceImageForSegmentation) ||
          item.Is(concepts::kSourceSeriesForSegmentation)) {
        has_source = true;
      }
      const bool segment_item =
          item.Is(concepts::kReferencedSegment) || item.Is(concepts::kReferencedSegmentationFrame);
      if (segment_item && item.reference() != nullptr && item.reference()->segments.size() != 1) {
        findings_.Error("segment", path, "PS3.16 TID 1411", "names no segment, or several");
      }
    }
    if (has_segment && !has_source) {
      findings_.Error("segment", path, "PS3.16 TID 1411",
                      "a segment without the images or series that it was drawn on");
    }
  }

 private:
  void VerifyTracking(const std::string& path, const ContentItem& group) {
    const ContentItem* identifier = group.Child(concepts::kTrackingIdentifier);
    const ContentItem* uid = group.Child(concepts::kTrackingUid);
    if (identifier == nullptr) {
      findings_.Error("tracking", path, "PS3.16 TID 1501", "a group without tracking identifier");
    }
    if (uid == nullptr || uid->text() == nullptr) {
      findings_.Error("tracking", path, "PS3.16 TID 1501",
                      "a group without tracking unique identifier");
    } else if (!uids_.insert(*uid->text()).second) {
      findings_.Warn("tracking", path, "PS3.16 TID 1501",
                     "a tracking unique identifier that another group has");
    }
  }

  Findings& findings_;
  std::set<std::string> uids_;
};

}  // namespace

void VerifyMeasurementReport(const ContentItem& root, Findings& findings) {
  if (root.template_id != "1500") {
    findings.Error("template", "(0040,A504)", "PS3.3 C.18.8", "does not name its template");
  }
  if (root.Child(concepts::kLanguage) == nullptr) {
    findings.Warn("language", "", "PS3.16 TID 1204", "no language");
  }
  if (root.Child(concepts::kProcedureReported) == nullptr) {
    findings.Error("procedure", "", kTid1500, "no procedure reported");
  }
  VerifyObservers(root, findings);
  GroupVerifier groups(findings);
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    if (item.Is(concepts::kMeasurementGroup)) groups.Run(path, item);
  });
}

}  // namespace glossator::sr
