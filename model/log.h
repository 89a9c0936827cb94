// SPDX-License-Identifier: GPL-3.0-or-later
// Structured log lines. Values are opaque numbers, pseudonymous UIDs, states and reasons from our
// own lists: never a value out of a hospital data set.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "model/instance.h"

namespace glossator {

enum class LogLevel { kInfo, kWarning, kError };

class LogValue {
 public:
  LogValue(const char* text) : text_(text) {}
  LogValue(std::string text) : text_(std::move(text)) {}
  LogValue(std::string_view text) : text_(text) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> LogValue(Number number) : text_(std::to_string(number)) {}
  LogValue(const Instance<Hospital>&) = delete;

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// "event key=value key=value"; control characters in values become '?'.
void Log(LogLevel level, std::string_view event,
         std::initializer_list<std::pair<std::string_view, LogValue>> fields = {});

// Where lines go; standard error until set. The sink must not throw. Thread-safe.
using LogSink = std::function<void(LogLevel, const std::string& line)>;
void SetLogSink(LogSink sink);

}  // namespace glossator
