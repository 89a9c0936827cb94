// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/reads.h"

#include <algorithm>

#include "dicom/uid.h"
#include "plugin/arrivals.h"
#include "plugin/routes.h"

namespace glossator::plugin {
namespace {

constexpr size_t kRememberedMax = 50000;

// Nothing of a study is to be seen there: ours (they judge for themselves), pages and scripts of
// viewers, and what Orthanc tells about itself.
constexpr std::string_view kHarmless[] = {"/glossator",
                                          "/dicom-web/workitems",
                                          "/app",
                                          "/ui/app",
                                          "/ohif",
                                          "/volview",
                                          "/stone-webviewer",
                                          "/system",
                                          "/plugins",
                                          "/modalities",
                                          "/peers",
                                          "/tools/now",
                                          "/tools/now-local",
                                          "/tools/generate-uid"};
constexpr std::string_view kHarmlessPages[] = {"/", "/favicon.ico"};

// Resources of Orthanc's own API.
constexpr std::string_view kResources[] = {"studies", "series", "instances", "patients"};

// Of a search (QIDO-RS) that names its study; any other key could be another spelling of it.
constexpr std::string_view kSearchKeys[] = {"StudyInstanceUID", "limit", "offset", "includefield",
                                            "fuzzymatching"};

bool IsAtOrBelow(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

bool IsOneOf(std::span<const std::string_view> list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool IsHarmless(std::string_view path) {
  return IsOneOf(kHarmlessPages, path) ||
         std::ranges::any_of(kHarmless, [&](auto root) { return IsAtOrBelow(path, root); });
}

// A path that Orthanc could read differently from us.
bool IsAmbiguous(std::string_view path) {
  return path.find("//") != std::string_view::npos || path.find("/.") != std::string_view::npos ||
         path.find('%') != std::string_view::npos || path.find('\\') != std::string_view::npos;
}

std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    if (end > 1) parts.emplace_back(path.substr(1, end - 1));
    path.remove_prefix(end);
  }
  return parts;
}

// A search below a study with the study once more among its keys: which of the two counts?
bool NamesAnotherStudy(const Request& request) {
  return std::ranges::any_of(request.query, [](const auto& parameter) {
    return parameter.first == "StudyInstanceUID" || parameter.first.starts_with("0020");
  });
}

// Orthanc's identifiers are SHA-1 in hexadecimal, in five groups.
bool IsOrthancId(std::string_view text) {
  return text.size() == 44 && std::ranges::all_of(text, [](unsigned char c) {
           return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::string DicomWebRootOf(const Json::Value& orthanc_configuration) {
  const Json::Value& section = orthanc_configuration["DicomWeb"];
  std::string root = section.isObject() ? section.get("Root", "/dicom-web/").asString() : "";
  while (root.ends_with('/')) root.pop_back();
  if (root.empty()) return "/dicom-web";
  return root.starts_with('/') ? root : "/" + root;
}

Reads::Reads(const Config& config, std::string dicom_web_root, Ports ports)
    : config_(config), dicom_web_root_(std::move(dicom_web_root)), ports_(std::move(ports)) {}

bool Reads::Allow(const Request& request) {
  if (IsHarmless(request.path)) return true;
  const ReaderConfig* who = FindReader(config_, request);
  if (who == nullptr) return false;
  if (!who->SeesArrivals() && !TellsNoArrival(request.path, dicom_web_root_)) return false;
  if (SeesAll(*who)) return true;
  if (request.method != Method::kGet || IsAmbiguous(request.path)) return false;
  if (IsAtOrBelow(request.path, dicom_web_root_)) return AllowDicomWeb(*who, request);
  if (request.path == "/wado") return AllowWadoUri(*who, request);
  const auto parts = Split(request.path);
  return parts.size() >= 2 && IsOneOf(kResources, parts[0]) && IsOrthancId(parts[1]) &&
         SeesResource(*who, "/" + parts[0] + "/" + parts[1]);
}

bool Reads::SeesAll(const ReaderConfig& who) const {
  return std::ranges::all_of(config_.projects,
                             [&](const ProjectConfig& project) { return who.Sees(project.id); });
}

bool Reads::SeesStudy(const ReaderConfig& who, const std::string& study_uid) const {
  const std::string project = ports_.project_of(study_uid);
  return !project.empty() && who.Sees(project);
}

bool Reads::SeesResource(const ReaderConfig& who, const std::string& resource) {
  const auto studies = StudiesOf(resource);
  return !studies.empty() && std::ranges::all_of(studies, [&](const std::string& study_uid) {
    return SeesStudy(who, study_uid);
  });
}

// {root}/studies/{uid} and below, and searches that name exactly one study.
bool Reads::AllowDicomWeb(const ReaderConfig& who, const Request& request) const {
  const auto parts = Split(std::string_view(request.path).substr(dicom_web_root_.size()));
  if (parts.size() >= 2) {
    return parts[0] == "studies" && !NamesAnotherStudy(request) && SeesStudy(who, parts[1]);
  }
  const bool searches = parts.size() == 1 && IsOneOf(std::span(kResources).first(3), parts[0]);
  const bool known_keys = std::ranges::all_of(
      request.query, [](const auto& parameter) { return IsOneOf(kSearchKeys, parameter.first); });
  const std::string study_uid = request.Parameter("StudyInstanceUID");
  return searches && known_keys && !request.repeats_parameters && dicom::IsValidUid(study_uid) &&
         SeesStudy(who, study_uid);
}

// PS3.18 9.1.2: the object is found by its own UID.
bool Reads::AllowWadoUri(const ReaderConfig& who, const Request& request) {
  if (request.repeats_parameters) return false;
  const auto id = ports_.find_instance(request.Parameter("objectUID"));
  return id && SeesResource(who, "/instances/" + *id);
}

std::vector<std::string> Reads::StudiesOf(const std::string& resource) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = studies_.find(resource);
    if (known != studies_.end()) return known->second;
  }
  auto studies = ports_.studies_of(resource);
  // A patient may get more of them.
  if (studies.empty() || resource.starts_with("/patients/")) return studies;
  const std::lock_guard lock(mutex_);
  if (studies_.size() >= kRememberedMax) studies_.clear();
  studies_[resource] = studies;
  return studies;
}

}  // namespace glossator::plugin
