// SPDX-License-Identifier: GPL-3.0-or-later
// Where the frames of a series lie in the patient (PS3.3 C.7.6.2, C.7.6.16.2.1 to .4).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "dicom/data_set.h"

namespace glossator::pixels {

using Vector = std::array<double, 3>;

struct FrameGeometry {
  Vector position{};                           // mm, of the first pixel
  Vector along_row{}, along_column{};          // unit vectors: to the next column, to the next row
  double row_spacing = 0, column_spacing = 0;  // mm between rows, between columns
  double slope = 1, intercept = 0;
};

// Of each frame; empty when a frame does not say where it is.
std::vector<FrameGeometry> GeometryOf(const dicom::DataSet& object);

double Dot(const Vector& one, const Vector& other);
Vector Cross(const Vector& one, const Vector& other);

// The patient's axis (0 left, 1 back, 2 up, as in LPS) that a direction follows within 30 degrees,
// and whether it goes the other way.
struct PatientAxis {
  int axis = 0;
  bool reversed = false;
};
std::optional<PatientAxis> AxisOf(const Vector& direction);

}  // namespace glossator::pixels
