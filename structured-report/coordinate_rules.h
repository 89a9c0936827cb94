// SPDX-License-Identifier: GPL-3.0-or-later
// What coordinates must be by themselves (PS3.3 C.18.6, C.18.7, C.18.9). Of this room only.
#pragma once

#include <string>

#include "dicom/data_set.h"
#include "structured-report/content.h"

namespace glossator::sr {

// What is wrong; empty when nothing is. `flat`: SCOORD, else SCOORD3D.
std::string FaultOf(const Graphic& graphic, bool flat);
std::string FaultOf(const Temporal& temporal);

// First and last point are the same: an outline of an area is a closed POLYLINE (C.18.6.1.2).
bool IsClosed(const Graphic& graphic);

// All points of a SCOORD lie between 0 and the columns and rows of the frame, or of the total pixel
// matrix (C.18.6.1). True when the head says neither.
bool IsInside(const Graphic& graphic, const dicom::DataSet& head);

}  // namespace glossator::sr
