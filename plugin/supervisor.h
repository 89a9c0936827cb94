// SPDX-License-Identifier: GPL-3.0-or-later
// Unless SuperviseGate is off, and then it only greets: keeps one gate alive that runs under our
// configuration: adopts one that lives, replaces one that was configured otherwise, starts one when
// there is none. The gate outlives us; it ends by itself when nobody speaks to it for
// GateLingerSeconds.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include "model/config.h"
#include "plugin/gate_client.h"

namespace glossator::plugin {

struct GateState {
  bool up = false;
  std::string version;
  int intake_port = 0;
  uint64_t starts = 0;    // how often we started one
  int last_status = -1;   // of the last gate that ended as our child, -1: none yet
  std::string last_line;  // of its log
};

class Supervisor {
 public:
  // `client` is borrowed. Throws what FindGateProgram throws.
  Supervisor(const Config& config, GateClient& client);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void Start();
  void Stop();  // leaves the gate running
  GateState state() const;
  // Waits until a gate answers (true) or one that we started ended by itself (false), or the time
  // is over (false, and state().last_status is still -1).
  bool AwaitFirst(std::chrono::seconds timeout);

 private:
  void Run();
  std::chrono::milliseconds Step();  // time until the next one
  bool Greet();                      // true: a gate with our configuration lives
  void StopOther();
  void NoteEnd();
  void Launch();

  const Config& config_;
  GateClient& client_;
  const std::string digest_;
  const std::filesystem::path program_;
  const std::filesystem::path log_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  GateState state_;
  bool stopping_ = false;

  pid_t pid_ = 0;  // the gate that we know of; these three are the thread's own
  std::chrono::milliseconds back_off_{0};
  std::chrono::steady_clock::time_point launched_{};
  std::thread thread_;
};

}  // namespace glossator::plugin
