// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/format.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

// PS3.3 C.7.6.3.1.2.
constexpr std::pair<std::string_view, Photometric> kNames[] = {
    {"MONOCHROME1", Photometric::kMonochrome1}, {"MONOCHROME2", Photometric::kMonochrome2},
    {"PALETTE COLOR", Photometric::kPalette},   {"RGB", Photometric::kRgb},
    {"YBR_FULL", Photometric::kYbrFull},        {"YBR_FULL_422", Photometric::kYbrFull422},
    {"YBR_ICT", Photometric::kYbrIct},          {"YBR_RCT", Photometric::kYbrRct},
};

uint32_t Number(const dicom::DataSet& head, dicom::Tag tag, int64_t otherwise) {
  const int64_t value = head.GetInt(tag).value_or(otherwise);
  return value < 0 || value > 0xFFFF ? 0 : static_cast<uint32_t>(value);
}

bool IsGray(Photometric photometric) { return photometric <= Photometric::kPalette; }

// The borders of all rectangles along one axis, ascending, with 0 and `end`.
template <class Begin, class End>
std::vector<uint32_t> Cuts(std::span<const Rectangle> rectangles, uint32_t end, Begin first,
                           End last) {
  std::vector<uint32_t> cuts{0, end};
  for (const Rectangle& one : rectangles) {
    cuts.push_back(first(one));
    cuts.push_back(static_cast<uint32_t>(last(one)));
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

// Appends what of one row band lies outside.
void OutsideBand(std::span<const Rectangle> kept, uint32_t top, uint32_t bottom, uint32_t columns,
                 std::vector<Rectangle>& out) {
  std::vector<std::pair<uint32_t, uint32_t>> spans;
  for (const Rectangle& one : kept) {
    if (one.y <= top && one.bottom() >= bottom) {
      spans.emplace_back(one.x, static_cast<uint32_t>(one.right()));
    }
  }
  std::sort(spans.begin(), spans.end());
  uint32_t at = 0;
  for (const auto& [left, right] : spans) {
    if (left > at) out.push_back({at, top, left - at, bottom - top});
    at = std::max(at, right);
  }
  if (at < columns) out.push_back({at, top, columns - at, bottom - top});
}

}  // namespace

bool IsHandled(const Format& format) {
  const bool bits = (format.bits_allocated == 8 || format.bits_allocated == 16) &&
                    format.bits_stored >= 1 && format.bits_stored <= format.bits_allocated;
  const bool gray = format.samples == 1 && IsGray(format.photometric);
  const bool color = format.samples == 3 && !IsGray(format.photometric);
  const bool halves =
      format.photometric != Photometric::kYbrFull422 || (format.columns % 2 == 0 && !format.planar);
  return bits && (gray || color) && halves && format.rows > 0 && format.columns > 0 &&
         format.rows <= 0xFFFF && format.columns <= 0xFFFF &&
         format.frame_bytes() <= kFrameBytesMax;
}

std::optional<Format> FormatOf(const dicom::DataSet& head) {
  Format format;
  format.rows = Number(head, tags::Rows, 0);
  format.columns = Number(head, tags::Columns, 0);
  format.samples = Number(head, tags::SamplesPerPixel, 1);
  format.bits_allocated = Number(head, tags::BitsAllocated, 0);
  format.bits_stored = Number(head, tags::BitsStored, format.bits_allocated);
  format.is_signed = head.GetInt(tags::PixelRepresentation).value_or(0) == 1;
  format.planar = head.GetInt(tags::PlanarConfiguration).value_or(0) == 1 && format.samples > 1;
  const std::string name = head.GetString(tags::PhotometricInterpretation);
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const auto& entry) { return entry.first == name; });
  if (found == std::end(kNames)) return std::nullopt;
  format.photometric = found->second;
  return IsHandled(format) ? std::optional(format) : std::nullopt;
}

std::vector<Rectangle> Clip(std::span<const Rectangle> rectangles, uint32_t columns,
                            uint32_t rows) {
  std::vector<Rectangle> inside;
  for (const Rectangle& one : rectangles) {
    if (one.x >= columns || one.y >= rows || one.width == 0 || one.height == 0) continue;
    inside.push_back(
        {one.x, one.y, std::min(one.width, columns - one.x), std::min(one.height, rows - one.y)});
  }
  return inside;
}

std::vector<Rectangle> Outside(std::span<const Rectangle> kept, uint32_t columns, uint32_t rows) {
  const auto inside = Clip(kept, columns, rows);
  const auto cuts = Cuts(
      inside, rows, [](const Rectangle& one) { return one.y; },
      [](const Rectangle& one) { return one.bottom(); });
  std::vector<Rectangle> out;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    OutsideBand(inside, cuts[i], cuts[i + 1], columns, out);
  }
  return out;
}

uint64_t Area(std::span<const Rectangle> rectangles, uint32_t columns, uint32_t rows) {
  uint64_t outside = 0;
  for (const Rectangle& one : Outside(rectangles, columns, rows)) {
    outside += uint64_t{one.width} * one.height;
  }
  return uint64_t{rows} * columns - outside;
}

}  // namespace glossator::pixels
