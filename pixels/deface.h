// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the face out of a series of CT or MR slices of a head: the skin and what is in front of it
// become air, the brain keeps every bit (PS3.15 E.3.2, code 113102).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "dicom/transfer_syntax.h"
#include "pixels/worker.h"

namespace glossator::pixels {

// A volume is in memory three times while a face is removed; a caller leaves out what is larger.
inline constexpr uint64_t kSeriesBytesMax = uint64_t{1} << 30;

struct SeriesImage {
  dicom::DataSet* object = nullptr;  // whole, as dicom::Read gave it
  const dicom::TransferSyntax* syntax = nullptr;
};

struct DefaceResult {
  std::string fault;  // not empty: the series cannot be defaced; nothing was changed
  // For each image what was replaced: its frames as binary PBM pictures (P4), one behind the other.
  std::vector<std::string> masks;
  uint64_t replaced = 0;  // voxels
};

// `series` is all of one series. Compressed frames are decoded and encoded by `worker` and stay
// without loss; those with loss are a fault. `seed` is secret (face_surface.h). Faults and deaths
// of the worker are results, not exceptions.
DefaceResult DefaceSeries(std::span<const SeriesImage> series, uint64_t seed, FrameService& worker);

}  // namespace glossator::pixels
