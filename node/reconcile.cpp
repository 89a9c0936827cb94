// SPDX-License-Identifier: GPL-3.0-or-later
// At start: does what we know agree with what is there?
#include "dicom/error.h"
#include "model/log.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"

namespace glossator::node {
namespace {

constexpr size_t kPage = 1000;
constexpr Json::ArrayIndex kNamedMax = 20;  // missing ones that the event names

struct Missing {
  int64_t checked = 0;
  int64_t missing = 0;
  Json::Value named{Json::arrayValue};

  void Add(bool present, const std::string& name) {
    ++checked;
    if (present) return;
    ++missing;
    if (named.size() < kNamedMax) named.append(name);
  }
};

Missing CheckInstances(const store::Database& database, Archive& archive) {
  Missing found;
  std::string after;
  while (true) {
    std::vector<std::string> uids;
    database.Read(
        [&](const store::Reader& reader) { uids = store::InstanceUids(reader, after, kPage); });
    for (const std::string& uid : uids) found.Add(archive.Has(uid), uid);
    if (uids.size() < kPage) return found;
    after = uids.back();
  }
}

Missing CheckBlobs(const store::Database& database, const Blobs& blobs) {
  Missing found;
  std::vector<std::string> digests;
  database.Read([&](const store::Reader& reader) { digests = store::BlobDigests(reader); });
  for (const std::string& digest : digests) found.Add(blobs.Has(digest), digest);
  return found;
}

struct Waiting {
  int64_t batches = -1;  // -1: the gate is away
  int64_t replayed = 0;  // of these, imported before but not yet released by the gate
};

Waiting CheckGate(const store::Database& database, const GateCalls& gate) {
  std::vector<Batch> batches;
  try {
    batches = gate.Batches();
  } catch (const Error&) {  // an answer: the gate starts later than we do
    return {};
  }
  Waiting waiting{static_cast<int64_t>(batches.size()), 0};
  database.Read([&](const store::Reader& reader) {
    for (const Batch& batch : batches) {
      waiting.replayed += store::HasBatch(reader, NameOf(batch)) ? 1 : 0;
    }
  });
  return waiting;
}

}  // namespace

Json::Value Node::Reconcile() {
  const Missing instances = CheckInstances(impl_->database, impl_->archive);
  const Missing blobs = CheckBlobs(impl_->database, impl_->blobs);
  const Waiting waiting = CheckGate(impl_->database, impl_->gate);
  size_t unspooled = 0;
  impl_->database.Read(
      [&](const store::Reader& reader) { unspooled = store::UnspooledDeliveries(reader).size(); });
  Json::Value found(Json::objectValue);
  found["instances"] = Json::Int64(instances.checked);
  found["instances_missing"] = Json::Int64(instances.missing);
  found["missing"] = instances.named;
  found["blobs"] = Json::Int64(blobs.checked);
  found["blobs_missing"] = Json::Int64(blobs.missing);
  found["batches_waiting"] = Json::Int64(waiting.batches);
  found["batches_replayed"] = Json::Int64(waiting.replayed);
  found["results_waiting"] = Json::UInt64(unspooled);
  impl_->database.Write([&](store::Transaction& transaction) {
    store::Append(transaction, "node.reconciled", kNodeActor, found);
  });
  const bool loss = instances.missing + blobs.missing > 0;
  Log(loss ? LogLevel::kError : LogLevel::kInfo, "node.reconciled",
      {{"instances", instances.checked},
       {"instances_missing", instances.missing},
       {"blobs_missing", blobs.missing},
       {"batches_waiting", waiting.batches},
       {"results_waiting", unspooled}});
  return found;
}

}  // namespace glossator::node
