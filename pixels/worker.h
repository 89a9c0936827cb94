// SPDX-License-Identifier: GPL-3.0-or-later
// The hospital side's end of glossator-codec: a process of its own that decodes, looks and encodes
// with no file, no network and bounded memory and time. One worker serves one object, so that
// nothing of a patient is left in it for the next one.
#pragma once

#include <chrono>
#include <filesystem>

#include "pixels/message.h"

namespace glossator::pixels {

// Anything that can do a frame: the worker, or the same code in this process (tests).
class FrameService {
 public:
  virtual ~FrameService() = default;
  // Throws Error{kUnavailable} when the worker died or was too slow; it is of no use after that.
  virtual Reply Ask(const Request& request) = 0;
};

class Worker final : public FrameService {
 public:
  // Starts `program`; throws Error{kUnavailable}.
  explicit Worker(const std::filesystem::path& program,
                  std::chrono::milliseconds patience = std::chrono::seconds(60));
  ~Worker() override;  // the process has ended and is reaped
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Reply Ask(const Request& request) override;

  // glossator-codec beside the running program.
  static std::filesystem::path DefaultProgram();

 private:
  void Send(std::string_view bytes, std::chrono::steady_clock::time_point deadline);
  std::string Receive(size_t size, std::chrono::steady_clock::time_point deadline);
  void Wait(short events, std::chrono::steady_clock::time_point deadline);

  std::chrono::milliseconds patience_;
  int socket_ = -1;
  int process_ = -1;
};

}  // namespace glossator::pixels
