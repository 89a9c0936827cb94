// SPDX-License-Identifier: GPL-3.0-or-later
// The Code Sequence Macro (PS3.3 8.8) as a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/data_set.h"

namespace glossator::dicom {

struct Code {
  std::string value;             // (0008,0100), or (0008,0119)/(0008,0120) when long or a URN
  std::string scheme;            // (0008,0102) Coding Scheme Designator
  std::string meaning;           // (0008,0104), UTF-8
  std::string scheme_version{};  // (0008,0103), usually empty

  // Same concept; the meaning is decoration.
  bool SameConcept(const Code& other) const {
    return value == other.value && scheme == other.scheme;
  }
  bool operator==(const Code&) const = default;
};

DataSet ToItem(const Code& code);
std::optional<Code> ToCode(const DataSet& item);  // nullopt without value or scheme
// First item of the sequence `tag` in `parent`.
std::optional<Code> GetCode(const DataSet& parent, Tag tag);
void SetCode(DataSet& parent, Tag tag, const Code& code);

}  // namespace glossator::dicom
