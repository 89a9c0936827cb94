// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/callbacks.h"

#include <orthanc/OrthancCPlugin.h>

#include <strings.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>

namespace glossator::plugin {
namespace {

// Orthanc's callbacks carry no pointer of ours, so these two have to be global.
std::atomic<Host*> the_host{nullptr};
std::atomic<OrthancPluginContext*> the_context{nullptr};

constexpr std::string_view kForm = "multipart/form-data";

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

Request RequestOf(const char* url, const OrthancPluginHttpRequest* in) {
  Request request;
  request.method = MethodOf(in->method);
  request.path = url;
  request.query = MapOf(in->getCount, in->getKeys, in->getValues);
  request.headers = MapOf(in->headersCount, in->headersKeys, in->headersValues);
  return request;
}

OrthancPluginErrorCode OnRequest(OrthancPluginRestOutput* output, const char* url,
                                 const OrthancPluginHttpRequest* in) noexcept {
  try {
    if (in->method == OrthancPluginHttpMethod_Post) {
      return OrthancPluginErrorCode_BadRequest;  // a part of a form that Orthanc has taken apart
    }
    Send(output, HandleSafely(RequestOf(url, in)));
    return OrthancPluginErrorCode_Success;
  } catch (...) {
    return OrthancPluginErrorCode_Plugin;
  }
}

// Of all bodies that are in memory at one time.
constexpr size_t kBodiesMax = 2ull << 30;
std::atomic<size_t> bodies_size{0};

// A POST or PUT whose body is coming in. What is longer than it may be is dropped on the way; one
// byte more than the bound is kept, so that the dispatcher sees it and answers 413.
struct BodyReader {
  ~BodyReader() { bodies_size -= body.size(); }

  void Add(std::string_view chunk) {
    chunk = chunk.substr(0, bytes_max + 1 - body.size());
    no_room = no_room || bodies_size + chunk.size() > kBodiesMax;
    if (!no_room) {
      body.append(chunk);
      bodies_size += chunk.size();
    }
  }

  Request request;
  size_t bytes_max = 0;
  bool no_room = false;
  std::string body;
};

BodyReader* ReaderOf(OrthancPluginServerChunkedRequestReader* reader) {
  return reinterpret_cast<BodyReader*>(reader);
}

OrthancPluginErrorCode MakeReader(OrthancPluginServerChunkedRequestReader** reader, const char* url,
                                  const OrthancPluginHttpRequest* in, Method method) noexcept {
  try {
    auto made = std::make_unique<BodyReader>();
    made->request = RequestOf(url, in);
    made->request.method = method;
    Host* host = the_host;
    made->bytes_max = host == nullptr ? 0 : host->BodyMax(made->request);
    *reader = reinterpret_cast<OrthancPluginServerChunkedRequestReader*>(made.release());
    return OrthancPluginErrorCode_Success;
  } catch (...) {
    return OrthancPluginErrorCode_Plugin;
  }
}

OrthancPluginErrorCode OnPost(OrthancPluginServerChunkedRequestReader** reader, const char* url,
                              const OrthancPluginHttpRequest* in) noexcept {
  return MakeReader(reader, url, in, Method::kPost);
}

OrthancPluginErrorCode OnPut(OrthancPluginServerChunkedRequestReader** reader, const char* url,
                             const OrthancPluginHttpRequest* in) noexcept {
  return MakeReader(reader, url, in, Method::kPut);
}

OrthancPluginErrorCode OnChunk(OrthancPluginServerChunkedRequestReader* reader, const void* data,
                               uint32_t size) noexcept {
  try {
    ReaderOf(reader)->Add({static_cast<const char*>(data), size});
    return OrthancPluginErrorCode_Success;
  } catch (...) {
    return OrthancPluginErrorCode_NotEnoughMemory;
  }
}

OrthancPluginErrorCode OnBodyEnd(OrthancPluginServerChunkedRequestReader* reader,
                                 OrthancPluginRestOutput* output) noexcept {
  try {
    BodyReader& from = *ReaderOf(reader);
    from.request.body = from.body;
    Send(output, from.no_room ? Problem(503, "too many large requests at one time")
                              : HandleSafely(from.request));
    return OrthancPluginErrorCode_Success;
  } catch (...) {
    return OrthancPluginErrorCode_Plugin;
  }
}

void OnReaderEnd(OrthancPluginServerChunkedRequestReader* reader) noexcept {
  delete ReaderOf(reader);
}

// Orthanc takes every POST of multipart/form-data for an upload by its Explorer: it calls the path
// once for each part, without the request's headers, and answers 200 whatever happens. For our own
// paths the type is renamed in the header that the filter is shown, before Orthanc looks at it
// (ADR 29). When a later Orthanc shows a copy, OnRequest refuses the parts.
void KeepFormsWhole(const Request& request, uint32_t count, const char* const* names,
                    const char* const* values) {
  if (request.method != Method::kPost || !request.path.starts_with("/glossator/")) {
    return;
  }
  for (uint32_t i = 0; i < count; ++i) {
    const std::string_view value = values[i];
    if (std::string_view(names[i]) == "content-type" && value.size() > kForm.size() &&
        strncasecmp(values[i], kForm.data(), kForm.size()) == 0) {
      const_cast<char*>(values[i])[kForm.rfind('-')] = '_';
    }
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
    request.repeats_parameters = request.query.size() != arguments;
    Host* host = the_host;
    if (host == nullptr || !host->Allow(request)) {
      return 0;
    }
    KeepFormsWhole(request, headers, header_names, header_values);
    return 1;
  } catch (...) {
    return 0;
  }
}

OrthancPluginReceivedInstanceAction Replace(OrthancPluginMemoryBuffer64* modified,
                                            std::string_view bytes) {
  if (OrthancPluginCreateMemoryBuffer64(the_context, modified, bytes.size()) !=
      OrthancPluginErrorCode_Success) {
    return OrthancPluginReceivedInstanceAction_Discard;
  }
  bytes.copy(static_cast<char*>(modified->data), bytes.size());
  return OrthancPluginReceivedInstanceAction_Modify;
}

OrthancPluginReceivedInstanceAction OnReceived(OrthancPluginMemoryBuffer64* modified,
                                               const void* bytes, uint64_t size,
                                               OrthancPluginInstanceOrigin origin) noexcept {
  try {
    Host* host = the_host;
    if (host != nullptr && host->AcceptReceived({static_cast<const char*>(bytes), size})) {
      return OrthancPluginReceivedInstanceAction_KeepAsIs;
    }
    if (host != nullptr && origin == OrthancPluginInstanceOrigin_DicomProtocol) {
      return Replace(modified, host->Decoy());
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

}  // namespace

void RegisterCallbacks(OrthancPluginContext* context, Host& host,
                       const std::vector<std::string>& paths) {
  the_context = context;
  the_host = &host;
  for (const std::string& path : paths) {
    OrthancPluginRegisterChunkedRestCallback(context, path.c_str(), OnRequest, OnPost, OnRequest,
                                             OnPut, OnChunk, OnBodyEnd, OnReaderEnd);
  }
  OrthancPluginRegisterOnChangeCallback(context, OnChange);
  RequireSuccess(OrthancPluginRegisterIncomingHttpRequestFilter2(context, OnHttpFilter),
                 "the HTTP filter");
  RequireSuccess(OrthancPluginRegisterIncomingCStoreInstanceFilter(context, OnCStore),
                 "the C-STORE filter");
  RequireSuccess(OrthancPluginRegisterReceivedInstanceCallback(context, OnReceived),
                 "the received-instance callback (does another plugin hold it?)");
}

void ForgetCallbacks() { the_host = nullptr; }

}  // namespace glossator::plugin
