// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/lab_side.h"

#include "model/log.h"
#include "store/node_schema.h"

namespace glossator::plugin {
namespace {

using namespace std::chrono_literals;

constexpr auto kHandOverAgain = 5s;
constexpr auto kRound = 500ms;  // between looks at the gate's feeds,
constexpr auto kLively = 20ms;  // and when something came lately: more is on its way
constexpr auto kLately = 3s;
constexpr auto kGateStart = 20s;  // a gate that recovers a large spool may take longer

std::filesystem::path Made(const std::filesystem::path& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (fault) {
    throw Error(ErrorKind::kUnavailable,
                "Glossator.Directory: " + folder.string() + " cannot be made");
  }
  return folder;
}

}  // namespace

LabSide::LabSide(const Config& config, const Orthanc& orthanc,
                 std::vector<std::filesystem::path> folders)
    : config_(config),
      gate_(config.directory / "gate.sock"),
      supervisor_(config, gate_),
      archive_(orthanc, std::move(folders)),
      intake_(config.directory / "spool" / "intake"),
      returns_(Made(config.directory / "spool") / "return"),
      database_(Made(config.directory / "node") / "node.db", clock_, store::NodeMigrations()),
      node_(config, clock_, uids_, database_, archive_, intake_, returns_, port_) {}

LabSide::~LabSide() { Stop(); }

void LabSide::Start() {
  supervisor_.Start();
  if (!supervisor_.AwaitFirst(kGateStart)) {
    const GateState state = supervisor_.state();
    if (state.last_status > 0) {
      throw Error(ErrorKind::kUnavailable, "the gate refuses to run (status " +
                                               std::to_string(state.last_status) +
                                               "): " + state.last_line);
    }
    Log(LogLevel::kWarning, "gate.slow");
  }
  node_.Reconcile();
  worker_ = std::thread(&LabSide::Work, this);
  if (config_.lab) {
    lab_port_ = std::make_unique<LabPort>(config_, node_, [this] { Wake(); });
    lab_port_->Start();
  }
  ready_ = true;
}

void LabSide::Stop() {
  ready_ = false;
  stopping_ = true;
  if (lab_port_) {
    lab_port_->Stop();
  }
  gate_.Stop();
  archive_.Stop();
  Wake();
  if (worker_.joinable()) {
    worker_.join();
  }
  supervisor_.Stop();
}

void LabSide::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

void LabSide::Work() {
  try {
    auto lively_until = std::chrono::steady_clock::now();
    while (!stopping_) {
      const bool more = node_.Tick();
      HandOver();
      const auto now = std::chrono::steady_clock::now();
      lively_until = port_.TakeNews() ? now + kLately : lively_until;
      const auto pause = more ? 0ms : now < lively_until ? kLively : kRound;
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [&] { return woken_ || stopping_; });
      // Somebody did something here: what the gate makes of it is not long in coming.
      if (woken_) lively_until = std::chrono::steady_clock::now() + kLately;
      woken_ = false;
    }
  } catch (...) {
    ready_ = false;
    Log(LogLevel::kError, "worker.died");
  }
}

// A gate that was away when a result was written is told again.
void LabSide::HandOver() {
  const Time now = clock_.Now();
  if (returns_.Waiting().empty() || !supervisor_.state().up || now < next_hand_over_) {
    return;
  }
  next_hand_over_ = now + kHandOverAgain;
  try {
    Json::Value ready(Json::objectValue);
    ready["call"] = "returned_ready";
    port_.Call(ready);
  } catch (const Error& error) {
    Log(LogLevel::kWarning, "return.waits", {{"fault", error.what()}});
  }
}

Answer LabSide::Handle(const Request& request) {
  Services services{config_, *this, &node_};
  services.worker = this;
  services.wake = [](void* self) { static_cast<LabSide*>(self)->Wake(); };
  return Dispatch(Routes(), services, request);
}

Status::Now LabSide::Get() const { return {supervisor_.state(), ready_}; }

}  // namespace glossator::plugin
