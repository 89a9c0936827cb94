// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/regions.h"

#include <cmath>

namespace glossator::results {
namespace {

double Dot(const Vector3& a, const Vector3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector3 Minus(const Vector3& a, const Vector3& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
Vector3 Row(const Plane& plane) {
  return {plane.orientation[0], plane.orientation[1], plane.orientation[2]};
}
Vector3 Column(const Plane& plane) {
  return {plane.orientation[3], plane.orientation[4], plane.orientation[5]};
}

}  // namespace

Vector3 Plane::Normal() const {
  const Vector3 r = Row(*this);
  const Vector3 c = Column(*this);
  const Vector3 n = {r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2],
                     r[0] * c[1] - r[1] * c[0]};
  const double length = std::sqrt(Dot(n, n));
  return {n[0] / length, n[1] / length, n[2] / length};
}

Vector3 Plane::ToPatient(double x, double y) const {
  Vector3 point = position;
  for (size_t i = 0; i < 3; ++i) {
    point[i] +=
        orientation[i] * column_spacing * (x - 0.5) + orientation[i + 3] * row_spacing * (y - 0.5);
  }
  return point;
}

std::array<double, 2> Plane::FromPatient(const Vector3& point) const {
  const Vector3 from = Minus(point, position);
  return {Dot(from, Row(*this)) / column_spacing + 0.5,
          Dot(from, Column(*this)) / row_spacing + 0.5};
}

double Plane::DistanceOf(const Vector3& point) const {
  return Dot(Minus(point, position), Normal());
}

dicom::Rgb ColorOf(const Region& region) {
  static constexpr dicom::Rgb kColors[] = {{230, 60, 60},  {60, 180, 75},  {255, 200, 30},
                                           {70, 110, 230}, {245, 130, 48}, {145, 60, 190},
                                           {70, 220, 220}, {240, 60, 220}};
  return region.color.value_or(kColors[(region.number + 7u) % std::size(kColors)]);
}

}  // namespace glossator::results
