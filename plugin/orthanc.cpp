// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/orthanc.h"

#include <orthanc/OrthancCPlugin.h>

#include <atomic>
#include <exception>

#include "dicom/json.h"

namespace glossator::plugin {
namespace {

// Orthanc's callbacks carry no pointer of ours, so these two have to be global.
std::atomic<Host*> the_host{nullptr};
std::atomic<OrthancPluginContext*> the_context{nullptr};

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

Method MethodOf(OrthancPluginHttpMethod method) {
  for (size_t i = 0; i < std::size(kMethods); ++i) {
    if (kMethods[i] == method) {
      return static_cast<Method>(i);
    }
  }
  throw Error(ErrorKind::kUnsupported, "unknown HTTP method");
}

std::map<std::string, std::string> MapOf(uint32_t count, const char* const* keys,
                                         const char* const* values) {
  std::map<std::string, std::string> map;
  for (uint32_t i = 0; i < count; ++i) {
    map.emplace(keys[i], values[i] == nullptr ? "" : values[i]);
  }
  return map;
}

void Send(OrthancPluginRestOutput* output, const Answer& answer) {
  OrthancPluginContext* context = the_context;
  for (const auto& [name, value] : answer.headers) {
    OrthancPluginSetHttpHeader(context, output, name.c_str(), value.c_str());
  }
  const auto size = static_cast<uint32_t>(answer.body.size());
  if (answer.status == 200) {
    OrthancPluginAnswerBuffer(context, output, answer.body.data(), size,
                              answer.content_type.c_str());
  } else if (answer.status == 401) {
    OrthancPluginSendUnauthorized(context, output, "Orthanc Secure Area");
  } else if (answer.status == 405) {
    const auto allowed = answer.headers.find("Allow");
    OrthancPluginSendMethodNotAllowed(
        context, output, allowed == answer.headers.end() ? "GET" : allowed->second.c_str());
  } else {
    OrthancPluginSetHttpHeader(context, output, "Content-Type", answer.content_type.c_str());
    OrthancPluginSendHttpStatus(context, output, static_cast<uint16_t>(answer.status),
                                answer.body.data(), size);
  }
}

Answer HandleSafely(const Request& request) noexcept {
  try {
    Host* host = the_host;
    return host == nullptr ? Problem(503, "the node is not ready") : host->Handle(request);
  } catch (const Error& error) {
    return ProblemOf(error);
  } catch (...) {
    return Problem(500, "an internal error, see the log");
  }
}

OrthancPluginErrorCode OnRequest(OrthancPluginRestOutput* output, const char* url,
                                 const OrthancPluginHttpRequest* in) noexcept {
  try {
    Request request;
    request.method = MethodOf(in->method);
    request.path = url;
    request.query = MapOf(in->getCount, in->getKeys, in->getValues);
    request.headers = MapOf(in->headersCount, in->headersKeys, in->headersValues);
    request.body = {static_cast<const char*>(in->body), in->body == nullptr ? 0 : in->bodySize};
    Send(output, HandleSafely(request));
    return OrthancPluginErrorCode_Success;
  } catch (...) {
    return OrthancPluginErrorCode_Plugin;
  }
}

int32_t OnHttpFilter(OrthancPluginHttpMethod method, const char* uri, const char* /*ip*/,
                     uint32_t headers, const char* const* header_names,
                     const char* const* header_values, uint32_t arguments,
                     const char* const* argument_names,
                     const char* const* argument_values) noexcept {
  try {
    Request request;
    request.method = MethodOf(method);
    request.path = uri;
    request.headers = MapOf(headers, header_names, header_values);
    request.query = MapOf(arguments, argument_names, argument_values);
    Host* host = the_host;
    return host != nullptr && host->Allow(request) ? 1 : 0;
  } catch (...) {
    return 0;
  }
}

OrthancPluginReceivedInstanceAction OnReceived(OrthancPluginMemoryBuffer64* /*modified*/,
                                               const void* bytes, uint64_t size,
                                               OrthancPluginInstanceOrigin /*origin*/) noexcept {
  try {
    Host* host = the_host;
    if (host != nullptr && host->AcceptReceived({static_cast<const char*>(bytes), size})) {
      return OrthancPluginReceivedInstanceAction_KeepAsIs;
    }
  } catch (...) {  // discarded
  }
  return OrthancPluginReceivedInstanceAction_Discard;
}

// Nobody may use Orthanc's own DICOM server to store: PS3.7 C.5.7, refused: not authorized.
int32_t OnCStore(uint16_t* status, const OrthancPluginDicomInstance* /*instance*/) noexcept {
  *status = 0x0124;
  return 0;
}

OrthancPluginErrorCode OnChange(OrthancPluginChangeType change, OrthancPluginResourceType /*type*/,
                                const char* /*resource*/) noexcept {
  try {
    Host* host = the_host;
    if (host != nullptr && change == OrthancPluginChangeType_OrthancStarted) {
      host->OnStarted();
    } else if (host != nullptr && change == OrthancPluginChangeType_OrthancStopped) {
      host->OnStopped();
    }
    return OrthancPluginErrorCode_Success;
  } catch (const std::exception& error) {
    OrthancPluginLogError(the_context, error.what());
  } catch (...) {
    OrthancPluginLogError(the_context, "an unknown error in the change callback");
  }
  return OrthancPluginErrorCode_Plugin;
}

void RequireSuccess(OrthancPluginErrorCode code, const char* what) {
  if (code != OrthancPluginErrorCode_Success) {
    throw Error(ErrorKind::kUnavailable, std::string("Orthanc refuses to register ") + what);
  }
}

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

void Orthanc::Register(Host& host, const std::vector<std::string>& paths) {
  the_context = context_;
  the_host = &host;
  for (const std::string& path : paths) {
    OrthancPluginRegisterRestCallbackNoLock(context_, path.c_str(), OnRequest);
  }
  OrthancPluginRegisterOnChangeCallback(context_, OnChange);
  RequireSuccess(OrthancPluginRegisterIncomingHttpRequestFilter2(context_, OnHttpFilter),
                 "the HTTP filter");
  RequireSuccess(OrthancPluginRegisterIncomingCStoreInstanceFilter(context_, OnCStore),
                 "the C-STORE filter");
  RequireSuccess(OrthancPluginRegisterReceivedInstanceCallback(context_, OnReceived),
                 "the received-instance callback (does another plugin hold it?)");
}

void Orthanc::Forget() { the_host = nullptr; }

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
