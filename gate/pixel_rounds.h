// SPDX-License-Identifier: GPL-3.0-or-later
// The pixel stage of the gate: what was sealed because its pixels may show text is opened, cleaned
// in the worker (pixels/, codec/) and admitted as any other object; what cannot be helped stays
// sealed and says why. On a thread of its own, never on the network's.
#pragma once

#include <atomic>
#include <filesystem>
#include <span>
#include <string>

#include "deid/pixel_stage.h"
#include "gate/identities.h"
#include "gate/pixel_rules.h"
#include "gate/readmission.h"

namespace glossator::gate {

// One frame as a person sees it.
struct Picture {
  std::string png;
  std::vector<pixels::Rectangle> suspicious;  // in pixels of the frame; outlined in the picture
  uint32_t columns = 0, rows = 0;             // of the frame
  uint32_t scale = 1;                         // pixels of the frame in one of the picture
  size_t frames = 0;
};

// An object after the pixel stage.
struct Looked {
  std::string bytes;  // what it made, or the original
  bool ran = false;
};

class PixelRounds {
 public:
  struct Parts {
    store::Database& database;
    Identities& identities;
    Intake& intake;
    Ledger& ledger;
    PixelRules& rules;
    Readmission& readmission;
    std::filesystem::path worker;  // glossator-codec
  };

  explicit PixelRounds(Parts parts) : parts_(std::move(parts)) {}

  // All that wait, the oldest first; ends early when stopped. An object that cannot be done costs
  // its tries and nothing else.
  void Round();
  // Work under way ends between two frames, as if it had not begun.
  void Stop() { stop_ = true; }

  // For a steward. Both throw Error{kUnsupported} for pixels that cannot be read.
  Picture Show(const store::QuarantineRow& row, size_t frame) const;
  // For an object that came as far as its face: its text is looked for all the same. Throws
  // Error{kUnavailable} when that fails, unless a person had decided about the text.
  Looked LookedAt(const store::QuarantineRow& row) const;
  // The original with these rectangles blanked in every frame.
  std::string Redacted(const store::QuarantineRow& row,
                       std::span<const pixels::Rectangle> rectangles) const;
  // The sealed original, read.
  dicom::DataSet Opened(const store::QuarantineRow& row) const;

 private:
  void Try(const store::QuarantineRow& row);
  void Clean(const store::QuarantineRow& row);
  void CleanFilm(const store::QuarantineRow& row);
  void SetTries(const store::QuarantineRow& row, int64_t tries);

  Parts parts_;
  std::atomic<bool> stop_{false};
};

}  // namespace glossator::gate
