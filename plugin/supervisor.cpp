// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/supervisor.h"

#include <signal.h>

#include <algorithm>

#include "dicom/error.h"
#include "model/log.h"
#include "plugin/gate_process.h"

namespace glossator::plugin {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kHeartbeat = 1s;
constexpr milliseconds kWhileStarting = 50ms;
constexpr milliseconds kBackOffMin = 500ms;
constexpr milliseconds kBackOffMax = 30s;
constexpr auto kGoodLife = 60s;     // after it the next start need not wait
constexpr int kDirectoryTaken = 3;  // exit status of a gate that found another one in its place

}  // namespace

Supervisor::Supervisor(const Config& config, GateClient& client)
    : config_(config),
      client_(client),
      digest_(GateConfigDigest(config)),
      program_(FindGateProgram(config)),
      log_(config.directory / "gate" / "gate.log") {}

Supervisor::~Supervisor() { Stop(); }

void Supervisor::Start() { thread_ = std::thread(&Supervisor::Run, this); }

void Supervisor::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

GateState Supervisor::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Supervisor::AwaitFirst(std::chrono::seconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout,
                    [&] { return state_.up || state_.last_status >= 0 || stopping_; });
  return state_.up;
}

void Supervisor::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    milliseconds pause = kHeartbeat;
    try {
      pause = Step();
    } catch (const std::exception& error) {
      Log(LogLevel::kError, "gate.supervision", {{"fault", error.what()}});
    } catch (...) {
      Log(LogLevel::kError, "gate.supervision", {{"fault", "unknown"}});
    }
    lock.lock();
    changed_.wait_for(lock, pause, [&] { return stopping_; });
  }
}

milliseconds Supervisor::Step() {
  NoteEnd();
  if (Greet() || !config_.supervise_gate) {
    return kHeartbeat;
  }
  if (pid_ != 0) {
    return kWhileStarting;  // on its way up, or being told to end
  }
  if (steady_clock::now() - launched_ < back_off_) {
    return std::min(back_off_, kHeartbeat);
  }
  Launch();
  return kWhileStarting;
}

bool Supervisor::Greet() {
  Json::Value hello(Json::objectValue);
  hello["call"] = "hello";
  hello["config_digest"] = digest_;
  Json::Value reply;
  try {
    reply = client_.Call(hello);
  } catch (const Error&) {
    const std::lock_guard lock(mutex_);
    state_.up = false;
    return false;
  }
  pid_ = static_cast<pid_t>(reply.get("pid", 0).asInt());
  if (config_.supervise_gate && reply.get("config_digest", "").asString() != digest_) {
    StopOther();
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (!state_.up) {
    Log(LogLevel::kInfo, "gate.up", {{"pid", static_cast<int>(pid_)}});
  }
  state_.up = true;
  state_.version = reply.get("version", "").asString();
  state_.intake_port = reply.get("intake_port", 0).asInt();
  changed_.notify_all();
  return true;
}

// A gate with another configuration: it ends orderly and a new one starts.
void Supervisor::StopOther() {
  Log(LogLevel::kInfo, "gate.replace", {{"pid", static_cast<int>(pid_)}});
  Json::Value stop(Json::objectValue);
  stop["call"] = "stop";
  client_.Call(stop);
  back_off_ = {};
}

void Supervisor::NoteEnd() {
  if (pid_ == 0 || !config_.supervise_gate) {
    return;
  }
  const std::optional<int> status = Reap(pid_);
  if (!status && kill(pid_, 0) == 0) {
    return;
  }
  pid_ = 0;
  if (status ==
      kDirectoryTaken) {  // the other one is on its way up or down: greet it, or try again
    back_off_ = kBackOffMin;
    Log(LogLevel::kWarning, "gate.another");
    return;
  }
  const bool lived_well = steady_clock::now() - launched_ > kGoodLife;
  back_off_ = lived_well ? kBackOffMin : std::clamp(back_off_ * 2, kBackOffMin, kBackOffMax);
  const std::lock_guard lock(mutex_);
  state_.up = false;
  state_.last_status = status.value_or(0);
  state_.last_line = LastLineOf(log_);
  Log(LogLevel::kWarning, "gate.ended", {{"status", state_.last_status}});
  changed_.notify_all();
}

void Supervisor::Launch() {
  launched_ = steady_clock::now();
  back_off_ = std::max(back_off_, kBackOffMin);
  pid_ = SpawnGate(program_, WriteGateConfig(config_), log_);
  const std::lock_guard lock(mutex_);
  ++state_.starts;
  Log(LogLevel::kInfo, "gate.start", {{"pid", static_cast<int>(pid_)}});
}

}  // namespace glossator::plugin
