// SPDX-License-Identifier: GPL-3.0-or-later
// A Stream without a network: the test is the peer and the clock.
#pragma once

#include <deque>
#include <map>

#include "dimse/stream.h"

namespace glossator::dimse {

struct FakeWire {
  std::string written;
  bool closed = false;
  std::map<Stream::Timer, std::function<void()>> timers;
  std::function<void(bool, size_t)> reader;
  std::span<char> into;
  std::function<void(bool)> opener;
  std::deque<std::function<void()>> tasks;

  void Run() {
    while (!tasks.empty()) {
      auto task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
  }
  void Opened(bool ok) {
    std::exchange(opener, nullptr)(ok);
    Run();
  }
  void Arrive(std::string_view bytes) {
    while (!bytes.empty() && reader) {
      const size_t size = std::min(bytes.size(), into.size());
      std::copy_n(bytes.data(), size, into.data());
      bytes.remove_prefix(size);
      std::exchange(reader, nullptr)(true, size);
      Run();
    }
  }
  void Lose() {
    if (reader) std::exchange(reader, nullptr)(false, 0);
    Run();
  }
  void Expire(Stream::Timer timer) {
    auto expired = std::move(timers.at(timer));
    timers.erase(timer);
    expired();
    Run();
  }
};

class FakeStream final : public Stream {
 public:
  explicit FakeStream(FakeWire& wire) : wire_(wire) {}
  void Open(std::function<void(bool)> done) override { wire_.opener = std::move(done); }
  void Read(std::span<char> into, std::function<void(bool, size_t)> done) override {
    wire_.into = into;
    wire_.reader = std::move(done);
  }
  void Write(const std::vector<std::string_view>& pieces, std::function<void(bool)> done) override {
    for (std::string_view piece : pieces) wire_.written += piece;
    wire_.tasks.push_back([done = std::move(done)] { done(true); });
  }
  void Close() override {
    wire_.closed = true;
    wire_.timers.clear();
    if (wire_.reader) {
      wire_.tasks.push_back([done = std::exchange(wire_.reader, nullptr)] { done(false, 0); });
    }
  }
  void Post(std::function<void()> task) override { wire_.tasks.push_back(std::move(task)); }
  void StartTimer(Timer timer, std::chrono::milliseconds, std::function<void()> expired) override {
    wire_.timers[timer] = std::move(expired);
  }
  void StopTimer(Timer timer) override { wire_.timers.erase(timer); }
  PeerName peer() const override { return {"192.0.2.1", 104, ""}; }

 private:
  FakeWire& wire_;
};

}  // namespace glossator::dimse
