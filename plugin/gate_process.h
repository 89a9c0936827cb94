// SPDX-License-Identifier: GPL-3.0-or-later
// The gate as a process: writing its configuration, finding its program, starting it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "model/config.h"

namespace glossator::plugin {

// What the gate reads: the section without the readers, whom it does not know.
std::string GateConfigText(const Config& config);
// SHA-256 of that text in hex: two gates with the same digest do the same.
std::string GateConfigDigest(const Config& config);
// `{Directory}/gate.json`, mode 0600, by rename. Throws Unavailable.
std::filesystem::path WriteGateConfig(const Config& config);

// "" when the gate is not ours to start. Config::gate_program, else bin/glossator-gate beside the
// plugin's lib/, else beside the plugin itself, else in /usr/bin. Throws NotFound.
std::filesystem::path FindGateProgram(const Config& config);

// Starts it in a session of its own, with nothing of ours but the log, which is appended to
// `{Directory}/gate/gate.log` and begun anew above 16 MiB. Throws Unavailable.
pid_t SpawnGate(const std::filesystem::path& program, const std::filesystem::path& config_file,
                const std::filesystem::path& log);
// The status with which our child `pid` ended (128 + signal), nullopt while it runs or when it is
// not our child.
std::optional<int> Reap(pid_t pid);
// The last line of the gate's log, for saying why it did not start.
std::string LastLineOf(const std::filesystem::path& log);

}  // namespace glossator::plugin
