// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "structured-report/coordinate_rules.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

void VerifyPatientAndStudy(const DataSet& data_set, const DataSet& source, Findings& findings) {
  const dicom::CharacterSet ours = dicom::CharacterSet::Of(data_set);
  const dicom::CharacterSet theirs = dicom::CharacterSet::Of(source);
  for (const dicom::Tag tag : {tags::PatientID, tags::IssuerOfPatientID, tags::PatientName,
                               tags::PatientBirthDate, tags::PatientSex}) {
    if (ours.Decode(data_set.GetString(tag), dicom::VrOf(tag)) !=
        theirs.Decode(source.GetString(tag), dicom::VrOf(tag))) {
      findings.Error("patient", dicom::ToString(tag), "PS3.3 C.7.1.1", "not that of the source");
    }
  }
  if (data_set.GetString(tags::StudyInstanceUID) != source.GetString(tags::StudyInstanceUID)) {
    findings.Error("study", dicom::ToString(tags::StudyInstanceUID), "PS3.3 C.7.2.1",
                   "not the study of the source");
  }
}

// Of a pseudonymous source nothing may stand in the report that identifies and is not in the source
// (PS3.15 E.1).
void VerifyPseudonym(const DataSet& data_set, const DataSet& source, Findings& findings) {
  if (source.GetString(tags::PatientIdentityRemoved) != "YES") return;
  if (data_set.GetString(tags::PatientIdentityRemoved) != "YES") {
    findings.Error("pseudonym", dicom::ToString(tags::PatientIdentityRemoved), "PS3.3 C.7.1.1",
                   "does not say that identity was removed");
  }
  for (const dicom::Tag tag :
       {tags::ReferringPhysicianName, tags::OtherPatientIDs, tags::OtherPatientIDsSequence,
        tags::PatientAddress, tags::AccessionNumber, tags::InstitutionName,
        tags::PatientMotherBirthName, tags::PatientComments}) {
    const bool in_report = data_set.HasValue(tag) || !data_set.GetItems(tag).empty();
    if (!in_report || source.HasValue(tag) || !source.GetItems(tag).empty()) continue;
    findings.Error("pseudonym", dicom::ToString(tag), "PS3.15 E.1",
                   "identifies, unlike the source");
  }
}

// The source that the report is about: the first that it refers to, else any.
const DataSet& SourceOf(const DataSet& data_set, const ContentItem& root,
                        const Instances& sources) {
  const DataSet* found = nullptr;
  ForEachItem(root, [&](const std::string&, const ContentItem& item) {
    if (found != nullptr || item.reference() == nullptr) return;
    const auto place = sources.find(item.reference()->sop_instance_uid);
    if (place != sources.end()) found = place->second;
  });
  if (found != nullptr) return *found;
  const std::string study = data_set.GetString(tags::StudyInstanceUID);
  for (const auto& [uid, head] : sources) {
    if (head->GetString(tags::StudyInstanceUID) == study) return *head;
  }
  return *sources.begin()->second;
}

class SourceVerifier {
 public:
  SourceVerifier(const Instances& sources, Findings& findings)
      : sources_(sources), findings_(findings) {
    for (const auto& [uid, head] : sources) {
      series_.insert(head->GetString(tags::SeriesInstanceUID));
      frames_of_reference_.insert(head->GetString(tags::FrameOfReferenceUID));
    }
  }

  void Run(const std::string& path, const ContentItem& item) {
    if (item.reference() != nullptr) VerifyReference(path, *item.reference());
    if (item.type == ValueType::kScoord) VerifyInside(path, item);
    if (item.temporal() != nullptr) VerifySamples(path, item);
    const Graphic* graphic = item.graphic();
    if (graphic != nullptr && item.type == ValueType::kScoord3d &&
        frames_of_reference_.count(graphic->frame_of_reference_uid) == 0) {
      findings_.Error("frame-of-reference", path, "PS3.3 C.18.9",
                      "not the frame of reference of a source");
    }
  }

  // An instance of a series that is here must be here too.
  void VerifySeries(const DataSet& data_set) {
    for (const DataSet& study :
         data_set.GetItems(tags::CurrentRequestedProcedureEvidenceSequence)) {
      for (const DataSet& series : study.GetItems(tags::ReferencedSeriesSequence)) {
        if (series_.count(series.GetString(tags::SeriesInstanceUID)) == 0) continue;
        for (const DataSet& sop : series.GetItems(tags::ReferencedSOPSequence)) {
          if (sources_.count(sop.GetString(tags::ReferencedSOPInstanceUID)) != 0) continue;
          findings_.Error("source", "(0040,A375)", "PS3.3 C.17.2.2",
                          "the evidence lists an instance that its series does not have");
        }
      }
    }
  }

 private:
  // The instance that an item is SELECTED FROM, when it is here.
  const DataSet* SourceOf(const ContentItem& item) const {
    for (const ContentItem& child : item.children) {
      if (child.relationship != kSelectedFrom || child.reference() == nullptr) continue;
      const auto found = sources_.find(child.reference()->sop_instance_uid);
      if (found != sources_.end()) return found->second;
    }
    return nullptr;
  }

  void VerifyInside(const std::string& path, const ContentItem& item) {
    const DataSet* head = SourceOf(item);
    if (head == nullptr || item.graphic() == nullptr || IsInside(*item.graphic(), *head)) return;
    findings_.Error("outside", path, "PS3.3 C.18.6.1", "coordinates outside of the image");
  }

  void VerifySamples(const std::string& path, const ContentItem& item) {
    const DataSet* head = SourceOf(item);
    if (head == nullptr || !head->Has(tags::WaveformSequence)) return;
    int64_t most = 0;
    for (const DataSet& group : head->GetItems(tags::WaveformSequence)) {
      most = std::max(most, group.GetInt(tags::NumberOfWaveformSamples).value_or(0));
    }
    for (const int64_t sample : item.temporal()->sample_positions) {
      if (sample <= most) continue;
      return findings_.Error("outside", path, "PS3.3 C.18.7", "samples after the waveform's end");
    }
  }

  void VerifyChannels(const std::string& path, const DataSet& head, const Reference& reference) {
    const auto& groups = head.GetItems(tags::WaveformSequence);
    bool good = reference.channels.size() % 2 == 0;
    for (size_t i = 0; good && i < reference.channels.size(); i += 2) {
      const int64_t group = reference.channels[i];
      good = group >= 1 && group <= static_cast<int64_t>(groups.size()) &&
             reference.channels[i + 1] <= groups[static_cast<size_t>(group - 1)]
                                              .GetInt(tags::NumberOfWaveformChannels)
                                              .value_or(0);
    }
    if (!good) findings_.Error("source", path, "PS3.3 C.18.5", "no such channel");
  }

  void VerifyReference(const std::string& path, const Reference& reference) {
    const auto found = sources_.find(reference.sop_instance_uid);
    if (found == sources_.end()) return;
    const DataSet& head = *found->second;
    if (head.GetString(tags::SOPClassUID) != reference.sop_class_uid) {
      findings_.Error("source", path, "PS3.3 C.18.3", "the instance is of another class");
    }
    const int64_t count = head.GetInt(tags::NumberOfFrames).value_or(1);
    for (const int64_t frame : reference.frames) {
      if (frame > count) findings_.Error("source", path, "PS3.3 C.18.4", "no such frame");
    }
    for (const int64_t segment : reference.segments) VerifySegment(path, head, segment);
    if (!reference.channels.empty()) VerifyChannels(path, head, reference);
  }

  void VerifySegment(const std::string& path, const DataSet& head, int64_t number) {
    for (const DataSet& item : head.GetItems(tags::SegmentSequence)) {
      if (item.GetInt(tags::SegmentNumber) == number) return;
    }
    findings_.Error("segment", path, "PS3.3 C.18.4", "no such segment");
  }

  const Instances& sources_;
  Findings& findings_;
  std::set<std::string> series_;
  std::set<std::string> frames_of_reference_;
};

}  // namespace

void VerifySources(const DataSet& data_set, const ContentItem& root, const Instances& sources,
                   Findings& findings) {
  if (sources.empty()) return;
  const DataSet& source = SourceOf(data_set, root, sources);
  VerifyPatientAndStudy(data_set, source, findings);
  VerifyPseudonym(data_set, source, findings);
  SourceVerifier verifier(sources, findings);
  ForEachItem(root,
              [&](const std::string& path, const ContentItem& item) { verifier.Run(path, item); });
  verifier.VerifySeries(data_set);
}

}  // namespace glossator::sr
