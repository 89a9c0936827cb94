// SPDX-License-Identifier: GPL-3.0-or-later
// A handler whose behaviour a test sets, and options with short times.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "dimse/server.h"
#include "samples.h"

namespace glossator::dimse {

// What the sinks of one handler saw.
struct Seen {
  std::mutex mutex;
  std::condition_variable changed;
  std::string bytes;
  unsigned pieces = 0;
  unsigned ended = 0;
  unsigned aborted = 0;
  std::function<void()> resume;
  Respond respond;

  template <class Ready>
  bool Wait(Ready ready) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(5), ready);
  }
};

struct Behavior {
  Flow flow = Flow::kContinue;
  bool answer_at_once = true;
  Status status{};
};

class StubSink final : public StoreSink {
 public:
  StubSink(Seen& seen, Behavior behavior) : seen_(seen), behavior_(std::move(behavior)) {}
  ~StubSink() override {
    const std::lock_guard lock(seen_.mutex);
    if (!ended_) ++seen_.aborted;
    seen_.changed.notify_all();
  }
  void Begin(std::function<void()> resume) override {
    const std::lock_guard lock(seen_.mutex);
    seen_.resume = std::move(resume);
  }
  Flow Data(std::string_view bytes) override {
    const std::lock_guard lock(seen_.mutex);
    seen_.bytes += bytes;
    ++seen_.pieces;
    seen_.changed.notify_all();
    // One pause an object; after that it flows.
    const Flow flow = behavior_.flow;
    if (flow == Flow::kPause) behavior_.flow = Flow::kContinue;
    return flow;
  }
  Status Refusal() const override { return behavior_.status; }
  void End(Respond respond) override {
    const std::lock_guard lock(seen_.mutex);
    ended_ = true;
    ++seen_.ended;
    if (behavior_.answer_at_once) {
      respond(behavior_.status);
    } else {
      seen_.respond = std::move(respond);
    }
    seen_.changed.notify_all();
  }

 private:
  Seen& seen_;
  Behavior behavior_;
  bool ended_ = false;
};

class StubHandler : public Handler {
 public:
  Seen seen;
  Behavior behavior;
  std::optional<Rejection> rejection;
  std::atomic<unsigned> closed{0};
  std::string subject;

  std::optional<Rejection> Accept(const Association& association) override {
    const std::lock_guard lock(seen.mutex);
    subject = association.tls_subject;
    return rejection;
  }
  bool Supports(const Association&, std::string_view abstract_syntax) override {
    return abstract_syntax != "1.2.3.4.5";
  }
  std::unique_ptr<StoreSink> Store(const Association&, const StoreRequest& request) override {
    if (request.sop_instance_uid == "1.2.3.666") throw Error(ErrorKind::kBusy, "full");
    if (request.sop_instance_uid == "1.2.3.667") throw std::bad_alloc();
    return std::make_unique<StubSink>(seen, behavior);
  }
  FindAnswer Find(const Association&, std::string_view, const dicom::DataSet& keys) override {
    FindAnswer answer;
    for (int i = 0; i < 20; ++i) {
      dicom::DataSet match = keys;
      match.SetString(dicom::tags::PatientID, "P" + std::to_string(i));
      answer.matches.push_back(match);
    }
    return answer;
  }
  Status Action(const Association&, std::string_view, std::string_view instance, uint16_t type,
                const dicom::DataSet& information) override {
    const bool as_sent = instance == kStorageCommitmentInstance && type == 1 &&
                         information.GetString(dicom::tags::TransactionUID) == "1.2.9";
    return {as_sent ? kSuccess : kProcessingFailure};
  }
  Status EventReport(const Association&, std::string_view, std::string_view, uint16_t type,
                     const dicom::DataSet& information) override {
    return {information.GetString(dicom::tags::TransactionUID) == "1.2.9" ? type : uint16_t{0xFFF}};
  }
  void Closed(const Association&) override { ++closed; }
};

inline ServerOptions QuickOptions() {
  ServerOptions options;
  options.artim = std::chrono::milliseconds(400);
  options.idle = std::chrono::milliseconds(30'000);
  options.stop_grace = std::chrono::milliseconds(1'000);
  return options;
}

inline ScuOptions ClientOf(const Server& server) {
  ScuOptions options;
  options.host = "127.0.0.1";
  options.port = server.port();
  options.called_aet = "NODE";
  options.calling_aet = "PACS";
  options.contexts = {{std::string(kVerification), {}},
                      {kCtImageStorage, {}},
                      {"1.2.3.4.5", {}},
                      {std::string(kStudyRootFind), {}},
                      {std::string(kStorageCommitment), {}}};
  options.response_timeout = std::chrono::milliseconds(8'000);
  return options;
}

}  // namespace glossator::dimse
