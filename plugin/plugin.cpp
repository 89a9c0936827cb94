// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/plugin.h"

#include <sstream>

#include "dicom/json.h"
#include "model/log.h"
#include "plugin/arrivals.h"
#include "plugin/doors.h"
#include "plugin/gate_process.h"
#include "plugin/routes.h"
#include "plugin/safety.h"
#include "plugin/self_test.h"

namespace glossator::plugin {
namespace {

namespace fs = std::filesystem;

constexpr size_t kConfigurationMax = 64u << 20;
constexpr size_t kDirectoryLengthMax = 90;  // its sockets' paths must fit into 108 bytes

void Tell(const Orthanc& orthanc, LogLevel level, const std::string& line) {
  switch (level) {
    case LogLevel::kInfo:
      return orthanc.LogInfo(line);
    case LogLevel::kWarning:
      return orthanc.LogWarning(line);
    case LogLevel::kError:
      return orthanc.LogError(line);
  }
}

// Throws Invalid with one fault a line.
Config ReadSection(const Json::Value& orthanc) {
  if (!orthanc.isMember("Glossator")) {
    throw Error(ErrorKind::kInvalid, "Glossator: this section is missing from the configuration");
  }
  Config config = ParseConfig(orthanc["Glossator"]);
  if (config.directory.string().size() > kDirectoryLengthMax) {
    throw Error(ErrorKind::kInvalid, "Glossator.Directory: is longer than 90 characters");
  }
  return config;
}

// Of everything that is wrong, not only of the first. True when Orthanc may start.
bool Report(const Orthanc& orthanc, const std::vector<Safety>& checks) {
  bool safe = true;
  for (const Safety& check : checks) {
    for (const std::string& warning : check.warnings) {
      orthanc.LogWarning("Glossator: " + warning);
    }
    for (const std::string& fault : check.faults) {
      orthanc.LogError("Glossator refuses to start: " + fault);
      safe = false;
    }
  }
  return safe;
}

Safety FaultsOf(const Error& error) {
  Safety safety;
  std::istringstream lines(error.what());
  for (std::string line; std::getline(lines, line);) {
    safety.faults.push_back(line);
  }
  return safety;
}

Safety CheckDirectory(const fs::path& directory) {
  Safety safety;
  std::error_code fault;
  if (fs::create_directories(directory, fault)) {
    fs::permissions(directory, fs::perms::owner_all, fault);
  }
  if (fault || !fs::is_directory(directory)) {
    safety.faults.push_back("Glossator.Directory: " + directory.string() + " cannot be made");
  }
  return safety;
}

}  // namespace

std::unique_ptr<Plugin> Plugin::Make(OrthancPluginContext* context) {
  Orthanc orthanc(context);
  if (!orthanc.VersionAtLeast(1, 10, 1)) {
    orthanc.LogError("Glossator refuses to start: it needs Orthanc 1.10.1 or later");
    return nullptr;
  }
  SetLogSink([orthanc](LogLevel level, const std::string& line) { Tell(orthanc, level, line); });
  const Json::Value all = dicom::ParseJson(orthanc.Configuration(), kConfigurationMax);
  std::vector<Safety> checks = {CheckSettings(all)};
  Config config;
  try {
    config = ReadSection(all);
    if (config.supervise_gate) {
      checks.push_back(CheckKeyFile(config.key_file));
    }
    checks.push_back(CheckDirectory(config.directory));
    FindGateProgram(config);
  } catch (const Error& error) {
    checks.push_back(FaultsOf(error));
  }
  if (!Report(orthanc, checks)) {
    return nullptr;
  }
  std::unique_ptr<Plugin> plugin(new Plugin(orthanc, std::move(config), all));
  try {
    plugin->KeepFiles(context, all);
  } catch (const Error& error) {
    Report(orthanc, {FaultsOf(error)});
    return nullptr;
  }
  std::vector<std::string> paths = {"/glossator", "/glossator/(.*)", "/dicom-web/workitems",
                                    "/dicom-web/workitems/(.*)"};
  const auto resources = ResourcePaths();
  paths.insert(paths.end(), resources.begin(), resources.end());
  RegisterCallbacks(context, *plugin, paths);
  return plugin;
}

Plugin::Plugin(Orthanc orthanc, Config config, const Json::Value& orthanc_configuration)
    : orthanc_(orthanc),
      config_(std::move(config)),
      folders_(orthanc.StorageFolders(orthanc_configuration)),
      decoy_(NobodysObject()),
      storage_area_(folders_[0], orthanc_configuration.get("SyncStorageArea", true).asBool()),
      reads_(config_, DicomWebRootOf(orthanc_configuration), ReadPorts()) {}

Reads::Ports Plugin::ReadPorts() {
  return {.studies_of = [this](const auto& resource) { return orthanc_.StudiesOf(resource); },
          .find_instance = [this](const auto& uid) { return orthanc_.LookupInstance(uid); },
          .project_of =
              [this](const auto& study_uid) {
                const auto lab = Lab();
                return lab ? lab->node().queries().ProjectOfStudy(study_uid) : std::string();
              }};
}

// Of two plugins that would keep Orthanc's files the first one does, and the other is not told.
void Plugin::KeepFiles(OrthancPluginContext* context, const Json::Value& orthanc_configuration) {
  if (!config_.own_storage_area) return;
  if (const auto other = OtherStorage(orthanc_configuration)) {
    return orthanc_.LogWarning("Glossator.OwnStorageArea: Orthanc's files are left to " + *other);
  }
  storage_area_.MakeRoot();
  if (RegisterStorageArea(context, storage_area_)) return;
  orthanc_.LogWarning("Glossator.OwnStorageArea: another plugin keeps Orthanc's files already");
}

Plugin::~Plugin() {
  OnStopped();
  ForgetCallbacks();
  ForgetStorageArea();
  SetLogSink({});
}

std::shared_ptr<LabSide> Plugin::Lab() {
  const std::lock_guard lock(mutex_);
  return lab_;
}

bool Plugin::Allow(const Request& request) {
  return open_ && DoorIsOpen(request.method, request.path) && reads_.Allow(request);
}

size_t Plugin::BodyMax(const Request& request) const {
  if (IsResourcePath(request.method, request.path)) return kFindBodyMax;
  return plugin::BodyMax(Routes(), request.method, request.path);
}

// Orthanc's own answer about its resources, as the reader may have it.
Answer Plugin::HandleResource(const Request& request) const {
  if (request.body.size() > kFindBodyMax) return Problem(413, "the search is too long");
  Orthanc::Reply reply = orthanc_.Call(request.method, WithQuery(request), request.body);
  if (!reply.ok()) return Problem(reply.status, "Orthanc has no answer to this");
  const ReaderConfig* who = FindReader(config_, request);
  if (who != nullptr && who->SeesArrivals()) {
    return TextAnswer(std::move(reply.body), "application/json");
  }
  Json::Value json = reply.Json();
  RemoveArrivals(json);
  return JsonAnswer(json);
}

Answer Plugin::Handle(const Request& request) {
  if (IsResourcePath(request.method, request.path)) return HandleResource(request);
  const auto lab = Lab();
  return lab ? lab->Handle(request) : Problem(503, "the node is not ready");
}

bool Plugin::AcceptReceived(std::string_view dicom_file) {
  if (ImportPass::Use(dicom_file)) {
    return true;
  }
  if (!testing_) {
    Log(LogLevel::kWarning, "received.refused", {{"bytes", dicom_file.size()}});
  }
  return false;
}

void Plugin::OnStarted() {
  try {
    Start();
  } catch (const std::exception& error) {
    failed_ = true;
    orthanc_.LogError(std::string("Glossator stops Orthanc: ") + error.what());
    orthanc_.Call(Method::kPost, "/tools/shutdown");
  }
}

void Plugin::Start() {
  testing_ = true;
  TestSecondLock(orthanc_);
  testing_ = false;
  auto lab = std::make_shared<LabSide>(config_, orthanc_, folders_);
  TestStudies(orthanc_,
              [&](const std::string& uid) { return lab->node().queries().KnowsStudy(uid); });
  lab->Start();
  {
    const std::lock_guard lock(mutex_);
    lab_ = lab;
  }
  open_ = true;
  orthanc_.LogWarning("Glossator: the checks have passed, the node is open");
}

void Plugin::OnStopped() {
  open_ = false;
  std::shared_ptr<LabSide> lab;
  {
    const std::lock_guard lock(mutex_);
    lab.swap(lab_);
  }
  if (lab) {
    lab->Stop();
  }
}

}  // namespace glossator::plugin
