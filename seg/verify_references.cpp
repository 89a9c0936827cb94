// SPDX-License-Identifier: GPL-3.0-or-later
// Common Instance Reference (PS3.3 C.12.2) against the images that frames name.
#include <set>

#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

struct Listed {
  std::map<std::string, std::string> class_of;  // by SOP Instance UID
  bool any_series = false;
};

void AddSeries(VerifyContext& context, const dicom::DataSet& series, const std::string& path,
               Listed& listed) {
  listed.any_series = true;
  const std::string uid = series.GetString(tags::SeriesInstanceUID);
  if (uid.empty()) {
    context.findings.Error("reference-series", path, "PS3.3 C.12.2", "a series without UID");
  } else if (uid == context.head.GetString(tags::SeriesInstanceUID)) {
    context.findings.Error("series-reused", path, "PS3.3 C.7.3.1",
                           "the segmentation is in the series that it refers to");
  }
  const auto& instances = series.GetItems(tags::ReferencedInstanceSequence);
  if (instances.empty()) {
    context.findings.Error("reference-series", path, "PS3.3 C.12.2", "a series without instances");
  }
  for (const dicom::DataSet& instance : instances) {
    listed.class_of[instance.GetString(tags::ReferencedSOPInstanceUID)] =
        instance.GetString(tags::ReferencedSOPClassUID);
    if (instance.HasValue(tags::ReferencedSOPClassUID) &&
        instance.HasValue(tags::ReferencedSOPInstanceUID)) {
      continue;
    }
    context.findings.Error("reference-series", path, "PS3.3 C.12.2",
                           "an instance without SOP class or instance UID");
  }
}

Listed ListReferences(VerifyContext& context) {
  Listed listed;
  const auto& same_study = context.head.GetItems(tags::ReferencedSeriesSequence);
  for (size_t i = 0; i < same_study.size(); ++i) {
    AddSeries(context, same_study[i], ItemPath(tags::ReferencedSeriesSequence, i), listed);
  }
  const auto& others =
      context.head.GetItems(tags::StudiesContainingOtherReferencedInstancesSequence);
  for (size_t i = 0; i < others.size(); ++i) {
    const std::string path = ItemPath(tags::StudiesContainingOtherReferencedInstancesSequence, i);
    if (others[i].GetString(tags::StudyInstanceUID) ==
        context.head.GetString(tags::StudyInstanceUID)) {
      context.findings.Error("reference-study", path, "PS3.3 C.12.2",
                             "this study is listed as another");
    }
    for (const auto& series : others[i].GetItems(tags::ReferencedSeriesSequence)) {
      AddSeries(context, series, path, listed);
    }
  }
  return listed;
}

}  // namespace

void VerifyReferences(VerifyContext& context) {
  const Listed listed = ListReferences(context);
  std::set<std::string> missing;
  bool any = false;
  for (size_t i = 0; i < context.frames.size(); ++i) {
    for (const FrameReference& reference : context.frames[i].sources) {
      any = true;
      if (listed.class_of.count(reference.sop_instance_uid) > 0) continue;
      if (!missing.insert(reference.sop_instance_uid).second || !listed.any_series) continue;
      context.findings.Error("reference-incomplete", FramePath(i, tags::DerivationImageSequence),
                             "PS3.3 C.12.2", "the image is not in the Referenced Series Sequence");
    }
  }
  if (any && !listed.any_series) {
    context.findings.Error("reference-missing", PathOf(tags::ReferencedSeriesSequence),
                           "PS3.3 C.12.2", "is required when frames refer to images");
  }
}

}  // namespace glossator::seg
