// SPDX-License-Identifier: GPL-3.0-or-later
// What glossator-codec gives up before it reads its first byte.
#pragma once

#include <cstddef>

namespace glossator::codec {

inline constexpr size_t kMemoryBytesMax = size_t{3} << 30;
inline constexpr unsigned kCpuSecondsMax = 900;

// Limits on memory and CPU time, no core file, no new file or process; then a filter that leaves
// only reading and writing open descriptors, memory, and ending. Anything else kills the process.
// Throws Error{kUnavailable} when any of it cannot be had. Sanitizers need more address space and
// system calls: a build with them keeps the filter out, so it is not for use.
void EnterJail();

}  // namespace glossator::codec
