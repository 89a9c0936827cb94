// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-gate: the hospital side as a program of its own.
#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "dicom/io.h"
#include "dicom/json.h"
#include "gate/gate.h"
#include "gate/pooled_entropy.h"
#include "model/error.h"
#include "model/log.h"
#include "vault/process.h"

namespace {

using namespace glossator;

constexpr const char* kHelp =
    "usage: glossator-gate --config FILE [--no-linger]\n"
    "  --config FILE  the section `Glossator` of Orthanc's configuration (gate.json)\n"
    "  --no-linger    started by systemd: does not end when no plugin speaks to it\n"
    "exit status: 0 ended orderly, 1 failed or refused to start, 2 wrong use, 3 another gate has\n"
    "the directory\n";

constexpr int kDirectoryTaken = 3;

volatile std::sig_atomic_t g_started = 0;
volatile std::sig_atomic_t g_stop = 0;

// A start that catches up with a large spool may take a while, and nothing is lost by its end:
// everything here can be done again.
void OnSignal(int) {
  if (!g_started) std::_Exit(0);
  g_stop = 1;
}

struct Arguments {
  std::string config;
  bool linger_for_ever = false;
};

// nullopt with the exit status: 0 after --help or --version, 2 for wrong use.
std::optional<Arguments> ParseArguments(int argc, char** argv, int& status) {
  Arguments arguments;
  status = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help") return std::cout << kHelp, std::nullopt;
    if (argument == "--version") {
      std::cout << "glossator-gate " << dicom::kImplementationVersionName << "\n";
      return std::nullopt;
    }
    if (argument == "--config" && i + 1 < argc) {
      arguments.config = argv[++i];
    } else if (argument == "--no-linger") {
      arguments.linger_for_ever = true;
    } else {
      arguments.config.clear();
      break;
    }
  }
  if (!arguments.config.empty()) return arguments;
  std::cerr << kHelp;
  status = 2;
  return std::nullopt;
}

std::string ReadText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Error(ErrorKind::kInvalid, "--config: the file cannot be read");
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// Each association is a descriptor; the usual soft limit of 1024 is for programs that select().
void AllowManyConnections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void Run(const Arguments& arguments) {
  const auto text = ReadText(arguments.config);
  const auto config = ParseConfig(dicom::ParseJson(text));
  const SystemClock clock;
  gate::PooledEntropy entropy;
  gate::Gate gate(config, text, clock, entropy);
  g_started = 1;
  Log(LogLevel::kInfo, "gate.started");
  while (g_stop == 0 && !gate.finished(arguments.linger_for_ever)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  Log(LogLevel::kInfo, "gate.stopping");
}

}  // namespace

int main(int argc, char** argv) {
  int status = 0;
  const auto arguments = ParseArguments(argc, argv, status);
  if (!arguments) return status;
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGINT, OnSignal);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  try {
    // Buffers of objects come and go: keep their pages instead of faulting them in anew each time.
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    AllowManyConnections();
    vault::HardenProcess();
    Run(*arguments);
    return 0;
  } catch (const Error& error) {
    std::cerr << "glossator-gate: " << error.what() << "\n";
    return error.kind() == ErrorKind::kConflict ? kDirectoryTaken : 1;
  } catch (const std::exception& error) {
    std::cerr << "glossator-gate: " << error.what() << "\n";
    return 1;
  }
}
