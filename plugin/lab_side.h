// SPDX-License-Identifier: GPL-3.0-or-later
// All that runs between Orthanc's start and its stop: database, spools, node, its worker thread and
// the supervision of the gate.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "model/config.h"
#include "model/ports.h"
#include "node/node.h"
#include "plugin/archive.h"
#include "plugin/gate_client.h"
#include "plugin/lab_port.h"
#include "plugin/routes.h"
#include "plugin/supervisor.h"
#include "store/sql.h"

namespace glossator::plugin {

class LabSide final : public Status {
 public:
  // Opens everything, starts nothing. `folders` as in OrthancArchive. Throws Error.
  LabSide(const Config& config, const Orthanc& orthanc, std::vector<std::filesystem::path> folders);
  ~LabSide() override;

  const node::Node& node() const { return node_; }
  // Brings up the gate; throws Error{kUnavailable} with its words when it refuses to run. Then
  // reconciles and starts the worker.
  void Start();
  void Stop();  // within seconds, also under load; the gate keeps running
  Answer Handle(const Request& request);
  Status::Now Get() const override;

 private:
  void Work();
  void HandOver();
  void Wake();

  const Config& config_;
  SystemClock clock_;
  SystemEntropy entropy_;
  RandomUids uids_{entropy_};
  GateClient gate_;
  Supervisor supervisor_;
  OrthancArchive archive_;
  IntakeSpool intake_;
  ReturnSpool returns_;
  GatePort port_{gate_, returns_};
  store::Database database_;
  node::Node node_;
  std::unique_ptr<LabPort> lab_port_;  // null: not configured

  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ready_{false};
  Time next_hand_over_{};  // the worker's own
  std::thread worker_;
};

}  // namespace glossator::plugin
