// SPDX-License-Identifier: GPL-3.0-or-later
// A measurement report as Comprehensive 3D, Comprehensive or Enhanced SR (PS3.3 A.35, PS3.16 TID
// 1500).
#pragma once

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/ports.h"
#include "structured-report/report.h"

namespace glossator::sr {

inline constexpr const char* kEnhancedSr = "1.2.840.10008.5.1.4.1.1.88.22";
inline constexpr const char* kComprehensiveSr = "1.2.840.10008.5.1.4.1.1.88.33";
inline constexpr const char* kComprehensive3dSr = "1.2.840.10008.5.1.4.1.1.88.34";

struct Identity {
  std::string series_instance_uid;
  std::string sop_instance_uid;
  int64_t series_number = 1;
  int64_t instance_number = 1;
  std::string series_description{};
  std::vector<dicom::DataSet> contributing_equipment{};  // items of (0018,A001)
  // Put last; a zero-length value removes. For example Content Qualification.
  dicom::DataSet extra{};
};

// `source_heads`: the images (without pixels) or waveforms of one study; patient and study come
// from the first and all of them make the image library. `other_referenced`: heads of other
// instances that groups refer to, segmentations above all. The result is deterministic; its
// character set is the source's when that can say all, else ISO_IR 192.
//
// Throws Error{kInvalid} naming the group and fault: no source, an instance that was not given, no
// tracking identifier or UID, an invalid or repeated UID, no person and no device, a unit that is
// not UCUM, a value that is not finite, a text too long for its VR, coordinates outside of their
// image, an item that the SOP class does not allow.
dicom::DataSet Encode(const ReportDescription& description,
                      const std::vector<dicom::DataSet>& source_heads,
                      const std::vector<dicom::DataSet>& other_referenced, const Identity& identity,
                      Time now);

}  // namespace glossator::sr
