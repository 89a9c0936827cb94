// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of TID 1500 and of what it includes, as a table.
#include <algorithm>
#include <iterator>
#include <string>

#include "structured-report/concepts.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace {

using enum ValueType;

enum class Place { kRoot, kGroup, kValue, kSite, kEntry };

struct Row {
  Place place;
  const Code& name;
  ValueType type;
  const char* relationship;
  int most;  // 0: any number
  const char* paragraph;
};

const Row kRows[] = {
    {Place::kRoot, concepts::kLanguage, kCode, kHasConceptMod, 1, "PS3.16 TID 1204"},
    {Place::kRoot, concepts::kObserverType, kCode, kHasObsContext, 0, "PS3.16 TID 1002"},
    {Place::kRoot, concepts::kPersonObserverName, kPName, kHasObsContext, 0, "PS3.16 TID 1003"},
    {Place::kRoot, concepts::kPersonObserverOrganization, kText, kHasObsContext, 0,
     "PS3.16 TID 1003"},
    {Place::kRoot, concepts::kPersonObserverRole, kCode, kHasObsContext, 0, "PS3.16 TID 1003"},
    {Place::kRoot, concepts::kDeviceObserverUid, kUidRef, kHasObsContext, 0, "PS3.16 TID 1004"},
    {Place::kRoot, concepts::kDeviceObserverName, kText, kHasObsContext, 0, "PS3.16 TID 1004"},
    {Place::kRoot, concepts::kDeviceObserverModel, kText, kHasObsContext, 0, "PS3.16 TID 1004"},
    {Place::kRoot, concepts::kProcedureReported, kCode, kHasConceptMod, 0, "PS3.16 TID 1500"},
    {Place::kRoot, concepts::kImageLibrary, kContainer, kContains, 1, "PS3.16 TID 1600"},
    {Place::kRoot, concepts::kImagingMeasurements, kContainer, kContains, 1, "PS3.16 TID 1500"},
    {Place::kRoot, concepts::kDerivedMeasurements, kContainer, kContains, 1, "PS3.16 TID 1500"},
    {Place::kRoot, concepts::kQualitativeEvaluations, kContainer, kContains, 1, "PS3.16 TID 1500"},
    {Place::kGroup, concepts::kActivitySession, kText, kHasObsContext, 1, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kTrackingIdentifier, kText, kHasObsContext, 1, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kTrackingUid, kUidRef, kHasObsContext, 1, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kFindingCategory, kCode, kContains, 1, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kFinding, kCode, kContains, 1, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kMethod, kCode, kHasConceptMod, 1, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kFindingSite, kCode, kHasConceptMod, 0, "PS3.16 TID 1501"},
    {Place::kGroup, concepts::kTimePoint, kText, kHasObsContext, 1, "PS3.16 TID 1502"},
    {Place::kGroup, concepts::kTimePointType, kCode, kHasObsContext, 1, "PS3.16 TID 1502"},
    {Place::kGroup, concepts::kTimePointOrder, kNum, kHasObsContext, 1, "PS3.16 TID 1502"},
    {Place::kGroup, concepts::kTemporalOffset, kNum, kHasObsContext, 0, "PS3.16 TID 1502"},
    {Place::kGroup, concepts::kReferencedSegment, kImage, kContains, 1, "PS3.16 TID 1411"},
    {Place::kGroup, concepts::kReferencedSegmentationFrame, kImage, kContains, 1,
     "PS3.16 TID 1410"},
    {Place::kGroup, concepts::kSourceImageForSegmentation, kImage, kContains, 0, "PS3.16 TID 1411"},
    {Place::kGroup, concepts::kSourceSeriesForSegmentation, kUidRef, kContains, 0,
     "PS3.16 TID 1411"},
    {Place::kGroup, concepts::kVolumeSurface, kScoord3d, kContains, 0, "PS3.16 TID 1411"},
    {Place::kGroup, concepts::kAlgorithmName, kText, kHasConceptMod, 1, "PS3.16 TID 4019"},
    {Place::kGroup, concepts::kAlgorithmVersion, kText, kHasConceptMod, 1, "PS3.16 TID 4019"},
    {Place::kValue, concepts::kMethod, kCode, kHasConceptMod, 1, "PS3.16 TID 300"},
    {Place::kValue, concepts::kDerivation, kCode, kHasConceptMod, 1, "PS3.16 TID 300"},
    {Place::kValue, concepts::kFindingSite, kCode, kHasConceptMod, 0, "PS3.16 TID 1419"},
    {Place::kSite, concepts::kLaterality, kCode, kHasConceptMod, 1, "PS3.16 TID 1501"},
    {Place::kSite, concepts::kTopographicalModifier, kCode, kHasConceptMod, 1, "PS3.16 TID 1501"},
    {Place::kEntry, concepts::kModality, kCode, kHasAcqContext, 1, "PS3.16 TID 1602"},
    {Place::kEntry, concepts::kFrameOfReference, kUidRef, kHasAcqContext, 1, "PS3.16 TID 1602"},
    {Place::kEntry, concepts::kPixelRows, kNum, kHasAcqContext, 1, "PS3.16 TID 1602"},
    {Place::kEntry, concepts::kPixelColumns, kNum, kHasAcqContext, 1, "PS3.16 TID 1602"},
    {Place::kEntry, concepts::kSliceThickness, kNum, kHasAcqContext, 1, "PS3.16 TID 1604"},
};

std::optional<Place> PlaceOf(const ContentItem& item) {
  if (item.relationship.empty()) return Place::kRoot;
  if (item.type == kContainer && item.Is(concepts::kMeasurementGroup)) return Place::kGroup;
  if (item.type == kNum && item.relationship == kContains) return Place::kValue;
  if (item.Is(concepts::kFindingSite)) return Place::kSite;
  if (item.Is(concepts::kImageLibraryGroup)) return Place::kEntry;
  return std::nullopt;
}

void VerifyRow(const Row& row, const std::string& path, const ContentItem& parent,
               Findings& findings) {
  int count = 0;
  for (const ContentItem& child : parent.children) {
    if (!child.Is(row.name)) continue;
    ++count;
    if (child.type != row.type) {
      findings.Error("row", path, row.paragraph,
                     row.name.meaning + " is a " + std::string(NameOf(row.type)));
    }
    if (child.relationship != row.relationship) {
      findings.Warn("row", path, row.paragraph,
                    row.name.meaning + " stands in the relationship " + row.relationship);
    }
  }
  if (row.most != 0 && count > row.most) {
    findings.Error("row", path, row.paragraph, row.name.meaning + " comes more than once");
  }
}

// What must be there: values or evaluations in the report, both rows of an algorithm.
void VerifyPresence(const std::string& path, const ContentItem& item, Findings& findings) {
  if (PlaceOf(item) == Place::kRoot && item.Child(concepts::kImagingMeasurements) == nullptr &&
      item.Child(concepts::kDerivedMeasurements) == nullptr &&
      item.Child(concepts::kQualitativeEvaluations) == nullptr) {
    findings.Error("row", path, "PS3.16 TID 1500", "neither measurements nor evaluations");
  }
  if (PlaceOf(item) != Place::kGroup) return;
  const bool name = item.Child(concepts::kAlgorithmName) != nullptr;
  if (name != (item.Child(concepts::kAlgorithmVersion) != nullptr)) {
    findings.Error("row", path, "PS3.16 TID 4019", "an algorithm has name and version");
  }
  const bool detail = item.Child(concepts::kTimePointType) != nullptr ||
                      item.Child(concepts::kTimePointOrder) != nullptr;
  if (detail && item.Child(concepts::kTimePoint) == nullptr) {
    findings.Error("row", path, "PS3.16 TID 1502", "a time point without its name");
  }
}

}  // namespace

void VerifyRows(const ContentItem& root, Findings& findings) {
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    const auto place = PlaceOf(item);
    if (!place) return;
    for (const Row& row : kRows) {
      if (row.place == *place) VerifyRow(row, path, item, findings);
    }
    VerifyPresence(path, item, findings);
  });
}

}  // namespace glossator::sr
