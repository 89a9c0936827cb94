// SPDX-License-Identifier: GPL-3.0-or-later
// Some of many tasks at a time.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace glossator::node {

// Runs task(0) .. task(count - 1) on up to `threads` threads. Those under way weigh at most
// `weight_max` together, or are one alone. After a failure no more are started; throws the first.
class SideBySide {
 public:
  using Weigh = std::function<size_t(size_t)>;
  using Task = std::function<void(size_t)>;

  static void Run(size_t count, size_t threads, size_t weight_max, const Weigh& weigh,
                  const Task& task) {
    SideBySide runner(count, weight_max, weigh, task);
    std::vector<std::jthread> others;
    for (size_t i = 1; i < std::min(threads, count); ++i) {
      others.emplace_back([&runner] { runner.Work(); });
    }
    runner.Work();
    others.clear();
    if (runner.failure_) std::rethrow_exception(runner.failure_);
  }

 private:
  SideBySide(size_t count, size_t weight_max, const Weigh& weigh, const Task& task)
      : count_(count), weight_max_(weight_max), weigh_(weigh), task_(task) {}

  bool MayStart() const {
    return next_ >= count_ || failure_ || under_way_ == 0 ||
           under_way_ + weigh_(next_) <= weight_max_;
  }

  void Work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return MayStart(); });
      if (next_ >= count_ || failure_) return;
      const size_t number = next_++;
      const size_t weight = std::max<size_t>(1, weigh_(number));
      under_way_ += weight;
      lock.unlock();
      const std::exception_ptr failure = Try(number);
      lock.lock();
      under_way_ -= weight;
      if (failure && !failure_) failure_ = failure;
      changed_.notify_all();
    }
  }

  std::exception_ptr Try(size_t number) const {
    try {
      task_(number);
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  const size_t count_;
  const size_t weight_max_;
  const Weigh& weigh_;
  const Task& task_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t next_ = 0;
  size_t under_way_ = 0;
  std::exception_ptr failure_;
};

}  // namespace glossator::node
