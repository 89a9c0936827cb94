// SPDX-License-Identifier: GPL-3.0-or-later
// Functional groups: number, segment, plane, derivation (PS3.3 C.7.6.16, A.51.5).
#include <algorithm>
#include <set>
#include <tuple>

#include "seg/plane.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

void CheckCount(VerifyContext& context) {
  const std::string path = PathOf(tags::PerFrameFunctionalGroupsSequence);
  if (context.tiled) {
    if (context.items->empty()) return;
    context.findings.Error("frame-count", path, "PS3.3 C.7.6.17.3",
                           "TILED_FULL must not have per-frame groups");
  } else if (context.items->size() != context.frame_count) {
    context.findings.Error("frame-count", path, "PS3.3 C.7.6.16",
                           "Number of Frames differs from the number of items");
  }
}

void CheckSegment(VerifyContext& context, size_t i) {
  const uint16_t segment = context.frames[i].segment;
  const std::string path = FramePath(i, tags::SegmentIdentificationSequence);
  if (context.label_map()) return;
  if (segment == 0) {
    context.findings.Error("frame-segment", path, "PS3.3 A.51.5", "the frame names no segment");
  } else if (std::find(context.segment_numbers.begin(), context.segment_numbers.end(), segment) ==
             context.segment_numbers.end()) {
    context.findings.Error("frame-segment", path, "PS3.3 C.8.20.3",
                           "the frame names a segment that is not described");
  }
}

// A functional group is shared or per frame, not both.
void CheckTwice(VerifyContext& context, size_t i) {
  if (context.shared == nullptr) return;
  for (const dicom::Element& element : (*context.items)[i]) {
    if (element.vr != dicom::Vr::SQ || !context.shared->Has(element.tag)) continue;
    context.findings.Error("group-twice", FramePath(i, element.tag), "PS3.3 C.7.6.16",
                           "is in the shared groups too");
  }
}

bool InPatientSpace(const VerifyContext& context) {
  return context.head.HasValue(tags::FrameOfReferenceUID) && !context.slide;
}

const dicom::DataSet* GroupOf(const VerifyContext& context, size_t i, dicom::Tag tag) {
  const dicom::DataSet* item = (*context.items)[i].FirstItem(tag);
  if (item != nullptr || context.shared == nullptr) return item;
  return context.shared->FirstItem(tag);
}

struct PlaneGroup {
  dicom::Tag group;
  dicom::Tag attribute;
  size_t values;
};
const PlaneGroup kPlaneGroups[] = {
    {tags::PlanePositionSequence, tags::ImagePositionPatient, 3},
    {tags::PlaneOrientationSequence, tags::ImageOrientationPatient, 6},
    {tags::PixelMeasuresSequence, tags::PixelSpacing, 2},
};

void CheckPlane(VerifyContext& context, size_t i) {
  for (const PlaneGroup& wanted : kPlaneGroups) {
    const dicom::DataSet* item = GroupOf(context, i, wanted.group);
    if (item != nullptr && item->GetDoubles(wanted.attribute).size() == wanted.values) continue;
    context.findings.Error("plane-missing", FramePath(i, wanted.group), "PS3.3 A.51.5",
                           "is required with a Frame of Reference");
  }
}

void CheckMeasures(VerifyContext& context, const dicom::DataSet& groups, const std::string& path) {
  if (const auto* measures = groups.FirstItem(tags::PixelMeasuresSequence)) {
    for (const dicom::Tag tag :
         {tags::PixelSpacing, tags::SliceThickness, tags::SpacingBetweenSlices}) {
      for (const double value : measures->GetDoubles(tag)) {
        if (value > 0) continue;
        context.findings.Error("pixel-measures", path + ">" + PathOf(tag), "PS3.3 C.7.6.16.2.1",
                               "must be above zero");
      }
    }
  }
  if (const auto* orientation = groups.FirstItem(tags::PlaneOrientationSequence)) {
    const auto values = orientation->GetDoubles(tags::ImageOrientationPatient);
    std::array<double, 6> directions{};
    std::copy_n(values.begin(), std::min<size_t>(6, values.size()), directions.begin());
    if (values.size() == 6 && !IsOrientation(directions)) {
      context.findings.Error("orientation", path + ">" + PathOf(tags::ImageOrientationPatient),
                             "PS3.3 C.7.6.2.1.1", "directions must be unit vectors, orthogonal");
    }
  }
}

void CheckSharedPosition(VerifyContext& context) {
  if (context.shared == nullptr || context.frames.size() < 2) return;
  if (!context.shared->Has(tags::PlanePositionSequence)) return;
  std::set<uint16_t> segments;
  for (const SegmentationFrame& frame : context.frames) segments.insert(frame.segment);
  if (segments.size() == context.frames.size()) return;
  context.findings.Error("plane-shared", PathOf(tags::PlanePositionSequence), "PS3.3 C.7.6.16.2.3",
                         "one position cannot be that of several frames of a segment");
}

// PS3.3 C.7.6.16.2.6: which image it was drawn on, with purpose and derivation codes.
void CheckDerivation(VerifyContext& context, size_t i) {
  const dicom::DataSet* group = GroupOf(context, i, tags::DerivationImageSequence);
  if (group == nullptr) return;
  const std::string path = FramePath(i, tags::DerivationImageSequence);
  if (group->GetItems(tags::DerivationCodeSequence).empty()) {
    context.findings.Error("derivation", path, "PS3.3 C.7.6.16.2.6", "needs a derivation code");
  }
  for (const dicom::DataSet& image : group->GetItems(tags::SourceImageSequence)) {
    if (!image.HasValue(tags::ReferencedSOPInstanceUID) ||
        !image.HasValue(tags::ReferencedSOPClassUID)) {
      context.findings.Error("derivation", path, "PS3.3 C.7.6.16.2.6",
                             "a source image needs SOP class and instance");
    }
    if (image.GetItems(tags::PurposeOfReferenceCodeSequence).size() != 1) {
      context.findings.Error("derivation", path, "PS3.3 C.7.6.16.2.6",
                             "a source image needs a purpose of reference");
    }
  }
}

// The same segment twice at one place.
void CheckTwins(VerifyContext& context) {
  using Key = std::tuple<uint16_t, std::array<double, 3>, std::string, uint32_t>;
  std::set<Key> seen;
  for (size_t i = 0; i < context.frames.size(); ++i) {
    const SegmentationFrame& frame = context.frames[i];
    if (context.slide || (!frame.plane && frame.sources.size() != 1)) continue;
    const FrameReference reference =
        frame.sources.size() == 1 ? frame.sources[0] : FrameReference{"", 0};
    const auto position = frame.plane ? frame.plane->position : std::array<double, 3>{};
    if (!seen.insert({frame.segment, position, reference.sop_instance_uid, reference.frame_number})
             .second) {
      context.findings.Error("frame-twice", FramePath(i, tags::PlanePositionSequence),
                             "PS3.3 C.7.6.16", "another frame is of the same segment and place");
    }
  }
}

}  // namespace

void VerifyFrames(VerifyContext& context) {
  CheckCount(context);
  CheckSharedPosition(context);
  if (context.shared != nullptr) {
    CheckMeasures(context, *context.shared, ItemPath(tags::SharedFunctionalGroupsSequence, 0));
  }
  for (size_t i = 0; i < context.frames.size(); ++i) {
    CheckSegment(context, i);
    CheckTwice(context, i);
    if (InPatientSpace(context)) CheckPlane(context, i);
    CheckMeasures(context, (*context.items)[i],
                  ItemPath(tags::PerFrameFunctionalGroupsSequence, i));
    CheckDerivation(context, i);
  }
  CheckTwins(context);
}

}  // namespace glossator::seg
