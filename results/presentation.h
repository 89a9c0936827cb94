// SPDX-License-Identifier: GPL-3.0-or-later
// Grayscale Softcopy Presentation State (PS3.3 A.33.1) with the outlines of segments: each segment
// a graphic layer, each outline a closed polyline in pixels of the image that it lies on.
#pragma once

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/finding.h"
#include "model/ports.h"
#include "results/regions.h"

namespace glossator::results {

struct PresentationWords {
  std::string label = "OUTLINES";  // CS
  std::string description = "Outlines of segments";
  std::string creator{};
};

// One object for all frames that show something, and for the first frame when none does.
// `image_heads`: of every image of the frames, in any order; the state carries their Modality LUT
// and window on (PS3.4 N.2). Throws Error{kUnsupported} when the images are in color, or have
// different Modality LUTs: one state cannot be right for all of them.
dicom::DataSet EncodePresentation(const Regions& regions,
                                  const std::vector<dicom::DataSet>& image_heads,
                                  const PresentationWords& words, const Identity& identity,
                                  const Equipment& equipment, Time now);

struct Graphic {
  std::string layer;
  std::vector<InstanceReference> images;  // empty: all that the state is for
  bool in_display = false;                // units DISPLAY instead of PIXEL
  std::string type;                       // (0070,0023), TEXT
  bool filled = false;
  std::vector<double> points;  // x, y
  std::string text{};
};

struct GraphicLayer {
  std::string name;
  int64_t order = 0;
  std::string description;
  std::optional<dicom::Rgb> color;
};

struct Presentation {
  std::string label;
  std::string description;
  std::vector<InstanceReference> images;
  std::vector<GraphicLayer> layers;
  std::vector<Graphic> graphics;
};

// Any softcopy presentation state; throws Error{kInvalid} when it is none.
bool IsPresentation(const std::string& sop_class_uid);
Presentation ReadPresentation(const dicom::DataSet& data_set);

// References closed, layers known, outlines inside of the displayed area, data and counts.
std::vector<Finding> VerifyPresentation(const dicom::DataSet& data_set);

}  // namespace glossator::results
