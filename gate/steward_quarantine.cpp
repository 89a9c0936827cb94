// SPDX-License-Identifier: GPL-3.0-or-later
// What a steward may do with sealed objects: look, release, reject.
#include <algorithm>
#include <future>
#include <memory>
#include <sstream>

#include "deid/reason.h"
#include "dicom/io.h"
#include "gate/shown_values.h"
#include "gate/steward_door.h"
#include "model/error.h"
#include "store/gate_object.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

constexpr size_t kRowsMax = 1000;

Json::Value RowJson(const store::QuarantineRow& row) {
  Json::Value json;
  json["number"] = Json::Int64(row.number);
  json["project"] = row.project;
  json["study"] = row.study ? Json::Value(Json::Int64(*row.study)) : Json::Value();
  json["reason"] = row.reason;
  json["path"] = row.path;
  json["releasable"] = deid::IsReleasable(row.reason);
  json["sop_class_uid"] = row.sop_class_uid;
  json["size"] = Json::Int64(row.size);
  json["state"] = row.state;
  json["since"] = row.since;
  return json;
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

std::string Without(const std::string& words, const std::string& gone) {
  std::istringstream stream(words);
  std::string left;
  for (std::string word; stream >> word;) {
    if (word != gone) left += left.empty() ? word : " " + word;
  }
  return left;
}

// The study no longer waits for this object; nor for its reason when no other object has it.
void Unseal(store::Transaction& transaction, const store::QuarantineRow& row) {
  if (!row.study) return;
  auto study = store::FindStudy(transaction, *row.study).value();
  study.sealed = std::max<int64_t>(0, study.sealed - 1);
  if (!store::HasOpenQuarantine(transaction, *row.study, row.reason)) {
    study.reasons = Without(study.reasons, row.reason);
  }
  if (study.state == "QUARANTINED" && study.reasons.empty()) study.state = "RECEIVING";
  store::UpdateStudy(transaction, study);
}

}  // namespace

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
  reply["values"] = ShownValues(dicom::Read(HeadPart(plain, syntax), syntax));
  Json::Value fields;
  fields["quarantine"] = Json::Int64(row.number);
  Note("quarantine.shown", fields);
  return reply;
}

// The steward has looked at the pixels and found nothing: the object is judged like any other, only
// that what a person may decide is set aside. What it is sealed for then, is said and noted.
Json::Value StewardDoor::QuarantineRelease(const Json::Value& request) {
  const auto row = OpenRow(request);
  parts_.ledger.Flush();  // the row is there a moment before its object is let go
  if (!deid::IsReleasable(row.reason)) return KeepSealed(request, row, {row.reason, row.path});
  const auto* project = parts_.config.FindProject(row.project);
  if (project == nullptr) throw Error(ErrorKind::kNotFound, "the project is no longer configured");
  if (const auto reason = CleanSealed(row, *project)) return KeepSealed(request, row, *reason);
  parts_.ledger.Flush();
  parts_.database.Write([&](store::Transaction& transaction) {
    store::SetQuarantineState(transaction, row.number, "RELEASED");
    Unseal(transaction, row);
    Json::Value fields;
    fields["quarantine"] = Json::Int64(row.number);
    fields["reason"] = row.reason;
    fields["why"] = request.get("why", "").asString();
    store::Append(transaction, "quarantine.released", "steward", fields);
  });
  Json::Value reply;
  reply["outcome"] = "RELEASED";
  return reply;
}

// nullopt: the cleaned object is durable in the spool. Else why the original stays sealed.
std::optional<deid::Reason> StewardDoor::CleanSealed(const store::QuarantineRow& row,
                                                     const ProjectConfig& project) {
  std::optional<store::InstanceRow> held;
  parts_.database.Read(
      [&](const store::Reader& reader) { held = store::FindInstance(reader, row.identity_index); });
  const bool same =
      held && held->digest == row.digest && held->identity_digest == row.identity_digest;
  if (same) return std::nullopt;  // released before, and killed before that was noted
  if (held) return deid::Reason{std::string(deid::reasons::kConflict), ""};
  const auto plain = parts_.ledger.OpenQuarantined(row);
  const auto& syntax = SyntaxOf(row);
  const auto head_bytes = HeadPart(plain, syntax);
  const auto head = dicom::Read(head_bytes, syntax);
  dimse::StoreRequest original;
  original.sop_class_uid = head.GetString(tags::SOPClassUID);
  original.sop_instance_uid = head.GetString(tags::SOPInstanceUID);
  original.transfer_syntax = &syntax;
  const auto writer = parts_.intake.Admit(&project, head_bytes, syntax, original, 0);
  if (auto reason = writer->sealed_for()) {
    if (reason->code != deid::reasons::kConflict) return reason;
    throw Error(ErrorKind::kBusy, "the same instance is being received, try again");
  }
  return WriteCleaned(*writer, std::string_view(plain).substr(head_bytes.size()));
}

std::optional<deid::Reason> StewardDoor::WriteCleaned(ObjectWriter& writer,
                                                      std::string_view pixels) {
  const auto done = std::make_shared<std::promise<dimse::Status>>();
  try {
    if (!pixels.empty()) writer.Write(pixels);
    writer.Finish([done](dimse::Status answer) { done->set_value(std::move(answer)); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInvalid) throw;
    return deid::Reason{std::string(deid::reasons::kBitstream), "(7FE0,0010)"};
  }
  if (done->get_future().get().code != dimse::kSuccess) {
    throw Error(ErrorKind::kUnavailable, "the object could not be written");
  }
  return std::nullopt;
}

Json::Value StewardDoor::KeepSealed(const Json::Value& request, const store::QuarantineRow& row,
                                    const deid::Reason& reason) {
  parts_.database.Write([&](store::Transaction& transaction) {
    store::SetQuarantineReason(transaction, row.number, reason.code, reason.path);
    Json::Value fields;
    fields["quarantine"] = Json::Int64(row.number);
    fields["reason"] = reason.code;
    fields["path"] = reason.path;
    fields["why"] = request.get("why", "").asString();
    store::Append(transaction, "quarantine.kept", "steward", fields);
    if (!row.study) return;
    auto study = store::FindStudy(transaction, *row.study).value();
    if (!store::HasOpenQuarantine(transaction, *row.study, row.reason)) {
      study.reasons = Without(study.reasons, row.reason);
    }
    study.reasons = Without(study.reasons, reason.code);
    study.reasons += study.reasons.empty() ? reason.code : " " + reason.code;
    store::UpdateStudy(transaction, study);
  });
  Json::Value reply;
  reply["outcome"] = "SEALED";
  reply["reason"] = reason.code;
  reply["path"] = reason.path;
  return reply;
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

}  // namespace glossator::gate
