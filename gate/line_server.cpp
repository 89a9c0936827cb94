// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/line_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "dicom/json.h"
#include "model/error.h"
#include "model/log.h"

namespace glossator::gate {
namespace {

constexpr size_t kLineBytesMax = 16u << 20;
constexpr size_t kClientsMax = 32;

[[noreturn]] void Unavailable(const char* what) {
  throw Error(ErrorKind::kUnavailable, std::string(what) + ": " + std::strerror(errno));
}

sockaddr_un AddressOf(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    throw Error(ErrorKind::kInvalid, "Glossator.Directory is too long for a Unix socket");
  }
  std::copy(text.begin(), text.end(), address.sun_path);
  return address;
}

bool SendAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t part = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(part));
  }
  return true;
}

Json::Value ToJson(ErrorKind kind, const std::string& text) {
  Json::Value reply;
  reply["error"]["kind"] = NameOf(kind);
  reply["error"]["text"] = text;
  return reply;
}

ErrorKind KindOf(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::kInternal); ++i) {
    if (name == NameOf(static_cast<ErrorKind>(i))) return static_cast<ErrorKind>(i);
  }
  return ErrorKind::kInternal;
}

}  // namespace

LineServer::LineServer(std::filesystem::path path, unsigned mode, Handle handle,
                       TakesLong takes_long)
    : path_(std::move(path)), handle_(std::move(handle)), takes_long_(std::move(takes_long)) {
  const auto address = AddressOf(path_);
  unlink(path_.c_str());
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) Unavailable("socket");
  const mode_t before = umask(0777 & ~mode);
  const int bound = bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0 || listen(listener_, 16) != 0) Unavailable("bind the local socket");
  if (pipe(wake_) != 0) Unavailable("pipe");
  thread_ = std::thread([this] { Run(); });
  worker_ = std::thread([this] { RunJobs(); });
}

// The worker first: it writes to the pipe that ends the server.
LineServer::~LineServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  worker_.join();
  close(wake_[1]);
  thread_.join();
  for (const auto& client : clients_) close(client.descriptor);
  close(wake_[0]);
  close(listener_);
  unlink(path_.c_str());
}

void LineServer::Run() {
  while (true) {
    std::vector<pollfd> polled{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& client : clients_) {
      polled.push_back({client.waits ? -1 : client.descriptor, POLLIN, 0});
    }
    if (poll(polled.data(), polled.size(), -1) < 0) continue;
    std::array<char, 64> woken;
    if (polled[0].revents != 0 && read(wake_[0], woken.data(), woken.size()) == 0) return;
    for (size_t i = polled.size(); i-- > 2;) {
      if (polled[i].revents == 0 || Serve(clients_[i - 2])) continue;
      close(clients_[i - 2].descriptor);
      clients_.erase(clients_.begin() + static_cast<long>(i - 2));
    }
    GoOn();
    if (polled[1].revents != 0) AcceptOne();
  }
}

void LineServer::RunJobs() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const bool sent = SendAll(job.descriptor, dicom::WriteJson(Reply(job.line)) + "\n");
    lock.lock();
    done_.push_back({job.descriptor, sent});
    while (write(wake_[1], "", 1) < 0 && errno == EINTR) {
    }
  }
}

void LineServer::GoOn() {
  std::vector<Done> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  for (const auto& [descriptor, sent] : done) {
    const auto client = std::ranges::find(clients_, descriptor, &Client::descriptor);
    client->waits = false;
    if (sent && AnswerAll(*client)) continue;
    close(client->descriptor);
    clients_.erase(client);
  }
}

void LineServer::AcceptOne() {
  const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  if (clients_.size() >= kClientsMax) {
    close(descriptor);
    return;
  }
  const timeval timeout{5, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  clients_.push_back({descriptor, {}});
}

bool LineServer::Serve(Client& client) {
  std::array<char, 65536> buffer;
  const ssize_t part = recv(client.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (part < 0) return errno == EAGAIN || errno == EINTR;
  if (part == 0) return false;
  client.received.append(buffer.data(), static_cast<size_t>(part));
  if (client.received.size() > kLineBytesMax) return false;
  return AnswerAll(client);
}

bool LineServer::AnswerAll(Client& client) {
  for (size_t end; !client.waits && (end = client.received.find('\n')) != std::string::npos;) {
    const std::string line = client.received.substr(0, end);
    client.received.erase(0, end + 1);
    if (!Answer(client, line)) return false;
  }
  return true;
}

bool LineServer::Answer(Client& client, const std::string& line) {
  if (!TakesLongTo(line)) {
    return SendAll(client.descriptor, dicom::WriteJson(Reply(line)) + "\n");
  }
  client.waits = true;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({client.descriptor, line});
  }
  changed_.notify_all();
  return true;
}

bool LineServer::TakesLongTo(const std::string& line) const {
  if (!takes_long_) return false;
  try {
    return takes_long_(dicom::ParseJson(line));
  } catch (const std::exception&) {
    return false;  // Reply says what is wrong with it
  }
}

Json::Value LineServer::Reply(const std::string& line) const {
  Json::Value reply;
  try {
    reply = handle_(dicom::ParseJson(line));
    if (!reply.isMember("ok")) reply["ok"] = true;
  } catch (const Error& error) {
    reply = ToJson(error.kind(), error.what());
  } catch (const Json::Exception&) {  // a member of another type than the call takes
    reply = ToJson(ErrorKind::kInvalid, "the call's members are not of the types that it takes");
  } catch (const std::exception&) {
    Log(LogLevel::kError, "gate.call-failed");
    reply = ToJson(ErrorKind::kInternal, "the gate could not do it");
  }
  return reply;
}

Json::Value CallLine(const std::filesystem::path& path, const Json::Value& request) {
  const auto address = AddressOf(path);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) Unavailable("socket");
  std::string line;
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      SendAll(descriptor, dicom::WriteJson(request) + "\n")) {
    std::array<char, 65536> buffer;
    ssize_t part = 0;
    while (line.find('\n') == std::string::npos && line.size() < kLineBytesMax &&
           (part = recv(descriptor, buffer.data(), buffer.size(), 0)) > 0) {
      line.append(buffer.data(), static_cast<size_t>(part));
    }
  }
  close(descriptor);
  if (line.empty()) throw Error(ErrorKind::kUnavailable, "nobody answers at the local socket");
  const auto reply = dicom::ParseJson(line.substr(0, line.find('\n')));
  if (reply.isMember("error")) {
    throw Error(KindOf(reply["error"]["kind"].asString()), reply["error"]["text"].asString());
  }
  return reply;
}

}  // namespace glossator::gate
