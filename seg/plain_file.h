// SPDX-License-Identifier: GPL-3.0-or-later
// A file whose native pixels need not be in memory: its head, and where they lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "seg/decode.h"

namespace glossator::seg {

struct PlainFile {
  Segmentation segmentation;  // without pixels
  uint64_t pixels_at = 0;     // offset in the file
  uint64_t pixel_bytes = 0;
};

// nullopt: not such a file, or `prefix` does not reach the pixels.
std::optional<PlainFile> ReadPlainHead(std::string_view prefix, const dicom::Limits& limits = {});

// One fragment a frame (PS3.5 A.4).
struct CompressedFrames {
  std::vector<std::string> fragments;
  Compression compression = Compression::kNone;
};

// Any other file: with native pixels in memory, or without pixels and with its compressed frames.
struct GeneralFile {
  Segmentation segmentation;
  std::optional<CompressedFrames> compressed;
};
GeneralFile ReadGeneral(const std::filesystem::path& path, const dicom::Limits& limits = {});

}  // namespace glossator::seg
