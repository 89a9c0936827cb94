// SPDX-License-Identifier: GPL-3.0-or-later
// One request, one reply: what glossator-codec does, as a function.
#pragma once

#include <string>
#include <string_view>

#include "pixels/message.h"
#include "pixels/worker.h"

namespace glossator::codec {

// Never throws for what a frame can be; the fault is in the reply.
pixels::Reply Serve(const pixels::Request& request);
// From and to the bytes of pixels/message.h; throws Error{kInvalid} for a malformed request.
std::string ServeBytes(std::string_view request);

// In this process: for tests, and for nothing that came from outside.
class UnconfinedService final : public pixels::FrameService {
 public:
  pixels::Reply Ask(const pixels::Request& request) override { return Serve(request); }
};

}  // namespace glossator::codec
