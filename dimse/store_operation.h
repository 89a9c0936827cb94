// SPDX-License-Identifier: GPL-3.0-or-later
// One C-STORE on the SCP's side: where its bytes go, and how many may still come.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "dimse/handler.h"

namespace glossator::dimse {

class StoreOperation {
 public:
  // `sink` takes at most bytes_max; twice as many are read at all.
  StoreOperation(std::unique_ptr<StoreSink> sink, uint64_t bytes_max)
      : sink_(std::move(sink)), bytes_max_(bytes_max) {}

  // The sink goes; the rest is dropped and answered with `status`.
  void Refuse(Status status);
  const std::optional<Status>& refusal() const { return refusal_; }
  // kPause or kContinue; kRefuse never comes out. Throws Error{kInvalid} beyond twice bytes_max.
  Flow Data(std::string_view bytes);
  // Asks the sink, or answers itself when refused.
  void End(const Respond& respond);

 private:
  std::unique_ptr<StoreSink> sink_;
  uint64_t bytes_max_;
  uint64_t bytes_ = 0;
  std::optional<Status> refusal_;
};

}  // namespace glossator::dimse
