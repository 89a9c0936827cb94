// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/gate_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <thread>

#include "dicom/error.h"
#include "dicom/json.h"

namespace glossator::plugin {
namespace {

using namespace std::chrono_literals;

// Accepts one connection after another and answers each line with what `reply` says; "" closes.
class FakeGate {
 public:
  FakeGate(const std::string& path, std::function<std::string(const std::string&)> reply)
      : reply_(std::move(reply)) {
    unlink(path.c_str());
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    listen(listener_, 4);
    thread_ = std::thread([this] { Run(); });
  }
  ~FakeGate() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

 private:
  void Run() {
    for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0; close(client)) {
      Serve(client);
    }
  }
  void Serve(int client) {
    std::string line;
    char c = 0;
    while (read(client, &c, 1) == 1) {
      if (c != '\n') {
        line += c;
        continue;
      }
      const std::string reply = reply_(line);
      line.clear();
      if (reply.empty()) return;
      EXPECT_EQ(write(client, reply.data(), reply.size()), static_cast<ssize_t>(reply.size()));
    }
  }

  std::function<std::string(const std::string&)> reply_;
  int listener_;
  std::thread thread_;
};

class GateClientTest : public ::testing::Test {
 protected:
  const std::string path_ = ::testing::TempDir() + "gate-client-" + std::to_string(getpid());
  const Json::Value request_ = dicom::ParseJson(R"({"call":"status"})");
};

TEST_F(GateClientTest, AsksAndHears) {
  FakeGate gate(path_, [](const std::string& line) {
    EXPECT_EQ(line, R"({"call":"status"})");
    return "{\"ok\":true,\"associations\":3}\n";
  });
  GateClient client(path_);
  EXPECT_EQ(client.Call(request_)["associations"].asInt(), 3);
  EXPECT_EQ(client.Call(request_)["associations"].asInt(), 3);
}

TEST_F(GateClientTest, ThrowsTheKindThatTheGateNames) {
  FakeGate gate(path_, [](const std::string&) {
    return "{\"error\":{\"kind\":\"busy\",\"text\":\"later\"}}\n";
  });
  GateClient client(path_);
  try {
    client.Call(request_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBusy);
    EXPECT_STREQ(error.what(), "gate: later");
  }
}

TEST_F(GateClientTest, ConnectsAgainWhenTheGateWasRestarted) {
  int calls = 0;
  FakeGate gate(path_, [&](const std::string&) {
    return ++calls == 2 ? std::string() : std::string("{\"ok\":true}\n");
  });
  GateClient client(path_);
  client.Call(request_);
  EXPECT_TRUE(client.Call(request_)["ok"].asBool());
  EXPECT_EQ(calls, 3);
}

TEST_F(GateClientTest, IsUnavailableWithoutAGate) {
  GateClient client(path_ + "-none");
  EXPECT_THROW(client.Call(request_), Error);
}

TEST_F(GateClientTest, GivesUpOnASilentGate) {
  FakeGate gate(path_, [](const std::string&) {
    std::this_thread::sleep_for(400ms);
    return "";
  });
  GateClient client(path_, 100ms);
  EXPECT_THROW(client.Call(request_), Error);
}

TEST_F(GateClientTest, StopsWaitingWhenToldTo) {
  FakeGate gate(path_, [](const std::string&) {
    std::this_thread::sleep_for(1s);
    return "";
  });
  GateClient client(path_);
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    client.Stop();
  });
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THROW(client.Call(request_), Error);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 800ms);
  stopper.join();
}

}  // namespace
}  // namespace glossator::plugin
