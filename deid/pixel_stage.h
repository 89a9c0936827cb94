// SPDX-License-Identifier: GPL-3.0-or-later
// The de-identifier's view of pixels/: which reasons the stage answers, and what it writes.
#pragma once

#include <atomic>
#include <filesystem>
#include <span>
#include <vector>

#include "deid/reason.h"
#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"
#include "pixels/stage.h"

namespace glossator::deid {

struct PixelResult {
  std::vector<Reason> reasons;  // why it must stay sealed
  bool ran = false;             // every pixel that may show text was looked at or blanked
};

class PixelStage {
 public:
  PixelStage() = default;
  // `worker`: glossator-codec. `stop`, when it becomes true, ends the work on an object between two
  // frames, as a fault: what was returned then means nothing.
  PixelStage(pixels::Rules rules, std::filesystem::path worker,
             const std::atomic<bool>* stop = nullptr)
      : rules_(std::move(rules)), worker_(std::move(worker)), stop_(stop) {}

  // `screened` are the reasons that Engine::Screen found; those about pixels are taken out when
  // the stage has made them untrue. Changes the pixels of `object` (a whole data set).
  PixelResult Clean(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                    const std::vector<Reason>& screened) const;
  // Blanks what a person named, in every frame, and nothing else.
  PixelResult Redact(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                     std::span<const pixels::Rectangle> rectangles) const;

 private:
  pixels::Outcome Run(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                      const pixels::Plan& plan) const;

  pixels::Rules rules_;
  std::filesystem::path worker_;
  const std::atomic<bool>* stop_ = nullptr;
};

// (0028,0301) NO and code 113101, for an object on which the stage ran (PS3.15 E.3.1).
void StampCleanPixels(dicom::DataSet& data_set);

// Where a stage that could not help says that it has tried: no rule for the device, pixels that
// could not be read, or text that the object says it has and that was not found.
inline constexpr const char* kNoRulePath = "(0008,1090)";
inline constexpr const char* kNotFoundPath = "(0028,0301)";
inline constexpr const char* kUnreadablePath = "(7FE0,0010)";

}  // namespace glossator::deid
