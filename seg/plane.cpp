// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/plane.h"

#include <algorithm>
#include <cmath>

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

template <size_t n>
std::optional<std::array<double, n>> Numbers(const dicom::DataSet* data_set, dicom::Tag tag) {
  if (data_set == nullptr) return std::nullopt;
  const auto values = data_set->GetDoubles(tag);
  if (values.size() != n) return std::nullopt;
  std::array<double, n> numbers{};
  std::copy(values.begin(), values.end(), numbers.begin());
  const bool finite =
      std::all_of(numbers.begin(), numbers.end(), [](double v) { return std::isfinite(v); });
  if (!finite) return std::nullopt;
  return numbers;
}

// Position, orientation and spacing may come from three different items.
std::optional<Plane> MakePlane(const dicom::DataSet* position, const dicom::DataSet* orientation,
                               const dicom::DataSet* measures) {
  const auto at = Numbers<3>(position, tags::ImagePositionPatient);
  const auto directions = Numbers<6>(orientation, tags::ImageOrientationPatient);
  const auto spacing = Numbers<2>(measures, tags::PixelSpacing);
  if (!at || !directions || !spacing) return std::nullopt;
  if (!IsOrientation(*directions) || (*spacing)[0] <= 0 || (*spacing)[1] <= 0) return std::nullopt;
  return Plane{*at, *directions, (*spacing)[0], (*spacing)[1]};
}

const dicom::DataSet* Group(const dicom::DataSet* shared, const dicom::DataSet* per_frame,
                            dicom::Tag tag) {
  const dicom::DataSet* item = per_frame != nullptr ? per_frame->FirstItem(tag) : nullptr;
  if (item != nullptr || shared == nullptr) return item;
  return shared->FirstItem(tag);
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
  return MakePlane(&head, &head, &head);
}

std::optional<Plane> PlaneFromGroups(const dicom::DataSet* shared,
                                     const dicom::DataSet* per_frame) {
  return MakePlane(Group(shared, per_frame, tags::PlanePositionSequence),
                   Group(shared, per_frame, tags::PlaneOrientationSequence),
                   Group(shared, per_frame, tags::PixelMeasuresSequence));
}

}  // namespace glossator::seg
