// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/steward_door.h"

#include <algorithm>
#include <future>

#include "deid/reason.h"
#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "dicom/io.h"
#include "gate/routes.h"
#include "gate/test_objects.h"
#include "model/error.h"
#include "store/gate_object.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

constexpr size_t kRowsMax = 1000;
constexpr size_t kShownBytesMax = 200;  // of one value

Json::Value RowJson(const store::QuarantineRow& row) {
  Json::Value json;
  json["number"] = Json::Int64(row.number);
  json["project"] = row.project;
  json["study"] = row.study ? Json::Value(Json::Int64(*row.study)) : Json::Value();
  json["reason"] = row.reason;
  json["path"] = row.path;
  json["sop_class_uid"] = row.sop_class_uid;
  json["size"] = Json::Int64(row.size);
  json["state"] = row.state;
  json["since"] = row.since;
  return json;
}

Json::Value DeliveryJson(const store::DeliveryRow& row) {
  Json::Value json;
  json["number"] = Json::Int64(row.number);
  json["result"] = row.result;
  json["project"] = row.project;
  json["destination"] = row.destination;
  json["state"] = row.state;
  json["reason"] = row.reason;
  json["attempts"] = Json::Int64(row.attempts);
  json["updated"] = row.updated;
  return json;
}

Json::Value ValuesOf(const dicom::DataSet& head) {
  const auto charset = dicom::CharacterSet::Of(head);
  Json::Value values(Json::arrayValue);
  dicom::ForEachElement(head, [&](const std::string& path, const dicom::Element& element) {
    if (!dicom::IsString(element.vr) || element.value.empty()) return;
    Json::Value value;
    value["path"] = path;
    value["keyword"] = std::string(dicom::KeywordOf(element.tag));
    value["value"] = charset.Decode(element.value.substr(0, kShownBytesMax), element.vr);
    values.append(value);
  });
  return values;
}

// The data set in front of the pixels of a quarantined original.
std::string_view HeadPart(std::string_view bytes, const dicom::TransferSyntax& syntax) {
  dicom::HeadScanner scanner(syntax);
  if (scanner.Scan(bytes) != dicom::HeadScanner::State::kAtPixelData) return bytes;
  return bytes.substr(0, scanner.head_size());
}

const dicom::TransferSyntax& SyntaxOf(const store::QuarantineRow& row) {
  const auto* syntax = dicom::FindTransferSyntax(row.transfer_syntax_uid);
  if (syntax == nullptr) throw Error(ErrorKind::kInternal, "an unknown transfer syntax");
  return *syntax;
}

}  // namespace

const StewardDoor::Entry StewardDoor::kCalls[] = {
    {"quarantine.list", &StewardDoor::QuarantineList},
    {"quarantine.show", &StewardDoor::QuarantineShow},
    {"quarantine.release", &StewardDoor::QuarantineRelease},
    {"quarantine.redact", &StewardDoor::QuarantineRedact},
    {"quarantine.reject", &StewardDoor::QuarantineReject},
    {"conflicts", &StewardDoor::Conflicts},
    {"held.list", &StewardDoor::HeldList},
    {"held.show", &StewardDoor::HeldShow},
    {"held.resolve", &StewardDoor::HeldResolve},
    {"identity.merge", &StewardDoor::IdentityMerge},
    {"identity.split", &StewardDoor::IdentitySplit},
    {"routes.match", &StewardDoor::RoutesMatch},
    {"destination.test", &StewardDoor::DestinationTest},
};

Json::Value StewardDoor::Handle(const Json::Value& request) {
  const auto name = request.isObject() ? request.get("call", "").asString() : "";
  for (const auto& entry : kCalls) {
    if (name == entry.name) return (this->*entry.call)(request);
  }
  throw Error(ErrorKind::kInvalid, "no such call");
}

void StewardDoor::Note(const std::string& type, const Json::Value& fields) {
  parts_.database.Write([&](store::Transaction& transaction) {
    store::Append(transaction, type, "steward", fields);
  });
}

store::QuarantineRow StewardDoor::OpenRow(const Json::Value& request) {
  std::optional<store::QuarantineRow> row;
  parts_.database.Read([&](const store::Reader& reader) {
    row = store::FindQuarantine(reader, request["number"].asInt64());
  });
  if (!row) throw Error(ErrorKind::kNotFound, "no such entry in quarantine");
  if (row->state != "OPEN") throw Error(ErrorKind::kConflict, "the entry is already decided");
  return *row;
}

Json::Value StewardDoor::QuarantineList(const Json::Value& request) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  parts_.database.Read([&](const store::Reader& reader) {
    for (const auto& row :
         store::Quarantined(reader, request.get("after", 0).asInt64(), kRowsMax)) {
      reply["items"].append(RowJson(row));
    }
  });
  return reply;
}

Json::Value StewardDoor::QuarantineShow(const Json::Value& request) {
  const auto row = OpenRow(request);
  const auto plain = parts_.ledger.OpenQuarantined(row);
  const auto& syntax = SyntaxOf(row);
  auto reply = RowJson(row);
  reply["values"] = ValuesOf(dicom::Read(HeadPart(plain, syntax), syntax));
  Json::Value fields;
  fields["quarantine"] = Json::Int64(row.number);
  Note("quarantine.shown", fields);
  return reply;
}

// The steward has looked at the pixels and found nothing: the object is cleaned like any other,
// only that the risk of its kind is set aside.
Json::Value StewardDoor::QuarantineRelease(const Json::Value& request) {
  const auto row = OpenRow(request);
  const bool possible = row.reason == deid::reasons::kBurnedInRisk && !row.project.empty();
  if (!possible) {
    throw Error(ErrorKind::kUnsupported, "only objects that were sealed for " +
                                             std::string(deid::reasons::kBurnedInRisk) +
                                             " can be released; this one: " + row.reason);
  }
  const auto* project = parts_.config.FindProject(row.project);
  if (project == nullptr) throw Error(ErrorKind::kNotFound, "the project is no longer configured");
  const auto plain = parts_.ledger.OpenQuarantined(row);
  const auto& syntax = SyntaxOf(row);
  const auto head_bytes = HeadPart(plain, syntax);
  const auto head = dicom::Read(head_bytes, syntax);
  dimse::StoreRequest original;
  original.sop_class_uid = head.GetString(tags::SOPClassUID);
  original.sop_instance_uid = head.GetString(tags::SOPInstanceUID);
  original.transfer_syntax = &syntax;
  auto writer = parts_.intake.Admit(project, head_bytes, syntax, original, 0);
  if (head_bytes.size() < plain.size()) {
    writer->Write(std::string_view(plain).substr(head_bytes.size()));
  }
  std::promise<dimse::Status> done;
  auto status = done.get_future();
  auto shared = std::make_shared<std::promise<dimse::Status>>(std::move(done));
  writer->Finish([shared](dimse::Status answer) { shared->set_value(std::move(answer)); });
  if (status.get().code != dimse::kSuccess) {
    throw Error(ErrorKind::kUnavailable, "the object could not be written");
  }
  parts_.ledger.Flush();
  parts_.database.Write([&](store::Transaction& transaction) {
    store::SetQuarantineState(transaction, row.number, "RELEASED");
    if (row.study) {
      auto study = store::FindStudy(transaction, *row.study).value();
      study.sealed = std::max<int64_t>(0, study.sealed - 1);
      if (study.state == "QUARANTINED" && study.reasons == row.reason) study.state = "RECEIVING";
      store::UpdateStudy(transaction, study);
    }
    Json::Value fields;
    fields["quarantine"] = Json::Int64(row.number);
    fields["why"] = request.get("why", "").asString();
    store::Append(transaction, "quarantine.released", "steward", fields);
  });
  return Json::Value(Json::objectValue);
}

Json::Value StewardDoor::QuarantineRedact(const Json::Value& request) {
  OpenRow(request);
  throw Error(ErrorKind::kUnsupported,
              "this version does not change pixels; release or reject the object");
}

Json::Value StewardDoor::QuarantineReject(const Json::Value& request) {
  const auto row = OpenRow(request);
  parts_.database.Write([&](store::Transaction& transaction) {
    store::SetQuarantineState(transaction, row.number, "REJECTED");
    Json::Value fields;
    fields["quarantine"] = Json::Int64(row.number);
    fields["why"] = request.get("why", "").asString();
    store::Append(transaction, "quarantine.rejected", "steward", fields);
  });
  return Json::Value(Json::objectValue);
}

Json::Value StewardDoor::Conflicts(const Json::Value& request) {
  auto reply = QuarantineList(request);
  Json::Value conflicts(Json::arrayValue);
  for (const auto& item : reply["items"]) {
    if (item["reason"].asString() == deid::reasons::kConflict) conflicts.append(item);
  }
  reply["items"] = conflicts;
  return reply;
}

Json::Value StewardDoor::HeldList(const Json::Value&) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  parts_.database.Read([&](const store::Reader& reader) {
    for (const auto& row : store::DeliveriesInState(reader, "HELD")) {
      reply["items"].append(DeliveryJson(row));
    }
  });
  return reply;
}

Json::Value StewardDoor::HeldShow(const Json::Value& request) {
  std::optional<store::DeliveryRow> row;
  parts_.database.Read([&](const store::Reader& reader) {
    row = store::FindDelivery(reader, request["number"].asInt64());
  });
  if (!row) throw Error(ErrorKind::kNotFound, "no such delivery");
  auto reply = DeliveryJson(*row);
  reply["identity"] = ValuesOf(parts_.courier.IdentityOf(*row));
  Json::Value fields;
  fields["delivery"] = Json::Int64(row->number);
  Note("delivery.shown", fields);
  return reply;
}

Json::Value StewardDoor::HeldResolve(const Json::Value& request) {
  parts_.courier.Resolve(request["number"].asInt64(), request["decision"].asString());
  return Json::Value(Json::objectValue);
}

std::string StewardDoor::PatientIndex(const Json::Value& request, const char* id,
                                      const char* issuer) const {
  return vault::IndexOf(parts_.keys.index,
                        {"patient", request["project"].asString(),
                         request.get(issuer, "").asString(), request[id].asString()});
}

// Codes stay as they are; the link says that both are one person.
Json::Value StewardDoor::IdentityMerge(const Json::Value& request) {
  parts_.database.Write([&](store::Transaction& transaction) {
    const auto from = store::FindPatient(transaction, PatientIndex(request, "from", "from_issuer"));
    const auto into = store::FindPatient(transaction, PatientIndex(request, "into", "into_issuer"));
    if (!from || !into) throw Error(ErrorKind::kNotFound, "no such patient in this project");
    if (from->number == into->number || into->merged_into == from->number) {
      throw Error(ErrorKind::kConflict, "the two are already one");
    }
    transaction.Execute("UPDATE patient SET merged_into = ? WHERE number = ?",
                        {into->number, from->number});
    Json::Value fields;
    fields["from"] = Json::Int64(from->number);
    fields["into"] = Json::Int64(into->number);
    store::Append(transaction, "identity.merged", "steward", fields);
  });
  return Json::Value(Json::objectValue);
}

Json::Value StewardDoor::IdentitySplit(const Json::Value& request) {
  parts_.database.Write([&](store::Transaction& transaction) {
    const auto from = store::FindPatient(transaction, PatientIndex(request, "from", "from_issuer"));
    if (!from || !from->merged_into) throw Error(ErrorKind::kNotFound, "no such merge");
    transaction.Execute("UPDATE patient SET merged_into = NULL WHERE number = ?", {from->number});
    Json::Value fields;
    fields["from"] = Json::Int64(from->number);
    store::Append(transaction, "identity.split", "steward", fields);
  });
  return Json::Value(Json::objectValue);
}

Json::Value StewardDoor::RoutesMatch(const Json::Value& request) {
  const auto match = Match(
      parts_.config,
      {request["called"].asString(), request["calling"].asString(), request["peer"].asString()});
  constexpr const char* kOutcomes[] = {"project", "quarantine", "unknown called AE title",
                                       "unknown calling AE title"};
  Json::Value reply;
  reply["outcome"] = kOutcomes[static_cast<size_t>(match.outcome)];
  reply["project"] = match.project ? match.project->id : "";
  return reply;
}

Json::Value StewardDoor::DestinationTest(const Json::Value& request) {
  const auto name = request["name"].asString();
  const auto destination = parts_.config.destinations.find(name);
  if (destination == parts_.config.destinations.end()) {
    throw Error(ErrorKind::kNotFound, "no such destination");
  }
  TestObjects objects(parts_.config, parts_.uids, parts_.clock);
  auto reply = objects.Send(destination->second);
  Json::Value fields;
  fields["destination"] = name;
  fields["status"] = reply["status"];
  Note("destination.tested", fields);
  return reply;
}

}  // namespace glossator::gate
