// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/gate_calls.h"

#include "dicom/error.h"

namespace glossator::node {
namespace {

[[noreturn]] void Disagree(const char* name) {
  throw Error(ErrorKind::kInternal, std::string("gate reply without a fit ") + name);
}

// jsoncpp throws a type of its own when a value is asked for what it is not.
const Json::Value& Member(const Json::Value& json, const char* name) {
  if (!json.isObject()) Disagree(name);
  return json[name];
}

int64_t Int(const Json::Value& json, const char* name) {
  if (!Member(json, name).isInt64()) Disagree(name);
  return json[name].asInt64();
}

std::string Text(const Json::Value& json, const char* name) {
  if (!Member(json, name).isString()) Disagree(name);
  return json[name].asString();
}

// Absent and null are "".
std::string MaybeText(const Json::Value& json, const char* name) {
  return Member(json, name).isNull() ? std::string() : Text(json, name);
}

const Json::Value& Array(const Json::Value& json, const char* name) {
  if (!Member(json, name).isArray()) Disagree(name);
  return json[name];
}

Json::Value Request(const char* call) {
  Json::Value request(Json::objectValue);
  request["call"] = call;
  return request;
}

std::vector<std::string> Texts(const Json::Value& json, const char* name) {
  std::vector<std::string> texts;
  for (const Json::Value& text : Array(json, name)) {
    if (!text.isString()) Disagree(name);
    texts.push_back(text.asString());
  }
  return texts;
}

Json::Value PageRequest(const char* call, int64_t after, size_t limit) {
  Json::Value request = Request(call);
  request["after"] = Json::Int64(after);
  request["limit"] = Json::UInt64(limit);
  return request;
}

void Parse(const Json::Value& json, StudyChange& change) {
  change = {Int(json, "seq"),        Int(json, "study"),          Text(json, "project"),
            Text(json, "study_uid"), Text(json, "patient_code"),  Text(json, "state"),
            Int(json, "instances"),  Int(json, "sealed"),         Texts(json, "reasons"),
            Int(json, "revision"),   Texts(json, "patient_links")};
}

void Parse(const Json::Value& json, DeliveryChange& change) {
  change = {Int(json, "seq"),          Int(json, "delivery"),     Text(json, "result"),
            Text(json, "destination"), Text(json, "state"),       MaybeText(json, "reason"),
            Int(json, "attempts"),     MaybeText(json, "updated")};
}

void Parse(const Json::Value& json, GateEvent& event) {
  event = {Int(json, "seq"), Text(json, "time"), Text(json, "type"), json["fields"]};
}

BatchRecord RecordOf(const Json::Value& json) {
  return {static_cast<uint64_t>(Int(json, "segment")),
          static_cast<uint64_t>(Int(json, "offset")),
          Text(json, "sop_instance_uid"),
          Text(json, "series_instance_uid"),
          Text(json, "sop_class_uid"),
          Text(json, "transfer_syntax_uid"),
          Text(json, "seal"),
          static_cast<uint64_t>(Int(json, "size")),
          static_cast<uint64_t>(Int(json, "head_size")),
          json["facts"]};
}

Batch BatchOf(const Json::Value& json) {
  Batch batch{Int(json, "batch"),         Int(json, "study"),
              Text(json, "project"),      Text(json, "study_uid"),
              Text(json, "patient_code"), Int(json, "revision"),
              Text(json, "key"),          {}};
  for (const Json::Value& record : Array(json, "records")) {
    batch.records.push_back(RecordOf(record));
  }
  return batch;
}

template <class Item>
Feed<Item> ReadFeed(const Json::Value& reply, int64_t after) {
  Feed<Item> feed;
  for (const Json::Value& json : Array(reply, "items")) Parse(json, feed.items.emplace_back());
  feed.next = reply["next"].isInt64() ? reply["next"].asInt64() : after;
  if (!feed.items.empty()) feed.next = std::max(feed.next, feed.items.back().seq);
  return feed;
}

}  // namespace

Json::Value GateCalls::Status() const { return link_.Call(Request("status")); }

Feed<StudyChange> GateCalls::Studies(int64_t after, size_t limit) const {
  return ReadFeed<StudyChange>(link_.Call(PageRequest("studies", after, limit)), after);
}

void GateCalls::Release(const std::string& study_uid) const {
  Json::Value request = Request("release");
  request["study_uid"] = study_uid;
  link_.Call(request);
}

std::vector<Batch> GateCalls::Batches() const {
  std::vector<Batch> batches;
  const Json::Value reply = link_.Call(Request("batches"));
  for (const Json::Value& json : Array(reply, "items")) batches.push_back(BatchOf(json));
  return batches;
}

void GateCalls::Imported(int64_t batch) const {
  Json::Value request = Request("imported");
  request["batch"] = Json::Int64(batch);
  link_.Call(request);
}

void GateCalls::ReturnedReady() const { link_.Call(Request("returned_ready")); }

Feed<DeliveryChange> GateCalls::Deliveries(int64_t after, size_t limit) const {
  return ReadFeed<DeliveryChange>(link_.Call(PageRequest("deliveries", after, limit)), after);
}

Json::Value GateCalls::Quarantine(int64_t after, size_t limit) const {
  return link_.Call(PageRequest("quarantine", after, limit));
}

Feed<GateEvent> GateCalls::Events(int64_t after, size_t limit) const {
  return ReadFeed<GateEvent>(link_.Call(PageRequest("events", after, limit)), after);
}

}  // namespace glossator::node
