// SPDX-License-Identifier: GPL-3.0-or-later
// SQLite's way to the disk (sqlite3_vfs) over AmnesiacFiles, so that databases forget in a power
// cut what was not synced, like everything else on that disk. Becomes the default of this process.
// Directories are synced when SQLite on Unix does: at the first sync of a journal that it made.
#pragma once

#include <sqlite3.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/amnesiac_files.h"

namespace glossator::support {

class AmnesiacVfs {
 public:
  // For all databases opened from now on, until Leave; the disk must outlive them.
  static void Use(AmnesiacFiles& disk) {
    AmnesiacVfs& vfs = Only();
    const std::lock_guard lock(vfs.mutex_);
    vfs.disk_ = &disk;
    vfs.shared_.clear();
    sqlite3_vfs_register(&vfs.vfs_, 1);
  }
  static void Leave() { sqlite3_vfs_unregister(&Only().vfs_); }

 private:
  // What the connections to one database share: locks and the index of its log. Never on the disk.
  struct Shared {
    std::mutex mutex;
    std::vector<std::unique_ptr<char[]>> regions;
    std::map<const void*, int> locks;                            // by file: SQLITE_LOCK_...
    std::map<const void*, std::pair<uint32_t, uint32_t>> slots;  // by file: shared, exclusive bits
  };

  struct Handle {
    sqlite3_file base;
    AmnesiacFiles* disk;
    std::unique_ptr<FileSystem::File>* file;
    std::shared_ptr<Shared>* shared;
    std::string* path;
    bool sync_directory;
  };

  AmnesiacVfs() : vfs_(*sqlite3_vfs_find(nullptr)) {
    vfs_.zName = "amnesiac";
    vfs_.szOsFile = sizeof(Handle);
    vfs_.pAppData = this;
    vfs_.pNext = nullptr;
    vfs_.xOpen = &Open;
    vfs_.xDelete = &Delete;
    vfs_.xAccess = &Access;
    vfs_.xFullPathname = &FullPathname;
  }

  static AmnesiacVfs& Only() {
    static AmnesiacVfs vfs;
    return vfs;
  }

  static AmnesiacVfs& Of(sqlite3_vfs* vfs) { return *static_cast<AmnesiacVfs*>(vfs->pAppData); }
  static Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

  template <class Call>
  static int Guard(int code, Call call) {
    try {
      return call();
    } catch (const std::exception&) {
      return code;
    }
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    AmnesiacVfs& self = Of(vfs);
    Handle& handle = Of(file);
    std::memset(&handle, 0, sizeof handle);
    return Guard(SQLITE_CANTOPEN, [&] {
      const std::string path = name ? name : "/temporary-" + std::to_string(++self.temporary_);
      const std::lock_guard lock(self.mutex_);
      const bool exists = self.Exists(path);
      auto opened = self.disk_->Open(path, true);  // the caller has made the database file itself
      handle.disk = self.disk_;
      handle.file = new std::unique_ptr<FileSystem::File>(std::move(opened));
      auto& shared = self.shared_[path];
      if (!shared) shared = std::make_shared<Shared>();
      handle.shared = new std::shared_ptr<Shared>(shared);
      handle.path = new std::string(path);
      handle.sync_directory = !exists && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
      handle.base.pMethods = &kMethods;
      if (out) *out = flags;
      return SQLITE_OK;
    });
  }

  bool Exists(const std::string& path) const {
    const auto paths = disk_->Paths();
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  }

  static int Delete(sqlite3_vfs* vfs, const char* name, int) {
    AmnesiacVfs& self = Of(vfs);
    const std::lock_guard lock(self.mutex_);
    if (!self.Exists(name)) return SQLITE_IOERR_DELETE_NOENT;
    return Guard(SQLITE_IOERR_DELETE, [&] {
      self.disk_->Remove(name);
      return SQLITE_OK;
    });
  }

  static int Access(sqlite3_vfs* vfs, const char* name, int, int* result) {
    AmnesiacVfs& self = Of(vfs);
    const std::lock_guard lock(self.mutex_);
    *result = self.Exists(name);
    return SQLITE_OK;
  }

  static int FullPathname(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }

  static int Close(sqlite3_file* file) {
    Handle& handle = Of(file);
    {
      const std::lock_guard lock((*handle.shared)->mutex);
      (*handle.shared)->locks.erase(file);
      (*handle.shared)->slots.erase(file);
    }
    delete handle.file;
    delete handle.shared;
    delete handle.path;
    return SQLITE_OK;
  }

  static int Read(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
    return Guard(SQLITE_IOERR_READ, [&] {
      const std::string bytes =
          (*Of(file).file)->ReadAt(static_cast<uint64_t>(offset), static_cast<size_t>(size));
      std::memset(into, 0, static_cast<size_t>(size));
      std::memcpy(into, bytes.data(), bytes.size());
      return bytes.size() == static_cast<size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    });
  }

  static int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    return Guard(SQLITE_IOERR_WRITE, [&] {
      const std::string_view piece(static_cast<const char*>(from), static_cast<size_t>(size));
      (*Of(file).file)->WriteAt(static_cast<uint64_t>(offset), std::span(&piece, 1));
      return SQLITE_OK;
    });
  }

  // Databases and logs that only grow: nothing to do.
  static int Truncate(sqlite3_file*, sqlite3_int64) { return SQLITE_OK; }

  static int Sync(sqlite3_file* file, int) {
    return Guard(SQLITE_IOERR_FSYNC, [&] {
      Handle& handle = Of(file);
      (*handle.file)->SyncData();
      if (handle.sync_directory) {
        handle.disk->SyncDirectory(std::filesystem::path(*handle.path).parent_path());
      }
      handle.sync_directory = false;
      return SQLITE_OK;
    });
  }

  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>((*Of(file).file)->Size());
    return SQLITE_OK;
  }

  // Of the main file: only needed until write-ahead logging takes over. One writer at a time.
  static int Lock(sqlite3_file* file, int wanted) {
    Shared& shared = **Of(file).shared;
    const std::lock_guard lock(shared.mutex);
    for (const auto& [other, held] : shared.locks) {
      if (other == file) continue;
      const bool clash = wanted == SQLITE_LOCK_EXCLUSIVE ? held >= SQLITE_LOCK_SHARED
                         : wanted == SQLITE_LOCK_SHARED  ? held >= SQLITE_LOCK_PENDING
                                                         : held >= SQLITE_LOCK_RESERVED;
      if (clash) return SQLITE_BUSY;
    }
    shared.locks[file] = std::max(shared.locks[file], wanted);
    return SQLITE_OK;
  }

  static int Unlock(sqlite3_file* file, int wanted) {
    Shared& shared = **Of(file).shared;
    const std::lock_guard lock(shared.mutex);
    shared.locks[file] = std::min(shared.locks[file], wanted);
    return SQLITE_OK;
  }

  static int CheckReservedLock(sqlite3_file* file, int* result) {
    Shared& shared = **Of(file).shared;
    const std::lock_guard lock(shared.mutex);
    *result = 0;
    for (const auto& [other, held] : shared.locks) *result |= held >= SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
  }

  static int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int SectorSize(sqlite3_file*) { return 4096; }
  // None is promised: not even that a write of a page is all or nothing.
  static int DeviceCharacteristics(sqlite3_file*) { return 0; }

  static int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
    Shared& shared = **Of(file).shared;
    const std::lock_guard lock(shared.mutex);
    const auto index = static_cast<size_t>(region);
    *out = nullptr;
    if (shared.regions.size() <= index && !extend) return SQLITE_OK;
    while (shared.regions.size() <= index) {
      shared.regions.push_back(std::make_unique<char[]>(static_cast<size_t>(size)));
    }
    *out = shared.regions[index].get();
    return SQLITE_OK;
  }

  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    Shared& shared = **Of(file).shared;
    const std::lock_guard lock(shared.mutex);
    const uint32_t bits = ((1u << count) - 1) << offset;
    auto& [own_shared, own_exclusive] = shared.slots[file];
    if (flags & SQLITE_SHM_UNLOCK) {
      own_shared &= ~bits;
      own_exclusive &= ~bits;
      return SQLITE_OK;
    }
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (const auto& [other, held] : shared.slots) {
      if (other == file) continue;
      if (((held.second | (exclusive ? held.first : 0)) & bits) != 0) return SQLITE_BUSY;
    }
    (exclusive ? own_exclusive : own_shared) |= bits;
    return SQLITE_OK;
  }

  static void ShmBarrier(sqlite3_file*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

  static int ShmUnmap(sqlite3_file* file, int remove) {
    Shared& shared = **Of(file).shared;
    const std::lock_guard lock(shared.mutex);
    shared.slots.erase(file);
    if (remove) shared.regions.clear();
    return SQLITE_OK;
  }

  static constexpr sqlite3_io_methods kMethods = {2,
                                                  Close,
                                                  Read,
                                                  Write,
                                                  Truncate,
                                                  Sync,
                                                  FileSize,
                                                  Lock,
                                                  Unlock,
                                                  CheckReservedLock,
                                                  FileControl,
                                                  SectorSize,
                                                  DeviceCharacteristics,
                                                  ShmMap,
                                                  ShmLock,
                                                  ShmBarrier,
                                                  ShmUnmap,
                                                  nullptr,
                                                  nullptr};

  sqlite3_vfs vfs_;
  std::mutex mutex_;
  AmnesiacFiles* disk_ = nullptr;
  std::map<std::string, std::shared_ptr<Shared>> shared_;
  uint64_t temporary_ = 0;
};

}  // namespace glossator::support
