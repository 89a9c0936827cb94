// SPDX-License-Identifier: GPL-3.0-or-later
// The facts of this room, compiled from its .tsv and .txt files by make_tables.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "deid/policy.h"
#include "dicom/tag.h"
#include "dicom/vr.h"

namespace glossator::deid {

// The action codes of PS3.15 Table E.1-1a.
enum class Action : uint8_t { kX, kZ, kD, kK, kC, kU, kZorD, kXorZ, kXorD, kXorZorD, kXorZorU };

// What Table E.1-1 says of `tag` under `options`; nullopt when it has no such row.
std::optional<Action> ProfileAction(dicom::Tag tag, const Options& options);

// What kind of object it is, as far as the types of its attributes depend on it.
struct Scope {
  bool pet = false;
  bool enhanced = false;  // functional groups
  bool ophthalmic = false;
  bool slide = false;
  bool xa = false;
  bool sr = false;
  bool waveform = false;
};
// '1' (must have a value), '2' (must be present) or '3', of an attribute that is in the source.
// `parent` is the sequence it stands in, {0,0} at the top.
char TypeOf(dicom::Tag tag, dicom::Tag parent, const Scope& scope);

// Table E.3.4-1: what to do with a content item of this concept and value type; nullopt when it has
// no such row.
std::optional<Action> ContentAction(std::string_view code, std::string_view scheme,
                                    std::string_view value_type, const Options& options);

// How a text attribute may stay; kNone: it may not.
enum class TextRule : uint8_t {
  kNone,
  kWords,
  kVendor,
  kTechnical,
  kCode,
  kScheme,
  kZone,
  kKeyword,
  kTerm
};
TextRule TextRuleOf(dicom::Tag tag);

// Words are lower case.
bool IsWordOfTheTrade(std::string_view word);
bool IsVendorWord(std::string_view word);

// Table E.3.10-1: the VR of a safe private attribute; nullopt when it is not on the list.
std::optional<dicom::Vr> SafePrivateVr(dicom::Tag tag, std::string_view creator);

}  // namespace glossator::deid
