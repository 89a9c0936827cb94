// SPDX-License-Identifier: GPL-3.0-or-later
// A worker thread that runs one function again and again: with a pause between.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "model/log.h"

namespace glossator::gate {

class Periodic {
 public:
  // `name` is for the log, when `work` throws; it is run again all the same.
  Periodic(std::string name, std::chrono::milliseconds pause, std::function<void()> work)
      : name_(std::move(name)), pause_(pause), work_(std::move(work)) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Periodic() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      try {
        work_();
      } catch (const std::exception& error) {
        Log(LogLevel::kError, name_ + ".failed", {{"why", error.what()}});
      }
      lock.lock();
      changed_.wait_for(lock, pause_, [this] { return stopping_; });
    }
  }

  std::string name_;
  std::chrono::milliseconds pause_;
  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace glossator::gate
