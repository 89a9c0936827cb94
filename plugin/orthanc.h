// SPDX-License-Identifier: GPL-3.0-or-later
// What Orthanc offers us, as plain C++. This and callbacks.cpp are the only users of its SDK.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/http.h"

typedef struct _OrthancPluginContext_t OrthancPluginContext;

namespace glossator::plugin {

// What we call. All functions are thread-safe.
class Orthanc {
 public:
  explicit Orthanc(OrthancPluginContext* context) : context_(context) {}

  bool VersionAtLeast(int major, int minor, int revision) const;
  std::string Configuration() const;  // JSON text; throws Unavailable
  // Where Orthanc keeps objects and index, by its configuration.
  std::vector<std::filesystem::path> StorageFolders(const Json::Value& configuration) const;
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
  // Study Instance UIDs that a resource ("/series/{id}") belongs to, or that a patient has; none
  // when there is no such resource.
  std::vector<std::string> StudiesOf(const std::string& resource) const;

  void LogError(const std::string& line) const;
  void LogWarning(const std::string& line) const;
  void LogInfo(const std::string& line) const;

 private:
  OrthancPluginContext* context_;
};

}  // namespace glossator::plugin
