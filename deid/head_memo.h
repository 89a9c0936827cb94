// SPDX-License-Identifier: GPL-3.0-or-later
// What an object's head has in common with the one before it. In a series nearly every element of
// the top level comes again byte for byte, and its cleaning depends on nothing but its own bytes,
// the study, and the frame (character set, kind of object): so the result is kept and copied.
// Elements whose cleaning looks at their neighbors are never kept. One thread at a time; of one
// study and one policy.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "deid/sentinel.h"
#include "dicom/data_set.h"

namespace glossator::deid {

class HeadMemo {
 public:
  using Uids = std::vector<std::pair<std::string, std::string>>;
  struct Result {
    std::optional<dicom::Element> cleaned;
    Uids uids;  // original, pseudonymous; all that the element holds
    std::map<char, int> actions;
    bool kept_a_date = false;
  };

  // Forgets what was kept under another frame.
  void Begin(const dicom::DataSet& head);
  // It was cleaned before, hence its identifiers are in the study's dictionary.
  bool Knows(const dicom::Element& element) const { return Find(element) != nullptr; }
  // Results are of one dictionary; with another one they are made anew.
  void Use(std::shared_ptr<const Sentinel> identifiers);
  const Result* ResultOf(const dicom::Element& element) const;
  void Keep(const dicom::Element& element, Result result);

 private:
  struct Entry {
    dicom::Element raw;
    size_t bytes = 0;
    std::optional<Result> result;  // none: of an older dictionary
    mutable int misses = 0;        // since it was last of use
  };
  const Entry* Find(const dicom::Element& element) const;

  std::string frame_;
  std::shared_ptr<const Sentinel> identifiers_;
  std::map<dicom::Tag, Entry> entries_;
  size_t bytes_ = 0;
};

}  // namespace glossator::deid
