// SPDX-License-Identifier: GPL-3.0-or-later
// The report of an acceptance.
#include <algorithm>

#include "dicom/error.h"
#include "dicom/io.h"
#include "node/result_builder.h"
#include "structured-report/decode.h"
#include "structured-report/encode.h"

namespace glossator::node {
namespace {

constexpr int kAcceptedSeries = 3;
const dicom::Code kReviewer{"C54634", "NCIt", "Reviewer"};

void AddOnce(std::vector<sr::Participant>& participants, sr::Participant more) {
  const bool known = std::ranges::any_of(participants, [&](const sr::Participant& one) {
    return one.type == more.type && one.name == more.name;
  });
  if (!known) participants.push_back(std::move(more));
}

void PutPeople(const Acceptance& acceptance, const std::string& now,
               sr::ReportDescription& description) {
  description.person = ObserverOf(acceptance.reviewer, kReviewer);
  description.readers.clear();
  if (!acceptance.author.id.empty()) description.readers = {ObserverOf(acceptance.author)};
  sr::Provenance& provenance = description.provenance;
  for (const OtherRead& other : acceptance.others) {
    if (other.reader.id != acceptance.reviewer.id) {
      description.readers.push_back(ObserverOf(other.reader));
    }
    AddOnce(provenance.participants, ParticipantOf(other.reader, "SOURCE"));
  }
  provenance.participants.push_back(ParticipantOf(acceptance.reviewer, "ATTEST", now));
  provenance.completion_description = "Accepted";
  if (!acceptance.is_signed) return;
  provenance.verifiers = {{.name = acceptance.reviewer.id,
                           .organization = acceptance.reviewer.organization,
                           .date_time = now}};
}

void RequireFine(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity != kFindingError) continue;
    throw Error(ErrorKind::kInternal, "the report of the acceptance: " + finding.message);
  }
}

}  // namespace

BuiltObject ResultBuilder::BuildAccepted(const Acceptance& acceptance) {
  std::vector<dicom::DataSet> heads = HeadsOf(acceptance.instances);
  const seg::Source source = seg::MakeSource(heads);
  SortAs(source, heads);
  std::vector<dicom::DataSet> others;
  for (const std::string& file : acceptance.segmentations) {
    others.push_back(dicom::ReadHead(file).data_set);
  }
  sr::ReportDescription description =
      sr::Decode(dicom::ReadFile(std::string_view(acceptance.report_file)).data_set).description;
  PutPeople(acceptance, ToDicomDateTime(clock_.Now()), description);
  AddAgreement(acceptance.segmentations, acceptance.others, source, description.groups);
  // The submission's report itself follows what it amends, or was made of.
  description.provenance.predecessors = {PredecessorOf(acceptance.study_uid, acceptance.report)};
  const sr::Identity identity{.series_instance_uid = uids_.New(),
                              .sop_instance_uid = uids_.New(),
                              .series_number = kAcceptedSeries,
                              .series_description = "Accepted result"};
  const dicom::DataSet report = sr::Encode(description, heads, others, identity, clock_.Now());
  std::vector<dicom::DataSet> sources = heads;
  sources.insert(sources.end(), others.begin(), others.end());
  std::vector<Finding> findings;
  BuiltObject built = BuiltReport(report, sources, findings);
  RequireFine(findings);
  return built;
}

}  // namespace glossator::node
