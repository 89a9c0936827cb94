// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a Segmentation object: reading throws Error or gives something that decodes, counts
// and converts without harm; the verifier always answers. The first byte picks what is fuzzed: an
// object, a NIfTI or NRRD file, a description, or an item of functional groups.
#include <cstdint>
#include <string_view>

#include "dicom/error.h"
#include "dicom/json.h"
#include "seg/convert.h"
#include "seg/decode.h"
#include "seg/description.h"
#include "seg/frame_bytes.h"
#include "seg/load_labels.h"
#include "seg/verify.h"
#include "seg/volume_file.h"

namespace {

using namespace glossator;
using namespace glossator::seg;

constexpr dicom::Limits kLimits{.bytes_max = 1 << 22, .elements_max = 100000};
constexpr uint64_t kVoxelsMax = 1 << 22;

class NoUids final : public UidSource {
 public:
  std::string New() override { return "2.25.1"; }
};

uint64_t VoxelsOf(const Source& source) {
  return source.frames.size() * uint64_t{source.rows} * source.columns;
}

void TryObject(std::string_view bytes) {
  Verify(bytes);
  const Segmentation segmentation = Read(std::string(bytes), kLimits);
  CountVoxels(segmentation);
  const Source grid = OwnGrid(segmentation);
  if (VoxelsOf(grid) > kVoxelsMax || segmentation.description.segments.size() > 20) return;
  if (!segmentation.description.segments.empty()) {
    DecodeSegment(segmentation, grid, segmentation.description.segments[0].label);
  }
  if (segmentation.kind != Kind::kFractional) Decode(segmentation, grid);
  NoUids uids;
  Convert(segmentation, {"1.2.3", "1.2.4", 1, 1, ""}, {}, uids, Time{}, [](std::string_view) {});
}

void TryVolume(const VolumeFile& volume) {
  if (volume.size[0] > 64 || volume.size[1] > 64 || volume.size[2] > 64) return;
  Source source;
  source.columns = volume.size[0];
  source.rows = volume.size[1];
  for (uint32_t i = 0; i < volume.size[2]; ++i) {
    source.frames.push_back({0, i + 1, Plane{{0, 0, double(i)}, {1, 0, 0, 0, 1, 0}, 1, 1}});
  }
  ToLabels(volume, source);
}

void Try(uint8_t what, std::string_view bytes) {
  try {
    if (what == 0) TryObject(bytes);
    if (what == 1) TryVolume(ParseNifti(bytes));
    if (what == 2) TryVolume(ParseNrrd(bytes));
    if (what == 3) ParseDescription(dicom::ParseJson(bytes));
    if (what == 4) FrameBytes(FrameReader(nullptr), false).Of(bytes);
    if (what == 5) FrameBytes(FrameReader(nullptr), true).Of(bytes);
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Try(data[0] % 6, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
