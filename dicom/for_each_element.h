// SPDX-License-Identifier: GPL-3.0-or-later
// Walking a data set at every depth without recursion. Included by data_set.h.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "dicom/data_set.h"

namespace glossator::dicom {
namespace detail {

// Depth first over `Set`, which is DataSet or const DataSet.
template <class Set>
class Walk {
 public:
  using ElementRef = std::conditional_t<std::is_const_v<Set>, const Element, Element>;

  explicit Walk(Set& root) { stack_.push_back({&root, 0, nullptr, 0, 0}); }

  template <class Visit>
  void Run(Visit&& visit) {
    while (!stack_.empty()) Step(visit);
  }

 private:
  struct Level {
    Set* data_set;
    size_t next;           // element of data_set
    ElementRef* sequence;  // the one whose items are being walked
    size_t next_item;
    size_t path_size;  // of this level's prefix
  };

  static auto& Elements(Set& data_set) {
    if constexpr (std::is_const_v<Set>) {
      return data_set;
    } else {
      return data_set.elements();
    }
  }

  template <class Visit>
  void Step(Visit& visit) {
    Level& level = stack_.back();
    if (level.sequence != nullptr && level.next_item < level.sequence->items.size()) {
      return Enter(level);
    }
    level.sequence = nullptr;
    path_.resize(level.path_size);
    if (level.next >= Elements(*level.data_set).size()) {
      stack_.pop_back();
      return;
    }
    ElementRef& element =
        *(Elements(*level.data_set).begin() + static_cast<std::ptrdiff_t>(level.next++));
    path_ += ToString(element.tag);
    visit(std::as_const(path_), element);
    if (!element.items.empty()) {
      level.sequence = &element;
      level.next_item = 0;
    }
  }

  void Enter(Level& level) {
    path_.resize(level.path_size);
    path_ += ToString(level.sequence->tag);
    path_ += '[' + std::to_string(level.next_item + 1) + "]>";
    Set& item = level.sequence->items[level.next_item++];
    stack_.push_back({&item, 0, nullptr, 0, path_.size()});
  }

  std::vector<Level> stack_;
  std::string path_;
};

}  // namespace detail

template <class Visit>
void ForEachElement(const DataSet& data_set, Visit&& visit) {
  detail::Walk<const DataSet>(data_set).Run(visit);
}

// The visitor may change values and items of the element it is given, not the element list.
template <class Visit>
void ForEachElement(DataSet& data_set, Visit&& visit) {
  detail::Walk<DataSet>(data_set).Run(visit);
}

}  // namespace glossator::dicom
