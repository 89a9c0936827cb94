// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as DICOM writes them: text (DS, IS; PS3.5 6.2) and little-endian binary.
// Of this room only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dicom/data_set.h"

namespace glossator::dicom {

std::optional<int64_t> ParseInteger(std::string_view text);  // spaces and a plus are allowed
std::optional<double> ParseDecimal(std::string_view text);
std::string ToDecimalString(double value);  // DS: at most 16 characters

// One binary or text value out of an element's bytes.
std::optional<int64_t> IntegerAt(const Element& element, size_t index);
std::optional<double> DoubleAt(const Element& element, size_t index);
// Appends one value as `vr` asks; throws Invalid when it does not fit.
void AppendInteger(std::string& bytes, Tag tag, Vr vr, int64_t value);
void AppendDouble(std::string& bytes, Tag tag, Vr vr, double value);

// Number of backslash-separated or binary values.
size_t CountValues(const Element& element);
// The index-th part of a multi-valued text, not trimmed; the whole text of a single-valued VR.
std::optional<std::string_view> PartAt(const Element& element, size_t index);
std::string_view TrimValue(std::string_view text, Vr vr);  // padding that says nothing

}  // namespace glossator::dicom
