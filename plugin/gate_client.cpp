// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/gate_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "dicom/json.h"
#include "model/error.h"

namespace glossator::plugin {
namespace {

using std::chrono::steady_clock;

constexpr auto kStopLatency = std::chrono::milliseconds(200);
constexpr ErrorKind kKinds[] = {
    ErrorKind::kInvalid, ErrorKind::kNotFound,    ErrorKind::kConflict,    ErrorKind::kForbidden,
    ErrorKind::kBusy,    ErrorKind::kUnsupported, ErrorKind::kUnavailable,
};

[[noreturn]] void Unavailable(const std::string& text) {
  throw Error(ErrorKind::kUnavailable, "gate: " + text);
}

ErrorKind KindNamed(const std::string& name) {
  const auto found =
      std::ranges::find_if(kKinds, [&](ErrorKind kind) { return name == NameOf(kind); });
  return found == std::end(kKinds) ? ErrorKind::kInternal : *found;
}

Json::Value CheckedReply(const std::string& line) {
  const Json::Value reply = dicom::ParseJson(line, GateClient::kLineBytesMax);
  if (!reply.isObject()) {
    Unavailable("a reply that is no object");
  }
  const Json::Value& error = reply["error"];
  if (error.isObject() && error["kind"].isString() && error["text"].isString()) {
    throw Error(KindNamed(error["kind"].asString()), "gate: " + error["text"].asString());
  }
  if (!error.isNull()) {
    Unavailable("an error that is not as agreed");
  }
  return reply;
}

}  // namespace

GateClient::~GateClient() { Disconnect(); }

Json::Value GateClient::Call(const Json::Value& request) {
  const std::string line = dicom::WriteJson(request) + "\n";
  const std::lock_guard lock(mutex_);
  const Deadline deadline = steady_clock::now() + timeout_;
  const bool fresh = descriptor_ < 0;
  try {
    Connect();
    std::string reply;
    if (!Send(line, deadline) || !Receive(reply, deadline)) {
      // The gate was restarted since the last call. Every call may be made twice.
      Disconnect();
      if (fresh) {
        Unavailable("closed the connection");
      }
      Connect();
      if (!Send(line, deadline) || !Receive(reply, deadline)) {
        Unavailable("closed the connection");
      }
    }
    return CheckedReply(reply);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUnavailable) {
      Disconnect();  // a late reply must not be taken for the next one's
    }
    throw;
  }
}

void GateClient::Connect() {
  if (stopped_) {
    Unavailable("we are stopping");
  }
  if (descriptor_ >= 0) {
    return;
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.string().size() >= sizeof(address.sun_path)) {
    Unavailable("the path of the socket is too long");
  }
  std::strcpy(address.sun_path, path_.c_str());
  descriptor_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0 ||
      connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Disconnect();
    Unavailable("does not answer");
  }
}

void GateClient::Disconnect() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
  descriptor_ = -1;
  received_.clear();
}

void GateClient::Await(short events, Deadline deadline) {
  for (;;) {
    if (stopped_) {
      Unavailable("we are stopping");
    }
    if (steady_clock::now() >= deadline) {
      Unavailable("did not answer in time");
    }
    pollfd poller{descriptor_, events, 0};
    if (poll(&poller, 1, static_cast<int>(kStopLatency.count())) > 0) {
      return;
    }
  }
}

bool GateClient::Send(const std::string& line, Deadline deadline) {
  size_t sent = 0;
  while (sent < line.size()) {
    Await(POLLOUT, deadline);
    const ssize_t count =
        send(descriptor_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      return false;
    }
    sent += static_cast<size_t>(std::max<ssize_t>(count, 0));
  }
  return true;
}

bool GateClient::Receive(std::string& line, Deadline deadline) {
  char block[65536];
  size_t searched = 0;
  for (;;) {
    const size_t end = received_.find('\n', searched);
    if (end != std::string::npos) {
      line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return true;
    }
    searched = received_.size();
    if (received_.size() > kLineBytesMax) {
      Unavailable("a reply longer than agreed");
    }
    Await(POLLIN, deadline);
    const ssize_t count = recv(descriptor_, block, sizeof(block), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
      return false;
    }
    received_.append(block, static_cast<size_t>(std::max<ssize_t>(count, 0)));
  }
}

}  // namespace glossator::plugin
