// SPDX-License-Identifier: GPL-3.0-or-later
// What a steward may do with sealed objects: look, release, reject.
#include "deid/reason.h"
#include "dicom/io.h"
#include "gate/shown_values.h"
#include "gate/steward_door.h"
#include "model/error.h"
#include "store/gate_face.h"
#include "store/gate_object.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

constexpr size_t kRowsMax = 1000;

Json::Value RowJson(const store::QuarantineRow& row) {
  Json::Value json;
  json["number"] = Json::Int64(row.number);
  json["project"] = row.project;
  json["study"] = row.study ? Json::Value(Json::Int64(*row.study)) : Json::Value();
  json["reason"] = row.reason;
  json["path"] = row.path;
  json["releasable"] = deid::IsReleasable(row.reason);
  json["series"] = row.series;
  json["sop_class_uid"] = row.sop_class_uid;
  json["size"] = Json::Int64(row.size);
  json["state"] = row.state;
  json["since"] = row.since;
  return json;
}

}  // namespace

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
  const auto row = parts_.readmission.OpenRow(request["number"].asInt64());
  const auto plain = parts_.ledger.OpenQuarantined(row);
  const auto& syntax = SyntaxOf(row);
  auto reply = RowJson(row);
  reply["values"] = ShownValues(dicom::Read(HeadPart(plain, syntax), syntax));
  Json::Value fields;
  fields["quarantine"] = Json::Int64(row.number);
  if (request.get("picture", false).asBool()) {
    ShowPicture(request, row, reply);
    fields["frame"] = reply["picture"]["frame"];
  }
  Note("quarantine.shown", fields);
  return reply;
}

// One entry, or all of its series that are sealed for the same.
std::vector<store::QuarantineRow> StewardDoor::Asked(const Json::Value& request) const {
  const auto row = parts_.readmission.OpenRow(request["number"].asInt64());
  if (!request.get("series", false).asBool()) return {row};
  if (!row.study || row.series.empty()) {
    throw Error(ErrorKind::kInvalid, "the series of the entry is not known");
  }
  std::vector<store::QuarantineRow> rows;
  parts_.database.Read([&](const store::Reader& reader) {
    rows = store::OpenOfSeries(reader, *row.study, row.series);
  });
  std::erase_if(rows, [&](const auto& other) { return other.reason != row.reason; });
  return rows;
}

// The steward has looked at the pixels and found nothing: the object is judged like any other, only
// that what a person may decide is set aside. Text and face are two decisions, text first. What it
// is sealed for then, is said and noted.
Json::Value StewardDoor::QuarantineRelease(const Json::Value& request) {
  const auto rows = Asked(request);
  if (rows.size() == 1) return ReleaseOne(request, rows.front());
  if (request.get("device", false).asBool()) {
    throw Error(ErrorKind::kInvalid, "--device is said of one entry");
  }
  Json::Value reply;
  int released = 0;
  for (const auto& row : rows) {
    auto one = ReleaseOne(request, row);
    const bool sealed = one["outcome"].asString() == "SEALED";
    if (!sealed) ++released;
    if (sealed || reply.isNull()) reply = std::move(one);
  }
  reply["released"] = released;
  reply["of"] = Json::UInt64(rows.size());
  return reply;
}

Json::Value StewardDoor::ReleaseOne(const Json::Value& request, const store::QuarantineRow& row) {
  if (!deid::IsReleasable(row.reason)) {
    return Settle(request, row, "", deid::Reason{row.reason, row.path});
  }
  const bool face = row.reason == deid::reasons::kFace;
  const bool device = request.get("device", false).asBool();
  if (face && device) {
    throw Error(ErrorKind::kInvalid, "a face is no matter of the device; release without --device");
  }
  if (device) AddRuleFor(row, {});
  if (!face) {
    return Settle(request, row, "quarantine.released", parts_.readmission.AdmitOriginal(row, {}));
  }
  const auto looked = parts_.pixel_rounds.LookedAt(row);
  const auto reason = parts_.readmission.Admit(
      row, looked.bytes, {.digests = {}, .pixels_ran = looked.ran, .face_decided = true});
  return Settle(request, row, "quarantine.released", reason);
}

Json::Value StewardDoor::Settle(const Json::Value& request, const store::QuarantineRow& row,
                                const char* released, const std::optional<deid::Reason>& reason) {
  const std::string why = request.get("why", "").asString();
  Json::Value reply;
  if (!reason) {
    parts_.readmission.Release(row, {released, "steward", why});
    reply["outcome"] = "RELEASED";
    return reply;
  }
  parts_.readmission.KeepSealed(row, *reason, {"quarantine.kept", "steward", why});
  reply["outcome"] = "SEALED";
  reply["reason"] = reason->code;
  reply["path"] = reason->path;
  return reply;
}

Json::Value StewardDoor::QuarantineReject(const Json::Value& request) {
  const auto rows = Asked(request);
  parts_.database.Write([&](store::Transaction& transaction) {
    for (const auto& row : rows) Reject(transaction, row, request.get("why", "").asString());
  });
  return Json::Value(Json::objectValue);
}

void StewardDoor::Reject(store::Transaction& transaction, const store::QuarantineRow& row,
                         const std::string& why) const {
  // A stage may have been faster.
  const auto now = store::FindQuarantine(transaction, row.number);
  if (!now || now->state != "OPEN") {
    throw Error(ErrorKind::kConflict, "the entry is already decided");
  }
  store::SetQuarantineState(transaction, row.number, "REJECTED");
  // It made its series incomplete; the others may lose their faces now.
  if (row.reason != deid::reasons::kFace && row.study && parts_.intake.Defaces(row.project)) {
    store::SetFaceTries(transaction, *row.study, row.series, kFaceTries);
  }
  Json::Value fields;
  fields["quarantine"] = Json::Int64(row.number);
  fields["why"] = why;
  store::Append(transaction, "quarantine.rejected", "steward", fields);
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

}  // namespace glossator::gate
