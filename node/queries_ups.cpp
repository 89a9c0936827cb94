// SPDX-License-Identifier: GPL-3.0-or-later
// Workitems as UPS, for UPS-RS.
#include <algorithm>

#include "dicom/error.h"
#include "node/cases.h"
#include "node/queries.h"
#include "store/node_case.h"
#include "store/node_submission.h"
#include "store/node_workitem.h"
#include "worklist/ups.h"

namespace glossator::node {
namespace {

namespace tags = dicom::tags;

constexpr size_t kLimitMax = 1000;

std::optional<worklist::Performer> PerformerOf(const Config& config, const std::string& code) {
  if (code.empty()) return std::nullopt;
  const auto found = std::ranges::find(config.readers, code, &ReaderConfig::id);
  if (found == config.readers.end()) return worklist::Performer{code, "", ""};
  return worklist::Performer{code, found->name, found->organization};
}

// No time at all, for attributes that must have one (PS3.4 Table CC.2.5-3).
constexpr const char* kNoTime = "1970-01-01T00:00:00.000000Z";

// Of the times only the reader's own acts: all others follow the arrival of the images.
Workitem WithoutArrival(Workitem workitem, const ReaderConfig& who) {
  const bool own = workitem.performer == who.id;
  const bool canceled = workitem.state == WorkitemState::kCanceled;
  for (std::string* time : {&workitem.started, &workitem.ended}) {
    const bool told = own && !(canceled && time == &workitem.ended);
    if (!time->empty() && !told) *time = kNoTime;
  }
  workitem.created = workitem.updated = kNoTime;
  if (own && !workitem.started.empty()) workitem.updated = workitem.started;
  if (own && !canceled && !workitem.ended.empty()) workitem.updated = workitem.ended;
  return workitem;
}

// Blinding: people and outputs are for the performer and for managers.
dicom::DataSet ToUps(const store::Reader& reader, const Config& config, const ReaderConfig& who,
                     const Workitem& workitem, bool whole) {
  const Case the_case = RequireCase(reader, workitem.case_id);
  const ProjectConfig* project = config.FindProject(the_case.project);
  worklist::UpsContext context{
      .the_case = the_case,
      .protocol = worklist::FindProtocol(project != nullptr ? project->protocol : "default"),
      .inputs = {},
      .scheduled = PerformerOf(config, workitem.scheduled_performer),
      .actual = std::nullopt,
      .outputs = {}};
  if (whole) {
    context.inputs = store::CaseInstances(reader, the_case.id, "", workitem.revision);
  }
  if (workitem.performer == who.id || worklist::IsManager(who)) {
    context.actual = PerformerOf(config, workitem.performer);
    if (workitem.stage == Stage::kRead && workitem.submission) {
      context.outputs = RequireSubmission(reader, *workitem.submission).objects;
    }
  }
  return worklist::ToUps(who.SeesArrivals() ? workitem : WithoutArrival(workitem, who), context);
}

bool MatchesKey(const dicom::DataSet& keys, dicom::Tag tag, const std::string& value) {
  const std::string key = keys.GetString(tag);
  return key.empty() || key == "*" || key == value;
}

bool Matches(const dicom::DataSet& keys, const Workitem& workitem, const Case& the_case) {
  return MatchesKey(keys, tags::SOPInstanceUID, workitem.uid) &&
         MatchesKey(keys, tags::ProcedureStepLabel, NameOf(workitem.stage)) &&
         MatchesKey(keys, tags::StudyInstanceUID, the_case.study_uid) &&
         MatchesKey(keys, tags::PatientID, the_case.patient_code);
}

}  // namespace

std::vector<dicom::DataSet> Queries::Workitems(const ReaderConfig& who,
                                               const WorkitemFilter& filter) const {
  const size_t limit = std::clamp<size_t>(filter.limit, 1, kLimitMax);
  std::vector<dicom::DataSet> found;
  database_.Read([&](const store::Reader& reader) {
    size_t skip = filter.offset;
    const auto workitems = store::ListWorkitems(reader, filter.match.GetString(tags::WorklistLabel),
                                                filter.match.GetString(tags::ProcedureStepState));
    for (const glossator::Workitem& workitem : workitems) {
      if (found.size() == limit) return;
      if (!worklist::MaySee(who, workitem, SettingOf(reader, workitem))) continue;
      if (!Matches(filter.match, workitem, RequireCase(reader, workitem.case_id))) continue;
      if (skip > 0) {
        --skip;
        continue;
      }
      found.push_back(ToUps(reader, config_, who, workitem, false));
    }
  });
  return found;
}

dicom::DataSet Queries::Workitem(const ReaderConfig& who, const std::string& uid) const {
  dicom::DataSet ups;
  database_.Read([&](const store::Reader& reader) {
    const glossator::Workitem workitem = RequireWorkitem(reader, uid);
    if (!worklist::MaySee(who, workitem, SettingOf(reader, workitem))) {
      throw Error(ErrorKind::kNotFound, "no such workitem");
    }
    ups = ToUps(reader, config_, who, workitem, true);
  });
  return ups;
}

}  // namespace glossator::node
