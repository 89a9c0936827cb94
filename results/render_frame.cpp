// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "dicom/error.h"
#include "results/capture.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

struct Layout {
  size_t pixels;
  size_t bytes_per_value;
  size_t samples;
  unsigned bits_stored;
  bool is_signed;
  bool planar;
};

Layout LayoutOf(const DataSet& image) {
  const auto number = [&](dicom::Tag tag, int64_t otherwise) {
    return image.GetInt(tag).value_or(otherwise);
  };
  const int64_t allocated = number(tags::BitsAllocated, 0);
  Layout layout{.pixels = static_cast<size_t>(number(tags::Rows, 0) * number(tags::Columns, 0)),
                .bytes_per_value = static_cast<size_t>(allocated / 8),
                .samples = static_cast<size_t>(number(tags::SamplesPerPixel, 1)),
                .bits_stored = static_cast<unsigned>(number(tags::BitsStored, allocated)),
                .is_signed = number(tags::PixelRepresentation, 0) == 1,
                .planar = number(tags::PlanarConfiguration, 0) == 1};
  const std::string photometric = image.GetString(tags::PhotometricInterpretation);
  const bool gray = photometric.starts_with("MONOCHROME") && layout.samples == 1 &&
                    (allocated == 8 || allocated == 16);
  const bool color = photometric == "RGB" && layout.samples == 3 && allocated == 8;
  if ((!gray && !color) || layout.bits_stored == 0 || layout.bits_stored > allocated) {
    throw Error(ErrorKind::kUnsupported, "pixels of a kind that is not rendered");
  }
  return layout;
}

std::string_view FrameBytes(const DataSet& image, int64_t frame, const Layout& layout) {
  const dicom::Element* data = image.Find(tags::PixelData);
  if (data == nullptr || data->encapsulated) {
    throw Error(ErrorKind::kUnsupported, "compressed or missing pixels are not rendered");
  }
  const size_t size = layout.pixels * layout.bytes_per_value * layout.samples;
  if (frame < 1 || size == 0 || data->value.size() / size < static_cast<size_t>(frame)) {
    throw Error(ErrorKind::kInvalid, "fewer pixels than the image says");
  }
  return std::string_view(data->value).substr(static_cast<size_t>(frame - 1) * size, size);
}

// Stored values with the Modality LUT's line (C.11.1).
std::vector<float> Values(const DataSet& image, std::string_view bytes, const Layout& layout) {
  const double slope = image.GetDouble(tags::RescaleSlope).value_or(1);
  const double intercept = image.GetDouble(tags::RescaleIntercept).value_or(0);
  const uint32_t mask = (1u << layout.bits_stored) - 1;
  const uint32_t sign = layout.is_signed ? 1u << (layout.bits_stored - 1) : 0;
  std::vector<float> values(layout.pixels);
  for (size_t i = 0; i < layout.pixels; ++i) {
    uint16_t stored = 0;
    std::memcpy(&stored, bytes.data() + i * layout.bytes_per_value, layout.bytes_per_value);
    const uint32_t kept = stored & mask;
    const auto value = static_cast<int32_t>(kept ^ sign) - static_cast<int32_t>(sign);
    values[i] = static_cast<float>(value * slope + intercept);
  }
  return values;
}

struct Window {
  double low;
  double width;
};

// PS3.3 C.11.2.1.2 LINEAR; without a window the range of the values.
Window WindowOf(const DataSet& image, const std::vector<float>& values) {
  const auto center = image.GetDouble(tags::WindowCenter);
  const auto width = image.GetDouble(tags::WindowWidth);
  if (center && width && *width > 1) return {*center - 0.5 - (*width - 1) / 2, *width - 1};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, std::max(1.0, static_cast<double>(*most) - static_cast<double>(*least))};
}

void RenderGray(const DataSet& image, const std::vector<float>& values, std::span<uint8_t> rgb) {
  const Window window = WindowOf(image, values);
  const bool inverse = image.GetString(tags::PhotometricInterpretation) == "MONOCHROME1";
  for (size_t i = 0; i < values.size(); ++i) {
    const double share =
        std::clamp((static_cast<double>(values[i]) - window.low) / window.width, 0.0, 1.0);
    const auto gray = static_cast<uint8_t>(std::lround(255 * (inverse ? 1 - share : share)));
    std::fill_n(rgb.begin() + static_cast<std::ptrdiff_t>(i * 3), 3, gray);
  }
}

}  // namespace

void RenderFrame(const DataSet& image, int64_t frame, std::span<uint8_t> rgb) {
  const Layout layout = LayoutOf(image);
  if (rgb.size() != layout.pixels * 3) {
    throw Error(ErrorKind::kInvalid, "an image of another size");
  }
  const std::string_view bytes = FrameBytes(image, frame, layout);
  if (layout.samples == 1) return RenderGray(image, Values(image, bytes, layout), rgb);
  for (size_t i = 0; i < layout.pixels; ++i) {
    for (size_t sample = 0; sample < 3; ++sample) {
      const size_t at = layout.planar ? sample * layout.pixels + i : i * 3 + sample;
      rgb[i * 3 + sample] = static_cast<uint8_t>(bytes[at]);
    }
  }
}

}  // namespace glossator::results
