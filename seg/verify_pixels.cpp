// SPDX-License-Identifier: GPL-3.0-or-later
// Pixel format, length, padding, bit order and range.
#include <algorithm>
#include <bit>
#include <set>

#include "dicom/transfer_syntax.h"
#include "seg/bits.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

void Expect(VerifyContext& context, dicom::Tag tag, int64_t wanted) {
  const auto value = context.head.GetInt(tag);
  if (!value || *value == wanted) return;
  context.findings.Error("pixel-format", PathOf(tag), "PS3.3 C.8.20.2",
                         "must be " + std::to_string(wanted) + " here");
}

int64_t BitsWanted(const VerifyContext& context) {
  if (context.kind == Kind::kBinary) return 1;
  const auto allocated = context.head.GetInt(tags::BitsAllocated).value_or(8);
  return context.label_map() && allocated == 16 ? 16 : 8;
}

void CheckFormat(VerifyContext& context) {
  Expect(context, tags::SamplesPerPixel, 1);
  Expect(context, tags::PixelRepresentation, 0);
  if (context.kind) {
    const int64_t bits = BitsWanted(context);
    Expect(context, tags::BitsAllocated, bits);
    Expect(context, tags::BitsStored, bits);
    Expect(context, tags::HighBit, bits - 1);
  }
  const std::string photometric = context.head.GetString(tags::PhotometricInterpretation);
  const bool palette = context.label_map() && photometric == "PALETTE COLOR";
  if (!photometric.empty() && photometric != "MONOCHROME2" && !palette) {
    context.findings.Error("pixel-format", PathOf(tags::PhotometricInterpretation),
                           "PS3.3 C.8.20.2", "must be MONOCHROME2");
  }
  const auto* syntax = dicom::FindTransferSyntax(context.object.transfer_syntax_uid);
  if (syntax != nullptr && syntax->lossy) {
    context.findings.Error("transfer-syntax", PathOf(tags::TransferSyntaxUID), "PS3.5 8.2",
                           "lossy compression would change segments");
  }
}

// Bits that the frames need; nullopt when the header does not tell.
std::optional<uint64_t> BitsNeeded(const VerifyContext& context) {
  const auto bits = context.head.GetInt(tags::BitsAllocated).value_or(0);
  if (bits < 1 || bits > 64 || context.rows == 0 || context.columns == 0) return std::nullopt;
  if (context.rows > 65535 || context.columns > 65535 || context.frame_count > 1u << 30) {
    return std::nullopt;
  }
  const unsigned __int128 all = static_cast<unsigned __int128>(context.rows * context.columns) *
                                context.frame_count * static_cast<uint64_t>(bits);
  if (all > uint64_t{1} << 60) return std::nullopt;
  return static_cast<uint64_t>(all);
}

void CheckLength(VerifyContext& context, uint64_t bits) {
  const uint64_t needed = (bits + 7) / 8;
  const uint64_t size = context.object.pixels.size();
  const std::string path = PathOf(tags::PixelData);
  if (size < needed) {
    context.findings.Error("pixel-length", path, "PS3.5 8.1.1", "is shorter than its frames");
  } else if (size > needed + needed % 2) {
    context.findings.Error("pixel-length", path, "PS3.5 8.1.1", "is longer than its frames");
  } else if (size % 2 != 0) {
    context.findings.Error("pixel-length", path, "PS3.5 8.1.1", "has an odd length");
  }
}

// Behind the last bit nothing may be set.
void CheckPadding(VerifyContext& context, uint64_t bits) {
  const std::string_view pixels = context.object.pixels;
  const size_t last = bits / 8;
  bool clean = true;
  for (size_t i = last; i < std::min<size_t>(pixels.size(), last + 2); ++i) {
    const auto byte = static_cast<unsigned char>(pixels[i]);
    clean &= (i == last ? byte >> (bits % 8) : byte) == 0;
  }
  if (clean) return;
  context.findings.Warning("pixel-padding", PathOf(tags::PixelData), "PS3.5 8.1.1",
                           "bits are set behind the last pixel");
}

// Neighbouring pixels mostly agree. In bytes whose bits are reversed, they disagree at the borders
// of bytes instead.
void CheckBitOrder(VerifyContext& context) {
  const std::string_view pixels = context.object.pixels;
  uint64_t as_is = 0;
  uint64_t reversed = 0;
  for (size_t i = 1; i < pixels.size(); ++i) {
    const auto left = static_cast<unsigned char>(pixels[i - 1]);
    const auto right = static_cast<unsigned char>(pixels[i]);
    if (left == right && (left == 0 || left == 0xFF)) continue;
    as_is += (left >> 7 ^ right) & 1;
    reversed += (left ^ right >> 7) & 1;
  }
  if (context.columns < 16 || as_is < 24 || as_is <= 3 * reversed) return;
  context.findings.Error("bit-order", PathOf(tags::PixelData), "PS3.5 8.1.1",
                         "the first pixel seems to be in the most significant bit");
}

void CheckFractions(VerifyContext& context) {
  const auto maximum = context.head.GetInt(tags::MaximumFractionalValue);
  if (!maximum || *maximum < 1 || *maximum > 255) {
    context.findings.Error("fractional", PathOf(tags::MaximumFractionalValue), "PS3.3 C.8.20.2.3.2",
                           "must be from 1 to 255");
  }
  const std::string type = context.head.GetString(tags::SegmentationFractionalType);
  if (type != "PROBABILITY" && type != "OCCUPANCY") {
    context.findings.Error("fractional", PathOf(tags::SegmentationFractionalType),
                           "PS3.3 C.8.20.2.3.2", "must be PROBABILITY or OCCUPANCY");
  }
  const auto& pixels = context.object.pixels;
  const auto above = std::count_if(pixels.begin(), pixels.end(), [&](char value) {
    return maximum && static_cast<unsigned char>(value) > *maximum;
  });
  if (above > 0) {
    context.findings.Error("pixel-range", PathOf(tags::PixelData), "PS3.3 C.8.20.2.3.2",
                           "values above the maximum fractional value");
  }
}

// PS3.3 C.8.20.2.3.3: every value is a segment, or the padding value.
void CheckLabelValues(VerifyContext& context) {
  const bool wide = context.head.GetInt(tags::BitsAllocated).value_or(8) == 16;
  const std::string_view pixels = context.object.pixels;
  std::vector<bool> seen(65536);
  for (size_t i = 0; i + (wide ? 1 : 0) < pixels.size(); i += wide ? 2 : 1) {
    const unsigned low = static_cast<unsigned char>(pixels[i]);
    seen[wide ? low | static_cast<unsigned char>(pixels[i + 1]) << 8 : low] = true;
  }
  const auto padding = context.head.GetInt(tags::PixelPaddingValue);
  const auto& numbers = context.segment_numbers;
  for (int64_t value = 0; value < 65536; ++value) {
    if (!seen[static_cast<size_t>(value)] || value == padding) continue;
    if (std::find(numbers.begin(), numbers.end(), value) != numbers.end()) continue;
    context.findings.Error("label-without-segment", PathOf(tags::PixelData), "PS3.3 C.8.20.2.3.3",
                           "the value " + std::to_string(value) + " has no segment");
  }
}

}  // namespace

void VerifyPixels(VerifyContext& context) {
  CheckFormat(context);
  if (!context.object.has_pixels) {
    context.findings.Error("pixel-missing", PathOf(tags::PixelData), "PS3.3 C.7.6.3",
                           "there is no Pixel Data");
    return;
  }
  const auto bits = BitsNeeded(context);
  if (context.object.encapsulated || !bits) return;
  CheckLength(context, *bits);
  if (context.kind == Kind::kBinary && context.object.pixels.size() >= (*bits + 7) / 8) {
    CheckPadding(context, *bits);
    CheckBitOrder(context);
  }
  if (context.kind == Kind::kFractional) CheckFractions(context);
  if (context.label_map()) CheckLabelValues(context);
  if (context.object.pixel_vr != dicom::Vr::OW &&
      context.head.GetInt(tags::BitsAllocated).value_or(1) > 8) {
    context.findings.Error("pixel-format", PathOf(tags::PixelData), "PS3.5 8.1.2",
                           "more than 8 bits need OW");
  }
}

}  // namespace glossator::seg
