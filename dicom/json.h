// SPDX-License-Identifier: GPL-3.0-or-later
// DICOM JSON model (PS3.18 Annex F) and strict JSON reading for everyone.
#pragma once

#include <json/value.h>

#include <string>
#include <string_view>

#include "dicom/data_set.h"

namespace glossator::dicom {

// Text is UTF-8; bulk values become InlineBinary. Pixel fragments are not representable: Invalid.
Json::Value ToJson(const DataSet& data_set);
// Text in the result is UTF-8 and (0008,0005) says ISO_IR 192 when it is needed.
DataSet FromJson(const Json::Value& json);

// Strict: no comments, no duplicate keys, depth at most 64, at most bytes_max. Throws Invalid
// with line and column.
Json::Value ParseJson(std::string_view text, size_t bytes_max = 16u << 20);
// Compact, keys sorted by code unit, no trailing newline, numbers as RFC 8785 for integers.
std::string WriteJson(const Json::Value& json);
// A text in quotes, as WriteJson writes it; for records that are written without a tree of values.
void AppendJsonText(std::string& out, std::string_view text);

}  // namespace glossator::dicom
