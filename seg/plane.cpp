// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/plane.h"

#include <algorithm>
#include <cmath>

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

// Exactly n finite numbers.
template <size_t n>
std::optional<std::array<double, n>> Numbers(const dicom::DataSet* data_set, dicom::Tag tag) {
  if (data_set == nullptr) return std::nullopt;
  std::array<double, n> numbers{};
  for (size_t i = 0; i < n; ++i) {
    const auto number = data_set->GetDouble(tag, i);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    numbers[i] = *number;
  }
  if (data_set->GetDouble(tag, n)) return std::nullopt;
  return numbers;
}

using Position = std::optional<std::array<double, 3>>;
using Orientation = std::optional<std::array<double, 6>>;
using Spacing = std::optional<std::array<double, 2>>;

Orientation OrientationIn(const dicom::DataSet* item) {
  const auto directions = Numbers<6>(item, tags::ImageOrientationPatient);
  return directions && IsOrientation(*directions) ? directions : std::nullopt;
}

Spacing SpacingIn(const dicom::DataSet* item) {
  const auto spacing = Numbers<2>(item, tags::PixelSpacing);
  return spacing && (*spacing)[0] > 0 && (*spacing)[1] > 0 ? spacing : std::nullopt;
}

std::optional<Plane> MakePlane(const Position& position, const Orientation& orientation,
                               const Spacing& spacing) {
  if (!position || !orientation || !spacing) return std::nullopt;
  return Plane{*position, *orientation, (*spacing)[0], (*spacing)[1]};
}

const dicom::DataSet* ItemOf(const dicom::DataSet* groups, dicom::Tag tag) {
  return groups == nullptr ? nullptr : groups->FirstItem(tag);
}

}  // namespace

double Dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector Cross(const std::array<double, 6>& d) {
  return {d[1] * d[5] - d[2] * d[4], d[2] * d[3] - d[0] * d[5], d[0] * d[4] - d[1] * d[3]};
}

Vector Unit(const Vector& vector) {
  const double length = std::sqrt(Dot(vector, vector));
  if (length == 0) return vector;
  return {vector[0] / length, vector[1] / length, vector[2] / length};
}

bool SameDirection(const std::array<double, 6>& a, const std::array<double, 6>& b,
                   double tolerance) {
  return std::equal(a.begin(), a.end(), b.begin(),
                    [&](double x, double y) { return std::abs(x - y) <= tolerance; });
}

bool IsOrientation(const std::array<double, 6>& d) {
  const Vector row{d[0], d[1], d[2]};
  const Vector column{d[3], d[4], d[5]};
  return std::abs(Dot(row, row) - 1) < 0.01 && std::abs(Dot(column, column) - 1) < 0.01 &&
         std::abs(Dot(row, column)) < 0.01;
}

std::optional<Plane> PlaneFromImage(const dicom::DataSet& head) {
  return MakePlane(Numbers<3>(&head, tags::ImagePositionPatient), OrientationIn(&head),
                   SpacingIn(&head));
}

PlaneReader::PlaneReader(const dicom::DataSet* shared)
    : position_(
          Numbers<3>(ItemOf(shared, tags::PlanePositionSequence), tags::ImagePositionPatient)),
      orientation_(OrientationIn(ItemOf(shared, tags::PlaneOrientationSequence))),
      spacing_(SpacingIn(ItemOf(shared, tags::PixelMeasuresSequence))) {}

std::optional<Plane> PlaneReader::Of(const dicom::DataSet* per_frame) const {
  const auto* position = ItemOf(per_frame, tags::PlanePositionSequence);
  const auto* orientation = ItemOf(per_frame, tags::PlaneOrientationSequence);
  const auto* measures = ItemOf(per_frame, tags::PixelMeasuresSequence);
  return MakePlane(
      position != nullptr ? Numbers<3>(position, tags::ImagePositionPatient) : position_,
      orientation != nullptr ? OrientationIn(orientation) : orientation_,
      measures != nullptr ? SpacingIn(measures) : spacing_);
}

}  // namespace glossator::seg
