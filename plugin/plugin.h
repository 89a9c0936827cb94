// SPDX-License-Identifier: GPL-3.0-or-later
// The plugin as one object, made by OrthancPluginInitialize and gone with OrthancPluginFinalize.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "model/config.h"
#include "plugin/callbacks.h"
#include "plugin/lab_side.h"
#include "plugin/orthanc.h"
#include "plugin/reads.h"
#include "plugin/storage_area.h"

namespace glossator::plugin {

class Plugin final : public Host {
 public:
  // Reads and checks the configuration; nullptr when Orthanc must not start, the reasons are in
  // its log.
  static std::unique_ptr<Plugin> Make(OrthancPluginContext* context);
  ~Plugin() override;

  bool Allow(const Request& request) override;
  size_t BodyMax(const Request& request) const override;
  Answer Handle(const Request& request) override;
  bool AcceptReceived(std::string_view dicom_file) override;
  std::string_view Decoy() const override { return decoy_; }
  void OnStarted() override;
  void OnStopped() override;
  // The node could not open: Orthanc was told to stop and must not end as if all was well.
  bool failed() const { return failed_; }

 private:
  Plugin(Orthanc orthanc, Config config, const Json::Value& orthanc_configuration);
  Reads::Ports ReadPorts();
  void KeepFiles(OrthancPluginContext* context, const Json::Value& orthanc_configuration);
  Answer HandleResource(const Request& request) const;
  void Start();
  std::shared_ptr<LabSide> Lab();

  Orthanc orthanc_;
  const Config config_;
  const std::vector<std::filesystem::path> folders_;  // of Orthanc's storage and index
  const std::string decoy_;
  const StorageArea storage_area_;  // when the configuration wants it
  Reads reads_;
  std::atomic<bool> open_{false};  // no HTTP request passes before
  std::atomic<bool> failed_{false};
  std::atomic<bool> testing_{false};  // the self-test is knocking
  std::mutex mutex_;
  std::shared_ptr<LabSide> lab_;
};

}  // namespace glossator::plugin
