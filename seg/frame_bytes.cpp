// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/frame_bytes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "dicom/dictionary.h"
#include "seg/element_cursor.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// Exactly n finite decimals, as DataSet::GetDouble reads them.
template <size_t n>
std::optional<std::array<double, n>> Decimals(std::string_view value) {
  std::array<double, n> numbers{};
  for (size_t i = 0; i < n; ++i) {
    const size_t separator = value.find('\\');
    if ((separator == value.npos) != (i + 1 == n)) return std::nullopt;
    std::string_view text = Trimmed(value.substr(0, separator));
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(numbers[i])) return std::nullopt;
    if (separator != value.npos) value.remove_prefix(separator + 1);
  }
  return numbers;
}

uint32_t FrameNumber(std::string_view value) {
  const std::string_view text = Trimmed(value.substr(0, value.find('\\')));
  int64_t number = 1;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) number = 1;
  return static_cast<uint32_t>(std::clamp<int64_t>(number, 0, UINT32_MAX));
}

// Walks one item; every method takes the value of the sequence that it is named after.
class Walk {
 public:
  Walk(FrameParts& parts, bool implicit_vr) : parts_(parts), implicit_vr_(implicit_vr) {}

  void Item(std::string_view item) {
    ForEach(item, [&](const RawElement& element) {
      for (const Group& group : kGroups) {
        if (group.tag == element.tag) (this->*group.take)(element.value);
      }
    });
  }

 private:
  struct Group {
    dicom::Tag tag;
    void (Walk::*take)(std::string_view);
  };
  static const Group kGroups[7];

  template <class Visit>
  void ForEach(std::string_view bytes, Visit&& visit) {
    ElementCursor cursor(bytes, implicit_vr_);
    for (RawElement element; cursor.Next(element);) visit(element);
  }

  template <class Visit>
  void First(std::string_view sequence, Visit&& visit) {
    ItemCursor items(sequence, implicit_vr_);
    if (std::string_view item; items.Next(item)) ForEach(item, visit);
  }

  template <class Visit>
  void EachItem(std::string_view sequence, Visit&& visit) {
    ItemCursor items(sequence, implicit_vr_);
    for (std::string_view item; items.Next(item);) visit(item);
  }

  void Derivation(std::string_view sequence) {
    EachItem(sequence, [&](std::string_view item) {
      ForEach(item, [&](const RawElement& element) {
        if (element.tag != tags::SourceImageSequence) return;
        EachItem(element.value, [&](std::string_view image) { Image(image); });
      });
    });
  }

  void Image(std::string_view item) {
    FrameReference& reference = parts_.sources.emplace_back();
    ForEach(item, [&](const RawElement& element) {
      if (element.tag == tags::ReferencedSOPInstanceUID) {
        reference.sop_instance_uid = Trimmed(element.value.substr(0, element.value.find('\\')));
      }
      if (element.tag == tags::ReferencedFrameNumber) {
        reference.frame_number = FrameNumber(element.value);
      }
    });
  }

  void Content(std::string_view sequence) {
    First(sequence, [&](const RawElement& element) {
      if (element.tag != tags::DimensionIndexValues) return;
      parts_.dimension_index_values.resize(element.value.size() / 4);
      std::memcpy(parts_.dimension_index_values.data(), element.value.data(),
                  parts_.dimension_index_values.size() * 4);
    });
  }

  void Position(std::string_view sequence) {
    parts_.plane.has_position = !sequence.empty();
    First(sequence, [&](const RawElement& element) {
      if (element.tag == tags::ImagePositionPatient)
        parts_.plane.position = Decimals<3>(element.value);
    });
  }

  void Orientation(std::string_view sequence) {
    parts_.plane.has_orientation = !sequence.empty();
    First(sequence, [&](const RawElement& element) {
      if (element.tag != tags::ImageOrientationPatient) return;
      parts_.plane.orientation = Decimals<6>(element.value);
    });
  }

  void Measures(std::string_view sequence) {
    parts_.plane.has_spacing = !sequence.empty();
    First(sequence, [&](const RawElement& element) {
      if (element.tag == tags::PixelSpacing) parts_.plane.spacing = Decimals<2>(element.value);
    });
  }

  void Segment(std::string_view sequence) {
    First(sequence, [&](const RawElement& element) {
      if (element.tag != tags::ReferencedSegmentNumber || element.value.size() < 2) return;
      std::memcpy(&parts_.segment, element.value.data(), 2);
    });
  }

  void Slide(std::string_view sequence) {
    Tile tile;
    First(sequence, [&](const RawElement& element) {
      if (element.tag == tags::ColumnPositionInTotalImagePixelMatrix) {
        tile.column = Signed(element.value);
      }
      if (element.tag == tags::RowPositionInTotalImagePixelMatrix) {
        tile.row = Signed(element.value);
      }
      constexpr dicom::Tag kOffsets[] = {tags::XOffsetInSlideCoordinateSystem,
                                         tags::YOffsetInSlideCoordinateSystem,
                                         tags::ZOffsetInSlideCoordinateSystem};
      for (size_t k = 0; k < 3; ++k) {
        if (element.tag != kOffsets[k]) continue;
        if (const auto offset = Decimals<1>(element.value)) tile.offset[k] = (*offset)[0];
      }
    });
    if (!sequence.empty()) parts_.tile = tile;
  }

  static int32_t Signed(std::string_view value) {
    int32_t number = 0;
    if (value.size() >= 4) std::memcpy(&number, value.data(), 4);
    return number;
  }

  FrameParts& parts_;
  bool implicit_vr_;
};

const Walk::Group Walk::kGroups[7] = {
    {tags::DerivationImageSequence, &Walk::Derivation},
    {tags::FrameContentSequence, &Walk::Content},
    {tags::PlanePositionSequence, &Walk::Position},
    {tags::PlaneOrientationSequence, &Walk::Orientation},
    {tags::PixelMeasuresSequence, &Walk::Measures},
    {tags::SegmentIdentificationSequence, &Walk::Segment},
    {tags::PlanePositionSlideSequence, &Walk::Slide},
};

}  // namespace

SegmentationFrame FrameBytes::Of(std::string_view item) const {
  FrameParts parts;
  Walk(parts, implicit_vr_).Item(item);
  return general_.Join(std::move(parts));
}

}  // namespace glossator::seg
