// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding with constant memory: the pixels of a file pass through one small buffer.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "dicom/error.h"
#include "seg/bits.h"
#include "seg/decode.h"
#include "seg/place_frames.h"
#include "seg/plain_file.h"

namespace glossator::seg {
namespace {

constexpr size_t kFirstPrefix = size_t{1} << 18;
constexpr size_t kPrefixMax = size_t{1} << 30;
constexpr size_t kBuffer = size_t{1} << 18;
constexpr size_t kBeyond = 16;  // so that 64 bits can be taken at once at a frame's end

class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path)
      : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw Error(ErrorKind::kNotFound, "cannot open the file");
  }
  ~InputFile() { close(file_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // As many bytes as there are, at most `size`.
  size_t ReadAt(uint64_t offset, void* to, size_t size) const {
    size_t got = 0;
    while (got < size) {
      const ssize_t now =
          pread(file_, static_cast<char*>(to) + got, size - got, static_cast<off_t>(offset + got));
      if (now < 0) throw Error(ErrorKind::kUnavailable, "file: read failed");
      if (now == 0) break;
      got += static_cast<size_t>(now);
    }
    return got;
  }

 private:
  int file_;
};

// The head, with as little of the file as it takes.
std::optional<PlainFile> HeadOf(const InputFile& file, const dicom::Limits& limits) {
  std::string prefix;
  for (size_t size = kFirstPrefix; size <= kPrefixMax; size *= 4) {
    const size_t before = prefix.size();
    prefix.resize(size);
    prefix.resize(before + file.ReadAt(before, prefix.data() + before, size - before));
    if (auto plain = ReadPlainHead(prefix, limits)) return plain;
    if (prefix.size() < size) return std::nullopt;
  }
  return std::nullopt;
}

// Bytes of Pixel Data in ascending order; a view is good until the next one is asked for.
class PixelWindow {
 public:
  PixelWindow(const InputFile& file, uint64_t start, uint64_t size, size_t longest)
      : file_(file), start_(start), size_(size), buffer_(std::max(kBuffer, 2 * longest), '\0') {}

  std::string_view Bytes(uint64_t from, size_t count) {
    count = static_cast<size_t>(std::min<uint64_t>(count, size_ - from));
    if (from < first_ || from + count > first_ + filled_) Fill(from);
    if (from + count > first_ + filled_) {
      throw Error(ErrorKind::kInvalid, "segmentation: Pixel Data is too short");
    }
    return std::string_view(buffer_).substr(from - first_, count);
  }

 private:
  void Fill(uint64_t from) {
    first_ = from;
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(buffer_.size(), size_ - from));
    filled_ = file_.ReadAt(start_ + from, buffer_.data(), wanted);
  }

  const InputFile& file_;
  uint64_t start_;
  uint64_t size_;
  std::string buffer_;
  uint64_t first_ = 0;
  size_t filled_ = 0;
};

bool SpreadOne(std::string_view bytes, unsigned offset, size_t count, uint16_t value, size_t at,
               Labels& labels) {
  if (labels.type == LabelType::kUint8) {
    return Spread(bytes, offset, count, static_cast<uint8_t>(value), labels.bytes.data() + at);
  }
  return Spread(bytes, offset, count, value, reinterpret_cast<uint16_t*>(labels.bytes.data()) + at);
}

void StreamBits(const PlainFile& plain, const std::vector<uint32_t>& places, PixelWindow& window,
                Labels& labels) {
  const size_t count = plain.segmentation.frame_voxels();
  bool overlap = false;
  for (size_t i = 0; i < places.size(); ++i) {
    const uint64_t bit = uint64_t{i} * count;
    const auto bytes = window.Bytes(bit / 8, (count + 7) / 8 + kBeyond);
    overlap |= SpreadOne(bytes, bit % 8, count, plain.segmentation.frames[i].segment,
                         places[i] * count, labels);
  }
  if (overlap) throw Error(ErrorKind::kConflict, "segmentation: segments overlap");
}

void StreamLabels(const PlainFile& plain, const std::vector<uint32_t>& places, PixelWindow& window,
                  Labels& labels) {
  const size_t bytes = plain.segmentation.frame_voxels() * plain.segmentation.bits_allocated / 8;
  for (size_t i = 0; i < places.size(); ++i) {
    const auto frame = window.Bytes(uint64_t{i} * bytes, bytes);
    std::memcpy(labels.bytes.data() + places[i] * bytes, frame.data(), bytes);
  }
}

void CheckSize(const PlainFile& plain) {
  const Segmentation& segmentation = plain.segmentation;
  const uint64_t voxels = segmentation.frames.size() * uint64_t{segmentation.frame_voxels()};
  if (plain.pixel_bytes < (voxels * segmentation.bits_allocated + 7) / 8) {
    throw Error(ErrorKind::kInvalid, "segmentation: Pixel Data is too short");
  }
}

}  // namespace

void DecodeFile(const std::filesystem::path& path, const Source& source, Labels& labels,
                const dicom::Limits& limits) {
  const InputFile file(path);
  const auto plain = HeadOf(file, limits);
  if (!plain || plain->segmentation.kind == Kind::kFractional) {
    return DecodeInto(ReadSegmentation(path, limits), source, labels);
  }
  CheckSize(*plain);
  const auto places = PlacesOfFrames(plain->segmentation, source);
  ShapeLabels(labels, source, LabelTypeFor(plain->segmentation));
  std::memset(labels.bytes.data(), 0, labels.bytes.size());
  const size_t frame_bytes =
      plain->segmentation.frame_voxels() * plain->segmentation.bits_allocated / 8;
  PixelWindow window(file, plain->pixels_at, plain->pixel_bytes, frame_bytes + 2 * kBeyond);
  const auto stream = plain->segmentation.kind == Kind::kBinary ? StreamBits : StreamLabels;
  stream(*plain, places, window, labels);
}

}  // namespace glossator::seg
