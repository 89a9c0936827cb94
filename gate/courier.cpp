// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/courier.h"

#include <algorithm>
#include <map>
#include <set>

#include "dicom/io.h"
#include "dicom/json.h"
#include "gate/patient_check.h"
#include "gate/tested.h"
#include "model/error.h"
#include "model/log.h"
#include "store/gate_identity.h"
#include "store/journal.h"
#include "vault/digest.h"

namespace glossator::gate {
namespace {

using dicom::DataSet;
namespace tags = dicom::tags;

constexpr const char* kLabelMapStorage = "1.2.840.10008.5.1.4.1.1.66.7";
constexpr int64_t kAttemptsMax = 8;         // refusals of one object; an absent PACS is waited for
constexpr int64_t kRequestsMax = 5;         // unanswered storage commitment requests
constexpr uint16_t kRequestCommitment = 1;  // PS3.4 Table J.3.2-1
constexpr uint16_t kAllCommitted = 1;       // PS3.4 Table J.3.3-1

int64_t Microseconds(Time time) { return time.time_since_epoch().count(); }

bool IsStored(const dimse::Status& status) {
  const auto kind = dimse::KindOf(status.code);
  return kind == dimse::StatusKind::kSucceeded || kind == dimse::StatusKind::kWarned;
}

// What the sender may try again (out of resources), as against what it must not.
bool IsPassing(const dimse::Status& status) { return (status.code & 0xFF00) == 0xA700; }

std::set<std::string> InstancesIn(const DataSet& report, dicom::Tag sequence) {
  std::set<std::string> uids;
  for (const auto& item : report.GetItems(sequence)) {
    uids.insert(item.GetString(tags::ReferencedSOPInstanceUID));
  }
  return uids;
}

Json::Value Fields(const store::DeliveryRow& row) {
  Json::Value fields;
  fields["delivery"] = Json::Int64(row.number);
  fields["result"] = row.result;
  fields["state"] = row.state;
  fields["reason"] = row.reason;
  return fields;
}

// The lab side is not trusted with our progress: a record that says nothing usable is left lying.
std::optional<Json::Value> ManifestIn(const std::string& text) {
  try {
    auto json = dicom::ParseJson(text);
    for (const auto* key : {"result", "project", "study_uid", "destination"}) {
      if (!json.isObject() || !json[key].isString()) return std::nullopt;
    }
    return json;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// "" for what is no text.
std::string TextOf(const Json::Value& json) { return json.isString() ? json.asString() : ""; }

EarlierResult::Object ObjectIn(const Json::Value& object) {
  return {TextOf(object["sop_instance_uid"]), TextOf(object["series_instance_uid"])};
}

std::optional<EarlierResult> EarlierIn(const Json::Value& manifest) {
  const auto& json = manifest["earlier"];
  if (!json.isObject()) return std::nullopt;
  EarlierResult earlier{TextOf(json["result"]), json["withdrawn"] == Json::Value(true), {}, {}};
  for (const auto& object : json["objects"]) {
    if (object.isObject()) earlier.objects.push_back(ObjectIn(object));
  }
  for (const auto& version : json["before"]) {
    if (!version.isObject() || !version["report"].isObject()) continue;
    const auto& report = version["report"];
    earlier.before.push_back(
        {TextOf(version["result"]), TextOf(report["sop_class_uid"]), ObjectIn(report)});
  }
  return earlier;
}

// Reports that the objects follow and that do not leave the lab.
std::set<std::string> StayingIn(const Json::Value& manifest) {
  std::set<std::string> uids;
  for (const auto& uid : manifest["staying"]) uids.insert(TextOf(uid));
  return uids;
}

// A contour of more than 64 kB has no place in explicit VR but as UN, which few viewers read back
// (PS3.5 6.2.2): such an object is offered in implicit VR only.
bool HasLongText(const DataSet& object) {
  bool found = false;
  dicom::ForEachElement(object, [&](const std::string&, const dicom::Element& element) {
    found = found || (element.value.size() > 0xFFFE && element.vr == dicom::Vr::DS);
  });
  return found;
}

// What is sent again under the same UIDs must say the same.
std::string QualificationSetting(const store::DeliveryRow& row) {
  return "qualification/" + std::to_string(row.number);
}

const char* NameOf(Qualification qualification) {
  return qualification == Qualification::kProduct ? "PRODUCT" : "RESEARCH";
}

}  // namespace

std::filesystem::path Courier::FileOf(const std::string& delivery_key) const {
  return parts_.outbox / (vault::Sha256Hex(delivery_key) + ".result");
}

// The gate's copy: the manifest on a line of its own, then the files one after another.
void Courier::TakeReturned() {
  const spool::Reader reader(parts_.files, parts_.return_directory);
  reader.List([&](spool::Place place, const spool::Reader::Record& record) {
    const auto& key = record.trailer;
    bool known = false;
    parts_.database.Read([&](const store::Reader& database) {
      known = store::FindDeliveryByKey(database, key).has_value();
    });
    if (known) return;
    std::string manifest;
    std::string bytes;
    reader.Read(place, [&](std::string_view chunk, bool) {
      if (manifest.empty()) {
        manifest = chunk;
        bytes = manifest + "\n";
      } else {
        bytes += chunk;
      }
    });
    const auto json = ManifestIn(manifest);
    if (!json) return Log(LogLevel::kError, "delivery.no-manifest");
    KeepCopy(key, bytes);
    Enqueue(key, *json);
  });
}

void Courier::KeepCopy(const std::string& delivery_key, const std::string& bytes) {
  const auto path = FileOf(delivery_key);
  auto temporary = path;
  temporary += ".part";
  auto file = parts_.files.Open(temporary, true);
  const std::string_view pieces[] = {bytes};
  file->WriteAt(0, pieces);
  file->SyncData();
  parts_.files.Rename(temporary, path);
  parts_.files.SyncDirectory(parts_.outbox);
}

// What is withdrawn or replaced is stopped here, before either of them is due: a destination that
// was away, or off, would get the earlier result first when it comes back.
void Courier::Enqueue(const std::string& delivery_key, const Json::Value& manifest) {
  store::DeliveryRow row;
  row.delivery_key = delivery_key;
  row.result = manifest["result"].asString();
  row.project = manifest["project"].asString();
  row.study_uid = manifest["study_uid"].asString();
  row.destination = manifest["destination"].asString();
  std::optional<Outcome> outcome;
  const auto earlier = EarlierIn(manifest);
  if (earlier) outcome = StopEarlier(row, *earlier);
  parts_.database.Write([&](store::Transaction& transaction) {
    row.number = store::InsertDelivery(transaction, row);
    store::Append(transaction, "delivery.queued", "gate", Fields(row));
  });
  if (outcome) Set(row, *outcome);
}

Courier::Package Courier::Open(const store::DeliveryRow& row) const {
  auto file = parts_.files.Open(FileOf(row.delivery_key), false);
  const auto bytes = file->ReadAt(0, file->Size());
  size_t position = bytes.find('\n');
  Package package;
  package.manifest = dicom::ParseJson(std::string_view(bytes).substr(0, position));
  ++position;
  for (const auto& entry : package.manifest["files"]) {
    const auto part = std::string_view(bytes).substr(position, entry["size"].asUInt64());
    if (vault::Sha256Hex(part) != entry["sha256"].asString()) {
      throw Error(ErrorKind::kInvalid, "a result file is not what was accepted");
    }
    package.objects.push_back(dicom::ReadFile(part).data_set);
    position += part.size();
  }
  return package;
}

void Courier::Round() {
  std::vector<store::DeliveryRow> due;
  parts_.database.Read([&](const store::Reader& reader) {
    due = store::DueDeliveries(reader, Microseconds(parts_.clock.Now()));
  });
  for (auto& row : due) Deliver(std::move(row));
}

void Courier::Set(store::DeliveryRow& row, const Outcome& outcome) {
  row.state = outcome.state;
  row.reason = outcome.reason;
  row.next_at =
      Microseconds(parts_.clock.Now()) + static_cast<int64_t>(outcome.retry_seconds * 1e6);
  parts_.database.Write([&](store::Transaction& transaction) {
    // A report may have come in on another association while we were sending.
    const auto now = store::FindDelivery(transaction, row.number);
    if (now->transaction_uid != row.transaction_uid) return;
    if (now->state == "FAILED") return;  // stopped meanwhile, and that is the end of it
    store::UpdateDelivery(transaction, row);
    if (now->state != row.state || now->reason != row.reason) {
      store::Append(transaction, "delivery.state", "gate", Fields(row));
    }
  });
}

void Courier::Deliver(store::DeliveryRow row) {
  Outcome outcome;
  try {
    outcome = Attempt(row);
  } catch (const dimse::Rejected& error) {
    outcome = {row.state, "ASSOCIATION_REJECTED", parts_.config.delivery_retry_seconds};
  } catch (const Error& error) {
    const bool away = error.kind() == ErrorKind::kUnavailable || error.kind() == ErrorKind::kBusy;
    Log(LogLevel::kWarning, "delivery.attempt-failed",
        {{"delivery", row.number}, {"why", error.what()}});
    outcome = away ? Outcome{row.state, "DESTINATION_AWAY", parts_.config.delivery_retry_seconds}
                   : Outcome{"HELD", "RESULT_UNREADABLE"};
  } catch (const std::exception& error) {  // a manifest with members of other types
    Log(LogLevel::kError, "delivery.unreadable", {{"delivery", row.number}, {"why", error.what()}});
    outcome = {"HELD", "RESULT_UNREADABLE"};
  }
  Set(row, outcome);
}

dimse::ScuOptions Courier::OptionsFor(const DestinationConfig& destination,
                                      const Package& package) {
  dimse::ScuOptions options;
  options.host = destination.address;
  options.port = destination.port;
  options.called_aet = destination.aet;
  options.calling_aet = parts_.config.intake_aet;
  options.tls = destination.tls;
  options.contexts.push_back({std::string(dimse::kStudyRootFind), {}});
  options.contexts.push_back({std::string(dimse::kStorageCommitment), {}});
  std::map<std::string, bool> classes;  // by SOP Class: implicit VR only
  for (const auto& object : package.objects) {
    bool& implicit = classes[object.GetString(tags::SOPClassUID)];
    implicit = implicit || HasLongText(object);
  }
  for (const auto& [sop_class, implicit] : classes) {
    options.contexts.push_back({sop_class, {}});
    if (implicit) {
      options.contexts.back().transfer_syntaxes = {std::string(dicom::kImplicitLittleEndian.uid)};
    }
  }
  options.on_event_report = [this, aet = destination.aet](std::string_view, std::string_view,
                                                          uint16_t type, const DataSet& report) {
    return Committed(aet, type, report);
  };
  return options;
}

Courier::Outcome Courier::Attempt(store::DeliveryRow& row) {
  const auto entry = parts_.config.destinations.find(row.destination);
  if (entry == parts_.config.destinations.end()) return {"HELD", "NO_DESTINATION"};
  const auto& destination = entry->second;
  if (!destination.enabled) return {"HELD", "DESTINATION_DISABLED"};
  if (IsTestMissing(entry->first, destination)) return {"HELD", "DESTINATION_UNTESTED"};
  const auto package = Open(row);
  dimse::Scu scu(OptionsFor(destination, package));
  Outcome outcome;
  if (row.state == "STORED") {
    outcome = destination.commitment_required ? RequestCommitment(row, scu) : Verify(row, scu);
  } else {
    outcome = AskAndSend(row, scu, package, destination);
  }
  if (scu.open()) scu.Release();
  return outcome;
}

bool Courier::IsTestMissing(const std::string& name, const DestinationConfig& destination) const {
  bool tested = false;
  parts_.database.Read(
      [&](const store::Reader& reader) { tested = IsTested(reader, name, destination); });
  return destination.require_test && !tested;
}

// Void also when a part left as product and the release has been taken back since: the person who
// sees it held decides.
Qualification Courier::QualificationOf(const store::DeliveryRow& row) const {
  std::optional<std::string> sent;
  parts_.database.Read([&](const store::Reader& reader) {
    sent = store::GetSetting(reader, QualificationSetting(row));
  });
  if (sent && *sent == NameOf(Qualification::kResearch)) return Qualification::kResearch;
  const auto now = parts_.products.Of(row.project);
  if (sent && now != Qualification::kProduct) return Qualification::kVoid;
  return now;
}

// In one transaction with what Send notes: either the earlier result is stopped before it leaves,
// or it has left and is known here.
std::optional<Courier::Outcome> Courier::StopEarlier(const store::DeliveryRow& row,
                                                     const EarlierResult& earlier) {
  bool known = false;
  bool has_left = false;
  parts_.database.Write([&](store::Transaction& transaction) {
    auto sent = store::FindDeliveryByKey(transaction, earlier.result + "@" + row.destination);
    known = sent && sent->study_uid == row.study_uid;
    if (!known) return;
    has_left = !store::ReturnedBy(transaction, sent->number).empty();
    const bool waits = sent->state == "QUEUED" || sent->state == "SENDING" || sent->state == "HELD";
    // A version that has left in part goes on: the PACS has it, and the newer one names it.
    if (!waits || (has_left && !earlier.withdrawn)) return;
    sent->state = "FAILED";
    sent->reason = earlier.withdrawn ? "WITHDRAWN" : "SUPERSEDED";
    store::UpdateDelivery(transaction, *sent);
    store::Append(transaction, "delivery.state", "gate", Fields(*sent));
  });
  if (!earlier.withdrawn) return std::nullopt;
  if (!known) return Outcome{"HELD", "UNKNOWN_UID"};
  if (!has_left) return Outcome{"FAILED", "NOTHING_SENT"};
  return std::nullopt;
}

Courier::Outcome Courier::AskAndSend(store::DeliveryRow& row, dimse::Scu& scu,
                                     const Package& package, const DestinationConfig& destination) {
  const auto earlier = EarlierIn(package.manifest);
  if (earlier) {
    if (auto outcome = StopEarlier(row, *earlier)) return *outcome;
  }
  for (const auto& object : package.objects) {
    // A kind that the destination is not configured for waits for a person, it is not tried again.
    if (object.GetString(tags::SOPClassUID) == kLabelMapStorage && !destination.label_map) {
      return {"HELD", "LABELMAP_NOT_CONFIGURED"};
    }
    if (scu.Accepted(object.GetString(tags::SOPClassUID)) == nullptr) {
      return {"HELD", "CONTEXT_REFUSED"};
    }
  }
  const auto original = parts_.relinker.OriginalStudyUid(row.study_uid);
  if (!original) return {"HELD", "STUDY_UNKNOWN"};
  if (scu.Accepted(dimse::kStudyRootFind) == nullptr) return {"HELD", "QUERY_REFUSED"};
  const auto found = scu.Find(dimse::kStudyRootFind, StudyQuery(*original), 2);
  if (dimse::KindOf(found.status.code) == dimse::StatusKind::kFailed) {
    return {row.state, "QUERY_FAILED", parts_.config.delivery_retry_seconds};
  }
  if (found.matches.empty()) return {"HELD", "STUDY_GONE"};
  if (found.matches.size() > 1) return {"HELD", "SEVERAL_MATCHES"};
  const auto identity =
      parts_.identities.BoundIdentityOf(*parts_.identities.FindByUid(row.study_uid));
  if (!row.accept_current && !IsSamePatient(identity, found.matches.front())) {
    return {"HELD", "PATIENT_CHANGED"};
  }
  const auto* project = parts_.config.FindProject(row.project);
  if (project == nullptr) return {"HELD", "PROJECT_UNKNOWN"};
  const auto qualification = QualificationOf(row);
  if (qualification == Qualification::kVoid) return {"HELD", "PRODUCT_RELEASE_VOID"};
  const auto people = PeopleIn(package.manifest);
  auto relinked = parts_.relinker.Relink(
      {row.study_uid, row.result, row.destination, *project, package.objects, people, earlier,
       StayingIn(package.manifest), qualification == Qualification::kProduct},
      found.matches.front(), parts_.clock.Now());
  if (const auto* held = std::get_if<Held>(&relinked)) return {"HELD", held->reason};
  return Send(row, scu, std::get<Relinked>(relinked).objects, qualification, destination);
}

Courier::Outcome Courier::Send(store::DeliveryRow& row, dimse::Scu& scu,
                               const std::vector<Instance<Hospital>>& objects,
                               Qualification qualification, const DestinationConfig& destination) {
  // Noted before they leave, so that what the PACS routes back to us is known.
  std::optional<Outcome> stopped;
  parts_.database.Write([&](store::Transaction& transaction) {
    const auto now = store::FindDelivery(transaction, row.number);
    if (now->state == "FAILED") {
      stopped = Outcome{now->state, now->reason};
      return;
    }
    store::PutSetting(transaction, QualificationSetting(row), NameOf(qualification));
    for (const auto& object : objects) {
      store::PutReturned(transaction,
                         {object.data_set().GetString(tags::SOPInstanceUID),
                          object.data_set().GetString(tags::SOPClassUID), row.number, "QUEUED"});
    }
  });
  if (stopped) return *stopped;
  ++row.attempts;
  Set(row, {"SENDING", ""});
  for (const auto& object : objects) {
    const auto& data_set = object.data_set();
    const auto sop_class = data_set.GetString(tags::SOPClassUID);
    const auto& syntax = *scu.Accepted(sop_class);
    const auto status = scu.Store(sop_class, data_set.GetString(tags::SOPInstanceUID), syntax,
                                  dicom::Write(data_set, syntax));
    if (IsStored(status)) continue;
    const bool again = IsPassing(status) && row.attempts < kAttemptsMax;
    Log(LogLevel::kWarning, "delivery.refused",
        {{"delivery", row.number}, {"status", status.code}});
    if (again) return {"SENDING", "DESTINATION_BUSY", parts_.config.delivery_retry_seconds};
    return {"HELD", "REFUSED_BY_DESTINATION"};
  }
  Set(row, {"STORED", ""});
  return destination.commitment_required ? RequestCommitment(row, scu) : Verify(row, scu);
}

Courier::Outcome Courier::RequestCommitment(store::DeliveryRow& row, dimse::Scu& scu) {
  if (scu.Accepted(dimse::kStorageCommitment) == nullptr) return {"HELD", "COMMITMENT_REFUSED"};
  if (row.requests >= kRequestsMax) return {"HELD", "COMMITMENT_UNANSWERED"};
  row.transaction_uid = parts_.uids.New();
  ++row.requests;
  std::vector<store::ReturnedRow> returned;
  parts_.database.Write([&](store::Transaction& transaction) {
    store::UpdateDelivery(transaction, row);
    returned = store::ReturnedBy(transaction, row.number);
  });
  DataSet request;
  request.SetString(tags::TransactionUID, row.transaction_uid);
  for (const auto& object : returned) {
    auto& item = request.AddItem(tags::ReferencedSOPSequence);
    item.SetString(tags::ReferencedSOPClassUID, object.sop_class_uid);
    item.SetString(tags::ReferencedSOPInstanceUID, object.sop_instance_uid);
  }
  const auto status = scu.Action(dimse::kStorageCommitment, dimse::kStorageCommitmentInstance,
                                 kRequestCommitment, request);
  if (!IsStored(status)) {
    return {"STORED", "COMMITMENT_NOT_TAKEN", parts_.config.delivery_retry_seconds};
  }
  scu.Serve(std::chrono::milliseconds(300));  // some answer on this association
  return {"STORED", "AWAITING_COMMITMENT", parts_.config.commitment_timeout_seconds};
}

Courier::Outcome Courier::Verify(store::DeliveryRow& row, dimse::Scu& scu) {
  std::vector<store::ReturnedRow> returned;
  parts_.database.Read(
      [&](const store::Reader& reader) { returned = store::ReturnedBy(reader, row.number); });
  const auto study = parts_.relinker.OriginalStudyUid(row.study_uid);
  for (const auto& object : returned) {
    const auto found =
        scu.Find(dimse::kStudyRootFind, ImageQuery(study.value_or(""), object.sop_instance_uid), 1);
    if (!found.matches.empty()) continue;
    if (++row.requests > kRequestsMax) return {"HELD", "NOT_FOUND_AFTER_STORING"};
    return {"STORED", "AWAITING_VERIFICATION", parts_.config.delivery_retry_seconds};
  }
  return {"STORED_VERIFIED", ""};
}

dimse::Status Courier::Committed(const std::string& calling_aet, uint16_t event_type,
                                 const DataSet& report) {
  dimse::Status answer;
  parts_.database.Write([&](store::Transaction& transaction) {
    auto row =
        store::FindDeliveryByTransaction(transaction, report.GetString(tags::TransactionUID));
    const auto destination =
        row ? parts_.config.destinations.find(row->destination) : parts_.config.destinations.end();
    if (destination == parts_.config.destinations.end() || destination->second.aet != calling_aet) {
      answer = {dimse::kNoSuchObjectInstance, "unknown Transaction UID"};
      return;
    }
    const auto committed = InstancesIn(report, tags::ReferencedSOPSequence);
    bool all = event_type == kAllCommitted;
    for (auto& object : store::ReturnedBy(transaction, row->number)) {
      const bool done = committed.contains(object.sop_instance_uid);
      all = all && done;
      object.state = done ? "COMMITTED" : "FAILED";
      store::PutReturned(transaction, object);
    }
    row->transaction_uid.clear();
    if (all) {
      row->state = "COMMITTED";
      row->reason.clear();
    } else if (row->attempts < kAttemptsMax) {
      row->state = "QUEUED";  // once more, with the same UIDs
      row->reason = "COMMITMENT_FAILED";
      row->next_at = Microseconds(parts_.clock.Now()) +
                     static_cast<int64_t>(parts_.config.delivery_retry_seconds * 1e6);
    } else {
      row->state = "HELD";
      row->reason = "COMMITMENT_FAILED";
    }
    store::UpdateDelivery(transaction, *row);
    store::Append(transaction, "delivery.state", "gate", Fields(*row));
  });
  return answer;
}

DataSet Courier::IdentityOf(const store::DeliveryRow& row) const {
  const auto study = parts_.identities.FindByUid(row.study_uid);
  if (!study) throw Error(ErrorKind::kNotFound, "no such study in the vault");
  return parts_.identities.IdentityOf(*study);
}

void Courier::GoOn(const std::string& destination) {
  std::vector<store::DeliveryRow> held;
  parts_.database.Read(
      [&](const store::Reader& reader) { held = store::DeliveriesInState(reader, "HELD"); });
  for (const auto& row : held) {
    if (row.destination == destination && row.reason == "DESTINATION_UNTESTED") {
      Resolve(row.number, "retry");
    }
  }
}

void Courier::Resolve(int64_t number, const std::string& decision) {
  parts_.database.Write([&](store::Transaction& transaction) {
    auto row = store::FindDelivery(transaction, number);
    if (!row) throw Error(ErrorKind::kNotFound, "no such delivery");
    if (row->state != "HELD") throw Error(ErrorKind::kConflict, "the delivery is not held");
    if (decision == "accept-current" || decision == "retry") {
      row->accept_current = row->accept_current || decision == "accept-current";
      row->state = "QUEUED";
      row->attempts = 0;
      row->requests = 0;
      row->next_at = 0;
    } else if (decision == "give-up") {
      row->state = "FAILED";
    } else {
      throw Error(ErrorKind::kInvalid, "decide accept-current, retry or give-up");
    }
    row->reason = "RESOLVED_" + decision;
    store::UpdateDelivery(transaction, *row);
    auto fields = Fields(*row);
    fields["decision"] = decision;
    store::Append(transaction, "delivery.resolved", "steward", fields);
  });
}

}  // namespace glossator::gate
