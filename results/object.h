// SPDX-License-Identifier: GPL-3.0-or-later
// What every result object says of itself, whatever its kind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dicom/data_set.h"

namespace glossator::results {

inline constexpr const char* kAnnotationsStorage = "1.2.840.10008.5.1.4.1.1.91.1";
inline constexpr const char* kKeyObjectStorage = "1.2.840.10008.5.1.4.1.1.88.59";
inline constexpr const char* kGrayscalePresentationStorage = "1.2.840.10008.5.1.4.1.1.11.1";
inline constexpr const char* kStructureSetStorage = "1.2.840.10008.5.1.4.1.1.481.3";
inline constexpr const char* kTrueColorCaptureStorage = "1.2.840.10008.5.1.4.1.1.7.4";

// The UIDs and numbers of the new object; both UIDs are required, none may be the source's.
struct Identity {
  std::string series_instance_uid;
  std::string sop_instance_uid;
  int64_t series_number = 1;
  int64_t instance_number = 1;
  std::string series_description{};
};

struct Equipment {
  std::string manufacturer = "Glossator";
  std::string model_name = "Glossator";
  std::string serial_number = "1";
  std::string software_versions = "0.1.0";
};

// An instance that is referred to.
struct InstanceReference {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string series_instance_uid;
  std::string study_instance_uid;
  std::vector<int64_t> frames{};  // empty: all of it
  bool operator==(const InstanceReference&) const = default;
};

// Of an instance's head. Throws Error{kInvalid} when one of the four UIDs is missing.
InstanceReference ReferenceTo(const dicom::DataSet& head);

}  // namespace glossator::results
