// SPDX-License-Identifier: GPL-3.0-or-later
// The de-identifier: PS3.15 Annex E as data (profile.tsv) over a rule by VR that denies by default.
// Pure: the same head, policy, pseudonyms and dictionary give the same bytes. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "deid/dictionary.h"
#include "deid/head_memo.h"
#include "deid/policy.h"
#include "deid/reason.h"
#include "model/instance.h"

namespace glossator::deid {

// What the vault knows about one patient of one project.
class Pseudonyms {
 public:
  virtual ~Pseudonyms() = default;
  virtual std::string Uid(std::string_view original) const = 0;  // valid, keyed, deterministic
  virtual std::string PatientCode() const = 0;
  virtual std::string StudyCode(std::string_view study_uid, std::string_view study_id) const = 0;
  virtual int ShiftDays() const = 0;  // added to every date; whole weeks
};

// What was done to the pixels of an object before its head is cleaned.
struct PixelWork {
  bool text_cleaned = false;  // pixel_stage.h ran
  bool face_removed = false;  // pixels/deface.h did it
};

struct Cleaned {
  Instance<Lab> instance;
  std::vector<std::pair<std::string, std::string>> uids;  // original, pseudonymous; no duplicates
  std::map<char, int> actions;   // X Z D K C U: how many elements each action met
  std::vector<Reason> problems;  // not empty: keep it sealed
};

class Engine {
 public:
  explicit Engine(Policy policy);
  const Policy& policy() const { return policy_; }

  // Why this object must stay sealed whatever is done to its head; empty when it may be cleaned.
  std::vector<Reason> Screen(const Instance<Hospital>& head) const;

  // `head` is the data set in front of the pixels (or with them: native pixels are trimmed to
  // their size, fragments lose their comments). `dictionary` has this object's identifiers in it
  // already. An image that may show a face says so. The result is ASCII or ISO_IR 192. `memo` is of
  // this study and this engine, or nullptr, and changes nothing but the time it takes.
  Cleaned Clean(const Instance<Hospital>& head, const Pseudonyms& pseudonyms,
                const Dictionary& dictionary, HeadMemo* memo = nullptr,
                PixelWork pixels = {}) const;

  // What stood behind the pixels: signatures, padding and private groups. Nothing of it stays.
  dicom::DataSet CleanTail(const dicom::DataSet& tail) const;

 private:
  Policy policy_;
};

}  // namespace glossator::deid
