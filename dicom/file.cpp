// SPDX-License-Identifier: GPL-3.0-or-later
// Part 10 files (PS3.10 7).
#include <algorithm>
#include <fstream>
#include <optional>

#include "dicom/element_header.h"
#include "dicom/error.h"
#include "dicom/io.h"

namespace glossator::dicom {
namespace {

constexpr size_t kPreamble = 128;
constexpr std::string_view kPrefix = "DICM";
constexpr size_t kBlock = 64 * 1024;
constexpr uint64_t kMetaMax = 1024 * 1024;

bool HasPrefix(std::string_view bytes) {
  return bytes.size() >= kPreamble + kPrefix.size() &&
         bytes.substr(kPreamble, kPrefix.size()) == kPrefix;
}

// A first element that a data set of this encoding would have.
bool IsPlausible(std::string_view bytes, const TransferSyntax& syntax) {
  if (bytes.size() < 8) return false;
  const bool has_vr = ParseVr(bytes.substr(4, 2)).has_value();
  if (has_vr != syntax.explicit_vr) return false;
  const uint16_t group = Load16(bytes, 0, syntax.big_endian);
  const uint16_t element = Load16(bytes, 2, syntax.big_endian);
  if (group < 0x0002 || group > 0x0040 || element > 0x2000) return false;
  return has_vr || Load32(bytes, 4, false) <= 4096;
}

const TransferSyntax* Guess(std::string_view bytes) {
  for (const TransferSyntax* syntax :
       {&kExplicitLittleEndian, &kImplicitLittleEndian, &kExplicitBigEndian}) {
    if (IsPlausible(bytes, *syntax)) return syntax;
  }
  return nullptr;
}

// Where group 0002 ends, which is always Explicit VR Little Endian. nullopt: `bytes` is too short.
std::optional<size_t> EndOfMeta(std::string_view bytes, size_t start) {
  size_t at = start;
  while (true) {
    const auto header = ParseHeader(bytes.substr(std::min(at, bytes.size())), false, false);
    if (!header) return std::nullopt;
    if (header->tag.group != 0x0002) return at;
    if (header->undefined() || header->length > kMetaMax) {
      ThrowAt(at, ToString(header->tag), "longer than File Meta may be");
    }
    at += header->size + header->length;
    if (at - start > kMetaMax) ThrowAt(at, "", "File Meta is longer than allowed");
  }
}

struct Start {
  File file;
  size_t data_at = 0;
};

const TransferSyntax& SyntaxOf(const DataSet& meta, std::string_view data) {
  const std::string uid = meta.GetString(tags::TransferSyntaxUID);
  const TransferSyntax* declared = FindTransferSyntax(uid);
  if (!uid.empty() && declared == nullptr) {
    throw Error(ErrorKind::kInvalid, "an unknown transfer syntax");
  }
  if (declared != nullptr && declared->deflated) return *declared;
  // Some writers declare one encoding and write another; the first element shows which.
  if (declared != nullptr && (data.size() < 8 || IsPlausible(data, *declared))) return *declared;
  const TransferSyntax* guessed = Guess(data);
  const bool differs = declared == nullptr || (guessed != nullptr && !declared->encapsulated);
  if (guessed != nullptr && differs) return *guessed;
  if (declared == nullptr) throw Error(ErrorKind::kInvalid, "not a DICOM file");
  return *declared;
}

// "DICM" may stand at 128 by chance in a data set without preamble.
size_t MetaStart(std::string_view bytes) {
  constexpr size_t kStart = kPreamble + kPrefix.size();
  if (!HasPrefix(bytes)) return 0;
  const bool has_meta = bytes.size() >= kStart + 8 && Load16(bytes, kStart, false) == 0x0002;
  return has_meta || Guess(bytes) == nullptr ? kStart : 0;
}

// nullopt: the meta information does not end within `bytes`.
std::optional<Start> ReadStart(std::string_view bytes, bool complete) {
  Start start;
  const size_t meta_at = MetaStart(bytes);
  auto end = EndOfMeta(bytes, meta_at);
  if (!end && !complete) return std::nullopt;
  start.data_at = std::min(end.value_or(bytes.size()), bytes.size());
  start.file.meta = Read(bytes.substr(meta_at, start.data_at - meta_at), kExplicitLittleEndian);
  start.file.syntax = &SyntaxOf(start.file.meta, bytes.substr(start.data_at));
  return start;
}

class Input {
 public:
  explicit Input(const std::filesystem::path& path) : stream_(path, std::ios::binary) {
    if (!stream_) throw Error(ErrorKind::kNotFound, "the file cannot be opened");
  }

  // False at the end of the file.
  bool More(uint64_t bytes_max) {
    const size_t size = bytes_.size();
    const size_t wanted = std::max(kBlock, size);  // doubling keeps the copying linear
    bytes_.resize(size + wanted);
    stream_.read(bytes_.data() + size, static_cast<std::streamsize>(wanted));
    bytes_.resize(size + static_cast<size_t>(stream_.gcount()));
    if (bytes_.size() > bytes_max) throw Error(ErrorKind::kInvalid, "the file is too large");
    return bytes_.size() > size;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  std::ifstream stream_;
  std::string bytes_;
};

const std::string& ReadAll(Input& input, const Limits& limits) {
  while (input.More(limits.bytes_max)) {
  }
  return input.bytes();
}

File ReadScanned(Input& input, Start start, const Limits& limits) {
  HeadScanner scanner(*start.file.syntax, limits);
  while (true) {
    const std::string_view data = std::string_view(input.bytes()).substr(start.data_at);
    if (scanner.Scan(data) == HeadScanner::State::kAtPixelData) {
      start.file.data_set = Read(data.substr(0, scanner.head_size()), *start.file.syntax, limits);
      return std::move(start.file);
    }
    if (!input.More(limits.bytes_max + kBlock)) break;
  }
  const std::string_view data = std::string_view(input.bytes()).substr(start.data_at);
  start.file.data_set = Read(data, *start.file.syntax, limits);
  return std::move(start.file);
}

void DropPixels(DataSet& data_set) {
  for (const Tag tag : {tags::FloatPixelData, tags::DoubleFloatPixelData, tags::PixelData}) {
    data_set.Erase(tag);
  }
}

}  // namespace

File ReadFile(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.bytes_max) throw Error(ErrorKind::kInvalid, "the file is too large");
  Start start = *ReadStart(bytes, true);
  start.file.data_set = Read(bytes.substr(start.data_at), *start.file.syntax, limits);
  return std::move(start.file);
}

File ReadFile(const std::filesystem::path& path, const Limits& limits) {
  Input input(path);
  return ReadFile(std::string_view(ReadAll(input, limits)), limits);
}

File ReadFileHead(const std::filesystem::path& path, const Limits& limits) {
  Input input(path);
  bool complete = !input.More(limits.bytes_max);
  auto start = ReadStart(input.bytes(), complete);
  while (!start) {
    complete = !input.More(limits.bytes_max);
    start = ReadStart(input.bytes(), complete);
  }
  if (!start->file.syntax->deflated) return ReadScanned(input, std::move(*start), limits);
  ReadAll(input, limits);
  File file = ReadFile(std::string_view(input.bytes()), limits);
  DropPixels(file.data_set);
  return file;
}

File ReadHead(std::string_view bytes, const Limits& limits) {
  Start start = *ReadStart(bytes, true);
  std::string_view data = bytes.substr(start.data_at);
  if (!start.file.syntax->deflated) {
    HeadScanner scanner(*start.file.syntax, limits);
    const bool has_pixels = scanner.Scan(data) == HeadScanner::State::kAtPixelData;
    if (has_pixels) data = data.substr(0, scanner.head_size());
  }
  start.file.data_set = Read(data, *start.file.syntax, limits);
  DropPixels(start.file.data_set);
  return std::move(start.file);
}

bool LooksLikeDicom(std::string_view first_bytes) {
  return HasPrefix(first_bytes) || Guess(first_bytes) != nullptr;
}

std::string FileMeta(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                     const TransferSyntax& syntax) {
  DataSet meta;
  meta.SetBytes(tags::FileMetaInformationVersion, Vr::OB, std::string("\0\1", 2));
  meta.SetString(tags::MediaStorageSOPClassUID, sop_class_uid);
  meta.SetString(tags::MediaStorageSOPInstanceUID, sop_instance_uid);
  meta.SetString(tags::TransferSyntaxUID, syntax.uid);
  meta.SetString(tags::ImplementationClassUID, kImplementationClassUid);
  meta.SetString(tags::ImplementationVersionName, kImplementationVersionName);
  const std::string rest = Write(meta, kExplicitLittleEndian);
  DataSet length;
  length.SetInt(tags::FileMetaInformationGroupLength, static_cast<int64_t>(rest.size()));
  return std::string(kPreamble, '\0') + std::string(kPrefix) +
         Write(length, kExplicitLittleEndian) + rest;
}

std::string WriteFile(const DataSet& data_set, const TransferSyntax& syntax) {
  return FileMeta(data_set.GetString(tags::SOPClassUID), data_set.GetString(tags::SOPInstanceUID),
                  syntax) +
         Write(data_set, syntax);
}

}  // namespace glossator::dicom
