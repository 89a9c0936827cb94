// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/arrivals.h"

#include <algorithm>
#include <span>

namespace glossator::plugin {
namespace {

constexpr std::string_view kLevels[] = {"patients", "studies", "series", "instances"};
// Below one resource: resources again.
constexpr std::string_view kRelated[] = {"patient", "study", "series", "studies", "instances"};

// Of the metadata that Orthanc keeps, those that are about the object itself.
constexpr std::string_view kTimeless[] = {"TransferSyntax", "SopClassUid", "IndexInSeries",
                                          "ExpectedNumberOfInstances"};

// Viewers and searches; their answers are made of the objects, whose dates are moved.
constexpr std::string_view kViewers[] = {"/ui", "/web-viewer", "/wado"};
constexpr std::string_view kSearches[] = {"/tools/find", "/tools/lookup"};

bool IsAtOrBelow(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

bool IsOneOf(std::span<const std::string_view> list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    if (end > 1) parts.push_back(path.substr(1, end - 1));
    path.remove_prefix(end);
  }
  return parts;
}

// "/studies/{id}/metadata/{name}" and below; the list of names alone may come with all values.
bool IsTimeless(const std::vector<std::string_view>& parts) {
  const bool metadata = parts.size() > 2 && parts[2] == "metadata";
  return !metadata || (parts.size() == 4 && IsOneOf(kTimeless, parts[3]));
}

std::string Escaped(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                       c == '-' || c == '.' || c == '_';
    out += plain ? std::string(1, c) : std::string{'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace

bool TellsNoArrival(std::string_view path, std::string_view dicom_web_root) {
  if (path.find("/.") != path.npos || path.find("//") != path.npos) return false;
  if (IsAtOrBelow(path, dicom_web_root) || IsOneOf(kSearches, path)) return true;
  if (std::ranges::any_of(kViewers, [&](auto root) { return IsAtOrBelow(path, root); })) {
    return true;
  }
  const auto parts = Split(path);
  return !parts.empty() && IsOneOf(kLevels, parts[0]) && IsTimeless(parts);
}

std::vector<std::string> ResourcePaths() {
  const std::string level = "/(patients|studies|series|instances)";
  return {level, level + "/([^/]+)", level + "/([^/]+)/(patient|study|series|studies|instances)",
          "/tools/find"};
}

bool IsResourcePath(Method method, std::string_view path) {
  const auto parts = Split(path);
  if (path == "/tools/find") return method == Method::kPost;
  if (method != Method::kGet || parts.empty() || parts.size() > 3) return false;
  return IsOneOf(kLevels, parts[0]) && (parts.size() < 3 || IsOneOf(kRelated, parts[2]));
}

std::string WithQuery(const Request& request) {
  std::string path = request.path;
  char mark = '?';
  for (const auto& [name, value] : request.query) {
    path += mark + Escaped(name) + (value.empty() ? "" : "=" + Escaped(value));
    mark = '&';
  }
  return path;
}

void RemoveArrivals(Json::Value& json) {
  if (json.isArray()) {
    for (Json::Value& item : json) RemoveArrivals(item);
  }
  if (!json.isObject()) return;
  json.removeMember("LastUpdate");
  if (json.isMember("IsStable")) json["IsStable"] = true;  // false for a minute after the arrival
  Json::Value& metadata = json["Metadata"];
  for (const std::string& name :
       metadata.isObject() ? metadata.getMemberNames() : std::vector<std::string>()) {
    if (!IsOneOf(kTimeless, name)) metadata.removeMember(name);
  }
  if (!metadata.isObject()) json.removeMember("Metadata");
}

}  // namespace glossator::plugin
