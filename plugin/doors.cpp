// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/doors.h"

#include <algorithm>

namespace glossator::plugin {
namespace {

struct OpenDoor {
  Method method;
  std::string_view path;
  bool below;  // and all below it
};

// Writes that may pass.
constexpr OpenDoor kOpen[] = {
    {Method::kPost, "/glossator/api/v1", true},
    {Method::kPut, "/glossator/api/v1", true},
    {Method::kDelete, "/glossator/api/v1", true},
    {Method::kPost, "/glossator/dicom-web/studies", true},  // STOW-RS of our own
    {Method::kPost, "/dicom-web/workitems", true},          // UPS-RS, PS3.18 section 11
    {Method::kPut, "/dicom-web/workitems", true},
    {Method::kPost, "/tools/find", false},  // searches; Orthanc Explorer needs both
    {Method::kPost, "/tools/lookup", false},
};

// Reads that may not: they reach out to other machines, or are a file system of their own.
constexpr std::string_view kShutForReading[] = {
    "/webdav", "/queries", "/dicom-web/servers", "/transfers", "/tools/execute-script",
};
constexpr std::string_view kShutBelow[] = {"/peers/", "/modalities/"};  // the lists themselves pass

bool IsAtOrBelow(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// A path that another part of Orthanc could read differently from us.
bool IsAmbiguous(std::string_view path) {
  return path.find("//") != std::string_view::npos || path.find("..") != std::string_view::npos ||
         path.find('%') != std::string_view::npos || path.find('\\') != std::string_view::npos;
}

bool MayRead(std::string_view path) {
  return std::ranges::none_of(kShutForReading,
                              [&](auto root) { return IsAtOrBelow(path, root); }) &&
         std::ranges::none_of(kShutBelow, [&](auto root) { return path.starts_with(root); });
}

}  // namespace

bool DoorIsOpen(Method method, std::string_view path) {
  if (method == Method::kGet) {
    return MayRead(path);
  }
  return !IsAmbiguous(path) && std::ranges::any_of(kOpen, [&](const OpenDoor& door) {
    return door.method == method && (door.below ? IsAtOrBelow(path, door.path) : path == door.path);
  });
}

}  // namespace glossator::plugin
