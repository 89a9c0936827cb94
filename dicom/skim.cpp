// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/skim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "dicom/dictionary.h"
#include "dicom/element_header.h"
#include "dicom/error.h"

namespace glossator::dicom {

FileSource::FileSource(const std::filesystem::path& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw Error(ErrorKind::kNotFound, "the file cannot be opened");
  struct stat status {};
  if (fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<uint64_t>(status.st_size);
  }
}

FileSource::~FileSource() { close(descriptor_); }

void FileSource::ReadAt(uint64_t offset, void* into, size_t bytes) const {
  auto* at = static_cast<char*>(into);
  while (bytes > 0) {
    const ssize_t got = pread(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorKind::kUnavailable, "reading the file failed");
    if (got == 0) throw Error(ErrorKind::kInvalid, "the file ends early");
    at += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
}

void MemorySource::ReadAt(uint64_t offset, void* into, size_t bytes) const {
  if (offset > bytes_.size() || bytes > bytes_.size() - offset) {
    throw Error(ErrorKind::kInvalid, "the file ends early");
  }
  std::memcpy(into, bytes_.data() + offset, bytes);
}

namespace {

constexpr size_t kHead = 64 * 1024;     // holds preamble and File Meta
constexpr size_t kKeptMax = 64u << 20;  // of what is kept
constexpr size_t kHeaderMax = 12;

bool IsBulk(Vr vr) {
  switch (vr) {
    case Vr::OB:
    case Vr::OW:
    case Vr::OF:
    case Vr::OD:
    case Vr::OL:
    case Vr::OV:
    case Vr::UN:
      return true;
    default:
      return false;
  }
}

// A window over the source, so that headers cost no system call each.
class Window {
 public:
  explicit Window(const ByteSource& source) : source_(source) {}

  // Up to `wanted` bytes at `offset`, fewer only at the end.
  std::string_view At(uint64_t offset, size_t wanted) {
    const uint64_t left = source_.size() - std::min(offset, source_.size());
    wanted = static_cast<size_t>(std::min<uint64_t>(wanted, left));
    if (offset < start_ || offset + wanted > start_ + bytes_.size()) {
      bytes_.resize(static_cast<size_t>(std::min<uint64_t>(std::max(wanted, kHead), left)));
      source_.ReadAt(offset, bytes_.data(), bytes_.size());
      start_ = offset;
    }
    return std::string_view(bytes_).substr(static_cast<size_t>(offset - start_), wanted);
  }

 private:
  const ByteSource& source_;
  uint64_t start_ = 0;
  std::string bytes_;
};

// Copies a data set without its bulk; sequences and items get undefined length, so that no length
// has to be mended.
class Skimmer {
 public:
  Skimmer(const ByteSource& source, uint64_t start, bool implicit_vr, size_t keep,
          const Limits& limits)
      : window_(source),
        end_(source.size()),
        position_(start),
        implicit_(implicit_vr),
        keep_(keep),
        limits_(limits) {
    levels_.push_back({end_, false, "", 0});
  }

  void Run() {
    while (true) {
      while (levels_.size() > 1 && position_ >= levels_.back().end) Close();
      if (position_ >= end_) break;
      Step();
    }
    if (levels_.size() > 1) Fail("a sequence does not end");
  }

  std::string kept() { return std::move(kept_); }
  std::map<std::string, Extent> bulks() { return std::move(bulks_); }

 private:
  struct Level {
    uint64_t end;  // UINT64_MAX: undefined length
    bool is_sequence;
    std::string path;  // of a sequence with its tag, of an item with "[n]>"
    size_t items;
  };

  [[noreturn]] void Fail(std::string_view fault) const {
    ThrowAt(position_, levels_.back().path, fault);
  }

  void Step() {
    const auto header = ParseHeader(window_.At(position_, kHeaderMax), implicit_, false);
    if (!header) Fail("the data ends within an element");
    if (++elements_ > limits_.elements_max) Fail("more elements than allowed");
    if (header->is_delimiter()) return Delimiter(*header);
    if (levels_.back().is_sequence) Fail("an element outside of an item");
    switch (ContentOf(*header, implicit_)) {
      case Content::kItems:
        return OpenSequence(*header);
      case Content::kValue:
        return Value(*header);
      default:
        throw Error(ErrorKind::kUnsupported, "an encoding that is not skimmed");
    }
  }

  void Delimiter(const ElementHeader& header) {
    Level& level = levels_.back();
    position_ += header.size;
    if (header.tag == kItem && level.is_sequence) return OpenItem(header);
    const bool ends = level.end == UINT64_MAX && levels_.size() > 1 && header.length == 0 &&
                      header.tag == (level.is_sequence ? kSequenceDelimitation : kItemDelimitation);
    if (!ends) Fail("a delimiter out of place");
    Close();
  }

  void OpenItem(const ElementHeader& header) {
    Level& sequence = levels_.back();
    std::string path = sequence.path + '[' + std::to_string(++sequence.items) + "]>";
    Open(header, false, std::move(path));
    Put32(0xE000FFFE);
    Put32(kUndefinedLength);
  }

  void OpenSequence(const ElementHeader& header) {
    Keep(window_.At(position_, header.size).substr(0, header.size - 4u));
    Put32(kUndefinedLength);
    position_ += header.size;
    Open(header, true, levels_.back().path + ToString(header.tag));
  }

  void Open(const ElementHeader& header, bool is_sequence, std::string path) {
    if (levels_.size() > 2 * uint64_t{limits_.depth_max}) Fail("nested deeper than allowed");
    const uint64_t end = header.undefined() ? UINT64_MAX : position_ + header.length;
    if (!header.undefined() && end > std::min(end_, DefinedEnd())) {
      Fail("longer than what holds it");
    }
    levels_.push_back({end, is_sequence, std::move(path), 0});
  }

  void Close() {
    Put32(levels_.back().is_sequence ? 0xE0DDFFFE : 0xE00DFFFE);
    Put32(0);
    levels_.pop_back();
  }

  void Value(const ElementHeader& header) {
    const uint64_t end = position_ + header.size + header.length;
    if (end > std::min(end_, DefinedEnd())) Fail("a value beyond the end of what holds it");
    const Vr vr = implicit_ ? VrOf(header.tag) : header.vr;
    if (header.length > keep_ && IsBulk(vr)) {
      bulks_[levels_.back().path + ToString(header.tag)] = {position_ + header.size, header.length};
      Keep(window_.At(position_, header.size).substr(0, header.size - 4u));
      Put32(0);
    } else {
      if (header.length > kKeptMax) Fail("longer than allowed");
      Keep(window_.At(position_, header.size + size_t{header.length}));
    }
    position_ = end;
  }

  uint64_t DefinedEnd() const {
    for (size_t i = levels_.size(); i-- > 0;) {
      if (levels_[i].end != UINT64_MAX) return levels_[i].end;
    }
    return end_;
  }

  void Keep(std::string_view bytes) {
    if (kept_.size() + bytes.size() > kKeptMax) Fail("more than allowed beside the bulk");
    kept_ += bytes;
  }

  void Put32(uint32_t number) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      kept_ += static_cast<char>(number >> shift & 0xFF);
    }
  }

  Window window_;
  const uint64_t end_;
  uint64_t position_;
  const bool implicit_;
  const size_t keep_;
  const Limits& limits_;
  uint32_t elements_ = 0;
  std::vector<Level> levels_;
  std::string kept_;
  std::map<std::string, Extent> bulks_;
};

// The data set begins where group 0002 ends.
uint64_t EndOfMeta(std::string_view head) {
  constexpr size_t kStart = 132;
  if (head.size() < kStart || head.substr(128, 4) != "DICM") {
    throw Error(ErrorKind::kInvalid, "not a DICOM file");
  }
  size_t at = kStart;
  while (at < head.size()) {
    const auto header = ParseHeader(head.substr(at), false, false);
    if (!header || header->tag.group != 0x0002) break;
    if (header->length > head.size() - at) throw Error(ErrorKind::kInvalid, "File Meta is cut");
    at += header->size + header->length;
  }
  return at;
}

}  // namespace

Skimmed Skim(const ByteSource& source, size_t keep, const Limits& limits) {
  if (source.size() > limits.bytes_max) throw Error(ErrorKind::kInvalid, "the file is too large");
  std::string head(static_cast<size_t>(std::min<uint64_t>(kHead, source.size())), '\0');
  source.ReadAt(0, head.data(), head.size());
  const uint64_t start = EndOfMeta(head);
  Skimmed skimmed;
  skimmed.file.meta = Read(std::string_view(head).substr(132, start - 132), kExplicitLittleEndian);
  const TransferSyntax* syntax =
      FindTransferSyntax(skimmed.file.meta.GetString(tags::TransferSyntaxUID));
  if (syntax == nullptr || syntax->deflated || syntax->big_endian || syntax->encapsulated) {
    throw Error(ErrorKind::kUnsupported, "a transfer syntax that is not skimmed");
  }
  Skimmer skimmer(source, start, !syntax->explicit_vr, keep, limits);
  skimmer.Run();
  skimmed.file.syntax = syntax;
  skimmed.file.data_set = Read(skimmer.kept(), *syntax, limits);
  skimmed.bulks = skimmer.bulks();
  return skimmed;
}

}  // namespace glossator::dicom
