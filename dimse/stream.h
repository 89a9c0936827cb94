// SPDX-License-Identifier: GPL-3.0-or-later
// The transport below the upper layer (PS3.8 9.1): one connection, its timers and its order. The
// implementation (socket_stream.cpp) is the only one that knows Asio; tests have another.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::dimse {

struct PeerName {
  std::string address;
  uint16_t port = 0;
  std::string tls_subject;
};

// Callbacks come one at a time, never from inside the call that asked for them. At most one Read
// and one Write are under way; what they point at must stay until `done`. After Close every pending
// `done` still comes, with false. Only Post may be called from other threads.
class Stream {
 public:
  enum class Timer { kUpperLayer, kUser };

  virtual ~Stream() = default;
  // Connects (requestor) and shakes hands (TLS).
  virtual void Open(std::function<void(bool ok)> done) = 0;
  virtual void Read(std::span<char> into, std::function<void(bool ok, size_t size)> done) = 0;
  virtual void Write(const std::vector<std::string_view>& pieces,
                     std::function<void(bool ok)> done) = 0;
  virtual void Close() = 0;
  virtual void Post(std::function<void()> task) = 0;
  virtual void StartTimer(Timer timer, std::chrono::milliseconds after,
                          std::function<void()> expired) = 0;  // replaces a running one
  virtual void StopTimer(Timer timer) = 0;
  virtual PeerName peer() const = 0;  // valid once open
};

}  // namespace glossator::dimse
