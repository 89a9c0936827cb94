// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that Orthanc offers us and everything that it asks of us, as plain C++. orthanc.cpp is
// the only file that holds Orthanc's context; no exception leaves through the C interface.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/http.h"

typedef struct _OrthancPluginContext_t OrthancPluginContext;

namespace glossator::plugin {

// What Orthanc calls. Every function may be called from any thread and may throw.
class Host {
 public:
  virtual ~Host() = default;
  virtual bool Allow(const Request& request) = 0;     // every HTTP request, before its body is read
  virtual Answer Handle(const Request& request) = 0;  // of the registered paths
  virtual bool AcceptReceived(std::string_view dicom_file) = 0;  // false: Orthanc discards it
  virtual void OnStarted() = 0;                                  // Orthanc serves
  virtual void OnStopped() = 0;                                  // must return within 8 seconds
};

// What we call. All functions are thread-safe.
class Orthanc {
 public:
  explicit Orthanc(OrthancPluginContext* context) : context_(context) {}

  bool VersionAtLeast(int major, int minor, int revision) const;
  std::string Configuration() const;  // JSON text; throws Unavailable
  // Where Orthanc keeps objects and index, by its configuration.
  std::vector<std::filesystem::path> StorageFolders(const Json::Value& configuration) const;
  // Calls `host` from now on; `paths` are regular expressions. Throws Unavailable.
  void Register(Host& host, const std::vector<std::string>& paths);
  void Forget();  // no call reaches the host any more

  struct Reply {
    int status = 0;
    std::string body;
    bool ok() const { return status >= 200 && status < 300; }
    Json::Value Json() const;  // throws Unavailable unless ok
  };
  // Orthanc's own REST API, without plugins and filters, on this thread.
  Reply Call(Method method, const std::string& path, std::string_view body = {}) const;
  std::optional<std::string> Instance(const std::string& orthanc_id) const;  // Part 10 bytes
  // Orthanc's identifier of an instance by its SOP Instance UID, of a study by its UID.
  std::optional<std::string> LookupInstance(const std::string& sop_instance_uid) const;
  std::optional<std::string> LookupStudy(const std::string& study_instance_uid) const;

  void LogError(const std::string& line) const;
  void LogWarning(const std::string& line) const;
  void LogInfo(const std::string& line) const;

 private:
  OrthancPluginContext* context_;
};

}  // namespace glossator::plugin
