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

}  // namespace

FrameReader::FrameReader(const dicom::DataSet* shared)
    : planes_(shared), segment_(SegmentOf(shared)), sources_(SourcesOf(shared)) {}

SegmentationFrame FrameReader::Of(const dicom::DataSet& per_frame) const {
  SegmentationFrame frame;
  frame.segment = SegmentOf(&per_frame);
  if (frame.segment == 0) frame.segment = segment_;
  frame.plane = planes_.Of(&per_frame);
  frame.sources = SourcesOf(&per_frame);
  if (frame.sources.empty()) frame.sources = sources_;
  if (const auto* content = per_frame.FirstItem(tags::FrameContentSequence)) {
    const dicom::Element* values = content->Find(tags::DimensionIndexValues);
    const size_t count = values == nullptr ? 0 : values->value.size() / 4;
    frame.dimension_index_values.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      const auto value = content->GetInt(tags::DimensionIndexValues, i).value_or(0);
      frame.dimension_index_values.push_back(static_cast<uint32_t>(value));
    }
  }
  return frame;
}

}  // namespace glossator::seg
