// SPDX-License-Identifier: GPL-3.0-or-later
// Any lines at the gate's two doors: each gets one reply, which is JSON and never an internal
// error. The first byte picks the door.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "dicom/json.h"
#include "model/error.h"
#include "tests/fuzz/gate/running_gate.h"

using namespace glossator;

namespace {

class Client {
 public:
  explicit Client(const std::filesystem::path& path)
      : descriptor_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const timeval timeout{5, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) abort();
  }
  ~Client() { close(descriptor_); }

  // One line there, one line back.
  std::string Ask(std::string line) {
    line += '\n';
    if (send(descriptor_, line.data(), line.size(), MSG_NOSIGNAL) != ssize_t(line.size())) abort();
    size_t end;
    while ((end = received_.find('\n')) == std::string::npos) {
      char buffer[65536];
      const ssize_t size = recv(descriptor_, buffer, sizeof buffer, 0);
      if (size < 0 && errno == EINTR) continue;  // libFuzzer's alarm
      if (size <= 0) abort();
      received_.append(buffer, static_cast<size_t>(size));
    }
    const std::string reply = received_.substr(0, end);
    received_.erase(0, end + 1);
    return reply;
  }

 private:
  int descriptor_;
  std::string received_;
};

void Check(const std::string& reply) {
  const Json::Value json = dicom::ParseJson(reply);
  if (json["error"]["kind"] == std::string(NameOf(ErrorKind::kInternal))) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static gate::RunningGate gate;
  static Client doors[] = {Client(gate.Socket("gate.sock")), Client(gate.Socket("steward.sock"))};
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (int lines = 0; lines < 20 && !rest.empty(); ++lines) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    Check(doors[data[0] % 2].Ask(std::string(line)));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return 0;
}
