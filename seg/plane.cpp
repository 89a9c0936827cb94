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

Orientation Checked(const Orientation& directions) {
  return directions && IsOrientation(*directions) ? directions : std::nullopt;
}

Spacing Checked(const Spacing& spacing) {
  return spacing && (*spacing)[0] > 0 && (*spacing)[1] > 0 ? spacing : std::nullopt;
}

std::optional<Plane> MakePlane(const Position& position, const Orientation& orientation,
                               const Spacing& spacing) {
  if (!position || !Checked(orientation) || !Checked(spacing)) return std::nullopt;
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
  return MakePlane(Numbers<3>(&head, tags::ImagePositionPatient),
                   Numbers<6>(&head, tags::ImageOrientationPatient),
                   Numbers<2>(&head, tags::PixelSpacing));
}

std::optional<Tile> TileOf(const dicom::DataSet* groups) {
  const auto* item = ItemOf(groups, tags::PlanePositionSlideSequence);
  if (item == nullptr) return std::nullopt;
  const auto whole = [&](dicom::Tag tag) {
    return static_cast<int32_t>(
        std::clamp<int64_t>(item->GetInt(tag).value_or(0), INT32_MIN, INT32_MAX));
  };
  Tile tile{whole(tags::ColumnPositionInTotalImagePixelMatrix),
            whole(tags::RowPositionInTotalImagePixelMatrix),
            {}};
  const dicom::Tag offsets[] = {tags::XOffsetInSlideCoordinateSystem,
                                tags::YOffsetInSlideCoordinateSystem,
                                tags::ZOffsetInSlideCoordinateSystem};
  for (size_t k = 0; k < 3; ++k) {
    if (const auto offset = Numbers<1>(item, offsets[k])) tile.offset[k] = (*offset)[0];
  }
  return tile;
}

PlaneParts PlanePartsOf(const dicom::DataSet* groups) {
  const auto* position = ItemOf(groups, tags::PlanePositionSequence);
  const auto* orientation = ItemOf(groups, tags::PlaneOrientationSequence);
  const auto* measures = ItemOf(groups, tags::PixelMeasuresSequence);
  return {position != nullptr,
          orientation != nullptr,
          measures != nullptr,
          Numbers<3>(position, tags::ImagePositionPatient),
          Numbers<6>(orientation, tags::ImageOrientationPatient),
          Numbers<2>(measures, tags::PixelSpacing)};
}

PlaneReader::PlaneReader(const dicom::DataSet* shared) : shared_(PlanePartsOf(shared)) {}

std::optional<Plane> PlaneReader::Of(const PlaneParts& per_frame) const {
  return MakePlane(per_frame.has_position ? per_frame.position : shared_.position,
                   per_frame.has_orientation ? per_frame.orientation : shared_.orientation,
                   per_frame.has_spacing ? per_frame.spacing : shared_.spacing);
}

}  // namespace glossator::seg
