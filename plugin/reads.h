// SPDX-License-Identifier: GPL-3.0-or-later
// Whose images are they? Orthanc's own routes know no projects: here each request that could show
// something of a study is held against the projects of who asks. Denies by default: who does not
// see every project gets only the routes of the tables in reads.cpp, and of those only his studies.
#pragma once

#include <json/value.h>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/config.h"
#include "plugin/http.h"

namespace glossator::plugin {

// The root of the DICOMweb plugin without a slash at its end: "/dicom-web" unless configured.
std::string DicomWebRootOf(const Json::Value& orthanc_configuration);

class Reads {
 public:
  struct Ports {
    // As Orthanc::StudiesOf.
    std::function<std::vector<std::string>(const std::string& resource)> studies_of;
    // Orthanc's identifier of an instance by its UID.
    std::function<std::optional<std::string>(const std::string& sop_instance_uid)> find_instance;
    // "": no case of ours.
    std::function<std::string(const std::string& study_uid)> project_of;
  };

  // `config` is borrowed.
  Reads(const Config& config, std::string dicom_web_root, Ports ports);

  // Thread-safe. Whatever is not about studies is allowed: doors.h has judged it.
  bool Allow(const Request& request);

 private:
  bool SeesAll(const ReaderConfig& who) const;
  bool SeesStudy(const ReaderConfig& who, const std::string& study_uid) const;
  bool SeesResource(const ReaderConfig& who, const std::string& resource);
  bool AllowDicomWeb(const ReaderConfig& who, const Request& request) const;
  bool AllowWadoUri(const ReaderConfig& who, const Request& request);
  std::vector<std::string> StudiesOf(const std::string& resource);

  const Config& config_;
  const std::string dicom_web_root_;
  const Ports ports_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> studies_;  // of resources that cannot move
};

}  // namespace glossator::plugin
