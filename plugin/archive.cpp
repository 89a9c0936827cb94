// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <thread>

#include "dicom/tag.h"
#include "vault/seal.h"

namespace glossator::plugin {
namespace {

// Of trivial types: a thread-local with a destructor would pin the library in memory.
thread_local const char* pass_bytes = nullptr;
thread_local size_t pass_size = 0;

}  // namespace

ImportPass::ImportPass(std::string_view file) {
  pass_bytes = file.data();
  pass_size = file.size();
}

ImportPass::~ImportPass() { pass_bytes = nullptr; }

bool ImportPass::Use(std::string_view file) {
  const std::string_view pass(pass_bytes, pass_bytes == nullptr ? 0 : pass_size);
  const bool same_memory = pass.data() == file.data() && pass.size() == file.size();
  const bool good = pass_bytes != nullptr && (same_memory || pass == file);
  pass_bytes = nullptr;
  return good;
}

void OrthancArchive::Put(const Instance<Lab>& instance, std::string_view file) {
  if (stopped_) {
    throw Error(ErrorKind::kUnavailable, "Orthanc is stopping");
  }
  const std::string status = Store(file);
  if (status == "AlreadyStored") {
    Replace(instance.data_set().GetString(dicom::tags::SOPInstanceUID), file);
  } else if (status != "Success") {
    throw Error(ErrorKind::kUnavailable, "Orthanc did not store an object");
  }
}

// Orthanc parses, digests and writes side by side; its index takes one at a time. More than there
// are cores, since some of them wait for the disk, to read or to write.
size_t OrthancArchive::PutsAtOnce() const {
  return std::clamp<size_t>(std::thread::hardware_concurrency() + 3, 4, 8);
}

std::string OrthancArchive::Store(std::string_view file) const {
  const ImportPass pass(file);
  const Orthanc::Reply reply = orthanc_.Call(Method::kPost, "/instances", file);
  if (reply.status >= 400 && reply.status < 500) {
    throw Error(ErrorKind::kInvalid, "Orthanc does not read an object");
  }
  return reply.Json()["Status"].asString();
}

// Orthanc answers "AlreadyStored" whatever the bytes are.
void OrthancArchive::Replace(const std::string& uid, std::string_view file) const {
  const auto id = orthanc_.LookupInstance(uid);
  if (id && orthanc_.Instance(*id) == file) {
    return;
  }
  if (id) {
    orthanc_.Call(Method::kDelete, "/instances/" + *id);
  }
  if (Store(file) != "Success") {
    throw Error(ErrorKind::kUnavailable, "Orthanc did not replace an object");
  }
}

std::optional<std::string> OrthancArchive::Get(const std::string& uid) {
  const auto id = orthanc_.LookupInstance(uid);
  return id ? orthanc_.Instance(*id) : std::nullopt;
}

bool OrthancArchive::Has(const std::string& uid) {
  return orthanc_.LookupInstance(uid).has_value();
}

void OrthancArchive::Sync() {
  for (const auto& folder : folders_) {
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && syncfs(descriptor) == 0;
    if (descriptor >= 0) {
      close(descriptor);
    }
    if (!synced) {
      throw Error(ErrorKind::kUnavailable, "Orthanc's storage cannot be flushed");
    }
  }
}

std::string IntakeSpool::Read(const node::Batch& batch, const node::BatchRecord& record) {
  const vault::Key key = vault::KeyFromHex(batch.key);
  vault::ChunkOpener opener(key);
  std::string file;
  file.reserve(record.size);
  reader_.Read({record.segment, record.offset},
               [&](std::string_view chunk, bool last) { opener.Open(chunk, last, file); });
  if (!opener.complete() || opener.RecordSeal() != record.seal) {
    throw Error(ErrorKind::kInvalid, "a record of the intake spool is not what the gate released");
  }
  return file;
}

ReturnSpool::ReturnSpool(std::filesystem::path directory)
    : spool_(SystemFiles(), std::move(directory)) {
  spool_.Recover([this](const spool::Recovered& record) { waiting_.insert(record.place); });
}

void ReturnSpool::Append(const std::vector<std::string_view>& chunks, std::string_view trailer) {
  if (!spool_.has_room()) {
    throw Error(ErrorKind::kBusy, "the return spool is full");
  }
  std::promise<std::optional<spool::Place>> stored;
  const auto writer = spool_.Begin();
  for (const std::string_view chunk : chunks) {
    writer->Append(std::string(chunk));
  }
  writer->Commit(std::string(trailer),
                 [&](std::optional<spool::Place> place) { stored.set_value(place); });
  const auto place = stored.get_future().get();
  if (!place) {
    throw Error(ErrorKind::kUnavailable, "the return spool cannot be written");
  }
  const std::lock_guard lock(mutex_);
  waiting_.insert(*place);
}

std::vector<spool::Place> ReturnSpool::Waiting() const {
  const std::lock_guard lock(mutex_);
  return {waiting_.begin(), waiting_.end()};
}

void ReturnSpool::Release(const std::vector<spool::Place>& taken) {
  for (const spool::Place place : taken) {
    spool_.Release(place);
  }
  const std::lock_guard lock(mutex_);
  for (const spool::Place place : taken) {
    waiting_.erase(place);
  }
}

Json::Value GatePort::Call(const Json::Value& request) {
  const bool hands_over = request["call"] == "returned_ready";
  const auto waiting = hands_over ? returns_.Waiting() : std::vector<spool::Place>();
  Json::Value reply = gate_.Call(request);
  if (reply["items"].isArray() && !reply["items"].empty()) {
    news_ = true;
  }
  returns_.Release(waiting);
  return reply;
}

}  // namespace glossator::plugin
