// SPDX-License-Identifier: GPL-3.0-or-later
// The node's ports onto Orthanc and the two spools.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <vector>

#include "node/ports.h"
#include "plugin/orthanc.h"
#include "spool/reader.h"
#include "spool/spool.h"

namespace glossator::plugin {

// The second lock. Orthanc keeps an object only while the thread that hands it in holds a pass for
// exactly these bytes, and a pass is good for one use.
class ImportPass {
 public:
  explicit ImportPass(std::string_view file);
  ~ImportPass();
  ImportPass(const ImportPass&) = delete;
  ImportPass& operator=(const ImportPass&) = delete;

  // Called from Orthanc's received-instance callback, on the thread of the import.
  static bool Use(std::string_view file);
};

class OrthancArchive final : public node::Archive {
 public:
  // `folders`: where Orthanc keeps files and index; Sync() flushes their file systems.
  OrthancArchive(const Orthanc& orthanc, std::vector<std::filesystem::path> folders)
      : orthanc_(orthanc), folders_(std::move(folders)) {}

  void Put(const Instance<Lab>& instance, std::string_view file) override;
  size_t PutsAtOnce() const override;
  std::optional<std::string> Get(const std::string& sop_instance_uid) override;
  bool Has(const std::string& sop_instance_uid) override;
  void Sync() override;
  void Stop() { stopped_ = true; }  // further objects are refused as unavailable

 private:
  std::string Store(std::string_view file) const;  // Orthanc's "Status"
  void Replace(const std::string& sop_instance_uid, std::string_view file) const;

  const Orthanc& orthanc_;
  const std::vector<std::filesystem::path> folders_;
  std::atomic<bool> stopped_{false};
};

class IntakeSpool final : public node::BatchSource {
 public:
  explicit IntakeSpool(std::filesystem::path directory)
      : reader_(SystemFiles(), std::move(directory)) {}
  std::string Read(const node::Batch& batch, const node::BatchRecord& record) override;

 private:
  const spool::Reader reader_;
};

// The return spool: the node appends, the gate takes copies. What the gate has taken is released.
class ReturnSpool final : public node::ReturnQueue {
 public:
  explicit ReturnSpool(std::filesystem::path directory);
  void Append(const std::vector<std::string_view>& chunks, std::string_view trailer) override;
  // Records that the gate may not have taken yet.
  std::vector<spool::Place> Waiting() const;
  void Release(const std::vector<spool::Place>& taken);

 private:
  spool::Spool spool_;
  mutable std::mutex mutex_;
  std::set<spool::Place> waiting_;
};

// The node's link to the gate. When the gate has answered "returned_ready" it holds its own durable
// copies of all that stood in the return spool before the call.
class GatePort final : public node::GateLink {
 public:
  GatePort(node::GateLink& gate, ReturnSpool& returns) : gate_(gate), returns_(returns) {}
  Json::Value Call(const Json::Value& request) override;
  // Did a feed bring something since the last call of this?
  bool TakeNews() { return news_.exchange(false); }

 private:
  node::GateLink& gate_;
  ReturnSpool& returns_;
  std::atomic<bool> news_{false};
};

}  // namespace glossator::plugin
