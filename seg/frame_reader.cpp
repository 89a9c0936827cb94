// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/frame_reader.h"

#include <algorithm>

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

std::vector<FrameReference> SourcesOf(const dicom::DataSet* group) {
  std::vector<FrameReference> references;
  if (group == nullptr) return references;
  for (const dicom::DataSet& derivation : group->GetItems(tags::DerivationImageSequence)) {
    for (const dicom::DataSet& image : derivation.GetItems(tags::SourceImageSequence)) {
      const auto number = image.GetInt(tags::ReferencedFrameNumber).value_or(1);
      references.push_back({image.GetString(tags::ReferencedSOPInstanceUID),
                            static_cast<uint32_t>(std::clamp<int64_t>(number, 0, UINT32_MAX))});
    }
  }
  return references;
}

uint16_t SegmentOf(const dicom::DataSet* group) {
  const dicom::DataSet* item =
      group == nullptr ? nullptr : group->FirstItem(tags::SegmentIdentificationSequence);
  const auto number = item == nullptr ? std::nullopt : item->GetInt(tags::ReferencedSegmentNumber);
  return static_cast<uint16_t>(std::clamp<int64_t>(number.value_or(0), 0, 65535));
}

std::vector<uint32_t> IndexValuesOf(const dicom::DataSet& group) {
  std::vector<uint32_t> values;
  const auto* content = group.FirstItem(tags::FrameContentSequence);
  const auto* element = content == nullptr ? nullptr : content->Find(tags::DimensionIndexValues);
  const size_t count = element == nullptr ? 0 : element->value.size() / 4;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const auto value = content->GetInt(tags::DimensionIndexValues, i).value_or(0);
    values.push_back(static_cast<uint32_t>(value));
  }
  return values;
}

}  // namespace

FrameReader::FrameReader(const dicom::DataSet* shared) : planes_(shared) {
  if (shared == nullptr) return;
  shared_ = {{}, SegmentOf(shared), SourcesOf(shared), {}, TileOf(shared)};
}

SegmentationFrame FrameReader::Of(const dicom::DataSet& per_frame) const {
  return Join({PlanePartsOf(&per_frame), SegmentOf(&per_frame), SourcesOf(&per_frame),
               IndexValuesOf(per_frame), TileOf(&per_frame)});
}

SegmentationFrame FrameReader::Join(FrameParts parts) const {
  SegmentationFrame frame;
  frame.segment = parts.segment != 0 ? parts.segment : shared_.segment;
  frame.plane = planes_.Of(parts.plane);
  frame.sources = parts.sources.empty() ? shared_.sources : std::move(parts.sources);
  frame.dimension_index_values = std::move(parts.dimension_index_values);
  frame.tile = parts.tile ? parts.tile : shared_.tile;
  return frame;
}

}  // namespace glossator::seg
