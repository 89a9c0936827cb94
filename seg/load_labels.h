// SPDX-License-Identifier: GPL-3.0-or-later
// Labels out of a file, in source order, with no more memory than they take.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "seg/labels.h"
#include "seg/source.h"
#include "seg/volume_file.h"

namespace glossator::seg {

// Layers of one shape. Those that lie in the file as they are needed stay there (a mapping: nobody
// may cut the file short meanwhile).
struct LabelLayers {
  std::vector<LabelVolume> views;
  std::vector<Labels> owned;
  std::shared_ptr<const void> storage;
};

struct LoadOptions {
  // Of `.raw` and `.raw.gz`, which hold voxels only: one layer after the other in source order, or
  // of a slide one image of the whole matrix each.
  LabelType raw_type = LabelType::kUint8;
  // Fractions instead of labels, up to this value (ToFractions).
  std::optional<uint8_t> maximum_fraction;
  // Labels of another grid are resampled (Resampled).
  bool resample = false;
};

// Throws kConflict when the grids differ, kInvalid when a value is no label. `resampled`, if given,
// says whether it was.
LabelLayers LoadLabels(const std::filesystem::path& path, const Source& source,
                       const LoadOptions& options, bool* resampled = nullptr);

// Of a volume in memory: one Labels per layer; kInvalid when a value is no whole number in
// 0..65535.
std::vector<Labels> ToLabels(const VolumeFile& volume, const Source& source);
// Fractions in 0..maximum: floating point values are probabilities in 0..1, whole numbers as they
// are.
std::vector<Labels> ToFractions(const VolumeFile& volume, const Source& source, uint8_t maximum);

}  // namespace glossator::seg
