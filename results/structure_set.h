// SPDX-License-Identifier: GPL-3.0-or-later
// RT Structure Set (PS3.3 A.19.3): each segment a region of interest, on each slice its outlines as
// closed planar contours in millimetres.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"
#include "model/finding.h"
#include "model/ports.h"
#include "results/regions.h"

namespace glossator::results {

// How a hole is said. Contours run along the edges of pixels, so filling them by pixel centers
// gives the mask again, whichever way.
enum class Holes {
  kKeyhole,   // joined to the contour around it by a channel without width (C.8.8.6.3)
  kSeparate,  // CLOSEDPLANAR_XOR contours of their own (C.8.8.6.3); newer, fewer readers know it
};

struct StructureSetWords {
  std::string label = "SEGMENTS";  // SH
  std::string description{};
  std::string interpreter{};  // PN or a reader's code
  Holes holes = Holes::kKeyhole;
};

// Throws Error{kUnsupported} when the images have no frame of reference or a frame has no plane.
dicom::DataSet EncodeStructureSet(const Regions& regions, const StructureSetWords& words,
                                  const Identity& identity, const Equipment& equipment, Time now);

// Implicit VR when a contour is too long for the 16-bit length that explicit VR has for DS.
const dicom::TransferSyntax& SyntaxFor(const dicom::DataSet& structure_set);

struct Contour {
  std::string type;  // CLOSED_PLANAR, CLOSEDPLANAR_XOR, OPEN_PLANAR, POINT ...
  std::vector<Vector3> points;
  std::string image_uid;  // SOP Instance UID, may be empty
};

struct StructureRegion {
  int64_t number = 0;
  std::string name;
  std::string algorithm;  // (3006,0036)
  std::string interpreted_type;
  std::optional<dicom::Rgb> color{};
  std::optional<Code> code{};
  std::string frame_of_reference_uid;
  std::vector<Contour> contours;
};

struct StructureSet {
  std::string label;
  std::vector<StructureRegion> regions;
};

// Throws Error{kInvalid} when it is no RT Structure Set; damaged contours come as they are.
StructureSet ReadStructureSet(const dicom::DataSet& data_set);

// A region's voxels on the frames of `regions` (its own regions are not looked at): those with
// their center inside an odd number of the closed contours of the frame. A contour belongs to the
// frame whose plane it lies in, within half of the distance to the next. `mask` is frames x rows x
// columns, zeroed. Gives the number of closed contours that belong to no frame.
size_t Rasterize(const StructureRegion& region, const Regions& regions, std::span<uint8_t> mask);

// Numbers unique and matched, contours planar, counts right, frame of reference declared. With
// `regions`: contours on the frames that they name.
std::vector<Finding> VerifyStructureSet(const dicom::DataSet& data_set,
                                        const Regions* regions = nullptr);

}  // namespace glossator::results
