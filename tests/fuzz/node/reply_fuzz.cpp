// SPDX-License-Identifier: GPL-3.0-or-later
// Any JSON as the gate's reply to any call of the lab side: typed values, or an Error.
#include <cstdint>
#include <cstdlib>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/gate_calls.h"

using namespace glossator;
using namespace glossator::node;

namespace {

class Parrot final : public GateLink {
 public:
  explicit Parrot(Json::Value reply) : reply_(std::move(reply)) {}
  Json::Value Call(const Json::Value&) override { return reply_; }

 private:
  Json::Value reply_;
};

void Ask(const GateCalls& calls, uint8_t which) {
  switch (which % 6) {
    case 0:
      calls.Status();
      break;
    case 1:
      calls.Studies(0, 100);
      break;
    case 2:
      calls.Batches();
      break;
    case 3:
      calls.Deliveries(0, 100);
      break;
    case 4:
      calls.Quarantine(0, 100);
      break;
    default:
      calls.Events(0, 100);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  try {
    Parrot gate(dicom::ParseJson({reinterpret_cast<const char*>(data) + 1, size - 1}, 1 << 20));
    Ask(GateCalls(gate), data[0]);
  } catch (const Error&) {
  }
  return 0;
}
