// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/heads.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <tuple>

#include "dicom/error.h"
#include "dicom/io.h"
#include "structured-report/content.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

namespace fs = std::filesystem;
using dicom::DataSet;

bool IsDicom(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string start(256, '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(stream.gcount()));
  return dicom::LooksLikeDicom(start);
}

std::vector<fs::path> FilesOf(const fs::path& directory) {
  if (fs::is_regular_file(directory)) return {directory};
  if (!fs::is_directory(directory)) throw Error(ErrorKind::kNotFound, "no such directory");
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && IsDicom(entry.path())) files.push_back(entry.path());
  }
  return files;
}

auto OrderOf(const DataSet& head) {
  return std::tuple(head.GetString(tags::SeriesInstanceUID),
                    head.GetInt(tags::InstanceNumber).value_or(0),
                    head.GetString(tags::SOPInstanceUID));
}

// Images and waveforms. Segmentations have rows and columns, but are not what was measured.
bool IsSource(const DataSet& head) {
  if (IsWaveform(head.GetString(tags::SOPClassUID))) return true;
  return head.Has(tags::Rows) && head.Has(tags::Columns) && !head.Has(tags::SegmentSequence);
}

std::set<std::string> InstancesOf(const ReportDescription& description) {
  std::set<std::string> uids;
  for (const MeasurementGroup& group : description.groups) {
    if (group.segment) uids.insert(group.segment->sop_instance_uid);
    for (const ImageReference& image : group.images) uids.insert(image.sop_instance_uid);
  }
  return uids;
}

// A file that looks like DICOM and is damaged is told by name, not passed over.
DataSet ReadHead(const fs::path& path) {
  try {
    return dicom::ReadFileHead(path).data_set;
  } catch (const Error& error) {
    throw Error(error.kind(), path.filename().string() + ": " + error.what());
  }
}

}  // namespace

std::vector<DataSet> ReadHeads(const fs::path& directory) {
  std::vector<DataSet> heads;
  for (const fs::path& path : FilesOf(directory)) {
    DataSet head = ReadHead(path);
    if (head.HasValue(tags::SOPInstanceUID)) heads.push_back(std::move(head));  // no DICOMDIR
  }
  std::sort(heads.begin(), heads.end(),
            [](const DataSet& a, const DataSet& b) { return OrderOf(a) < OrderOf(b); });
  return heads;
}

Heads SplitHeads(std::vector<DataSet> heads, const std::vector<std::string>& series,
                 const ReportDescription& description) {
  const std::set<std::string> wanted(series.begin(), series.end());
  const std::set<std::string> referenced = InstancesOf(description);
  Heads split;
  for (DataSet& head : heads) {
    const bool in_series =
        wanted.empty() || wanted.count(head.GetString(tags::SeriesInstanceUID)) != 0;
    if (IsSource(head) && in_series) {
      split.sources.push_back(std::move(head));
    } else if (referenced.count(head.GetString(tags::SOPInstanceUID)) != 0) {
      split.others.push_back(std::move(head));
    }
  }
  return split;
}

}  // namespace glossator::sr
