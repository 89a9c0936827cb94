// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/lab_door.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "dicom/io.h"
#include "dicom/json.h"
#include "model/error.h"
#include "store/gate_object.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

constexpr size_t kItemsMax = 1000;
constexpr size_t kBatchesMax = 4;  // at once: their records must fit one line

int64_t After(const Json::Value& request) { return request.get("after", 0).asInt64(); }

size_t Limit(const Json::Value& request) {
  return std::min<size_t>(request.get("limit", 200).asUInt(), kItemsMax);
}

Json::Value Words(const std::string& text) {
  Json::Value words(Json::arrayValue);
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.append(word);
  return words;
}

// A feed: the items and the `after` of the next call.
template <class Row, class ToItem>
Json::Value FeedOf(const std::vector<Row>& rows, int64_t after, ToItem to_item) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  reply["next"] = Json::Int64(after);
  for (const auto& row : rows) {
    reply["items"].append(to_item(row));
    reply["next"] = Json::Int64(row.seq);
  }
  return reply;
}

Json::Value StudyItem(const store::StudyRow& row, const std::vector<std::string>& links) {
  Json::Value item;
  item["seq"] = Json::Int64(row.seq);
  item["study"] = Json::Int64(row.number);
  item["project"] = row.project;
  item["study_uid"] = row.uid;
  item["patient_code"] = row.patient_code;
  item["patient_links"] = Json::Value(Json::arrayValue);
  for (const auto& code : links) item["patient_links"].append(code);
  item["state"] = row.state;
  item["instances"] = Json::Int64(row.instances);
  item["sealed"] = Json::Int64(row.sealed);
  item["reasons"] = Words(row.reasons);
  item["revision"] = Json::Int64(row.revision);
  return item;
}

Json::Value DeliveryItem(const store::DeliveryRow& row) {
  Json::Value item;
  item["seq"] = Json::Int64(row.seq);
  item["delivery"] = Json::Int64(row.number);
  item["result"] = row.result;
  item["study_uid"] = row.study_uid;
  item["destination"] = row.destination;
  item["state"] = row.state;
  item["reason"] = row.reason;
  item["attempts"] = Json::Int64(row.attempts);
  item["updated"] = row.updated;
  return item;
}

Json::Value RecordItem(const store::InstanceRow& row) {
  Json::Value item;
  item["segment"] = Json::UInt64(row.segment);
  item["offset"] = Json::UInt64(row.offset);
  item["sop_instance_uid"] = row.sop_instance_uid;
  item["series_instance_uid"] = row.series_instance_uid;
  item["sop_class_uid"] = row.sop_class_uid;
  item["transfer_syntax_uid"] = row.transfer_syntax_uid;
  item["seal"] = row.seal;
  item["size"] = Json::Int64(row.size);
  item["head_size"] = Json::Int64(row.head_size);
  if (!row.facts.empty()) item["facts"] = dicom::ParseJson(row.facts);
  return item;
}

}  // namespace

const LabDoor::Entry LabDoor::kCalls[] = {
    {"hello", &LabDoor::Hello},
    {"status", &LabDoor::Status},
    {"studies", &LabDoor::Studies},
    {"release", &LabDoor::Release},
    {"batches", &LabDoor::Batches},
    {"imported", &LabDoor::Imported},
    {"returned_ready", &LabDoor::ReturnedReady},
    {"deliveries", &LabDoor::Deliveries},
    {"quarantine", &LabDoor::Quarantine},
    {"events", &LabDoor::Events},
    {"stop", &LabDoor::Stop},
};

Json::Value LabDoor::Handle(const Json::Value& request) {
  last_call_ = Now();
  const auto name = request.isObject() ? request.get("call", "").asString() : "";
  for (const auto& entry : kCalls) {
    if (name == entry.name) return (this->*entry.call)(request);
  }
  throw Error(ErrorKind::kInvalid, "no such call");
}

Json::Value LabDoor::Hello(const Json::Value&) {
  Json::Value reply;
  reply["version"] = std::string(dicom::kImplementationVersionName);
  reply["pid"] = Json::Int64(getpid());
  reply["config_digest"] = parts_.config_digest;
  reply["intake_port"] = parts_.server.port();
  return reply;
}

Json::Value LabDoor::Status(const Json::Value&) {
  Json::Value reply;
  const auto server = parts_.server.counters();
  reply["associations"] = Json::UInt64(server.associations_open);
  reply["spool_bytes"] = Json::UInt64(parts_.spool.bytes());
  reply["spool_bytes_max"] = Json::UInt64(parts_.config.spool_bytes_max);
  parts_.database.Read([&](const store::Reader& reader) {
    auto studies = store::CountOpenStudies(reader);
    reply["receiving"] = Json::Int64(studies["RECEIVING"]);
    reply["released"] = Json::Int64(studies["RELEASED"]);
    reply["quarantined"] = Json::Int64(studies["QUARANTINED"]);
    auto deliveries = store::CountOpenDeliveries(reader);
    reply["deliveries_open"] =
        Json::Int64(deliveries["QUEUED"] + deliveries["SENDING"] + deliveries["STORED"]);
    reply["deliveries_held"] = Json::Int64(deliveries["HELD"]);
  });
  auto& counters = parts_.intake.counters();
  auto& json = reply["counters"];
  json["associations_accepted"] = Json::UInt64(server.accepted);
  json["associations_rejected"] = Json::UInt64(server.rejected);
  json["associations_aborted"] = Json::UInt64(server.aborted);
  json["cleaned"] = Json::UInt64(counters.cleaned);
  json["sealed"] = Json::UInt64(counters.sealed);
  json["resent"] = Json::UInt64(counters.resent);
  json["renewed"] = Json::UInt64(counters.renewed);
  json["conflicts"] = Json::UInt64(counters.conflicts);
  json["echoes"] = Json::UInt64(counters.echoes);
  json["refused"] = Json::UInt64(counters.refused);
  return reply;
}

Json::Value LabDoor::Studies(const Json::Value& request) {
  Json::Value reply;
  parts_.database.Read([&](const store::Reader& reader) {
    const auto rows = store::ChangedStudies(reader, After(request), Limit(request));
    reply = FeedOf(rows, After(request), [&](const store::StudyRow& row) {
      return StudyItem(row, store::LinkedCodes(reader, row.patient));
    });
  });
  return reply;
}

Json::Value LabDoor::Release(const Json::Value& request) {
  parts_.releaser.Request(request["study_uid"].asString());
  parts_.intake.parts().ledger.Hurry();  // somebody waits for the case
  return Json::Value(Json::objectValue);
}

Json::Value LabDoor::BatchJson(const store::Reader& reader, const store::BatchRow& batch) {
  const auto row = store::FindStudy(reader, batch.study).value();
  Json::Value item;
  item["batch"] = Json::Int64(batch.number);
  item["study"] = Json::Int64(batch.study);
  item["project"] = row.project;
  item["study_uid"] = row.uid;
  item["patient_code"] = row.patient_code;
  item["revision"] = Json::Int64(batch.revision);
  item["records"] = Json::Value(Json::arrayValue);
  for (const auto& instance : store::InstancesOfBatch(reader, batch.number)) {
    item["records"].append(RecordItem(instance));
  }
  return item;
}

Json::Value LabDoor::Batches(const Json::Value&) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  std::vector<store::BatchRow> open;
  parts_.database.Read([&](const store::Reader& reader) {
    open = store::OpenBatches(reader, kBatchesMax);
    for (const auto& batch : open) reply["items"].append(BatchJson(reader, batch));
  });
  // Only here, after the search, the study's key leaves the hospital side.
  for (Json::ArrayIndex i = 0; i < reply["items"].size(); ++i) {
    const auto study = parts_.identities.Find(open[i].study);
    reply["items"][i]["key"] = study->data_key().RevealHex();
  }
  return reply;
}

Json::Value LabDoor::Imported(const Json::Value& request) {
  const int64_t number = request["batch"].asInt64();
  std::vector<store::InstanceRow> instances;
  parts_.database.Write([&](store::Transaction& transaction) {
    const auto batch = store::FindBatch(transaction, number);
    if (!batch) throw Error(ErrorKind::kNotFound, "no such batch");
    instances = store::InstancesOfBatch(transaction, number);
    store::SetBatchImported(transaction, number);
    auto study = store::FindStudy(transaction, batch->study).value();
    if (study.state == "RELEASED") study.state = "IMPORTED";
    store::UpdateStudy(transaction, study);
    Json::Value fields;
    fields["study"] = Json::Int64(study.number);
    fields["batch"] = Json::Int64(number);
    store::Append(transaction, "study.imported", "gate", fields);
  });
  for (const auto& instance : instances) {
    parts_.spool.Release({instance.segment, instance.offset});
  }
  return Json::Value(Json::objectValue);
}

Json::Value LabDoor::ReturnedReady(const Json::Value&) {
  parts_.courier.TakeReturned();
  return Json::Value(Json::objectValue);
}

Json::Value LabDoor::Deliveries(const Json::Value& request) {
  std::vector<store::DeliveryRow> rows;
  parts_.database.Read([&](const store::Reader& reader) {
    rows = store::ChangedDeliveries(reader, After(request), Limit(request));
  });
  return FeedOf(rows, After(request), DeliveryItem);
}

Json::Value LabDoor::Quarantine(const Json::Value& request) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  reply["next"] = Json::Int64(After(request));
  parts_.database.Read([&](const store::Reader& reader) {
    for (const auto& row : store::Quarantined(reader, After(request), Limit(request))) {
      Json::Value item;
      item["number"] = Json::Int64(row.number);
      item["project"] = row.project;
      item["reason"] = row.reason;
      item["path"] = row.path;
      item["sop_class_uid"] = row.sop_class_uid;
      item["state"] = row.state;
      item["since"] = row.since;
      reply["items"].append(item);
      reply["next"] = Json::Int64(row.number);
    }
  });
  return reply;
}

Json::Value LabDoor::Events(const Json::Value& request) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  reply["next"] = Json::Int64(After(request));
  parts_.database.Read([&](const store::Reader& reader) {
    for (const auto& event : store::Events(reader, After(request), Limit(request))) {
      Json::Value item;
      item["seq"] = Json::Int64(event.seq);
      item["time"] = event.time;
      item["type"] = event.type;
      item["fields"] = event.fields;
      reply["items"].append(item);
      reply["next"] = Json::Int64(event.seq);
    }
  });
  return reply;
}

Json::Value LabDoor::Stop(const Json::Value&) {
  stop_requested_ = true;
  return Json::Value(Json::objectValue);
}

}  // namespace glossator::gate
