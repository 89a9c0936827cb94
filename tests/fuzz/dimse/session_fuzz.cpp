// SPDX-License-Identifier: GPL-3.0-or-later
// A whole association of the server against any bytes, in pieces of any size, with a sink that
// pauses and refuses now and then. The first byte chooses the pieces.
#include <cstdint>

#include "dimse/scp_session.h"
#include "model/log.h"
#include "tests/unit/dimse/fake_stream.h"
#include "tests/unit/dimse/stub_handler.h"

using namespace glossator;
using namespace glossator::dimse;

namespace {

void Run(std::string_view bytes, size_t step, bool associated) {
  StubHandler handler;
  handler.behavior.flow = static_cast<Flow>(step % 3);
  FakeWire wire;
  ServerOptions options;
  options.object_bytes_max = 1000;
  const auto core = std::make_shared<ServerCore>(options, handler);
  const auto session = std::make_shared<ScpSession>(core, 1, [] {});
  session->Start(std::make_unique<FakeStream>(wire));
  wire.Run();
  wire.Opened(true);
  if (associated) wire.Arrive(Encode(SampleRequest()));
  for (size_t at = 0; at < bytes.size() && !wire.closed; at += step) {
    wire.Arrive(bytes.substr(at, step));
    wire.Run();
    if (handler.seen.resume) handler.seen.resume();
    wire.Run();
  }
  session->Kill();
  wire.Run();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  SetLogSink([](LogLevel, const std::string&) {});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Run(bytes, data[0] / 2 + 1u, data[0] % 2 != 0);
  return 0;
}
