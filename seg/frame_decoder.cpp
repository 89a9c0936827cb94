// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/frame_decoder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "dicom/error.h"
#include "seg/bits.h"
#include "seg/frame_codec.h"
#include "seg/place_frames.h"
#include "seg/plain_file.h"

namespace glossator::seg {
namespace {

constexpr size_t kFirstPrefix = size_t{1} << 18;
constexpr size_t kPrefixMax = size_t{1} << 30;
constexpr size_t kBeyond = 16;  // so that 64 bits can be taken at once at a frame's end

class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path)
      : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (file_ < 0) throw Error(ErrorKind::kNotFound, "cannot open the file");
  }
  ~InputFile() {
    if (file_ >= 0) close(file_);
  }
  InputFile(InputFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
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

uint64_t FrameBitCount(const Segmentation& segmentation) {
  return uint64_t{segmentation.frame_voxels()} * segmentation.bits_allocated;
}

class BitsInFile final : public FrameBits {
 public:
  BitsInFile(InputFile file, const PlainFile& plain)
      : file_(std::move(file)),
        start_(plain.pixels_at),
        size_(plain.pixel_bytes),
        frame_bits_(FrameBitCount(plain.segmentation)) {}

  View Of(size_t frame) override {
    const uint64_t bit = frame * frame_bits_;
    const uint64_t needed = (bit % 8 + frame_bits_ + 7) / 8;
    buffer_.resize(std::min<uint64_t>(needed + kBeyond, size_ - bit / 8));
    buffer_.resize(file_.ReadAt(start_ + bit / 8, buffer_.data(), buffer_.size()));
    if (buffer_.size() < needed) {
      throw Error(ErrorKind::kInvalid, "segmentation: Pixel Data is too short");
    }
    return {buffer_, static_cast<unsigned>(bit % 8)};
  }

 private:
  InputFile file_;
  uint64_t start_;
  uint64_t size_;
  uint64_t frame_bits_;
  std::string buffer_;
};

class BitsInMemory final : public FrameBits {
 public:
  BitsInMemory(std::string_view pixels, uint64_t frame_bits)
      : pixels_(pixels), frame_bits_(frame_bits) {}

  View Of(size_t frame) override {
    const uint64_t bit = frame * frame_bits_;
    return {pixels_.substr(bit / 8), static_cast<unsigned>(bit % 8)};
  }

 private:
  std::string_view pixels_;
  uint64_t frame_bits_;
};

class CompressedBits final : public FrameBits {
 public:
  CompressedBits(CompressedFrames frames, const Segmentation& segmentation)
      : frames_(std::move(frames)),
        shape_{segmentation.rows, segmentation.columns, segmentation.bits_allocated} {}

  View Of(size_t frame) override {
    buffer_ = DecompressFrame(frames_.fragments[frame], shape_, frames_.compression);
    return {buffer_, 0};
  }

 private:
  CompressedFrames frames_;
  FrameShape shape_;
  std::string buffer_;
};

void CheckSize(const PlainFile& plain) {
  const Segmentation& segmentation = plain.segmentation;
  const uint64_t bits = segmentation.frames.size() * FrameBitCount(segmentation);
  if (plain.pixel_bytes < (bits + 7) / 8) {
    throw Error(ErrorKind::kInvalid, "segmentation: Pixel Data is too short");
  }
}

bool SpreadInto(const FrameBits::View& bits, size_t count, uint16_t value, LabelType type,
                uint8_t* to) {
  if (type == LabelType::kUint8) {
    return Spread(bits.bytes, bits.first_bit, count, static_cast<uint8_t>(value), to);
  }
  return Spread(bits.bytes, bits.first_bit, count, value, reinterpret_cast<uint16_t*>(to));
}

}  // namespace

FrameDecoder::FrameDecoder(const std::filesystem::path& path, const dicom::Limits& limits) {
  InputFile file(path);
  if (auto plain = HeadOf(file, limits)) {
    CheckSize(*plain);
    bits_ = std::make_unique<BitsInFile>(std::move(file), *plain);
    segmentation_ = std::move(plain->segmentation);
    return;
  }
  GeneralFile general = ReadGeneral(path, limits);
  segmentation_ = std::move(general.segmentation);
  if (general.compressed) {
    bits_ = std::make_unique<CompressedBits>(std::move(*general.compressed), segmentation_);
  } else {
    bits_ = std::make_unique<BitsInMemory>(segmentation_.pixels, FrameBitCount(segmentation_));
  }
}

void FrameDecoder::On(const Source& grid) {
  const auto places = PlacesOfFrames(segmentation_, grid);
  frames_at_.assign(grid.frames.size(), {});
  for (uint32_t i = 0; i < places.size(); ++i) frames_at_[places[i]].push_back(i);
  type_ = LabelTypeFor(segmentation_);
}

bool FrameDecoder::Labels(uint32_t place, uint8_t* to) {
  if (segmentation_.kind == Kind::kFractional) {
    throw Error(ErrorKind::kUnsupported, "segmentation: fractions are no labels");
  }
  const size_t count = segmentation_.frame_voxels();
  const size_t bytes = count * (type_ == LabelType::kUint8 ? 1 : 2);
  std::memset(to, 0, bytes);
  bool overlap = false;
  for (const uint32_t frame : frames_at_[place]) {
    const auto bits = bits_->Of(frame);
    if (segmentation_.kind == Kind::kLabelMap) {
      std::memcpy(to, bits.bytes.data(), bytes);
    } else {
      overlap |= SpreadInto(bits, count, segmentation_.frames[frame].segment, type_, to);
    }
  }
  return !overlap;
}

void FrameDecoder::Segment(uint16_t number, uint32_t place, uint8_t* to) {
  const size_t count = segmentation_.frame_voxels();
  std::memset(to, 0, count);
  for (const uint32_t frame : frames_at_[place]) {
    if (segmentation_.kind == Kind::kLabelMap) {
      AddSegmentOfMap(frame, number, to);
    } else if (segmentation_.frames[frame].segment == number) {
      const auto bits = bits_->Of(frame);
      if (segmentation_.kind == Kind::kBinary) {
        SpreadInto(bits, count, 1, LabelType::kUint8, to);
      } else {
        std::memcpy(to, bits.bytes.data(), count);
      }
    }
  }
}

void FrameDecoder::AddSegmentOfMap(size_t frame, uint16_t number, uint8_t* to) {
  const auto bits = bits_->Of(frame);
  const bool wide = segmentation_.bits_allocated == 16;
  for (size_t i = 0; i < segmentation_.frame_voxels(); ++i) {
    uint16_t value = static_cast<uint8_t>(bits.bytes[i]);
    if (wide) std::memcpy(&value, bits.bytes.data() + 2 * i, 2);
    if (value == number) to[i] = 1;
  }
}

void DecodeFile(const std::filesystem::path& path, const Source& source, Labels& labels,
                const dicom::Limits& limits) {
  FrameDecoder decoder(path, limits);
  decoder.On(source);
  ShapeLabels(labels, source, decoder.type());
  const size_t bytes = labels.view().frame_voxels() * labels.view().voxel_bytes();
  bool overlap = false;
  for (uint32_t place = 0; place < labels.frames; ++place) {
    overlap |= !decoder.Labels(place, labels.bytes.data() + place * bytes);
  }
  if (overlap) throw Error(ErrorKind::kConflict, "segmentation: segments overlap");
}

}  // namespace glossator::seg
