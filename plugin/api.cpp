// SPDX-License-Identifier: GPL-3.0-or-later
// The REST handlers: from HTTP to the node and back, nothing else.
#include "dicom/json.h"
#include "node/node.h"
#include "plugin/multipart.h"
#include "plugin/routes.h"

namespace glossator::plugin::api {
namespace {

constexpr uint64_t kAfterMax = INT64_MAX;
constexpr uint64_t kLimitMax = 1000;
constexpr uint64_t kLimit = 100;

int64_t After(const Call& call) {
  return static_cast<int64_t>(call.request.Number("after", 0, kAfterMax));
}
size_t Limit(const Call& call) { return call.request.Number("limit", kLimit, kLimitMax); }

Answer Refused(const std::vector<Finding>& findings) {
  Json::Value extra(Json::objectValue);
  extra["findings"] = ToJson(findings);
  return Problem(422, "the submission does not fit its case", extra);
}

const Part& Require(const std::map<std::string, Part>& parts, const std::string& name) {
  const auto found = parts.find(name);
  if (found == parts.end()) {
    throw Error(ErrorKind::kInvalid, "multipart/form-data: no part \"" + name + "\"");
  }
  return found->second;
}

Json::Value Count(int64_t number) { return Json::Value(static_cast<Json::Int64>(number)); }

}  // namespace

Answer Health(const Services& services, const Call&) {
  return JsonAnswer(HealthOf(services.node->queries().Health(), services.status.Get()));
}

Answer Projects(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Projects(call.who));
}

Answer Cases(const Services& services, const Call& call) {
  return JsonAnswer(
      services.node->queries().Cases(call.who, {.project = call.request.Parameter("project"),
                                                .state = call.request.Parameter("state"),
                                                .after = After(call),
                                                .limit = Limit(call)}));
}

Answer Case(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Case(call.who, call.Id()));
}

Answer ReleaseCase(const Services& services, const Call& call) {
  services.node->Release(call.who, call.Id());
  services.Wake();
  return JsonAnswer(Json::Value(Json::objectValue), 202);
}

Answer WithdrawCase(const Services& services, const Call& call) {
  const auto uids = services.node->Withdraw(call.who, call.Id(), call.request.body);
  services.Wake();
  Json::Value json(Json::objectValue);
  json["withdrawals"] = Json::Value(Json::arrayValue);
  for (const std::string& uid : uids) json["withdrawals"].append(uid);
  return JsonAnswer(json, 201);
}

Answer FindingsOfCase(const Services& services, const Call& call) {
  return JsonAnswer(services.node->Findings(call.who, call.Id()));
}

Answer AgreeOnCase(const Services& services, const Call& call) {
  const node::SubmitReply reply = services.node->Consensus(call.who, call.Id(), call.request.body);
  Json::Value json(Json::objectValue);
  json["id"] = Count(reply.id);
  return JsonAnswer(json, reply.created ? 201 : 200);
}

Answer AdjudicateCase(const Services& services, const Call& call) {
  Json::Value json(Json::objectValue);
  json["workitem"] = services.node->Adjudicate(call.who, call.Id(), call.request.body);
  return JsonAnswer(json, 201);
}

Answer AmendCase(const Services& services, const Call& call) {
  Json::Value json(Json::objectValue);
  json["workitem"] = services.node->Amend(call.who, call.Id(), call.request.body);
  return JsonAnswer(json, 201);
}

Answer Deliveries(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Deliveries(call.who, After(call), Limit(call)));
}

Answer Delivery(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Delivery(call.who, call.Id()));
}

Answer Quarantine(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Quarantine(call.who, After(call), Limit(call)));
}

Answer Events(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Events(call.who, After(call), Limit(call)));
}

Answer Spool(const Services& services, const Call&) {
  return JsonAnswer(services.node->queries().Spool());
}

Answer Submit(const Services& services, const Call& call) {
  const std::string transaction = call.request.Header("transaction-uid");
  const auto parts = ParseFormData(call.request.Header("content-type"), call.request.body);
  const auto labels = parts.find("labels");
  const node::SubmitReply reply = services.node->Submit(
      call.who, call.captured[0], transaction, Require(parts, "submission").body,
      labels == parts.end() ? std::string_view() : labels->second.body);
  if (reply.id == 0) {
    return Refused(reply.findings);
  }
  services.Wake();
  Json::Value json(Json::objectValue);
  json["id"] = Count(reply.id);
  json["findings"] = ToJson(reply.findings);
  return JsonAnswer(json, reply.created ? 201 : 200);
}

Answer Submission(const Services& services, const Call& call) {
  return JsonAnswer(services.node->queries().Submission(call.who, call.Id()));
}

Answer SubmissionFile(const Services& services, const Call& call) {
  return TextAnswer(services.node->SubmissionFile(call.who, call.Id(), call.captured[1]),
                    "application/dicom");
}

Answer Decide(const Services& services, const Call& call) {
  const node::JudgeReply reply = services.node->Judge(call.who, call.Id(), call.request.body,
                                                      call.request.Header("transaction-uid"));
  services.Wake();
  Json::Value json(Json::objectValue);
  json["id"] = Count(reply.id);
  json["result"] = reply.result ? Count(*reply.result) : Json::Value();
  return JsonAnswer(json, reply.created ? 201 : 200);
}

}  // namespace glossator::plugin::api
