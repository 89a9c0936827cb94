// SPDX-License-Identifier: GPL-3.0-or-later
// Orthanc's files, in Orthanc's own layout (root/ab/cd/uuid, where the UUID begins with "abcd"), so
// that Orthanc reads what we wrote when this is switched off, and we what it wrote (ADR 115). Large
// files go past the page cache, where Orthanc makes a write of every 4096 bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "spool/buffer.h"

typedef struct _OrthancPluginContext_t OrthancPluginContext;

namespace glossator::plugin {

// Thread-safe. Throws Error{kInvalid} for what is no UUID, kNotFound when a file to be read is not
// there, kBusy when the disk is full, kUnavailable (with what errno says).
class StorageArea {
 public:
  // `sync_each`: a file's bytes are synced when Create returns, as Orthanc does; else when its file
  // system is.
  StorageArea(std::filesystem::path root, bool sync_each)
      : root_(std::move(root)), sync_each_(sync_each) {}

  void MakeRoot() const;  // when it is missing, as Orthanc does
  void Create(std::string_view uuid, std::string_view content) const;  // of a new name
  uint64_t Size(std::string_view uuid) const;
  // Throws also when the file ends before.
  void Read(std::string_view uuid, uint64_t offset, std::span<char> into) const;
  void Remove(std::string_view uuid) const;  // what is not there is removed

 private:
  std::filesystem::path PathOf(std::string_view uuid) const;
  int Fill(int descriptor, std::string_view content) const;  // 0 or what errno says

  const std::filesystem::path root_;
  const bool sync_each_;
  mutable spool::Buffers buffers_;
};

// From now on Orthanc keeps its files through `area`. Only while the plugin is being initialized.
// False: another plugin does so already.
bool RegisterStorageArea(OrthancPluginContext* context, const StorageArea& area);
void ForgetStorageArea();

}  // namespace glossator::plugin
