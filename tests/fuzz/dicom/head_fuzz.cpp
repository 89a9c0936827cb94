// SPDX-License-Identifier: GPL-3.0-or-later
// The scanner must say the same whether it gets the bytes at once or one after the other.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "dicom/error.h"
#include "dicom/io.h"

namespace dicom = glossator::dicom;

namespace {

constexpr size_t kPrefixMax = 2000;

// Head size, nullopt: no pixels in sight; -1: malformed.
std::optional<int64_t> Scan(std::string_view bytes, size_t step, const dicom::TransferSyntax& ts) {
  try {
    dicom::HeadScanner scanner(ts);
    for (size_t size = std::min(step, bytes.size());; size = std::min(size + step, bytes.size())) {
      if (scanner.Scan(bytes.substr(0, size)) == dicom::HeadScanner::State::kAtPixelData) {
        return static_cast<int64_t>(scanner.head_size());
      }
      if (size == bytes.size()) return std::nullopt;
    }
  } catch (const glossator::Error&) {
    return -1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const char* const uids[] = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"};
  const dicom::TransferSyntax* syntax = dicom::FindTransferSyntax(uids[data[0] % 3]);
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bytes = bytes.substr(0, kPrefixMax);
  if (Scan(bytes, bytes.size(), *syntax) != Scan(bytes, 1, *syntax)) abort();
  return 0;
}
