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
// Plane Position, Plane Orientation and Pixel Measures macros (C.7.6.16.2); per-frame wins.
std::optional<Plane> PlaneFromGroups(const dicom::DataSet* shared, const dicom::DataSet* per_frame);

}  // namespace glossator::seg
