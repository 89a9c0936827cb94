// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the worker until somebody wants to stop.
#pragma once

#include <atomic>

#include "dicom/error.h"
#include "pixels/worker.h"

namespace glossator::pixels {

class Stoppable final : public FrameService {
 public:
  // Both borrowed; `stop` may be nullptr.
  Stoppable(FrameService& service, const std::atomic<bool>* stop)
      : service_(service), stop_(stop) {}
  // Throws Error{kUnavailable} once `stop` is true.
  Reply Ask(const Request& request) override {
    if (stop_ != nullptr && *stop_) throw Error(ErrorKind::kUnavailable, "stopped");
    return service_.Ask(request);
  }

 private:
  FrameService& service_;
  const std::atomic<bool>* stop_;
};

}  // namespace glossator::pixels
