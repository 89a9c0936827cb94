// SPDX-License-Identifier: GPL-3.0-or-later
// JSON lines over a Unix socket: one request, one reply. The gate's two doors (plugin, steward)
// are two of these.
#pragma once

#include <json/value.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace glossator::gate {

class LineServer {
 public:
  // Called on the server's thread. Throws Error to refuse; the text goes to the client.
  using Handle = std::function<Json::Value(const Json::Value& request)>;

  // Replaces a stale socket file. `mode` of the socket, e.g. 0660. Throws Error{kUnavailable}.
  LineServer(std::filesystem::path path, unsigned mode, Handle handle);
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

 private:
  struct Client {
    int descriptor;
    std::string received;
  };

  void Run();
  void AcceptOne();
  bool Serve(Client& client);  // false: the client is gone
  bool Answer(Client& client, const std::string& line);

  std::filesystem::path path_;
  Handle handle_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::vector<Client> clients_;
  std::thread thread_;
};

// One call to such a server; used by the steward's program and by tests.
// Throws Error of the kind that the server answered, or kUnavailable.
Json::Value CallLine(const std::filesystem::path& path, const Json::Value& request);

}  // namespace glossator::gate
