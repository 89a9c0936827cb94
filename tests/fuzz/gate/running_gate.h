// SPDX-License-Identifier: GPL-3.0-or-later
// A whole gate in the fuzzer's process, on real sockets, in a directory of its own.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "dicom/io.h"
#include "dimse/scu.h"
#include "gate/gate.h"
#include "gate/line_server.h"
#include "model/log.h"
#include "tests/support/temporary_directory.h"

namespace glossator::gate {

class RunningGate {
 public:
  RunningGate() {
    SetLogSink([](LogLevel, const std::string&) {});
    config_.directory = directory_.path();
    config_.key_file = directory_.path() / "key";
    std::ofstream(config_.key_file) << std::string(64, 'a') << "\n";
    std::filesystem::permissions(config_.key_file, std::filesystem::perms::owner_read);
    config_.intake.address = "127.0.0.1";
    config_.projects = {{.id = "lung", .quiet_seconds = 1e9}};
    config_.routes = {{"GL_LUNG", "*", "*", "lung"}, {"GL_ANY", "*", "*", ""}};
    config_.spool_bytes_max = 512u << 20;
    gate_ = std::make_unique<Gate>(config_, "{}", clock_, entropy_);
  }

  std::filesystem::path Socket(const char* name) const { return directory_.path() / name; }

  std::unique_ptr<dimse::Scu> Connect(std::vector<dimse::ScuContext> contexts) const {
    Json::Value hello;
    hello["call"] = "hello";
    dimse::ScuOptions options;
    options.host = "127.0.0.1";
    options.port =
        static_cast<uint16_t>(CallLine(Socket("gate.sock"), hello)["intake_port"].asUInt());
    options.called_aet = "GL_LUNG";
    options.calling_aet = "PACS";
    options.contexts = std::move(contexts);
    return std::make_unique<dimse::Scu>(options);
  }

 private:
  support::TemporaryDirectory directory_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Config config_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace glossator::gate
