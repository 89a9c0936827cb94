// SPDX-License-Identifier: GPL-3.0-or-later
// The compiled code table (codes.tsv): PS3.16 concepts that segments use, so that a meaning cannot
// drift away from its code.
#pragma once

#include <optional>
#include <string_view>

#include "dicom/code.h"

namespace glossator::seg {

enum CodeUse : unsigned {
  kUseCategory = 1,  // CID 7150
  kUseType = 2,      // CID 7151
  kUseRegion = 4,    // CID 4, 4031
  kUseModifier = 8,  // CID 2, 244, 245, 247
  kUsePurpose = 16,  // CID 7005, 7201, 7202, 7203
};

struct CodeEntry {
  std::string_view scheme;
  std::string_view value;
  std::string_view meaning;
  unsigned uses;         // CodeUse bits
  std::string_view srt;  // retired value of scheme SRT, may be empty
};

// Also by a retired SRT (SNM3, 99SDM) value; nullptr when not in the table.
const CodeEntry* FindCode(const dicom::Code& code);

enum class MeaningCheck {
  kMatches,     // or the code is not in the table
  kDiffers,     // another wording: maybe a synonym or a translation
  kOtherCodes,  // it is the meaning of another code of the table
};
MeaningCheck CheckMeaning(const dicom::Code& code);

// SRT, SNM3 and 99SDM values that the table knows become SCT; all else is returned as it came.
dicom::Code Modernize(const dicom::Code& code);

// A scheme that PS3.16 section 8 does not list must be declared in the object (PS3.3 C.12.1.1).
bool IsKnownScheme(std::string_view designator);

namespace codes {
dicom::Code SourceImageForProcessing();  // 121322, DCM
dicom::Code SegmentationDerivation();    // 113076, DCM
}  // namespace codes

}  // namespace glossator::seg
