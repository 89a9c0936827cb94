// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/png.h"

#include <zlib.h>

#include "model/error.h"

namespace glossator::gate {
namespace {

std::string PngNumber(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::string PngChunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto* bytes = reinterpret_cast<const Bytef*>(body.data());
  const auto sum = static_cast<uint32_t>(crc32(0, bytes, static_cast<uInt>(body.size())));
  return PngNumber(static_cast<uint32_t>(data.size())) + body + PngNumber(sum);
}

std::string DeflatedLines(const std::string& plain) {
  std::string out(compressBound(static_cast<uLong>(plain.size())), '\0');
  auto size = static_cast<uLongf>(out.size());
  const int failed = compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                               reinterpret_cast<const Bytef*>(plain.data()),
                               static_cast<uLong>(plain.size()), Z_BEST_SPEED);
  if (failed != Z_OK) throw Error(ErrorKind::kInternal, "the picture cannot be written");
  out.resize(size);
  return out;
}

}  // namespace

std::string WritePng(uint32_t columns, uint32_t rows, std::string_view gray) {
  std::string lines;
  for (uint32_t y = 0; y < rows; ++y) {
    lines += '\0';  // no filter
    lines += gray.substr(size_t{y} * columns, columns);
  }
  const std::string head = PngNumber(columns) + PngNumber(rows) + std::string("\x08\0\0\0\0", 5);
  return "\x89PNG\r\n\x1A\n" + PngChunk("IHDR", head) + PngChunk("IDAT", DeflatedLines(lines)) +
         PngChunk("IEND", "");
}

}  // namespace glossator::gate
