// SPDX-License-Identifier: GPL-3.0-or-later
// Recommended display colors (PS3.3 C.10.7.1.1).
#pragma once

#include <array>
#include <cstdint>

namespace glossator::dicom {

using Rgb = std::array<uint8_t, 3>;      // sRGB
using CieLab = std::array<uint16_t, 3>;  // PCS-values

CieLab ToCieLab(const Rgb& color);
Rgb ToRgb(const CieLab& color);  // exactly what ToCieLab was given; else the nearest

}  // namespace glossator::dicom
