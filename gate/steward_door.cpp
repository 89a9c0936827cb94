// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/steward_door.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "gate/routes.h"
#include "gate/shown_values.h"
#include "gate/test_objects.h"
#include "gate/tested.h"
#include "model/error.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

constexpr int kReleaseDays = 365;

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

}  // namespace

const StewardDoor::Entry StewardDoor::kCalls[] = {
    {"quarantine.list", &StewardDoor::QuarantineList},
    {"quarantine.show", &StewardDoor::QuarantineShow, true},
    {"quarantine.release", &StewardDoor::QuarantineRelease, true},
    {"quarantine.redact", &StewardDoor::QuarantineRedact, true},
    {"quarantine.reject", &StewardDoor::QuarantineReject, true},
    {"rules.list", &StewardDoor::RulesList},
    {"rules.add", &StewardDoor::RulesAdd},
    {"rules.remove", &StewardDoor::RulesRemove},
    {"face.mask", &StewardDoor::FaceMask},
    {"conflicts", &StewardDoor::Conflicts},
    {"held.list", &StewardDoor::HeldList},
    {"held.show", &StewardDoor::HeldShow},
    {"held.resolve", &StewardDoor::HeldResolve},
    {"identity.merge", &StewardDoor::IdentityMerge},
    {"identity.split", &StewardDoor::IdentitySplit},
    {"routes.match", &StewardDoor::RoutesMatch},
    {"destination.test", &StewardDoor::DestinationTest},
    {"product.list", &StewardDoor::ProductList},
    {"product.prepare", &StewardDoor::ProductPrepare},
    {"product.release", &StewardDoor::ProductRelease},
    {"product.revoke", &StewardDoor::ProductRevoke},
};

Json::Value StewardDoor::Handle(const Json::Value& request) {
  const auto name = request.isObject() ? request.get("call", "").asString() : "";
  for (const auto& entry : kCalls) {
    if (name == entry.name) return (this->*entry.call)(request);
  }
  throw Error(ErrorKind::kInvalid, "no such call");
}

bool StewardDoor::TakesLong(const Json::Value& request) {
  const auto name = request.isObject() ? request.get("call", "").asString() : "";
  return std::ranges::any_of(
      kCalls, [&](const Entry& entry) { return entry.takes_long && name == entry.name; });
}

void StewardDoor::Note(const std::string& type, const Json::Value& fields) {
  parts_.database.Write([&](store::Transaction& transaction) {
    store::Append(transaction, type, "steward", fields);
  });
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
  reply["identity"] = ShownValues(parts_.courier.IdentityOf(*row));
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
    store::LinkPatient(transaction, *from, into->number);
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
    store::LinkPatient(transaction, *from, std::nullopt);
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
  reply["assigning_authority"] = match.assigning_authority;
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
  const auto kind = dimse::KindOf(static_cast<uint16_t>(reply["status"].asUInt()));
  const bool stored = kind == dimse::StatusKind::kSucceeded || kind == dimse::StatusKind::kWarned;
  reply["outcome"] = stored ? "STORED" : "REFUSED";
  parts_.database.Write([&](store::Transaction& transaction) {
    if (stored) NoteTested(transaction, name, destination->second);
    Json::Value fields;
    fields["destination"] = name;
    fields["status"] = reply["status"];
    store::Append(transaction, "destination.tested", "steward", fields);
  });
  if (stored) parts_.courier.GoOn(name);
  return reply;
}

Json::Value StewardDoor::ProductList(const Json::Value&) {
  Json::Value reply;
  reply["items"] = parts_.products.List();
  return reply;
}

Json::Value StewardDoor::ProductPrepare(const Json::Value& request) {
  const auto text = [&](const char* key) { return request.get(key, "").asString(); };
  const std::string days = text("days");
  const bool number = days.size() <= 5 && std::ranges::all_of(days, ::isdigit);
  if (!number) throw Error(ErrorKind::kInvalid, "--days: expected a number");
  Json::Value reply;
  reply["statement"] = parts_.products.Prepare(text("project"), text("signer"), text("why"),
                                               days.empty() ? kReleaseDays : std::stoi(days));
  return reply;
}

Json::Value StewardDoor::ProductRelease(const Json::Value& request) {
  parts_.products.Accept(request["statement"].asString(), FromHex(request["signature"].asString()));
  return Json::Value(Json::objectValue);
}

Json::Value StewardDoor::ProductRevoke(const Json::Value& request) {
  parts_.products.Revoke(request["project"].asString(), request.get("why", "").asString());
  return Json::Value(Json::objectValue);
}

}  // namespace glossator::gate
