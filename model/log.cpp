// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/log.h"

#include <cstdio>
#include <memory>
#include <mutex>

namespace glossator {
namespace {

// The process's one log, like its standard error: the sink is replaced once at start.
struct Output {
  std::mutex mutex;
  LogSink sink = [](LogLevel, const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
  };
};

Output& TheOutput() {
  static Output output;
  return output;
}

std::string Printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return result;
}

}  // namespace

void Log(LogLevel level, std::string_view event,
         std::initializer_list<std::pair<std::string_view, LogValue>> fields) {
  std::string line = Printable(event);
  for (const auto& [name, value] : fields) {
    line.append(" ").append(name).append("=").append(Printable(value.text()));
  }
  auto& output = TheOutput();
  const std::lock_guard lock(output.mutex);
  output.sink(level, line);
}

void SetLogSink(LogSink sink) {
  auto& output = TheOutput();
  const std::lock_guard lock(output.mutex);
  output.sink = std::move(sink);
}

}  // namespace glossator
