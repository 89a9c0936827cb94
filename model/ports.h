// SPDX-License-Identifier: GPL-3.0-or-later
// The outside world, passed in through constructors: time, UIDs, randomness, files.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glossator {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void Fill(std::span<uint8_t> bytes) = 0;  // cryptographic; never fails
};

class SystemEntropy final : public Entropy {
 public:
  void Fill(std::span<uint8_t> bytes) override;
};

class UidSource {
 public:
  virtual ~UidSource() = default;
  virtual std::string New() = 0;  // "2.25." and 128 random bits
};

class RandomUids final : public UidSource {
 public:
  explicit RandomUids(Entropy& entropy) : entropy_(entropy) {}
  std::string New() override;

 private:
  Entropy& entropy_;
};

std::string ToDicomDate(Time time);      // DA, UTC
std::string ToDicomTime(Time time);      // TM with microseconds, UTC
std::string ToDicomDateTime(Time time);  // DT "YYYYMMDDHHMMSS.FFFFFF+0000"
std::string ToIso8601(Time time);        // "2026-11-23T15:20:31.000123Z"

std::string ToHex(std::string_view bytes);
std::string FromHex(std::string_view hex);  // throws Invalid

// The one port through which spool and vault reach a disk, so that a test double can keep only
// what was synced. All functions throw Error{kUnavailable} naming the operation, not the content.
class FileSystem {
 public:
  class File {
   public:
    virtual ~File() = default;
    virtual void WriteAt(uint64_t offset, std::span<const std::string_view> pieces) = 0;
    virtual std::string ReadAt(uint64_t offset, size_t size) = 0;  // shorter at end of file
    // How many bytes came: fewer at the end of the file. Without a copy where offset, memory and
    // size are whole pages.
    virtual size_t ReadInto(uint64_t offset, std::span<char> into);
    virtual void Preallocate(uint64_t size) = 0;  // space reserved and file size set, zeros
    virtual void SyncData() = 0;                  // fdatasync
    virtual uint64_t Size() = 0;
    // Exclusive among all openings of the file, until this one is closed. False: taken.
    virtual bool TryLock() { return true; }
  };

  virtual ~FileSystem() = default;
  virtual std::unique_ptr<File> Open(const std::filesystem::path& path, bool create) = 0;
  // The same, past the page cache where the file system allows it: for what is written once and
  // read once, in large pieces (ADR 34). Pays off for writes that begin and end on 4096 bytes.
  virtual std::unique_ptr<File> OpenUncached(const std::filesystem::path& path, bool create) {
    return Open(path, create);
  }
  virtual std::vector<std::string> List(const std::filesystem::path& directory) = 0;
  virtual void MakeDirectory(const std::filesystem::path& directory) = 0;  // mode 0750
  virtual void Rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual void Remove(const std::filesystem::path& path) = 0;
  virtual void SyncDirectory(const std::filesystem::path& directory) = 0;
  virtual uint64_t FreeBytes(const std::filesystem::path& directory) = 0;
};

// POSIX. Stateless.
FileSystem& SystemFiles();

}  // namespace glossator
