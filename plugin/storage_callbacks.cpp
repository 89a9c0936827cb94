// SPDX-License-Identifier: GPL-3.0-or-later
#include <orthanc/OrthancCPlugin.h>

#include <atomic>
#include <utility>

#include "dicom/error.h"
#include "model/log.h"
#include "plugin/storage_area.h"

namespace glossator::plugin {
namespace {

// Orthanc's callbacks carry no pointer of ours.
std::atomic<const StorageArea*> the_area{nullptr};
std::atomic<OrthancPluginContext*> the_context{nullptr};

OrthancPluginErrorCode CodeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound:
      return OrthancPluginErrorCode_InexistentFile;
    case ErrorKind::kBusy:
      return OrthancPluginErrorCode_FullStorage;
    default:
      return OrthancPluginErrorCode_StorageAreaPlugin;
  }
}

template <class Call>
OrthancPluginErrorCode Told(const StorageArea& area, Call&& call) {
  try {
    call(area);
    return OrthancPluginErrorCode_Success;
  } catch (const Error& error) {
    Log(LogLevel::kError, "storage.failed", {{"why", error.what()}});
    return CodeOf(error.kind());
  }
}

// The edge: no exception leaves through a C interface.
template <class Call>
OrthancPluginErrorCode Guarded(Call&& call) noexcept {
  const StorageArea* area = the_area;
  if (area == nullptr) return OrthancPluginErrorCode_BadSequenceOfCalls;
  try {
    return Told(*area, std::forward<Call>(call));
  } catch (...) {
    return OrthancPluginErrorCode_StorageAreaPlugin;
  }
}

OrthancPluginErrorCode Create(const char* uuid, const void* content, int64_t size,
                              OrthancPluginContentType) {
  return Guarded([&](const StorageArea& area) {
    area.Create(uuid, {static_cast<const char*>(content), static_cast<size_t>(size)});
  });
}

OrthancPluginErrorCode ReadWhole(OrthancPluginMemoryBuffer64* target, const char* uuid,
                                 OrthancPluginContentType) {
  return Guarded([&](const StorageArea& area) {
    const uint64_t size = area.Size(uuid);
    if (OrthancPluginCreateMemoryBuffer64(the_context, target, size) !=
        OrthancPluginErrorCode_Success) {
      throw Error(ErrorKind::kUnavailable, "storage area: no memory");
    }
    try {
      area.Read(uuid, 0, {static_cast<char*>(target->data), size});
    } catch (...) {
      OrthancPluginFreeMemoryBuffer64(the_context, target);
      *target = {};
      throw;
    }
  });
}

// Orthanc made the buffer.
OrthancPluginErrorCode ReadRange(OrthancPluginMemoryBuffer64* target, const char* uuid,
                                 OrthancPluginContentType, uint64_t start) {
  return Guarded([&](const StorageArea& area) {
    area.Read(uuid, start, {static_cast<char*>(target->data), target->size});
  });
}

OrthancPluginErrorCode Remove(const char* uuid, OrthancPluginContentType) {
  return Guarded([&](const StorageArea& area) { area.Remove(uuid); });
}

}  // namespace

bool RegisterStorageArea(OrthancPluginContext* context, const StorageArea& area) {
  the_context = context;
  the_area = &area;
  // Not by the SDK's function, which does not tell whether it worked.
  _OrthancPluginRegisterStorageArea2 callbacks{Create, ReadWhole, ReadRange, Remove};
  const auto code =
      context->InvokeService(context, _OrthancPluginService_RegisterStorageArea2, &callbacks);
  if (code != OrthancPluginErrorCode_Success) the_area = nullptr;
  return code == OrthancPluginErrorCode_Success;
}

void ForgetStorageArea() { the_area = nullptr; }

}  // namespace glossator::plugin
