// SPDX-License-Identifier: GPL-3.0-or-later
// One value: what may stay of it by its VR, and what stands in for it when it must have a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "deid/dates.h"
#include "deid/engine.h"
#include "deid/sentinel.h"
#include "deid/tables.h"
#include "dicom/charset.h"
#include "dicom/data_set.h"

namespace glossator::deid {

// The modality when it is one of PS3.3 C.7.3.1.1.1 (retired ones too), else "OT".
std::string KnownModality(const std::string& modality);

class ValueCleaner {
 public:
  ValueCleaner(const Policy& policy, const Pseudonyms& pseudonyms, const Sentinel& identifiers);

  // New bytes (text in UTF-8); nullopt when nothing of it may stay.
  std::optional<std::string> Clean(const dicom::Element& element, dicom::Vr vr,
                                   const dicom::CharacterSet& set);
  // As it is, unless it holds an identifier.
  std::optional<std::string> Keep(const dicom::Element& element, dicom::Vr vr,
                                  const dicom::CharacterSet& set);
  // Not empty, right for the VR; dates and times are those of the source, moved.
  std::string Dummy(const dicom::Element& element, dicom::Vr vr);
  // Text by an explicit rule: cleaned descriptors, safe private attributes.
  std::optional<std::string> CleanTextValue(const dicom::Element& element, dicom::Vr vr,
                                            const dicom::CharacterSet& set, TextRule rule);
  // Code Value and Coding Scheme Designator of `item`.
  std::string CleanCode(const dicom::DataSet& item, const std::string& code) const;
  std::string CleanScheme(const std::string& scheme) const;

  std::string Uids(std::string_view values);  // every value of a UI element
  const std::vector<std::pair<std::string, std::string>>& uids() const { return uids_; }
  bool kept_a_date() const { return kept_a_date_; }

  // What is noted about one element, to be told again when it comes again.
  struct Noted {
    std::vector<std::pair<std::string, std::string>> uids;
    bool kept_a_date = false;
  };
  Noted Begin() { return {std::exchange(met_, {}), std::exchange(kept_a_date_, false)}; }
  Noted End(Noted before);
  void Note(const std::vector<std::pair<std::string, std::string>>& uids, bool kept_a_date);

 private:
  const DateRule* dates_in_text() const;
  std::optional<std::string> Dates(std::string_view values, dicom::Vr vr, bool forced);
  std::optional<std::string> OneDate(std::string_view value, dicom::Vr vr) const;
  std::optional<std::string> Terms(std::string_view values) const;
  std::optional<std::string> Numbers(std::string_view values) const;
  std::optional<std::string> Bulk(const dicom::Element& element) const;
  std::string Uid(const std::string& original);

  const Policy& policy_;
  const Pseudonyms& pseudonyms_;
  const Sentinel& identifiers_;
  DateRule dates_;
  bool kept_a_date_ = false;
  std::unordered_map<std::string, std::string> uid_map_;
  std::vector<std::pair<std::string, std::string>> uids_;
  std::vector<std::pair<std::string, std::string>> met_;  // since Begin, with duplicates
};

}  // namespace glossator::deid
