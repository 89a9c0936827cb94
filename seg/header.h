// SPDX-License-Identifier: GPL-3.0-or-later
// Everything of the object that stands in front of the per-frame functional groups.
#pragma once

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "seg/encode.h"
#include "seg/plan.h"

namespace glossator::seg {

inline constexpr const char* kSegmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";
inline constexpr const char* kLabelMapStorage = "1.2.840.10008.5.1.4.1.1.66.7";

// How frames are indexed (PS3.3 C.7.6.17), and which groups are shared.
struct Layout {
  bool in_space = false;     // planes are written
  bool on_slide = false;     // tiles are written
  bool by_position = false;  // a dimension is Image Position (Patient)
  bool by_tile = false;      // dimensions are row and column in the total pixel matrix, and z
  bool shared_orientation = false;  // one orientation and spacing for all frames
  bool by_segment = false;          // a dimension is Referenced Segment Number
  unsigned label_bytes = 1;         // LABELMAP: 1 or 2
};
Layout LayoutOf(const Source& source, const Description& description, const Options& options);

struct HeaderParts {
  const Source& source;
  const Description& description;
  const Identity& identity;
  const Options& options;
  const Plan& plan;
  const Layout& layout;
  Time now;
};

// `tracking_uids`: per segment. Sorted by tag, up to (5200,9229); options.extra not yet applied.
dicom::DataSet MakeHeader(const HeaderParts& parts, const std::vector<std::string>& tracking_uids,
                          UidSource& uids);

// PS3.3 C.8.20.4, without number.
dicom::DataSet SegmentItem(const Segment& segment, uint16_t number,
                           const std::string& tracking_uid);
// An item of Contributing Equipment (PS3.3 C.12.1.1.5).
dicom::DataSet ContributorItem(const Contributor& contributor, Time now);
// PCS-values of PS3.3 C.10.7.1.1 for an sRGB color, and back.
std::array<uint16_t, 3> CieLabOf(const std::array<uint8_t, 3>& color);
std::array<uint8_t, 3> ColorOf(const std::array<uint16_t, 3>& cie_lab);

// Palette of a LABELMAP: an entry per label up to the highest, and the color space it is in
// (PS3.3 C.7.9, C.11.15).
void PutPalette(dicom::DataSet& header, const Description& description, unsigned label_bytes);
// A display profile of sRGB (ICC.1:2010), 508 bytes or so.
std::string SrgbProfile();

// Pixel Measures and Plane Orientation macros of a plane.
void PutPlaneGroups(dicom::DataSet& groups, const Plane& plane, double slice_thickness);

}  // namespace glossator::seg
