// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/atomic_file.h"
#include "dicom/io.h"

namespace glossator::dicom {

void WriteFileTo(const std::filesystem::path& path, const DataSet& data_set,
                 const TransferSyntax& syntax) {
  const std::string bytes = WriteFile(data_set, syntax);
  AtomicFile file(path);
  file.Write(bytes);
  file.Commit();
}

}  // namespace glossator::dicom
