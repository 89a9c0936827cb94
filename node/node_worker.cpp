// SPDX-License-Identifier: GPL-3.0-or-later
// The worker: polls the gate at its own pace, imports, sends. One of the three places that catch.
#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "model/error.h"
#include "model/log.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_workitem.h"

namespace glossator::node {

using store::Transaction;

namespace {

constexpr size_t kPage = 200;
constexpr int64_t kBackoffMax = 60;  // seconds; what fails by itself
constexpr int64_t kAwayMax = 2;      // seconds; who is away comes back soon

std::chrono::seconds BackoffAfter(int64_t times, ErrorKind kind) {
  const bool away = kind == ErrorKind::kUnavailable || kind == ErrorKind::kBusy;
  const int64_t seconds = int64_t{1} << std::min<int64_t>(times, 6);
  return std::chrono::seconds(std::min(seconds, away ? kAwayMax : kBackoffMax));
}

int64_t PositionOf(const store::Database& database, const char* feed) {
  int64_t seq = 0;
  database.Read([&](const store::Reader& reader) { seq = store::FeedPosition(reader, feed); });
  return seq;
}

bool IsDeliveryState(const std::string& state) {
  static const std::set<std::string> kStates = {"QUEUED", "SENDING",         "STORED", "COMMITTED",
                                                "HELD",   "STORED_VERIFIED", "FAILED"};
  return kStates.contains(state);
}

void LogFailure(const std::string& what, const char* kind, const char* text, int64_t times) {
  // An absent gate is told once, not at every poll.
  if (times > 1 && (times & (times - 1)) != 0) return;
  Log(LogLevel::kWarning, "node.retry",
      {{"what", what}, {"kind", kind}, {"times", times}, {"text", text}});
}

}  // namespace

bool Node::Impl::Attempt(const std::string& what, const std::function<bool()>& work) {
  const auto failed = failures.find(what);
  if (failed != failures.end() && clock.Now() < failed->second.next_try) return false;
  const auto fail = [&](ErrorKind kind, const char* text) {
    Failure& failure = failures[what];
    failure.next_try = clock.Now() + BackoffAfter(failure.times, kind);
    LogFailure(what, NameOf(kind), text, ++failure.times);
    return false;
  };
  try {
    const bool more = work();
    failures.erase(what);
    return more;
  } catch (const Error& error) {
    return fail(error.kind(), error.what());
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, error.what());
  }
}

bool Node::Impl::PollStudies() {
  const auto feed = gate.Studies(PositionOf(database, "studies"), kPage);
  if (feed.items.empty()) return false;
  database.Write([&](Transaction& transaction) {
    for (const StudyChange& change : feed.items) cases.Follow(transaction, change);
    store::SetFeedPosition(transaction, "studies", feed.next);
  });
  return feed.items.size() >= kPage;
}

bool Node::Impl::ImportAll() {
  bool any = false;
  for (const Batch& batch : gate.Batches()) {
    const auto import = [&] {
      Import(batch);
      return true;
    };
    any |= Attempt("import " + std::to_string(batch.number) + " " + batch.study_uid, import);
  }
  return any;
}

bool Node::Impl::PollDeliveries() {
  const auto feed = gate.Deliveries(PositionOf(database, "deliveries"), kPage);
  if (feed.items.empty()) return false;
  database.Write([&](Transaction& transaction) {
    for (const DeliveryChange& change : feed.items) {
      if (IsDeliveryState(change.state)) Follow(transaction, change);
    }
    store::SetFeedPosition(transaction, "deliveries", feed.next);
  });
  return feed.items.size() >= kPage;
}

bool Node::Impl::PollEvents() {
  const auto feed = gate.Events(PositionOf(database, "events"), kPage);
  if (feed.items.empty()) return false;
  database.Write([&](Transaction& transaction) {
    for (const GateEvent& event : feed.items) {
      Tell(transaction, ("gate." + event.type).c_str(), "gate",
           {{"gate_seq", event.seq}, {"gate_time", event.time}, {"fields", event.fields}});
    }
    store::SetFeedPosition(transaction, "events", feed.next);
  });
  return feed.items.size() >= kPage;
}

bool Node::Impl::SendResults() {
  std::vector<Delivery> waiting;
  database.Read([&](const store::Reader& reader) { waiting = store::UnspooledDeliveries(reader); });
  bool sent = false;
  for (const Delivery& delivery : waiting) {
    const auto send = [&] {
      Return(delivery);
      return true;
    };
    sent |= Attempt("return " + std::to_string(delivery.id), send);
  }
  if (sent) gate.ReturnedReady();
  return false;
}

// UPS has no way back from IN PROGRESS (PS3.4 CC.1.1): the claim is canceled and a successor opens,
// for anybody fit. A progress report (N-SET) is a sign of life.
bool Node::Impl::EndStaleClaims() {
  std::vector<Workitem> claimed;
  database.Read([&](const store::Reader& reader) {
    claimed = store::ListWorkitems(reader, "", NameOf(WorkitemState::kInProgress));
    std::erase_if(claimed, [&](const Workitem& claim) { return !IsStale(reader, claim); });
  });
  for (const Workitem& seen : claimed) {
    database.Write([&](Transaction& transaction) {
      const Workitem workitem = RequireWorkitem(transaction, seen.uid);
      if (workitem.state != WorkitemState::kInProgress || !IsStale(transaction, workitem)) {
        return;
      }
      cases.End(transaction, workitem, WorkitemState::kCanceled, "expired", kNodeActor);
      Workitem next = worklist::MakeReplacement(
          workitem, RequireCase(transaction, workitem.case_id), "expired");
      next.scheduled_performer.clear();  // rework that its author let lie
      cases.Schedule(transaction, next, kNodeActor);
    });
  }
  return false;
}

bool Node::Impl::IsStale(const store::Reader& reader, const Workitem& workitem) const {
  const auto* project = config.FindProject(RequireCase(reader, workitem.case_id).project);
  if (project == nullptr || project->claim_hours <= 0) return false;
  const auto lease = std::chrono::microseconds(static_cast<int64_t>(project->claim_hours * 3.6e9));
  return workitem.updated < ToIso8601(clock.Now() - lease);  // both UTC, same width
}

bool Node::Tick() {
  const std::lock_guard lock(impl_->ticking);
  bool more = false;
  more |= impl_->Attempt("studies", [&] { return impl_->PollStudies(); });
  more |= impl_->Attempt("batches", [&] { return impl_->ImportAll(); });
  more |= impl_->Attempt("results", [&] { return impl_->SendResults(); });
  more |= impl_->Attempt("deliveries", [&] { return impl_->PollDeliveries(); });
  more |= impl_->Attempt("events", [&] { return impl_->PollEvents(); });
  more |= impl_->Attempt("claims", [&] { return impl_->EndStaleClaims(); });
  more |= impl_->Attempt("consensus", [&] { return ConsensusByPolicy(); });
  return more;
}

}  // namespace glossator::node
