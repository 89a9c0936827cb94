// SPDX-License-Identifier: GPL-3.0-or-later
// Carries out a plan on the pixels of one object in memory, frame by frame, through the worker.
#pragma once

#include <string>
#include <vector>

#include "dicom/transfer_syntax.h"
#include "pixels/plan.h"
#include "pixels/worker.h"

namespace glossator::pixels {

struct Outcome {
  std::string fault;             // not empty: nothing was done; the object is unchanged
  bool unsupported = false;      // with a fault: no codec handles such frames, broken or not
  std::vector<Rectangle> blank;  // in every frame; clipped to it
  double share = 0;              // of the frame's area
};

// Changes (7FE0,0010) of `object` when something is to be blanked; a frame of which nothing is
// blanked keeps its bytes. `object` came from dicom::Read with `syntax`. Worker faults and deaths
// are outcomes, not exceptions.
Outcome CleanPixels(dicom::DataSet& object, const dicom::TransferSyntax& syntax, const Plan& plan,
                    FrameService& worker);

// The frames as they are encoded; empty when the fragments cannot be told apart.
std::vector<std::string> FramesOf(const dicom::DataSet& object, const Format& format);

// The opposite: as many frames, each of the size it had when it is native.
void PutFrames(dicom::DataSet& object, const std::vector<std::string>& frames, bool encapsulated);

}  // namespace glossator::pixels
