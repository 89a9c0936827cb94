// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/cie_lab.h"

#include <algorithm>
#include <cmath>

namespace glossator::dicom {
namespace {

using Vector = std::array<double, 3>;

// ICC profile connection space: D50. The matrix is sRGB's primaries adapted from D65 by Bradford.
constexpr std::array<Vector, 3> kToXyz = {{{0.4360747, 0.3850649, 0.1430804},
                                           {0.2225045, 0.7168786, 0.0606169},
                                           {0.0139322, 0.0971045, 0.7141733}}};
constexpr std::array<Vector, 3> kFromXyz = {{{3.1338561, -1.6168667, -0.4906146},
                                             {-0.9787684, 1.9161415, 0.0334540},
                                             {0.0719453, -0.2289914, 1.4052427}}};
constexpr Vector kWhite = {0.9642, 1.0, 0.8249};
constexpr double kEpsilon = 216.0 / 24389.0;
constexpr double kKappa = 24389.0 / 27.0;

double Dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double Linear(double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); }
double Gamma(double v) { return v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055; }
double Root(double t) { return t > kEpsilon ? std::cbrt(t) : (kKappa * t + 16) / 116; }
double Cube(double f) { return f * f * f > kEpsilon ? f * f * f : (116 * f - 16) / kKappa; }

uint16_t Scaled(double value, double low, double high) {
  const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return static_cast<uint16_t>(std::lround(share * 65535));
}

double Unscaled(uint16_t value, double low, double high) {
  return low + (high - low) * value / 65535.0;
}

}  // namespace

CieLab ToCieLab(const Rgb& color) {
  const Vector rgb{Linear(color[0] / 255.0), Linear(color[1] / 255.0), Linear(color[2] / 255.0)};
  Vector f{};
  for (size_t i = 0; i < 3; ++i) f[i] = Root(Dot(kToXyz[i], rgb) / kWhite[i]);
  return {Scaled(116 * f[1] - 16, 0, 100), Scaled(500 * (f[0] - f[1]), -128, 127),
          Scaled(200 * (f[1] - f[2]), -128, 127)};
}

Rgb ToRgb(const CieLab& color) {
  const double fy = (Unscaled(color[0], 0, 100) + 16) / 116;
  const double fx = fy + Unscaled(color[1], -128, 127) / 500;
  const double fz = fy - Unscaled(color[2], -128, 127) / 200;
  const Vector xyz{Cube(fx) * kWhite[0], Cube(fy) * kWhite[1], Cube(fz) * kWhite[2]};
  Rgb rgb{};
  for (size_t i = 0; i < 3; ++i) {
    const double value = Gamma(std::max(0.0, Dot(kFromXyz[i], xyz)));
    rgb[i] = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
  }
  return rgb;
}

}  // namespace glossator::dicom
