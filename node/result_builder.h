// SPDX-License-Identifier: GPL-3.0-or-later
// SEG and SR of one submission: written, verified, read back and compared before anybody says
// saved.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/case.h"
#include "model/config.h"
#include "model/finding.h"
#include "model/ports.h"
#include "model/submission.h"
#include "node/ports.h"
#include "node/submission_form.h"
#include "seg/encode.h"
#include "seg/source.h"

namespace glossator::node {

struct BuiltObject {
  MadeObject object;  // sha256 is filled in by the blob store
  std::string file;   // Part 10 bytes
};

// What a submission is about.
struct Assignment {
  const Case& the_case;
  const ReaderConfig& author;
  std::vector<CaseInstance> instances;  // the series' images, as of the workitem's revision
  bool label_map = false;               // the destination takes Label Map Segmentation; else BINARY
};

// The images and the labels, fit for each other.
struct Prepared {
  seg::Source source;
  std::vector<dicom::DataSet> heads;  // of the images, in the order of the source
  seg::Labels labels;
};

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
  // SEG, then SR; none when a finding is an error (of the sender's
  // codes and texts). Throws kInternal when what was read back differs from what was sent.
  std::vector<BuiltObject> Build(const Assignment& assignment, const SubmissionForm& form,
                                 const Prepared& prepared, std::vector<Finding>& findings);

 private:
  std::vector<dicom::DataSet> HeadsOf(const Assignment& assignment);
  BuiltObject BuildSegmentation(const Assignment& assignment, const SubmissionForm& form,
                                const Prepared& prepared, seg::Encoded& encoded,
                                std::vector<Finding>& findings);
  // nullopt: a finding says why.
  std::optional<BuiltObject> BuildReport(const Assignment& assignment, const SubmissionForm& form,
                                         const Prepared& prepared, const BuiltObject& segmentation,
                                         const seg::Encoded& encoded,
                                         std::vector<Finding>& findings);

  Archive& archive_;
  UidSource& uids_;
  const Clock& clock_;
  const std::string device_uid_;
};

}  // namespace glossator::node
