// SPDX-License-Identifier: GPL-3.0-or-later
// UPS-RS (PS3.18 section 11) in DICOM JSON. A Transaction UID comes in the body (0008,1195), in the
// query as the standard says, or in a header Transaction-UID: Orthanc hides the query of a POST.
#include <charconv>

#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "dicom/uid.h"
#include "node/node.h"
#include "plugin/routes.h"

namespace glossator::plugin::ups {
namespace {

using dicom::DataSet;
using dicom::Tag;
namespace tags = dicom::tags;

constexpr const char* kDicomJson = "application/dicom+json";

// One data set: an object, or an array that holds one (PS3.18 F.2).
DataSet BodyOf(const Call& call) {
  const Json::Value json = dicom::ParseJson(call.request.body, 1u << 20);
  if (json.isArray() && json.size() != 1) {
    throw Error(ErrorKind::kInvalid, "expected exactly one data set");
  }
  return dicom::FromJson(json.isArray() ? json[0] : json);
}

Answer DataSets(const std::vector<DataSet>& data_sets) {
  Json::Value json(Json::arrayValue);
  for (const DataSet& data_set : data_sets) {
    json.append(dicom::ToJson(data_set));
  }
  return {200, kDicomJson, dicom::WriteJson(json), {}};
}

// PS3.18 11.7.3.1 and its siblings: warnings and failures are told in a Warning header.
Answer AnswerOf(const node::StateReply& reply) {
  const int status = reply.http();
  Answer answer =
      status < 400 ? Answer{status, kDicomJson, "", {}} : Problem(status, reply.comment);
  if (reply.status != 0) {
    answer.headers["Warning"] = "299 glossator: " + reply.comment;
  }
  return answer;
}

std::string TransactionOf(const Call& call, const DataSet& body) {
  const std::string in_body = body.GetString(tags::TransactionUID);
  if (!in_body.empty()) {
    return in_body;
  }
  const std::string in_header = call.request.Header("transaction-uid");
  if (!in_header.empty() || call.request.query.empty()) {
    return in_header;
  }
  return call.request.query.begin()->first;  // "?2.25.4" has a name and no value
}

// A keyword or eight hexadecimal digits (PS3.18 8.3.4.1).
std::optional<Tag> TagNamed(const std::string& name) {
  if (const auto* entry = dicom::FindEntry(std::string_view(name))) {
    return entry->tag;
  }
  uint32_t value = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), value, 16);
  if (name.size() != 8 || fault != std::errc() || end != name.data() + name.size()) {
    return std::nullopt;
  }
  return Tag{static_cast<uint16_t>(value >> 16), static_cast<uint16_t>(value)};
}

bool IsControl(const std::string& name) {
  return name == "limit" || name == "offset" || name == "includefield" || name == "fuzzymatching";
}

}  // namespace

Answer Search(const Services& services, const Call& call) {
  node::WorkitemFilter filter;
  filter.limit = call.request.Number("limit", filter.limit, 1000);
  filter.offset = call.request.Number("offset", 0, INT32_MAX);
  for (const auto& [name, value] : call.request.query) {
    const auto tag = TagNamed(name);
    if (tag && dicom::IsString(dicom::VrOf(*tag))) {
      filter.match.SetString(*tag, value);
    } else if (!IsControl(name)) {
      throw Error(ErrorKind::kInvalid,
                  "query parameter " + name + ": no attribute of text has this name");
    }
  }
  const auto found = services.node->queries().Workitems(call.who, filter);
  return found.empty() ? Answer{204, kDicomJson, "", {}} : DataSets(found);
}

Answer Create(const Services& services, const Call& call) {
  const DataSet body = BodyOf(call);
  const std::string uid =
      services.node->CreateWorkitem(call.who,
                                    body.GetString(tags::AffectedSOPInstanceUID).empty()
                                        ? body.GetString(tags::SOPInstanceUID)
                                        : body.GetString(tags::AffectedSOPInstanceUID),
                                    body);
  services.Wake();
  Answer answer{201, kDicomJson, "", {}};
  answer.headers["Location"] = "/dicom-web/workitems/" + uid;
  return answer;
}

Answer Retrieve(const Services& services, const Call& call) {
  return DataSets({services.node->queries().Workitem(call.who, call.captured[0])});
}

Answer Update(const Services& services, const Call& call) {
  DataSet body = BodyOf(call);
  const std::string transaction = TransactionOf(call, body);
  body.Erase(tags::TransactionUID);
  const auto reply = services.node->Update(call.who, call.captured[0], transaction, body);
  services.Wake();
  return AnswerOf(reply);
}

Answer ChangeState(const Services& services, const Call& call) {
  const DataSet body = BodyOf(call);
  const auto reply =
      services.node->ChangeState(call.who, call.captured[0], TransactionOf(call, body),
                                 body.GetString(tags::ProcedureStepState));
  services.Wake();
  return AnswerOf(reply);
}

// Nobody subscribes to requests yet, so the performer cannot be told (PS3.18 Table 11.8.3-1): a
// claim is given up by its holder, who cancels it.
Answer RequestCancel(const Services& services, const Call& call) {
  services.node->queries().Workitem(call.who, call.captured[0]);  // 404 when out of sight
  return AnswerOf(
      {worklist::kPerformerUnreachable, worklist::TextOf(worklist::kPerformerUnreachable).comment});
}

}  // namespace glossator::plugin::ups
