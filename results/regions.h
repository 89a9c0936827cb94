// SPDX-License-Identifier: GPL-3.0-or-later
// What the helpers for viewers are made of: the frames of a series, and for each segment its mask
// on each of them. Who has a segmentation fills this in; this room knows no SEG.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dicom/cie_lab.h"
#include "dicom/code.h"
#include "dicom/data_set.h"
#include "results/object.h"

namespace glossator::results {

using dicom::Code;
using Vector3 = std::array<double, 3>;

// Millimetres, patient coordinates (LPS+).
struct Plane {
  Vector3 position{};                   // (0020,0032): center of the first pixel
  std::array<double, 6> orientation{};  // (0020,0037): direction of a row, then of a column
  double row_spacing = 0;               // between rows
  double column_spacing = 0;            // between columns

  Vector3 Normal() const;
  // Of a point in corners: (0, 0) is the top left corner of the top left pixel.
  Vector3 ToPatient(double x, double y) const;
  std::array<double, 2> FromPatient(const Vector3& point) const;
  double DistanceOf(const Vector3& point) const;  // signed, from the plane
};

struct RegionFrame {
  InstanceReference image;  // frames: its number in a multi-frame image, else empty
  std::optional<Plane> plane{};
};

struct Region {
  uint16_t number = 1;  // segment number, from 1
  std::string name;
  Code category;
  Code type;
  std::string algorithm_type = "MANUAL";
  std::optional<dicom::Rgb> color{};
  std::string tracking_uid{};
};

// Sets what belongs to a region on a frame to 1 in a zeroed mask of rows x columns; false: nothing
// there, the mask is as it was.
using MaskSource = std::function<bool(size_t region, size_t frame, std::span<uint8_t> mask)>;

struct Regions {
  uint32_t rows = 0;
  uint32_t columns = 0;
  std::vector<RegionFrame> frames;
  std::string frame_of_reference_uid;  // empty: the images have none
  dicom::DataSet head;                 // of the first image
  std::vector<Region> regions;
  MaskSource mask;

  size_t frame_pixels() const { return size_t{rows} * columns; }
};

// Distinct colors for regions without one.
dicom::Rgb ColorOf(const Region& region);

}  // namespace glossator::results
