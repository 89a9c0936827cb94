// SPDX-License-Identifier: GPL-3.0-or-later
// The instances of a directory, as a report needs them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "structured-report/report.h"

namespace glossator::sr {

// Heads of all DICOM files below `directory` (or of the one file), by series, instance number and
// UID; other files are skipped. Throws Error{kNotFound} when there is no such directory, kInvalid
// naming a damaged file.
std::vector<dicom::DataSet> ReadHeads(const std::filesystem::path& directory);

struct Heads {
  std::vector<dicom::DataSet> sources;  // images of the wanted series
  std::vector<dicom::DataSet> others;   // what else the groups refer to
};

// Splits what was read. `series` empty: all image series.
Heads SplitHeads(std::vector<dicom::DataSet> heads, const std::vector<std::string>& series,
                 const ReportDescription& description);

}  // namespace glossator::sr
