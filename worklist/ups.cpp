// SPDX-License-Identifier: GPL-3.0-or-later
#include "worklist/ups.h"

#include <map>

#include "dicom/code.h"
#include "dicom/error.h"

namespace glossator::worklist {
namespace {

using dicom::Code;
using dicom::DataSet;
using dicom::Tag;
namespace tags = dicom::tags;

constexpr const char* kScheme = "99GLOSSATOR";

// "2026-11-23T15:20:31.000123Z" to DT; "" stays "".
std::string ToDt(const std::string& iso) {
  std::string text;
  for (const char c : iso) {
    if ((c >= '0' && c <= '9') || c == '.') text += c;
  }
  return text.empty() ? text : text + "+0000";
}

Code StageCode(Stage stage) {
  return {NameOf(stage), kScheme, stage == Stage::kRead ? "Read images" : "Review a submission"};
}

void AddParameter(DataSet& ups, const char* code, const char* meaning, const std::string& value) {
  DataSet& item = ups.AddItem(tags::ScheduledProcessingParametersSequence);
  item.SetString(tags::ValueType, "TEXT");
  dicom::SetCode(item, tags::ConceptNameCodeSequence, {code, kScheme, meaning});
  item.SetString(tags::TextValue, value);
}

void AddParameters(DataSet& ups, const Workitem& workitem, const UpsContext& context) {
  ups.SetItems(tags::ScheduledProcessingParametersSequence, {});
  AddParameter(ups, "PROTOCOL", "Protocol",
               context.protocol.id + " " + std::to_string(context.protocol.version));
  AddParameter(ups, "CASE", "Case", std::to_string(workitem.case_id));
  AddParameter(ups, "REVISION", "Case revision", std::to_string(workitem.revision));
  if (workitem.stage == Stage::kReview && workitem.submission) {
    AddParameter(ups, "SUBMISSION", "Submission", std::to_string(*workitem.submission));
  }
}

void AddPerformer(DataSet& parent, Tag sequence, const std::optional<Performer>& performer) {
  parent.SetItems(sequence, {});
  if (!performer) return;
  DataSet& item = parent.AddItem(sequence);
  const std::string& meaning = performer->name.empty() ? performer->code : performer->name;
  dicom::SetCode(item, tags::HumanPerformerCodeSequence, {performer->code, kScheme, meaning});
  item.SetString(tags::HumanPerformerName, performer->name);
  item.SetString(tags::HumanPerformerOrganization, performer->organization);
}

DataSet Reference(const std::string& sop_class_uid, const std::string& sop_instance_uid) {
  DataSet item;
  item.SetString(tags::ReferencedSOPClassUID, sop_class_uid);
  item.SetString(tags::ReferencedSOPInstanceUID, sop_instance_uid);
  return item;
}

// Referenced Instances and Access macro (PS3.3 Table 10-3b): an item for each series.
template <class Object>
void AddSeries(DataSet& parent, Tag sequence, const std::string& study_uid,
               const std::vector<Object>& objects) {
  std::map<std::string, std::vector<DataSet>> series;
  for (const Object& object : objects) {
    series[object.series_instance_uid].push_back(
        Reference(object.sop_class_uid, object.sop_instance_uid));
  }
  parent.SetItems(sequence, {});
  for (auto& [series_uid, references] : series) {
    DataSet& item = parent.AddItem(sequence);
    item.SetString(tags::TypeOfInstances, "DICOM");
    item.SetString(tags::StudyInstanceUID, study_uid);
    item.SetString(tags::SeriesInstanceUID, series_uid);
    item.SetItems(tags::ReferencedSOPSequence, std::move(references));
  }
}

void AddScheduled(DataSet& ups, const Workitem& workitem, const UpsContext& context) {
  ups.SetString(tags::ScheduledProcedureStepPriority, "MEDIUM");
  ups.SetString(tags::ScheduledProcedureStepModificationDateTime, ToDt(workitem.updated));
  ups.SetString(tags::ScheduledProcedureStepStartDateTime, ToDt(workitem.created));
  ups.SetString(tags::ProcedureStepLabel, NameOf(workitem.stage));
  ups.SetString(tags::WorklistLabel, context.the_case.project);
  ups.SetString(tags::InputReadinessState, "READY");
  dicom::SetCode(ups, tags::ScheduledWorkitemCodeSequence, StageCode(workitem.stage));
  AddPerformer(ups, tags::ScheduledHumanPerformersSequence, context.scheduled);
  AddParameters(ups, workitem, context);
  if (!context.inputs.empty()) {
    AddSeries(ups, tags::InputInformationSequence, context.the_case.study_uid, context.inputs);
  }
  if (!workitem.replaces.empty()) {
    ups.SetItems(tags::ReplacedProcedureStepSequence,
                 {Reference(kUpsPushSopClassUid, workitem.replaces)});
  }
}

void AddProgress(DataSet& ups, const Workitem& workitem) {
  DataSet progress;
  if (!workitem.progress.empty()) {
    progress.SetString(tags::ProcedureStepProgress, workitem.progress);
  }
  if (workitem.state == WorkitemState::kCanceled) {
    progress.SetString(tags::ProcedureStepCancellationDateTime, ToDt(workitem.ended));
    dicom::SetCode(progress, tags::ProcedureStepDiscontinuationReasonCodeSequence,
                   {workitem.reason, kScheme, workitem.reason});
  }
  ups.SetItems(tags::ProcedureStepProgressInformationSequence, {});
  if (!progress.empty()) ups.AddItem(tags::ProcedureStepProgressInformationSequence) = progress;
}

void AddPerformed(DataSet& ups, const Workitem& workitem, const UpsContext& context) {
  ups.SetItems(tags::UnifiedProcedureStepPerformedProcedureSequence, {});
  if (workitem.started.empty()) return;
  DataSet performed;
  AddPerformer(performed, tags::ActualHumanPerformersSequence, context.actual);
  dicom::SetCode(performed, tags::PerformedStationNameCodeSequence,
                 {"NODE", kScheme, "Glossator node"});
  performed.SetString(tags::PerformedProcedureStepStartDateTime, ToDt(workitem.started));
  performed.SetString(tags::PerformedProcedureStepEndDateTime, ToDt(workitem.ended));
  dicom::SetCode(performed, tags::PerformedWorkitemCodeSequence, StageCode(workitem.stage));
  AddSeries(performed, tags::OutputInformationSequence, context.the_case.study_uid,
            context.outputs);
  ups.AddItem(tags::UnifiedProcedureStepPerformedProcedureSequence) = performed;
}

void AddPatient(DataSet& ups, const Case& the_case) {
  ups.SetString(tags::PatientName, the_case.patient_code);
  ups.SetString(tags::PatientID, the_case.patient_code);
  ups.SetEmpty(tags::PatientBirthDate);
  ups.SetEmpty(tags::PatientSex);
  ups.SetEmpty(tags::AdmissionID);
  ups.SetItems(tags::ReferencedRequestSequence, {});
  ups.SetString(tags::StudyInstanceUID, the_case.study_uid);
}

}  // namespace

DataSet ToUps(const Workitem& workitem, const UpsContext& context) {
  DataSet ups;
  ups.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  ups.SetString(tags::SOPClassUID, kUpsPushSopClassUid);
  ups.SetString(tags::SOPInstanceUID, workitem.uid);
  ups.SetString(tags::ProcedureStepState, NameOf(workitem.state));
  AddPatient(ups, context.the_case);
  AddScheduled(ups, workitem, context);
  AddProgress(ups, workitem);
  AddPerformed(ups, workitem, context);
  return ups;
}

std::string StudyOfNewUps(const DataSet& attributes) {
  if (attributes.GetString(tags::ProcedureStepState) != "SCHEDULED") {
    throw Error(ErrorKind::kInvalid, "(0074,1000) must be SCHEDULED");  // C309
  }
  const std::string label = attributes.GetString(tags::ProcedureStepLabel);
  if (label != NameOf(Stage::kRead)) {
    throw Error(ErrorKind::kInvalid, "(0074,1204) must be READ: reviews follow submissions");
  }
  const DataSet* input = attributes.FirstItem(tags::InputInformationSequence);
  const std::string study = input != nullptr ? input->GetString(tags::StudyInstanceUID)
                                             : attributes.GetString(tags::StudyInstanceUID);
  if (study.empty()) throw Error(ErrorKind::kInvalid, "(0040,4021)>(0020,000D) is missing");
  return study;
}

std::string ProgressOf(const DataSet& changes) {
  for (const dicom::Element& element : changes) {
    const bool known = element.tag == tags::ProcedureStepProgressInformationSequence ||
                       element.tag == tags::TransactionUID ||
                       element.tag == tags::SpecificCharacterSet;
    if (!known) throw Error(ErrorKind::kInvalid, ToString(element.tag) + " cannot be set");
  }
  const DataSet* progress = changes.FirstItem(tags::ProcedureStepProgressInformationSequence);
  const auto percent =
      progress != nullptr ? progress->GetDouble(tags::ProcedureStepProgress) : std::nullopt;
  if (!percent || *percent < 0 || *percent > 100) {
    throw Error(ErrorKind::kInvalid, "(0074,1002)>(0074,1004) must be a percentage");
  }
  return progress->GetString(tags::ProcedureStepProgress);
}

}  // namespace glossator::worklist
