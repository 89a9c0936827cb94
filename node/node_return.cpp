// SPDX-License-Identifier: GPL-3.0-or-later
// 6. Return. A delivery brings an accepted result with its helpers, or the note that withdraws it.
#include "dicom/error.h"
#include "node/impl.h"
#include "node/return_record.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

constexpr const char* kReadersHelper = "READERS";

// All that a delivery is made of.
struct Shipment {
  Case the_case;
  Result result;
  Submission submission;
  Decision decision;
  std::vector<MadeObject> objects;       // of submission and acceptance
  std::vector<CaseInstance> instances;   // of the series that they are about
  std::vector<std::string> others;       // codes of other readers of that series
  std::vector<MadeObject> of_others;     // what they drew and said, where the destination wants it
  std::vector<std::string> staying;      // UIDs of reports which do not leave
  std::optional<Withdrawal> withdrawal;  // the delivery is that of its note
  std::optional<EarlierResult> earlier;  // what is withdrawn or amended
};

std::vector<MadeObject> ObjectsOf(const store::Reader& reader, const Result& result) {
  std::vector<MadeObject> objects = RequireSubmission(reader, result.submission).objects;
  for (MadeObject& object : store::ResultObjects(reader, result.id)) {
    objects.push_back(std::move(object));
  }
  return objects;
}

// What the destination may have of a result, helpers too.
EarlierResult EarlierOf(const store::Reader& reader, const Result& result,
                        const std::string& destination, bool withdrawn) {
  EarlierResult earlier{result.uid, withdrawn, ObjectsOf(reader, result), {}};
  const auto sent = store::FindDeliveryOf(reader, result.uid, destination);
  if (!sent) return earlier;
  for (MadeObject& helper : store::HelpersOf(reader, sent->id)) {
    earlier.objects.push_back(std::move(helper));
  }
  return earlier;
}

std::optional<Result> Amended(const store::Reader& reader, const Result& result) {
  const Submission submission = RequireSubmission(reader, result.submission);
  const auto amendment = store::FindAmendmentOf(reader, submission.workitem_uid);
  return amendment ? store::FindResult(reader, amendment->result) : std::nullopt;
}

// Each version names an older result, so this ends.
std::vector<EarlierResult::Version> VersionsBefore(const store::Reader& reader, Result result) {
  std::vector<EarlierResult::Version> versions;
  while (const auto older = Amended(reader, result)) {
    const auto reports = ObjectsOf(reader, *older);
    if (!reports.empty() && reports.back().kind == "SR") {
      versions.push_back({older->uid, reports.back()});
    }
    result = *older;
  }
  return versions;
}

// Of the readers whom the result is compared with; who was accepted has a delivery of their own.
std::set<int64_t> GoingAlong(const store::Reader& reader, const Submission& submission) {
  std::set<int64_t> ids;
  for (const Submission& other : OtherReads(reader, submission)) {
    if (other.state == SubmissionState::kSubmitted) ids.insert(other.id);
  }
  return ids;
}

// Who else worked on the case, and what of it leaves.
void AddOthers(const store::Reader& reader, bool with_readers, Shipment& shipment) {
  const auto along = with_readers ? GoingAlong(reader, shipment.submission) : std::set<int64_t>();
  for (const Submission& other : store::SubmissionsOf(reader, shipment.the_case.id)) {
    if (other.id == shipment.submission.id) continue;
    if (!other.computed()) shipment.others.push_back(other.author);
    for (const MadeObject& object : other.objects) {
      if (along.contains(other.id)) {
        shipment.of_others.push_back(object);
      } else if (object.kind == "SR") {
        shipment.staying.push_back(object.sop_instance_uid);
      }
    }
  }
}

Shipment ShipmentOf(const store::Reader& reader, const Delivery& delivery, bool with_readers) {
  Shipment shipment;
  shipment.the_case = RequireCase(reader, delivery.case_id);
  shipment.result = *store::FindResult(reader, delivery.result);
  shipment.submission = RequireSubmission(reader, shipment.result.submission);
  shipment.decision = *store::FindDecisionOn(reader, shipment.submission.id);
  shipment.objects = ObjectsOf(reader, shipment.result);
  const Workitem read = RequireWorkitem(reader, shipment.submission.workitem_uid);
  shipment.instances = store::CaseInstances(reader, shipment.the_case.id,
                                            shipment.submission.series_instance_uid, read.revision);
  AddOthers(reader, with_readers, shipment);
  if (!delivery.withdrawal.empty()) {
    shipment.withdrawal = store::FindWithdrawal(reader, delivery.withdrawal);
    shipment.earlier = EarlierOf(reader, shipment.result, delivery.destination, true);
  } else if (const auto amends = store::FindAmendmentOf(reader, read.uid)) {
    const Result earlier = *store::FindResult(reader, amends->result);
    shipment.earlier = EarlierOf(reader, earlier, delivery.destination, false);
    shipment.earlier->before = VersionsBefore(reader, earlier);
  }
  return shipment;
}

std::set<std::string> HelperKinds(const Config& config, const std::string& destination) {
  const auto found = config.destinations.find(destination);
  return found == config.destinations.end() ? std::set<std::string>() : found->second.helpers;
}

std::string Manifest(const Config& config, const Delivery& delivery, const Shipment& shipment,
                     const std::vector<MadeObject>& objects) {
  const std::string& reviewer =
      shipment.withdrawal ? shipment.withdrawal->reader : shipment.decision.reader;
  std::vector<ReaderConfig> others;
  for (const std::string& code : shipment.others) others.push_back(PersonOf(config, code));
  return ManifestOf(ReturnRecord{
      shipment.the_case, delivery, objects, PersonOf(config, shipment.submission.author),
      PersonOf(config, reviewer), std::move(others), shipment.earlier, shipment.staying});
}

}  // namespace

ReaderConfig PersonOf(const Config& config, const std::string& code) {
  for (const ReaderConfig& reader : config.readers) {
    if (reader.id == code) return reader;
  }
  ReaderConfig gone;
  gone.id = code;
  return gone;
}

SentAlong Node::Impl::MakeHelpers(const Delivery& delivery, const std::string& author,
                                  const std::vector<MadeObject>& objects,
                                  const std::vector<std::string>& files,
                                  const std::vector<CaseInstance>& instances) {
  std::vector<std::string> segmentations;
  for (size_t i = 0; i < files.size(); ++i) {
    if (objects[i].kind == "SEG") segmentations.push_back(files[i]);
  }
  std::set<std::string> kinds = HelperKinds(config, delivery.destination);
  kinds.erase(kReadersHelper);
  return helpers.Make({delivery.key, author, objects, std::move(segmentations), instances, kinds});
}

// Into the return spool; marked when that is durable. A kill in between repeats the record under
// the same key, which the gate knows.
void Node::Impl::Return(const Delivery& delivery) {
  Shipment shipment;
  const bool with_readers = HelperKinds(config, delivery.destination).contains(kReadersHelper);
  database.Read(
      [&](const store::Reader& reader) { shipment = ShipmentOf(reader, delivery, with_readers); });
  std::vector<std::string> files;
  for (const MadeObject& object : shipment.objects) files.push_back(blobs.Get(object.sha256));
  SentAlong along;
  if (shipment.withdrawal) {
    along = helpers.Reject(delivery.key, *shipment.withdrawal, shipment.earlier->objects,
                           files.front());
    shipment.objects.clear();
    files.clear();
  } else {
    // Whoever decided stands for what was computed.
    const std::string& author =
        shipment.submission.computed() ? shipment.decision.reader : shipment.submission.author;
    along = MakeHelpers(delivery, author, shipment.objects, files, shipment.instances);
    for (const MadeObject& object : shipment.of_others) {
      along.objects.push_back(object);
      along.files.push_back(blobs.Get(object.sha256));
    }
  }
  std::vector<MadeObject> objects = shipment.objects;
  objects.insert(objects.end(), along.objects.begin(), along.objects.end());
  files.insert(files.end(), along.files.begin(), along.files.end());
  return_queue.Append(ChunksOf(Manifest(config, delivery, shipment, objects), files), delivery.key);
  Spooled(delivery, along);
}

void Node::Impl::Spooled(const Delivery& delivery, const SentAlong& along) {
  Json::Value made(Json::arrayValue);
  for (const MadeObject& object : along.objects) made.append(object.kind);
  Json::Value skipped(Json::arrayValue);
  for (const std::string& kind : along.skipped) skipped.append(kind);
  database.Write([&](Transaction& transaction) {
    Delivery spooled = *store::FindDeliveryById(transaction, delivery.id);
    spooled.spooled = true;
    store::UpdateDelivery(transaction, spooled);
    if (delivery.withdrawal.empty()) {
      store::InsertHelpers(transaction, delivery.id, along.objects);
    }
    Tell(transaction, "delivery.spooled", kNodeActor,
         {{"delivery", delivery.id},
          {"key", delivery.key},
          {"made", made.empty() ? Json::Value("") : made},
          {"not_made", skipped.empty() ? Json::Value("") : skipped}});
  });
}

void Node::Impl::Follow(Transaction& transaction, const DeliveryChange& change) {
  auto delivery = store::FindDeliveryOf(transaction, change.result, change.destination);
  if (!delivery) return;  // of another life of this directory
  delivery->state = change.state;
  delivery->reason = change.reason;
  delivery->attempts = change.attempts;
  store::UpdateDelivery(transaction, *delivery);
  Tell(transaction, "delivery.state", "gate",
       {{"delivery", delivery->id},
        {"state", change.state},
        {"reason", change.reason},
        {"attempts", change.attempts}});
  Case the_case = RequireCase(transaction, delivery->case_id);
  bool returned = the_case.state == CaseState::kAccepted;
  for (const Delivery& other : store::DeliveriesOfCase(transaction, the_case.id)) {
    // A version that was replaced before it left does not leave any more.
    returned = returned && (other.done() || other.reason == "SUPERSEDED");
  }
  if (returned) {
    cases.SetState(transaction, the_case, CaseState::kReturned, "case.returned", kNodeActor);
  }
}

}  // namespace glossator::node
