// SPDX-License-Identifier: GPL-3.0-or-later
// The de-identifier's view of pixels/: which reasons the stage answers, and what it writes.
#pragma once

#include <filesystem>
#include <vector>

#include "deid/reason.h"
#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"
#include "pixels/rules.h"

namespace glossator::deid {

struct PixelResult {
  std::vector<Reason> reasons;  // why it must stay sealed
  bool ran = false;             // every pixel that may show text was looked at or blanked
};

class PixelStage {
 public:
  PixelStage() = default;
  // `worker`: glossator-codec.
  PixelStage(pixels::Rules rules, std::filesystem::path worker)
      : rules_(std::move(rules)), worker_(std::move(worker)) {}

  // `screened` are the reasons that Engine::Screen found; those about pixels are taken out when
  // the stage has made them untrue. Changes the pixels of `object` (a whole data set).
  PixelResult Clean(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                    const std::vector<Reason>& screened) const;

 private:
  pixels::Rules rules_;
  std::filesystem::path worker_;
};

// (0028,0301) NO and code 113101, for an object on which the stage ran (PS3.15 E.3.1).
void StampCleanPixels(dicom::DataSet& data_set);

// Where a stage that could not help says that it has tried: no rule for the device, or pixels that
// could not be read.
inline constexpr const char* kNoRulePath = "(0008,1090)";
inline constexpr const char* kUnreadablePath = "(7FE0,0010)";

}  // namespace glossator::deid
