// SPDX-License-Identifier: GPL-3.0-or-later
// Our end of gate.sock: JSON lines over a Unix socket, one request, one reply.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>

#include "node/ports.h"

namespace glossator::plugin {

class GateClient final : public node::GateLink {
 public:
  static constexpr size_t kLineBytesMax = 16u << 20;

  explicit GateClient(std::filesystem::path socket,
                      std::chrono::milliseconds timeout = std::chrono::seconds(10))
      : path_(std::move(socket)), timeout_(timeout) {}
  ~GateClient() override;

  // Connects when needed; a connection that proves dead is made anew once. An {"error"} reply
  // becomes an Error of that kind; a gate that is away or silent Error{kUnavailable}.
  Json::Value Call(const Json::Value& request) override;
  // From now on every call, also one that waits, fails at once.
  void Stop() { stopped_ = true; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  void Connect();
  void Disconnect();
  bool Send(const std::string& line, Deadline deadline);  // false: the peer is gone
  bool Receive(std::string& line, Deadline deadline);
  void Await(short events, Deadline deadline);

  const std::filesystem::path path_;
  const std::chrono::milliseconds timeout_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  int descriptor_ = -1;
  std::string received_;
};

}  // namespace glossator::plugin
