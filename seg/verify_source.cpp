// SPDX-License-Identifier: GPL-3.0-or-later
// The object against the images it claims to be about.
#include <algorithm>
#include <cmath>
#include <set>

#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "seg/plane.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr double kPosition = 0.01;  // mm
constexpr double kDirection = 1e-3;
constexpr double kSpacing = 1e-3;  // relative

// Compared as text, so that another character set is no difference.
std::string TextOf(const dicom::DataSet& data_set, dicom::Tag tag) {
  return dicom::CharacterSet::Of(data_set).Decode(data_set.GetString(tag), dicom::VrOf(tag));
}

void CheckEntities(VerifyContext& context) {
  const Source& source = *context.source;
  if (context.head.GetString(tags::StudyInstanceUID) != source.study_instance_uid) {
    context.findings.Error("study", PathOf(tags::StudyInstanceUID), "PS3.3 A.51",
                           "is not the study of the source");
  }
  if (context.head.GetString(tags::SeriesInstanceUID) == source.series_instance_uid) {
    context.findings.Error("series-reused", PathOf(tags::SeriesInstanceUID), "PS3.3 C.7.3.1",
                           "is the series of the source");
  }
  for (const dicom::Tag tag :
       {tags::PatientID, tags::PatientName, tags::PatientBirthDate, tags::PatientSex,
        tags::AccessionNumber, tags::StudyID, tags::StudyDate}) {
    if (!context.head.Has(tag) || !source.head.Has(tag)) continue;
    if (TextOf(context.head, tag) == TextOf(source.head, tag)) continue;
    const bool patient = tag.group == 0x0010;
    context.findings.Error(patient ? "patient" : "study", PathOf(tag), "PS3.3 C.7.1.1, C.7.2.1",
                           "differs from the source");
  }
}

void CheckFrameOfReference(VerifyContext& context) {
  const std::string& theirs = context.source->frame_of_reference_uid;
  const std::string ours = context.head.GetString(tags::FrameOfReferenceUID);
  if (ours == theirs || (ours.empty() && !context.source->has_planes())) return;
  if (theirs.empty() && context.source->head.GetString(tags::FrameOfReferenceUID) == ours) return;
  context.findings.Error(
      "frame-of-reference", PathOf(tags::FrameOfReferenceUID), "PS3.3 C.7.4.1",
      ours.empty() ? "is missing, the source has one" : "is not that of the source");
}

void CheckLossyFlag(VerifyContext& context) {
  if (!context.source->lossy) return;
  if (context.head.GetString(tags::LossyImageCompression) == "01") return;
  context.findings.Error("lossy", PathOf(tags::LossyImageCompression), "PS3.3 C.8.20.2.2",
                         "the source is lossy, so is what was derived from it");
}

void CheckMatrix(VerifyContext& context) {
  if (context.rows == context.source->rows && context.columns == context.source->columns) return;
  context.findings.Warning("matrix", PathOf(tags::Rows), "PS3.3 A.51.5",
                           "another matrix than the source's");
}

const SourceInstance* InstanceOf(const Source& source, const std::string& uid) {
  for (const SourceInstance& instance : source.instances) {
    if (instance.sop_instance_uid == uid) return &instance;
  }
  return nullptr;
}

bool SamePlane(const Plane& a, const Plane& b) {
  for (size_t k = 0; k < 3; ++k) {
    if (std::abs(a.position[k] - b.position[k]) > kPosition) return false;
  }
  return SameDirection(a.orientation, b.orientation, kDirection);
}

bool Near(double a, double b) { return std::abs(a - b) <= kSpacing * std::abs(b); }

void CheckReferencedPlane(VerifyContext& context, size_t i, const Plane& theirs) {
  const auto& ours = context.frames[i].plane;
  if (!ours) return;
  const bool same_matrix =
      context.rows == context.source->rows && context.columns == context.source->columns;
  if (!same_matrix) return;
  if (!SamePlane(*ours, theirs)) {
    context.findings.Error("frame-geometry", FramePath(i, tags::PlanePositionSequence),
                           "PS3.3 C.7.6.16.2.3",
                           "the frame does not lie where its source image lies");
  }
  if (!Near(ours->row_spacing, theirs.row_spacing) ||
      !Near(ours->column_spacing, theirs.column_spacing)) {
    context.findings.Error("frame-geometry", FramePath(i, tags::PixelMeasuresSequence),
                           "PS3.3 C.7.6.16.2.1", "the pixel spacing is not the source's");
  }
}

void CheckReference(VerifyContext& context, size_t i, const FrameReference& reference) {
  const Source& source = *context.source;
  const std::string path = FramePath(i, tags::DerivationImageSequence);
  if (InstanceOf(source, reference.sop_instance_uid) == nullptr) {
    context.findings.Error("reference-unknown", path, "PS3.3 C.7.6.16.2.6",
                           "refers to an image that is not in the source");
    return;
  }
  const auto place = source.Find(reference.sop_instance_uid, reference.frame_number);
  if (!place) {
    context.findings.Error("reference-unknown", path, "PS3.3 C.7.6.16.2.6",
                           "refers to a frame that the source does not have");
    return;
  }
  const auto& plane = source.frames[*place].plane;
  if (plane && context.frames[i].sources.size() == 1) CheckReferencedPlane(context, i, *plane);
}

// A plane that no source frame has: allowed when resampled, wrong for an equal matrix.
void CheckUnreferencedPlane(VerifyContext& context, size_t i) {
  const auto& ours = context.frames[i].plane;
  if (!ours || !context.source->has_planes()) return;
  if (context.rows != context.source->rows || context.columns != context.source->columns) return;
  const auto& frames = context.source->frames;
  const bool found = std::any_of(frames.begin(), frames.end(), [&](const SourceFrame& frame) {
    return SamePlane(*ours, *frame.plane);
  });
  if (found) return;
  context.findings.Error("frame-geometry", FramePath(i, tags::PlanePositionSequence),
                         "PS3.3 C.7.6.16.2.3", "no image of the source lies there");
}

// References of a multi-frame image must say the frame.
void CheckFrameNumbers(VerifyContext& context) {
  for (size_t i = 0; i < context.items->size(); ++i) {
    for (const auto& derivation : (*context.items)[i].GetItems(tags::DerivationImageSequence)) {
      for (const auto& image : derivation.GetItems(tags::SourceImageSequence)) {
        const auto* instance =
            InstanceOf(*context.source, image.GetString(tags::ReferencedSOPInstanceUID));
        const std::string path = FramePath(i, tags::DerivationImageSequence);
        if (instance == nullptr) continue;
        if (instance->frames > 1 && !image.HasValue(tags::ReferencedFrameNumber)) {
          context.findings.Error("reference-frame", path, "PS3.3 10.3",
                                 "a multi-frame image is named without its frame");
        }
        if (instance->sop_class_uid != image.GetString(tags::ReferencedSOPClassUID)) {
          context.findings.Error("reference-class", path, "PS3.3 10.3",
                                 "names another SOP class than the image has");
        }
      }
    }
  }
}

void CheckListed(VerifyContext& context) {
  const auto& series = context.head.GetItems(tags::ReferencedSeriesSequence);
  const bool listed = std::any_of(series.begin(), series.end(), [&](const dicom::DataSet& item) {
    return item.GetString(tags::SeriesInstanceUID) == context.source->series_instance_uid;
  });
  if (listed || series.empty()) return;
  context.findings.Error("reference-series", PathOf(tags::ReferencedSeriesSequence), "PS3.3 C.12.2",
                         "does not list the series of the source");
}

}  // namespace

void VerifyAgainstSource(VerifyContext& context) {
  if (context.source == nullptr) return;
  CheckEntities(context);
  CheckFrameOfReference(context);
  CheckLossyFlag(context);
  CheckMatrix(context);
  CheckListed(context);
  CheckFrameNumbers(context);
  for (size_t i = 0; i < context.frames.size(); ++i) {
    for (const FrameReference& reference : context.frames[i].sources) {
      CheckReference(context, i, reference);
    }
    if (context.frames[i].sources.empty()) CheckUnreferencedPlane(context, i);
  }
}

}  // namespace glossator::seg
