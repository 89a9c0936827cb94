// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/orthanc.h"

#include <orthanc/OrthancCPlugin.h>

#include <algorithm>

#include "dicom/json.h"

namespace glossator::plugin {
namespace {

struct MemoryBuffer {
  explicit MemoryBuffer(OrthancPluginContext* owner) : context(owner) {}
  ~MemoryBuffer() {
    if (buffer.data != nullptr) {
      OrthancPluginFreeMemoryBuffer(context, &buffer);
    }
  }
  MemoryBuffer(const MemoryBuffer&) = delete;
  MemoryBuffer& operator=(const MemoryBuffer&) = delete;
  std::string Text() const {
    return buffer.data == nullptr ? "" : std::string(static_cast<char*>(buffer.data), buffer.size);
  }

  OrthancPluginContext* context;
  OrthancPluginMemoryBuffer buffer{};
};

struct OwnedString {
  ~OwnedString() {
    if (text != nullptr) {
      OrthancPluginFreeString(context, text);
    }
  }
  OrthancPluginContext* context;
  char* text;
};

constexpr OrthancPluginHttpMethod kMethods[] = {
    OrthancPluginHttpMethod_Get, OrthancPluginHttpMethod_Post, OrthancPluginHttpMethod_Put,
    OrthancPluginHttpMethod_Delete};

std::optional<std::string> Lookup(OrthancPluginContext* context, char* found) {
  const OwnedString owned{context, found};
  return found == nullptr ? std::nullopt : std::optional<std::string>(found);
}

}  // namespace

bool Orthanc::VersionAtLeast(int major, int minor, int revision) const {
  return OrthancPluginCheckVersionAdvanced(context_, major, minor, revision) == 1;
}

std::string Orthanc::Configuration() const {
  const OwnedString text{context_, OrthancPluginGetConfiguration(context_)};
  if (text.text == nullptr) {
    throw Error(ErrorKind::kUnavailable, "Orthanc does not tell its configuration");
  }
  return text.text;
}

// A relative path counts from the folder of the configuration file.
std::vector<std::filesystem::path> Orthanc::StorageFolders(const Json::Value& all) const {
  const OwnedString file{context_, OrthancPluginGetConfigurationPath(context_)};
  const std::filesystem::path path(file.text == nullptr ? "" : file.text);
  const auto base = std::filesystem::is_directory(path) ? path : path.parent_path();
  const auto objects = base / all.get("StorageDirectory", "OrthancStorage").asString();
  const std::string index = all.get("IndexDirectory", "").asString();
  return {objects, index.empty() ? objects : base / index};
}

Json::Value Orthanc::Reply::Json() const {
  if (!ok()) {
    throw Error(ErrorKind::kUnavailable, "Orthanc answers " + std::to_string(status));
  }
  return dicom::ParseJson(body, 1u << 30);
}

Orthanc::Reply Orthanc::Call(Method method, const std::string& path, std::string_view body) const {
  if (body.size() > UINT32_MAX) {
    throw Error(ErrorKind::kUnsupported, "Orthanc takes no object of 4 GiB or more");
  }
  MemoryBuffer answer(context_);
  MemoryBuffer headers(context_);
  uint16_t status = 0;
  const OrthancPluginErrorCode code = OrthancPluginCallRestApi(
      context_, &answer.buffer, &headers.buffer, &status, kMethods[static_cast<size_t>(method)],
      path.c_str(), 0, nullptr, nullptr, body.data(), static_cast<uint32_t>(body.size()), 0);
  if (code != OrthancPluginErrorCode_Success && status == 0) {
    status = code == OrthancPluginErrorCode_UnknownResource ? 404 : 500;
  }
  return {status, answer.Text()};
}

std::optional<std::string> Orthanc::Instance(const std::string& orthanc_id) const {
  MemoryBuffer file(context_);
  if (OrthancPluginGetDicomForInstance(context_, &file.buffer, orthanc_id.c_str()) !=
      OrthancPluginErrorCode_Success) {
    return std::nullopt;
  }
  return file.Text();
}

std::optional<std::string> Orthanc::LookupInstance(const std::string& uid) const {
  return Lookup(context_, OrthancPluginLookupInstance(context_, uid.c_str()));
}

std::optional<std::string> Orthanc::LookupStudy(const std::string& uid) const {
  return Lookup(context_, OrthancPluginLookupStudy(context_, uid.c_str()));
}

std::vector<std::string> Orthanc::StudiesOf(const std::string& resource) const {
  const std::string suffix = resource.starts_with("/studies/")    ? ""
                             : resource.starts_with("/patients/") ? "/studies"
                                                                  : "/study";
  const Reply reply = Call(Method::kGet, resource + suffix);
  std::vector<std::string> uids;
  if (!reply.ok()) {
    return uids;
  }
  const Json::Value json = reply.Json();
  const auto add = [&](const Json::Value& study) {
    uids.push_back(study["MainDicomTags"]["StudyInstanceUID"].asString());
  };
  if (json.isArray()) {
    std::ranges::for_each(json, add);
  } else {
    add(json);
  }
  return uids;
}

void Orthanc::LogError(const std::string& line) const {
  OrthancPluginLogError(context_, line.c_str());
}
void Orthanc::LogWarning(const std::string& line) const {
  OrthancPluginLogWarning(context_, line.c_str());
}
void Orthanc::LogInfo(const std::string& line) const {
  OrthancPluginLogInfo(context_, line.c_str());
}

}  // namespace glossator::plugin
