// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/queries.h"

#include <algorithm>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/cases.h"
#include "node/gate_calls.h"
#include "store/journal.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

constexpr size_t kLimitMax = 1000;

Json::Value Counts(const std::map<std::string, int64_t>& counts) {
  Json::Value json(Json::objectValue);
  for (const auto& [name, number] : counts) json[name] = Json::Int64(number);
  return json;
}

Json::Value EmptyPage() {
  Json::Value page(Json::objectValue);
  page["items"] = Json::Value(Json::arrayValue);
  page["next"] = Json::Value();
  return page;
}

Json::Value Texts(const std::vector<std::string>& texts) {
  Json::Value json(Json::arrayValue);
  for (const std::string& text : texts) json.append(text);
  return json;
}

// Real times are near the arrival of the study.
template <class Noun>
void AddTimes(Json::Value& json, const Noun& value, const ReaderConfig& who) {
  if (!who.SeesArrivals()) return;
  json["created"] = value.created;
  json["updated"] = value.updated;
}

Json::Value ToJson(const glossator::Case& value, const ReaderConfig& who) {
  Json::Value json(Json::objectValue);
  json["id"] = Json::Int64(value.id);
  json["project"] = value.project;
  json["state"] = NameOf(value.state);
  json["studyInstanceUid"] = value.study_uid;
  json["patientId"] = value.patient_code;
  json["patientLinks"] = Texts(value.patient_links);
  json["revision"] = Json::Int64(value.revision);
  json["instances"] = Json::Int64(value.revision > 0 ? value.instances : value.arriving);
  json["arriving"] = Json::Int64(value.arriving);
  json["sealed"] = Json::Int64(value.sealed);
  json["reasons"] = Texts(value.reasons);
  json["recognizableFaces"] = Json::Int64(value.faces);
  AddTimes(json, value, who);
  return json;
}

Json::Value ToJson(const glossator::Delivery& value, const ReaderConfig& who) {
  Json::Value json(Json::objectValue);
  json["id"] = Json::Int64(value.id);
  json["result"] = value.result_uid;
  json["case"] = Json::Int64(value.case_id);
  json["project"] = value.project;
  json["destination"] = value.destination;
  json["state"] = value.state;
  json["reason"] = value.reason.empty() ? Json::Value() : Json::Value(value.reason);
  json["attempts"] = Json::Int64(value.attempts);
  AddTimes(json, value, who);
  return json;
}

Json::Value ToJson(const Event& event) {
  Json::Value json(Json::objectValue);
  json["seq"] = Json::Int64(event.seq);
  json["time"] = event.time;
  json["type"] = event.type;
  json["actor"] = event.actor;
  json["fields"] = event.fields;
  json["hash"] = event.hash;
  return json;
}

Json::Value ToJson(const MadeObject& object) {
  Json::Value json(Json::objectValue);
  json["kind"] = object.kind;
  json["sopClassUid"] = object.sop_class_uid;
  json["sopInstanceUid"] = object.sop_instance_uid;
  json["seriesInstanceUid"] = object.series_instance_uid;
  json["size"] = Json::Int64(object.size);
  json["sha256"] = object.sha256;
  return json;
}

Json::Value SeriesOf(const store::Reader& reader, int64_t case_id) {
  std::map<std::string, Json::Value> series;
  for (const CaseInstance& instance : store::CaseInstances(reader, case_id)) {
    Json::Value& json = series[instance.series_instance_uid];
    json["seriesInstanceUid"] = instance.series_instance_uid;
    json["modality"] = instance.modality;
    json["image"] = instance.image;
    json["instances"] = json["instances"].asInt64() + Json::Int64(1);
  }
  Json::Value list(Json::arrayValue);
  for (auto& [uid, json] : series) list.append(std::move(json));
  return list;
}

// Maker, age band and the like by series; who reads the images does not need them.
Json::Value FactsOf(const store::Reader& reader, int64_t case_id) {
  Json::Value list(Json::arrayValue);
  for (const store::Subgroup& subgroup : store::SubgroupsOf(reader, case_id)) {
    Json::Value json(Json::objectValue);
    json["seriesInstanceUid"] = subgroup.series_instance_uid;
    json["facts"] = dicom::ParseJson(subgroup.facts);
    list.append(std::move(json));
  }
  return list;
}

Json::Value ToJson(const glossator::Workitem& workitem, const ReaderConfig& who) {
  Json::Value json(Json::objectValue);
  json["uid"] = workitem.uid;
  json["stage"] = NameOf(workitem.stage);
  json["state"] = NameOf(workitem.state);
  json["revision"] = Json::Int64(workitem.revision);
  if (workitem.submission) json["submission"] = Json::Int64(*workitem.submission);
  const bool shown = workitem.performer == who.id || worklist::IsManager(who);
  if (shown && !workitem.performer.empty()) json["performer"] = workitem.performer;
  if (!workitem.replaces.empty()) json["replaces"] = workitem.replaces;
  return json;
}

Json::Value WorkOf(const store::Reader& reader, const ReaderConfig& who, int64_t case_id) {
  Json::Value list(Json::arrayValue);
  for (const glossator::Workitem& workitem : store::WorkitemsOf(reader, case_id)) {
    if (worklist::MaySee(who, workitem, SettingOf(reader, workitem))) {
      list.append(ToJson(workitem, who));
    }
  }
  return list;
}

void RequireOneOf(bool allowed) {
  if (!allowed) throw Error(ErrorKind::kForbidden, "your roles do not include this");
}

}  // namespace

Json::Value Queries::Projects(const ReaderConfig& who) const {
  Json::Value page = EmptyPage();
  database_.Read([&](const store::Reader& reader) {
    for (const ProjectConfig& project : config_.projects) {
      if (!who.Sees(project.id)) continue;
      Json::Value json(Json::objectValue);
      json["id"] = project.id;
      json["policy"] = project.policy;
      json["protocol"] = project.protocol;
      json["destination"] = project.destination;
      json["cases"] = Counts(store::CountCases(reader, project.id));
      page["items"].append(std::move(json));
    }
  });
  return page;
}

Json::Value Queries::Cases(const ReaderConfig& who, const CaseFilter& filter) const {
  if (!filter.state.empty()) CaseStateFrom(filter.state);
  const size_t limit = std::clamp<size_t>(filter.limit, 1, kLimitMax);
  Json::Value page = EmptyPage();
  database_.Read([&](const store::Reader& reader) {
    int64_t after = filter.after;
    while (true) {
      const auto cases = store::ListCases(reader, filter.project, filter.state, after, limit);
      for (const glossator::Case& value : cases) {
        if (page["items"].size() == limit) {
          page["next"] = Json::Int64(after);
          return;
        }
        after = value.id;
        if (!who.Sees(value.project)) continue;
        Json::Value json = ToJson(value, who);
        json["workitems"] = WorkOf(reader, who, value.id);
        page["items"].append(std::move(json));
      }
      if (cases.size() < limit) return;
    }
  });
  return page;
}

Json::Value Queries::Case(const ReaderConfig& who, int64_t id) const {
  Json::Value json;
  database_.Read([&](const store::Reader& reader) {
    const glossator::Case value = RequireVisibleCase(reader, who, id);
    json = ToJson(value, who);
    json["series"] = SeriesOf(reader, id);
    if (worklist::IsManager(who)) json["subgroups"] = FactsOf(reader, id);
    json["workitems"] = WorkOf(reader, who, id);
    json["submissions"] = Json::Value(Json::arrayValue);
    for (const glossator::Submission& submission : store::SubmissionsOf(reader, id)) {
      if (!worklist::MaySeeSubmission(who, submission.author, value.project)) continue;
      Json::Value item(Json::objectValue);
      item["id"] = Json::Int64(submission.id);
      item["state"] = NameOf(submission.state);
      item["seriesInstanceUid"] = submission.series_instance_uid;
      item["own"] = submission.author == who.id;
      json["submissions"].append(std::move(item));
    }
  });
  return json;
}

// Reviewers see the work, not whose it is.
Json::Value Queries::Submission(const ReaderConfig& who, int64_t id) const {
  Json::Value json(Json::objectValue);
  database_.Read([&](const store::Reader& reader) {
    const glossator::Submission value = RequireSubmission(reader, id);
    const std::string project = RequireCase(reader, value.case_id).project;
    if (!worklist::MaySeeSubmission(who, value.author, project)) {
      throw Error(ErrorKind::kNotFound, "no such submission");
    }
    json["id"] = Json::Int64(value.id);
    json["workitem"] = value.workitem_uid;
    json["case"] = Json::Int64(value.case_id);
    json["state"] = NameOf(value.state);
    const bool own = value.author == who.id;
    if (own || who.SeesArrivals()) json["created"] = value.created;
    json["seriesInstanceUid"] = value.series_instance_uid;
    json["content"] = value.content;
    json["own"] = own;
    if (own || worklist::IsManager(who)) json["author"] = value.author;
    json["objects"] = Json::Value(Json::arrayValue);
    for (const MadeObject& object : value.objects) json["objects"].append(ToJson(object));
  });
  return json;
}

Json::Value Queries::Deliveries(const ReaderConfig& who, int64_t after, size_t limit) const {
  limit = std::clamp<size_t>(limit, 1, kLimitMax);
  Json::Value page = EmptyPage();
  database_.Read([&](const store::Reader& reader) {
    const auto deliveries = store::ListDeliveries(reader, after, limit);
    for (const glossator::Delivery& delivery : deliveries) {
      if (who.Sees(delivery.project)) page["items"].append(ToJson(delivery, who));
    }
    if (deliveries.size() == limit) page["next"] = Json::Int64(deliveries.back().id);
  });
  return page;
}

Json::Value Queries::Delivery(const ReaderConfig& who, int64_t id) const {
  Json::Value json;
  database_.Read([&](const store::Reader& reader) {
    const auto delivery = store::FindDeliveryById(reader, id);
    if (!delivery || !who.Sees(delivery->project)) {
      throw Error(ErrorKind::kNotFound, "no such delivery");
    }
    json = ToJson(*delivery, who);
  });
  return json;
}

Json::Value Queries::Quarantine(const ReaderConfig& who, int64_t after, size_t limit) const {
  RequireOneOf(worklist::IsManager(who) || worklist::IsAuditor(who));
  limit = std::clamp<size_t>(limit, 1, kLimitMax);
  const Json::Value reply = GateCalls(gate_).Quarantine(after, limit);
  Json::Value page = EmptyPage();
  for (const Json::Value& item : reply["items"]) {
    if (!item["project"].asString().empty() && !who.Sees(item["project"].asString())) continue;
    Json::Value json(Json::objectValue);
    json["id"] = item["number"];
    for (const char* name : {"project", "reason", "path", "state", "since"}) {
      json[name] = item[name];
    }
    json["sopClassUid"] = item["sop_class_uid"];
    page["items"].append(std::move(json));
  }
  const Json::Value& items = reply["items"];
  if (items.size() >= limit) page["next"] = items[items.size() - 1]["number"];
  return page;
}

Json::Value Queries::Events(const ReaderConfig& who, int64_t after, size_t limit) const {
  RequireOneOf(worklist::IsManager(who) || worklist::IsAuditor(who));
  limit = std::clamp<size_t>(limit, 1, kLimitMax);
  Json::Value page = EmptyPage();
  database_.Read([&](const store::Reader& reader) {
    const std::vector<Event> events = store::Events(reader, after, limit);
    for (const Event& event : events) page["items"].append(ToJson(event));
    if (events.size() == limit) page["next"] = Json::Int64(events.back().seq);
  });
  return page;
}

Json::Value Queries::Health() const {
  Json::Value json(Json::objectValue);
  database_.Read([&](const store::Reader& reader) {
    json["cases"] = Counts(store::CountCases(reader, ""));
    json["workitems"] = Counts(store::CountWorkitems(reader));
    json["deliveries"] = Counts(store::CountDeliveries(reader));
    json["submissions"] = Json::Int64(store::CountSubmissions(reader));
    json["results"] = Json::Int64(store::CountResults(reader));
    json["events"] = Json::Int64(store::HeadOf(reader).seq);
    json["unspooled"] = Json::UInt64(store::UnspooledDeliveries(reader).size());
  });
  try {
    json["gate"] = GateCalls(gate_).Status();
  } catch (const Error&) {  // an answer, not a failure: the gate is away
    json["gate"] = Json::Value();
  }
  return json;
}

Json::Value Queries::Spool() const {
  const Json::Value status = GateCalls(gate_).Status();
  Json::Value json(Json::objectValue);
  json["intake"]["bytes"] = status["spool_bytes"];
  json["intake"]["bytesMax"] = status["spool_bytes_max"];
  json["intake"]["receiving"] = status["receiving"];
  json["intake"]["released"] = status["released"];
  json["intake"]["quarantined"] = status["quarantined"];
  database_.Read([&](const store::Reader& reader) {
    json["return"]["waiting"] = Json::UInt64(store::UnspooledDeliveries(reader).size());
  });
  json["return"]["open"] = status["deliveries_open"];
  return json;
}

bool Queries::KnowsStudy(const std::string& study_uid) const {
  bool known = false;
  database_.Read([&](const store::Reader& reader) {
    known = store::FindCaseOfStudy(reader, study_uid).has_value();
  });
  return known;
}

std::string Queries::ProjectOfStudy(const std::string& study_uid) const {
  std::string project;
  database_.Read([&](const store::Reader& reader) {
    if (const auto found = store::FindCaseOfStudy(reader, study_uid)) project = found->project;
  });
  return project;
}

bool Queries::KnowsInstance(const std::string& sop_instance_uid) const {
  bool known = false;
  database_.Read([&](const store::Reader& reader) {
    known = store::FindCaseInstance(reader, sop_instance_uid).has_value();
  });
  return known;
}

}  // namespace glossator::node
