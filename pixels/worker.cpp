// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/worker.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "dicom/error.h"

namespace glossator::pixels {
namespace {

using std::chrono::steady_clock;

Error Gone(const char* why) {
  return Error(ErrorKind::kUnavailable, std::string("the codec worker ") + why);
}

// The child keeps one descriptor, an empty environment, and nothing else of ours.
int Start(const std::filesystem::path& program, int socket) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, 1);
  std::string name = program.string();
  char* const arguments[] = {name.data(), nullptr};
  char* const environment[] = {nullptr};
  pid_t process = -1;
  const int failed = posix_spawn(&process, name.c_str(), &actions, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? process : -1;
}

}  // namespace

Worker::Worker(const std::filesystem::path& program, std::chrono::milliseconds patience)
    : patience_(patience) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) throw Gone("has no socket");
  process_ = Start(program, pair[1]);
  close(pair[1]);
  socket_ = pair[0];
  if (process_ > 0) return;
  close(socket_);
  throw Gone("cannot be started");
}

Worker::~Worker() {
  close(socket_);
  kill(process_, SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Worker::Wait(short events, steady_clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
  pollfd one{socket_, events, 0};
  const int ready = left.count() <= 0 ? 0 : poll(&one, 1, static_cast<int>(left.count()));
  if (ready == 0) throw Gone("was too slow");
  if (ready < 0 && errno != EINTR) throw Gone("cannot be waited for");
}

void Worker::Send(std::string_view bytes, steady_clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EINTR) {
      Wait(POLLOUT, deadline);
    } else {
      throw Gone("died");
    }
  }
}

std::string Worker::Receive(size_t size, steady_clock::time_point deadline) {
  std::string bytes(size, '\0');
  for (size_t have = 0; have < size;) {
    const ssize_t got = recv(socket_, bytes.data() + have, size - have, MSG_DONTWAIT);
    if (got > 0) {
      have += static_cast<size_t>(got);
    } else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      Wait(POLLIN, deadline);
    } else {
      throw Gone("died");
    }
  }
  return bytes;
}

Reply Worker::Ask(const Request& request) {
  const auto deadline = steady_clock::now() + patience_;
  const std::string message = Write(request);
  Send(LengthPrefix(message.size()), deadline);
  Send(message, deadline);
  const uint64_t size = ReadLength(Receive(kLengthBytes, deadline));
  if (size > kMessageBytesMax) throw Gone("answered too much");
  return ReadReply(Receive(size, deadline));
}

std::filesystem::path Worker::DefaultProgram() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "glossator-codec";
}

}  // namespace glossator::pixels
