// SPDX-License-Identifier: GPL-3.0-or-later
// What the groups of rules of the verifier share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/finding.h"
#include "seg/decode.h"
#include "seg/object_bytes.h"
#include "seg/source.h"

namespace glossator::seg {

// Collects. Of one code at most kPerCode are kept, then one that says how many more there were.
class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}

  void Error(const char* code, std::string path, const char* paragraph, std::string message) {
    Add(kFindingError, code, std::move(path), paragraph, std::move(message));
  }
  void Warning(const char* code, std::string path, const char* paragraph, std::string message) {
    Add(kFindingWarning, code, std::move(path), paragraph, std::move(message));
  }
  std::vector<Finding> Take();

 private:
  static constexpr size_t kPerCode = 200;
  void Add(const char* severity, const char* code, std::string path, const char* paragraph,
           std::string message);

  std::string file_;
  std::vector<Finding> findings_;
  std::map<std::string, size_t> counts_;
};

struct VerifyContext {
  const ObjectBytes& object;
  const Source* source;
  Findings& findings;

  const dicom::DataSet& head;  // the whole data set, without Pixel Data
  std::optional<Kind> kind{};
  uint64_t rows = 0;
  uint64_t columns = 0;
  uint64_t frame_count = 0;  // Number of Frames
  bool tiled = false;        // TILED_FULL: no per-frame groups
  bool slide = false;        // slide coordinates instead of patient's
  const dicom::DataSet* shared = nullptr;
  const std::vector<dicom::DataSet>* items = nullptr;  // per-frame groups
  std::vector<SegmentationFrame> frames{};             // one per item
  std::vector<int64_t> segment_numbers{};              // of the Segment Sequence, in its order

  bool label_map() const { return kind == Kind::kLabelMap; }
};

std::string PathOf(dicom::Tag tag);
// "(5200,9230)[frame + 1]" and what follows.
std::string FramePath(size_t frame, dicom::Tag tag);
std::string ItemPath(dicom::Tag sequence, size_t index);

// Groups of rules.
void VerifyHeader(VerifyContext& context);
void VerifyValues(VerifyContext& context);
void VerifyPixels(VerifyContext& context);
void VerifySegments(VerifyContext& context);
void VerifyCodes(VerifyContext& context);
void VerifyFrames(VerifyContext& context);
void VerifyDimensions(VerifyContext& context);
void VerifyReferences(VerifyContext& context);
void VerifySlides(VerifyContext& context);
void VerifyAgainstSource(VerifyContext& context);
void VerifyUids(VerifyContext& context);

}  // namespace glossator::seg
