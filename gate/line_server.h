// SPDX-License-Identifier: GPL-3.0-or-later
// JSON lines over a Unix socket: one request, one reply. The gate's two doors (plugin, steward)
// are two of these. Calls that take long are done one after the other on a thread of their own;
// all others are answered meanwhile.
#pragma once

#include <json/value.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace glossator::gate {

class LineServer {
 public:
  // Called on the server's thread, or on that of the calls that take long. Throws Error to refuse;
  // the text goes to the client.
  using Handle = std::function<Json::Value(const Json::Value& request)>;
  using TakesLong = std::function<bool(const Json::Value& request)>;

  // Replaces a stale socket file. `mode` of the socket, e.g. 0660. Throws Error{kUnavailable}.
  LineServer(std::filesystem::path path, unsigned mode, Handle handle, TakesLong takes_long = {});
  // Waits for a call under way; those behind it get no answer.
  ~LineServer();
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

 private:
  struct Client {
    int descriptor;
    std::string received;
    bool waits = false;  // for a call that takes long; neither read from nor closed meanwhile
  };
  struct Job {
    int descriptor;
    std::string line;
  };
  struct Done {
    int descriptor;
    bool sent;
  };

  void Run();
  void RunJobs();
  void AcceptOne();
  void GoOn();                 // with the clients whose calls are done
  bool Serve(Client& client);  // false: the client is gone
  bool AnswerAll(Client& client);
  bool Answer(Client& client, const std::string& line);
  Json::Value Reply(const std::string& line) const;
  bool TakesLongTo(const std::string& line) const;

  std::filesystem::path path_;
  Handle handle_;
  TakesLong takes_long_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::vector<Client> clients_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::vector<Done> done_;
  bool stopping_ = false;
  std::thread thread_;
  std::thread worker_;
};

// One call to such a server; used by the steward's program and by tests.
// Throws Error of the kind that the server answered, or kUnavailable.
Json::Value CallLine(const std::filesystem::path& path, const Json::Value& request);

}  // namespace glossator::gate
