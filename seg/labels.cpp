// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/labels.h"

#include <algorithm>
#include <bit>

#include "dicom/error.h"
#include "seg/gzip.h"

namespace glossator::seg {

static_assert(std::endian::native == std::endian::little, "labels are little endian in memory");

Labels LabelsFromBytes(std::string_view bytes, uint32_t frames, uint32_t rows, uint32_t columns,
                       LabelType type) {
  Labels labels{frames, rows, columns, type, {}};
  const size_t size = labels.view().bytes();
  std::string inflated;
  if (IsGzip(bytes)) {
    inflated = Gunzip(bytes, size);
    bytes = inflated;
  }
  if (bytes.size() != size) {
    throw Error(ErrorKind::kInvalid, "labels: " + std::to_string(bytes.size()) +
                                         " bytes, the shape needs " + std::to_string(size));
  }
  labels.bytes.assign(bytes.begin(), bytes.end());
  return labels;
}

Labels Narrowed(Labels labels) {
  if (labels.type == LabelType::kUint8) return labels;
  const auto* values = reinterpret_cast<const uint16_t*>(labels.bytes.data());
  const size_t count = labels.view().voxels();
  if (std::any_of(values, values + count, [](uint16_t v) { return v > 255; })) return labels;
  std::vector<uint8_t> narrow(values, values + count);
  return {labels.frames, labels.rows, labels.columns, LabelType::kUint8, std::move(narrow)};
}

}  // namespace glossator::seg
