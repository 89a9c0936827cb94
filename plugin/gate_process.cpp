// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/gate_process.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "dicom/error.h"
#include "dicom/json.h"
#include "vault/digest.h"

extern char** environ;

namespace glossator::plugin {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kLogBytesMax = 16u << 20;

[[noreturn]] void Unavailable(const std::string& text) {
  throw Error(ErrorKind::kUnavailable, text);
}

fs::path FolderOfThisLibrary() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&FolderOfThisLibrary), &info) == 0 ||
      info.dli_fname == nullptr) {
    return {};
  }
  std::error_code ignored;
  return fs::weakly_canonical(info.dli_fname, ignored).parent_path();
}

void WriteWhole(const fs::path& path, const std::string& text) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      descriptor >= 0 && fchmod(descriptor, 0600) == 0 &&
      write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(descriptor) == 0;
  if (descriptor >= 0) {
    close(descriptor);
  }
  if (!written) {
    Unavailable("Glossator.Directory: " + path.string() + " cannot be written");
  }
}

// RAII for what posix_spawn wants. Nothing of Orthanc's is inherited: an open listening socket
// would keep Orthanc's port busy for as long as the gate lives.
class SpawnPlan {
 public:
  explicit SpawnPlan(const fs::path& log) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int Run(pid_t* pid, std::vector<std::string> arguments) const {
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
      pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    return posix_spawn(pid, pointers[0], &actions_, &attributes_, pointers.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

std::string GateConfigText(const Config& config) {
  Config for_gate = config;
  for_gate.readers.clear();
  return dicom::WriteJson(ToJson(for_gate));
}

std::string GateConfigDigest(const Config& config) {
  return vault::Sha256Hex(GateConfigText(config));
}

fs::path WriteGateConfig(const Config& config) {
  const fs::path path = config.directory / "gate.json";
  const fs::path fresh = config.directory / "gate.json.new";
  WriteWhole(fresh, GateConfigText(config));
  std::error_code fault;
  fs::rename(fresh, path, fault);
  if (fault) {
    Unavailable("Glossator.Directory: " + path.string() + " cannot be written");
  }
  return path;
}

fs::path FindGateProgram(const Config& config) {
  if (!config.supervise_gate) {
    return {};
  }
  const fs::path here = FolderOfThisLibrary();
  const fs::path candidates[] = {here.parent_path() / "bin" / "glossator-gate",
                                 here / "glossator-gate", "/usr/bin/glossator-gate"};
  if (!config.gate_program.empty()) {
    if (access(config.gate_program.c_str(), X_OK) != 0) {
      throw Error(ErrorKind::kNotFound,
                  "Glossator.GateProgram: " + config.gate_program.string() + " is no program");
    }
    return config.gate_program;
  }
  for (const fs::path& candidate : candidates) {
    if (access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  throw Error(ErrorKind::kNotFound,
              "glossator-gate is neither beside the plugin nor in /usr/bin; set "
              "Glossator.GateProgram");
}

pid_t SpawnGate(const fs::path& program, const fs::path& config_file, const fs::path& log) {
  std::error_code ignored;
  fs::create_directories(log.parent_path(), ignored);
  if (fs::file_size(log, ignored) > kLogBytesMax && !ignored) {
    fs::rename(log, log.string() + ".1", ignored);
  }
  pid_t pid = 0;
  if (SpawnPlan(log).Run(&pid, {program.string(), "--config", config_file.string()}) != 0) {
    Unavailable("cannot start " + program.string());
  }
  return pid;
}

std::optional<int> Reap(pid_t pid) {
  int status = 0;
  if (pid <= 0 || waitpid(pid, &status, WNOHANG) != pid) {
    return std::nullopt;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string LastLineOf(const fs::path& log) {
  std::ifstream in(log);
  std::string line;
  std::string last;
  while (std::getline(in, line)) {
    last = line.empty() ? last : line;
  }
  return last.substr(0, 500);
}

}  // namespace glossator::plugin
