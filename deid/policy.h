// SPDX-License-Identifier: GPL-3.0-or-later
// What a project may keep: the options of PS3.15 Annex E as a small value. Built in: "basic",
// "safe-harbor" (years only), "limited-data-set" and "research" (moved dates, cleaned texts,
// patient characteristics, safe private attributes); "expert-determination" needs a file, which
// names the expert. The document: deid/policy.schema.json.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "model/ports.h"

namespace glossator::deid {

// The option columns of Table E.1-1 in its order, then the two options about pixels.
enum class Option {
  kRetainSafePrivate,
  kRetainUids,
  kRetainDeviceIdentity,
  kRetainInstitutionIdentity,
  kRetainPatientCharacteristics,
  kRetainFullDates,
  kRetainModifiedDates,
  kCleanDescriptors,
  kCleanStructuredContent,
  kCleanGraphics,
  kCleanPixelData,
  kCleanRecognizableVisualFeatures,
};
inline constexpr size_t kOptionCount = 12;

// What becomes of volumes and photographs that show a face (PS3.15 E.3.2).
enum class Faces {
  kFlag,        // they pass; (0028,0302) YES says what they are
  kQuarantine,  // they wait for a person
  kDeface,      // the skin of the face is removed; what cannot be done waits for a person
};

class Options {
 public:
  bool Has(Option option) const { return bits_.test(static_cast<size_t>(option)); }
  Options& Set(Option option) {
    bits_.set(static_cast<size_t>(option));
    return *this;
  }
  bool operator==(const Options&) const = default;

 private:
  std::bitset<kOptionCount> bits_;
};

struct Policy {
  std::string name = "basic";
  int version = 1;
  Options options;
  bool years_only = false;         // safe-harbor: a date keeps its year and nothing else
  std::string remark;              // the expert's name, method, date and expiry, when there is one
  std::string expires;             // YYYYMMDD, the last day of an expert's determination; "" never
  std::vector<std::string> facts;  // for analysis by subgroup, kept apart: subgroup.h
  std::vector<std::string> remaining_risks;  // what the project knows and bears, in words
  Faces faces = Faces::kFlag;
  bool seal_pixels = false;  // no pixel stage: what may show text waits for a person
  std::string digest;        // SHA-256 of the canonical document, hex: what a study was cleaned by
};

// A preset's name, or the path of a policy document (it contains '/' or ends in ".json").
// Throws Error{kInvalid} that lists every fault with its path.
Policy LoadPolicy(std::string_view name_or_file);
Policy ParsePolicy(std::string_view json);

// True from the day after an expert's determination ended (UTC): nothing may be cleaned by it.
bool HasExpired(const Policy& policy, Time now);

}  // namespace glossator::deid
