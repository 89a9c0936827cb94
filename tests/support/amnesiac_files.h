// SPDX-License-Identifier: GPL-3.0-or-later
// A disk in memory that forgets: after a power cut only what was synced is certain. Unsynced writes
// were dropped, applied, or torn at any byte, in any order, page by page, and the page under way
// may be garbage. It can also be full or fail. Thread-safe.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "dicom/error.h"
#include "model/ports.h"

namespace glossator::support {

class AmnesiacFiles final : public FileSystem {
 public:
  // From now on the next `operations` changes succeed; the one after them is the power cut: a write
  // may be torn there, and everything later fails.
  void CutAfter(uint64_t operations) {
    const std::lock_guard lock(mutex_);
    cut_at_ = count_ + operations;
  }
  uint64_t operations() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

  void SetFreeBytes(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    free_bytes_ = bytes;
  }
  // The next `syncs` calls of SyncData fail as a bad disk does.
  void FailSyncs(int syncs) {
    const std::lock_guard lock(mutex_);
    failing_syncs_ = syncs;
  }

  // What the disk holds when the power is back. `seed` 0: everything unsynced is gone.
  std::unique_ptr<AmnesiacFiles> AfterPowerCut(uint64_t seed) const {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 random(seed);
    auto after = std::make_unique<AmnesiacFiles>();
    auto names = durable_names_;
    for (const auto& [name, node] : names_) {
      if (seed != 0 && random() % 2 == 0) names[name] = node;
    }
    for (const auto& [name, node] : names) {
      auto copy = std::make_shared<Node>();
      copy->now = copy->durable = Survivor(*node, seed, random);
      after->names_[name] = after->durable_names_[name] = copy;
    }
    return after;
  }

  // For bad disks: the bytes of a file, to be changed at will.
  std::string& Bytes(const std::string& path) { return names_.at(path)->now; }
  std::vector<std::string> Paths() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> paths;
    for (const auto& [name, node] : names_) paths.push_back(name);
    return paths;
  }
  // A copy in which everything is durable.
  std::unique_ptr<AmnesiacFiles> Copy() const {
    auto copy = std::make_unique<AmnesiacFiles>();
    for (const auto& [name, node] : names_) {
      copy->names_[name] = std::make_shared<Node>(Node{node->now, node->now, {}, {}});
    }
    copy->durable_names_ = copy->names_;
    return copy;
  }

  std::unique_ptr<File> Open(const std::filesystem::path& path, bool create) override {
    const std::lock_guard lock(mutex_);
    auto found = names_.find(path.string());
    if (found == names_.end()) {
      if (!create) throw Error(ErrorKind::kUnavailable, "open");
      Change();
      found = names_.emplace(path.string(), std::make_shared<Node>()).first;
    }
    return std::make_unique<OpenFile>(*this, found->second);
  }

  std::vector<std::string> List(const std::filesystem::path& directory) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, node] : names_) {
      const std::filesystem::path path(name);
      if (path.parent_path() == directory) names.push_back(path.filename().string());
    }
    return names;
  }

  void MakeDirectory(const std::filesystem::path&) override {}

  void Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    const std::lock_guard lock(mutex_);
    Change();
    auto node = names_.extract(from.string());
    names_[to.string()] = node.mapped();
  }

  void Remove(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    Change();
    names_.erase(path.string());
  }

  void SyncDirectory(const std::filesystem::path&) override {
    const std::lock_guard lock(mutex_);
    Change();
    durable_names_ = names_;
  }

  uint64_t FreeBytes(const std::filesystem::path&) override {
    const std::lock_guard lock(mutex_);
    return free_bytes_;
  }

 private:
  static constexpr size_t kPage = 4096;

  struct Write {
    uint64_t offset;
    std::string bytes;
  };
  struct Node {
    std::string now;
    std::string durable;
    std::vector<Write> pending;
    std::weak_ptr<int> locked;
  };

  class OpenFile final : public File {
   public:
    OpenFile(AmnesiacFiles& disk, std::shared_ptr<Node> node)
        : disk_(disk), node_(std::move(node)) {}

    void WriteAt(uint64_t offset, std::span<const std::string_view> pieces) override {
      const std::lock_guard lock(disk_.mutex_);
      std::string bytes;
      for (const auto piece : pieces) bytes.append(piece);
      const bool cut = disk_.count_ == disk_.cut_at_;
      if (cut) Apply(offset, bytes);  // it was under way: any part of it may have arrived
      disk_.Change();
      Apply(offset, bytes);
    }

    std::string ReadAt(uint64_t offset, size_t size) override {
      const std::lock_guard lock(disk_.mutex_);
      return offset >= node_->now.size() ? "" : node_->now.substr(offset, size);
    }

    void Preallocate(uint64_t size) override {
      const std::lock_guard lock(disk_.mutex_);
      if (size > node_->now.size()) {
        const uint64_t more = size - node_->now.size();
        if (more > disk_.free_bytes_) throw Error(ErrorKind::kUnavailable, "no space left");
        disk_.Change();
        disk_.free_bytes_ -= more;
        Apply(node_->now.size(), std::string(more, '\0'));
      }
    }

    void SyncData() override {
      const std::lock_guard lock(disk_.mutex_);
      if (disk_.failing_syncs_ > 0) {
        --disk_.failing_syncs_;
        throw Error(ErrorKind::kUnavailable, "fdatasync: Input/output error");
      }
      disk_.Change();
      node_->durable = node_->now;
      node_->pending.clear();
    }

    uint64_t Size() override {
      const std::lock_guard lock(disk_.mutex_);
      return node_->now.size();
    }

    bool TryLock() override {
      const std::lock_guard lock(disk_.mutex_);
      if (node_->locked.lock() && !lock_) return false;
      lock_ = std::make_shared<int>();
      node_->locked = lock_;
      return true;
    }

   private:
    void Apply(uint64_t offset, const std::string& bytes) {
      AmnesiacFiles::Apply(node_->now, offset, bytes);
      node_->pending.push_back({offset, bytes});
    }

    AmnesiacFiles& disk_;
    std::shared_ptr<Node> node_;
    std::shared_ptr<int> lock_;
  };

  static void Apply(std::string& file, uint64_t offset, std::string_view bytes) {
    if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size());
    file.replace(offset, bytes.size(), bytes);
  }

  void Change() {
    if (count_ >= cut_at_) throw Error(ErrorKind::kUnavailable, "the power is cut");
    ++count_;
  }

  static std::string Survivor(const Node& node, uint64_t seed, std::mt19937_64& random) {
    std::string bytes = node.durable;
    if (seed == 0) return bytes;
    for (const Write& write : node.pending) ApplySome(bytes, write, random);
    return bytes;
  }

  static void ApplySome(std::string& file, const Write& write, std::mt19937_64& random) {
    const auto fate = random() % 5;
    if (fate == 4) return Garble(file, write, random);
    const size_t end = fate == 1 ? random() % (write.bytes.size() + 1) : write.bytes.size();
    for (size_t at = 0; at < end; at += kPage) {
      if (fate == 0 || (fate == 2 && random() % 2 == 0)) continue;  // dropped, or this page only
      Apply(file, write.offset + at,
            std::string_view(write.bytes).substr(at, std::min(kPage, end - at)));
    }
  }

  // The page under way when the power went is neither old nor new.
  static void Garble(std::string& file, const Write& write, std::mt19937_64& random) {
    Apply(file, write.offset, write.bytes);
    const uint64_t at = (write.offset + random() % (write.bytes.size() + 1)) / kPage * kPage;
    const size_t end = std::min(file.size(), at + kPage);
    for (size_t i = at; i < end; ++i) file[i] = static_cast<char>(random());
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> names_;
  std::map<std::string, std::shared_ptr<Node>> durable_names_;
  uint64_t count_ = 0;
  uint64_t cut_at_ = UINT64_MAX;
  uint64_t free_bytes_ = UINT64_MAX;
  int failing_syncs_ = 0;
};

}  // namespace glossator::support
