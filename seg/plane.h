// SPDX-License-Identifier: GPL-3.0-or-later
// Planes out of data sets, and the little vector arithmetic they need.
#pragma once

#include <array>
#include <optional>

#include "dicom/data_set.h"
#include "seg/source.h"

namespace glossator::seg {

using Vector = std::array<double, 3>;

double Dot(const Vector& a, const Vector& b);
Vector Cross(const std::array<double, 6>& directions);
Vector Unit(const Vector& vector);  // unchanged when it has no length
// No cosine differs by more than `tolerance`.
bool SameDirection(const std::array<double, 6>& a, const std::array<double, 6>& b,
                   double tolerance);
// Two unit vectors at a right angle, within 1 %.
bool IsOrientation(const std::array<double, 6>& directions);

// Image Plane module (PS3.3 C.7.6.2) at top level; nullopt when incomplete or absurd.
std::optional<Plane> PlaneFromImage(const dicom::DataSet& head);
// Plane Position (Slide) (C.8.12.6.1) of the groups of a frame.
std::optional<Tile> TileOf(const dicom::DataSet* groups);

// What one item of the functional groups says of its plane. `has_...`: the group is there, so that
// the shared one does not count, even when its content is of no use.
struct PlaneParts {
  bool has_position = false;
  bool has_orientation = false;
  bool has_spacing = false;
  std::optional<std::array<double, 3>> position;
  std::optional<std::array<double, 6>> orientation;
  std::optional<std::array<double, 2>> spacing;
};
PlaneParts PlanePartsOf(const dicom::DataSet* groups);

// Plane Position, Plane Orientation and Pixel Measures macros (C.7.6.16.2); per-frame wins. What is
// shared is read once.
class PlaneReader {
 public:
  explicit PlaneReader(const dicom::DataSet* shared);
  std::optional<Plane> Of(const PlaneParts& per_frame) const;
  std::optional<Plane> Of(const dicom::DataSet* per_frame) const {
    return Of(PlanePartsOf(per_frame));
  }

 private:
  PlaneParts shared_;
};

}  // namespace glossator::seg
