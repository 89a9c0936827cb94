// SPDX-License-Identifier: GPL-3.0-or-later
// A source out of a folder, for the programs.
#include <algorithm>

#include "dicom/error.h"
#include "dicom/io.h"
#include "seg/source.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr std::string_view kNotAnnotated[] = {
    "1.2.840.10008.5.1.4.1.1.66.4",  // Segmentation
    "1.2.840.10008.5.1.4.1.1.66.7",  // Label Map Segmentation
};

bool IsImage(const dicom::DataSet& head) {
  const std::string sop_class = head.GetString(tags::SOPClassUID);
  return head.HasValue(tags::Rows) && head.HasValue(tags::SeriesInstanceUID) &&
         std::find(std::begin(kNotAnnotated), std::end(kNotAnnotated), sop_class) ==
             std::end(kNotAnnotated);
}

// Files that are no DICOM or cannot be read are not part of a series: nullopt.
std::optional<dicom::DataSet> ImageHead(const std::filesystem::path& path) {
  try {
    dicom::File file = dicom::ReadFileHead(path);
    if (IsImage(file.data_set)) return std::move(file.data_set);
  } catch (const Error&) {
  }
  return std::nullopt;
}

std::vector<std::filesystem::path> FilesBelow(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    throw Error(ErrorKind::kNotFound, "no such directory: " + directory.string());
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::map<std::string, size_t> ListSeries(const std::filesystem::path& directory) {
  std::map<std::string, size_t> series;
  for (const auto& path : FilesBelow(directory)) {
    if (const auto head = ImageHead(path)) ++series[head->GetString(tags::SeriesInstanceUID)];
  }
  return series;
}

Source ReadSource(const std::filesystem::path& directory, const std::string& series_uid,
                  const std::string& instance_uid) {
  std::map<std::string, SourceBuilder> series;
  for (const auto& path : FilesBelow(directory)) {
    const auto head = ImageHead(path);
    if (!head) continue;
    if (!instance_uid.empty() && head->GetString(tags::SOPInstanceUID) != instance_uid) continue;
    const std::string uid = head->GetString(tags::SeriesInstanceUID);
    if (series_uid.empty() || uid == series_uid) series[uid].Add(*head);
  }
  if (series.empty()) throw Error(ErrorKind::kNotFound, "no image of the series in the directory");
  if (series.size() > 1) {
    throw Error(ErrorKind::kConflict,
                "the directory holds " + std::to_string(series.size()) + " image series; name one");
  }
  return series.begin()->second.Build();
}

}  // namespace glossator::seg
