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
};

// The images and the labels, fit for each other.
struct Prepared {
  seg::Source source;
  seg::Labels labels;
};

class ResultBuilder {
 public:
  ResultBuilder(Archive& archive, UidSource& uids, const Clock& clock)
      : archive_(archive), uids_(uids), clock_(clock) {}

  // `labels` raw or gzip. Every fault of the sender goes to `findings`; nullopt when one of them is
  // an error.
  std::optional<Prepared> Prepare(const Assignment& assignment, const SubmissionForm& form,
                                  std::string_view labels, std::vector<Finding>& findings);
  // SEG, then SR when there are measurements. Throws kInternal when what was read back differs from
  // what was sent, or our own verifier finds an error in it.
  std::vector<BuiltObject> Build(const Assignment& assignment, const SubmissionForm& form,
                                 const Prepared& prepared);

 private:
  seg::Source SourceOf(const Assignment& assignment);
  BuiltObject BuildSegmentation(const Assignment& assignment, const SubmissionForm& form,
                                const Prepared& prepared, seg::Encoded& encoded);
  BuiltObject BuildReport(const Assignment& assignment, const SubmissionForm& form,
                          const Prepared& prepared, const BuiltObject& segmentation,
                          const seg::Encoded& encoded);

  Archive& archive_;
  UidSource& uids_;
  const Clock& clock_;
};

}  // namespace glossator::node
