// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

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

// The same finding may come again, at another time or on other images, under the same name.
class GroupVerifier {
 public:
  explicit GroupVerifier(Findings& findings) : findings_(findings) {}

  void Run(const std::string& path, const ContentItem& group) {
    VerifyTracking(path, group);
    VerifyTemplate(path, group);
    if (group.Child(concepts::kReferencedSegment) != nullptr &&
        group.Child(concepts::kSourceImageForSegmentation) == nullptr &&
        group.Child(concepts::kSourceSeriesForSegmentation) == nullptr) {
      findings_.Error("segment", path, "PS3.16 TID 1411",
                      "a segment without the images or series that it was drawn on");
    }
    for (const ContentItem& item : group.children) VerifySegment(path, item);
  }

 private:
  void VerifyTracking(const std::string& path, const ContentItem& group) {
    const ContentItem* identifier = group.Child(concepts::kTrackingIdentifier);
    const ContentItem* uid = group.Child(concepts::kTrackingUid);
    if (identifier == nullptr) {
      findings_.Error("tracking", path, "PS3.16 TID 1501", "a group without tracking identifier");
    }
    if (uid == nullptr || uid->text() == nullptr) {
      return findings_.Error("tracking", path, "PS3.16 TID 1501",
                             "a group without tracking unique identifier");
    }
    if (identifier == nullptr || identifier->text() == nullptr) return;
    const auto [known, is_new] = names_.emplace(*uid->text(), *identifier->text());
    if (!is_new && known->second != *identifier->text()) {
      findings_.Warn("tracking", path, "PS3.16 TID 1501",
                     "a tracking unique identifier that another finding has");
    }
  }

  // A group that names its template has what makes it that template.
  void VerifyTemplate(const std::string& path, const ContentItem& group) {
    const bool region = group.Child(concepts::kImageRegion) != nullptr;
    const bool planar = region || group.Child(concepts::kReferencedSegmentationFrame) != nullptr;
    const bool volume = region || group.Child(concepts::kReferencedSegment) != nullptr ||
                        group.Child(concepts::kVolumeSurface) != nullptr;
    if (group.template_id == "1410" && !planar) {
      findings_.Warn("template", path, "PS3.16 TID 1410", "a planar region without its place");
    }
    if (group.template_id == "1411" && !volume) {
      findings_.Warn("template", path, "PS3.16 TID 1411", "a volume without its place");
    }
  }

  void VerifySegment(const std::string& path, const ContentItem& item) {
    const bool frame = item.Is(concepts::kReferencedSegmentationFrame);
    if (item.reference() == nullptr || (!frame && !item.Is(concepts::kReferencedSegment))) return;
    const size_t segments = item.reference()->segments.size();
    const size_t frames = item.reference()->frames.size();
    if (segments > 0 && frames > 0) {
      findings_.Warn("segment", path, "PS3.3 C.18.4", "names a frame and a segment");
    } else if (segments != 1 && !(frame && frames > 0)) {
      findings_.Error("segment", path, "PS3.16 TID 1411", "names no segment, or several");
    }
  }

  Findings& findings_;
  std::map<std::string, std::string> names_;
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
  VerifyRows(root, findings);
  GroupVerifier groups(findings);
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    if (item.Is(concepts::kMeasurementGroup)) groups.Run(path, item);
  });
}

}  // namespace glossator::sr
