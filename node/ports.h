// SPDX-License-Identifier: GPL-3.0-or-later
// What the lab flow needs from outside. The plugin implements these; tests have their own.
// Implementations throw Error{kUnavailable} when the other end is away (the node tries again at
// its next Tick) and are called from several threads.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/instance.h"

namespace glossator::node {

// Orthanc, as a store of pseudonymous objects.
class Archive {
 public:
  virtual ~Archive() = default;
  // `file` are the Part 10 bytes of `instance` (whose data set has no pixels). Replaces what is
  // there under the same SOP Instance UID; does nothing when it is the same, byte for byte.
  virtual void Put(const Instance<Lab>& instance, std::string_view file) = 0;
  // How many calls of Put, Get and Has (and of BatchSource::Read) it pays to have under way.
  virtual size_t PutsAtOnce() const { return 1; }
  // The Part 10 bytes as they were put; nullopt when there is no such object.
  virtual std::optional<std::string> Get(const std::string& sop_instance_uid) = 0;
  virtual bool Has(const std::string& sop_instance_uid) = 0;
  // Returns when everything that was put would survive a power cut (syncfs).
  virtual void Sync() = 0;
};

// One released object in the intake spool ("batches" of the gate).
struct BatchRecord {
  uint64_t segment = 0;
  uint64_t offset = 0;
  std::string sop_instance_uid;
  std::string series_instance_uid;
  std::string sop_class_uid;
  std::string transfer_syntax_uid;
  std::string seal;  // of the spool record, hex
  uint64_t size = 0;
  uint64_t head_size = 0;
  Json::Value facts{};  // by name, for analysis by subgroup; null: the policy keeps none
};

struct Batch {
  int64_t number = 0;
  int64_t study = 0;
  std::string project;
  std::string study_uid;
  std::string patient_code;
  int64_t revision = 1;
  std::string key;  // hex, 32 bytes: opens the chunks of this study
  std::vector<BatchRecord> records;
};

// The intake spool, opened with the batch's key.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  // The Part 10 bytes of one record. Throws kInvalid when it is not the record that the gate
  // sealed.
  virtual std::string Read(const Batch& batch, const BatchRecord& record) = 0;
};

// The return spool.
class ReturnQueue {
 public:
  virtual ~ReturnQueue() = default;
  // One record; durable when it returns.
  virtual void Append(const std::vector<std::string_view>& chunks, std::string_view trailer) = 0;
};

// gate.sock: one JSON request, one reply. Adds nothing and hides nothing; an {"error"} reply
// becomes an Error of that kind. The calls are typed in node/gate_calls.h.
class GateLink {
 public:
  virtual ~GateLink() = default;
  virtual Json::Value Call(const Json::Value& request) = 0;
};

}  // namespace glossator::node
