// SPDX-License-Identifier: GPL-3.0-or-later
// Objects for viewers that know no segmentation, out of one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/ports.h"
#include "results/object.h"
#include "results/structure_set.h"
#include "seg/decode.h"
#include "seg/source.h"

namespace glossator::helpers {

inline constexpr const char* kKinds[] = {"KO", "PR", "RTSTRUCT", "SC"};
bool IsKind(const std::string& kind);

struct Request {
  const seg::Segmentation& segmentation;
  const seg::Source& source;
  const std::vector<dicom::DataSet>& image_heads;
  // An image with its pixels, for SC; nullopt: it is not there.
  std::function<std::optional<dicom::DataSet>(const std::string& sop_instance_uid)> image;
  std::vector<results::InstanceReference> results;  // what the KO points at, beside key images
  std::string creator{};                            // PN or a reader's code
  std::string device_uid{};
  results::Holes holes = results::Holes::kKeyhole;
  int64_t series_number = 10;  // the kinds are numbered from here
};

// Series and instance UIDs come from `uids`. Throws Error{kUnsupported} when this kind cannot be
// made of these images (color, no planes, compressed pixels), kInvalid for an unknown kind.
dicom::DataSet Make(const std::string& kind, const Request& request, UidSource& uids, Time now);

}  // namespace glossator::helpers
