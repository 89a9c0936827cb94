// SPDX-License-Identifier: GPL-3.0-or-later
// Deflated data sets (PS3.5 A.5) while they stream: inflated on the way in, with a bounded ratio,
// and deflated again on the way out.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace glossator::gate {

class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // What the bytes so far give more. Throws Error{kInvalid} on a broken stream or when it grows
  // beyond 200 times its size (and 16 MiB).
  std::string Take(std::string_view bytes);
  bool complete() const { return complete_; }

 private:
  z_stream stream_{};
  uint64_t in_ = 0;
  uint64_t out_ = 0;
  bool complete_ = false;
};

class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string Take(std::string_view bytes);
  std::string Finish();  // the rest, padded to even length (A.5)

 private:
  std::string Run(std::string_view bytes, int flush);

  z_stream stream_{};
  uint64_t out_ = 0;
};

}  // namespace glossator::gate
