// SPDX-License-Identifier: GPL-3.0-or-later
// SEG and SR of one submission: written, verified, read back and compared before anybody says
// saved.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/case.h"
#include "model/config.h"
#include "model/finding.h"
#include "model/ports.h"
#include "model/submission.h"
#include "node/drawings.h"
#include "node/ports.h"
#include "node/submission_form.h"
#include "node/tracking.h"
#include "seg/encode.h"
#include "seg/source.h"
#include "seg/split.h"
#include "structured-report/encode.h"

namespace glossator::node {

struct BuiltObject {
  MadeObject object;  // sha256 is filled in by the blob store
  std::string file;   // Part 10 bytes
};

// What an algorithm of this node made of others' drawings.
struct Computation {
  sr::Algorithm algorithm;
  // Of a reader, about the segment with that label.
  struct Value {
    uint16_t label = 0;
    sr::Measurement value;
  };
  std::vector<Value> values;
};

// What a submission is about.
struct Assignment {
  const Case& the_case;
  const ReaderConfig& author;           // of a computation nobody: its people are `others`
  std::vector<CaseInstance> instances;  // the series' images, as of the workitem's revision
  bool label_map = false;               // the destination takes Label Map Segmentation; else BINARY
  seg::Split split = seg::Split::kNone;  // the project's way: one object, or several in a series
  std::optional<MadeObject> amends{};    // the report of the result that this one is to replace
  std::string amendment_reason{};
  std::vector<KnownFinding> before{};  // of that report: findings of the same name stay the same
  // Whose drawings are adjudicated, or made the consensus: the report names them, says how far each
  // agrees, and follows their reports.
  std::vector<OtherRead> others{};
  std::optional<Computation> computed{};
};

// What an acceptance is about.
struct Acceptance {
  Acceptance(const ReaderConfig& who_drew, const ReaderConfig& who_decided, bool with_signature)
      : author(who_drew), reviewer(who_decided), is_signed(with_signature) {}

  const ReaderConfig& author;  // without a code: the submission was computed
  const ReaderConfig& reviewer;
  bool is_signed;
  std::string study_uid;
  std::vector<CaseInstance> instances;     // of the series
  std::vector<std::string> segmentations;  // Part 10 bytes
  MadeObject report;                       // the submission's
  std::string report_file;
  std::vector<OtherRead> others;
};

// The images and the labels, fit for each other.
struct Prepared {
  seg::Source source;
  std::vector<dicom::DataSet> heads;  // of the images, in the order of the source
  seg::Labels labels;
};

// Where a segment of the form went.
struct PlacedSegment {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  uint16_t number = 0;
  std::string tracking_uid;
};

// A report as a file, after the verifier: its findings about it and `sources` are appended.
BuiltObject BuiltReport(const dicom::DataSet& report, const std::vector<dicom::DataSet>& sources,
                        std::vector<Finding>& findings);
// As who stands for a report, or took part in one.
sr::PersonObserver ObserverOf(const ReaderConfig& person,
                              const std::optional<dicom::Code>& role = std::nullopt);
sr::Participant ParticipantOf(const ReaderConfig& person, const char* type,
                              const std::string& date_time = "");
sr::Predecessor PredecessorOf(const std::string& study_uid, const MadeObject& report);

// In the order of the source's instances.
void SortAs(const seg::Source& source, std::vector<dicom::DataSet>& heads);

class ResultBuilder {
 public:
  // `device_uid` names this node as the observer device.
  ResultBuilder(Archive& archive, UidSource& uids, const Clock& clock, std::string device_uid)
      : archive_(archive), uids_(uids), clock_(clock), device_uid_(std::move(device_uid)) {}

  // The images' geometry; nullopt: a finding says why.
  std::optional<seg::Source> SourceOf(const Assignment& assignment, std::vector<Finding>& findings);
  // `labels` raw or gzip. Every fault of the sender goes to `findings`; nullopt when one of them is
  // an error.
  std::optional<Prepared> Prepare(const Assignment& assignment, const SubmissionForm& form,
                                  std::string_view labels, std::vector<Finding>& findings);
  // Labels of our own on the assignment's images, which SourceOf has found good.
  Prepared Fit(const Assignment& assignment, seg::Labels labels);
  // SEG (one, or several in one series), then SR; none when a finding is an error (of the sender's
  // codes and texts). Throws kInternal when what was read back differs from what was sent.
  std::vector<BuiltObject> Build(const Assignment& assignment, const SubmissionForm& form,
                                 const Prepared& prepared, std::vector<Finding>& findings);
  // The adjudicated result: the author's report again as a document of the reviewer, which names
  // both, follows the author's (Predecessor Documents) and says how far each other reader agrees.
  BuiltObject BuildAccepted(const Acceptance& acceptance);

 private:
  std::vector<dicom::DataSet> HeadsOf(const std::vector<CaseInstance>& instances);
  // One object of `labels`, which are those of `description` alone; adds where its segments are.
  BuiltObject BuildSegmentation(const Assignment& assignment, const seg::Source& source,
                                const seg::LabelVolume& labels, const seg::Description& description,
                                const seg::Identity& identity,
                                std::map<uint16_t, PlacedSegment>& places,
                                std::vector<Finding>& findings);
  // All of them; `places` by the label that was sent.
  std::vector<BuiltObject> BuildSegmentations(const Assignment& assignment,
                                              const SubmissionForm& form, const Prepared& prepared,
                                              std::map<uint16_t, PlacedSegment>& places,
                                              std::vector<Finding>& findings);
  // What the report says beside its groups: people, device, what it follows.
  sr::ReportDescription ContextOf(const Assignment& assignment);
  // nullopt: a finding says why.
  std::optional<BuiltObject> BuildReport(const Assignment& assignment, const SubmissionForm& form,
                                         const Prepared& prepared,
                                         const std::vector<BuiltObject>& segmentations,
                                         const std::map<uint16_t, PlacedSegment>& places,
                                         std::vector<Finding>& findings);

  Archive& archive_;
  UidSource& uids_;
  const Clock& clock_;
  const std::string device_uid_;
};

}  // namespace glossator::node
