// SPDX-License-Identifier: GPL-3.0-or-later
// What has to happen to the pixels of an object before it may be shown: decided by its kind, its
// image type, what it says about itself, and the catalog of devices. No pixel is looked at here.
#pragma once

#include <string_view>
#include <vector>

#include "pixels/rules.h"

namespace glossator::pixels {

enum class Step {
  kNothing,  // no text is to be expected
  kBlank,    // the rectangles of `blank`, and with `detect` what looks like text outside them
  kSealed,   // nobody knows where this device burns text in
};

struct Plan {
  Step step = Step::kNothing;
  bool risk = false;  // the object must not pass without the step
  bool detect = false;
  std::vector<Rectangle> blank;
  std::string_view why;  // a few words for reports: "regions", "rule", "detector", "unknown device"
};

// A rule for the device comes before everything else, also for kinds that are not looked at.
// `film`: of a video transfer syntax, which no codec here reads; what would be looked at is sealed.
Plan PlanFor(const dicom::DataSet& head, const Rules& rules, bool film = false);

}  // namespace glossator::pixels
