// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/storage_classes.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "deid/reason.h"

namespace glossator::deid {
namespace {

struct ClassRow {
  std::string_view uid;
  std::string_view reason;  // empty: cleaned
};
constexpr ClassRow kClasses[] = {
#include "deid/storage_classes.inc"
};

constexpr auto kUids = [] {
  std::array<std::string_view, std::size(kClasses)> uids;
  for (size_t i = 0; i < uids.size(); ++i) uids[i] = kClasses[i].uid;
  return uids;
}();

}  // namespace

std::span<const std::string_view> AcceptedStorageClasses() { return kUids; }

std::string_view SealingReason(std::string_view sop_class_uid) {
  const ClassRow* row = std::lower_bound(
      std::begin(kClasses), std::end(kClasses), sop_class_uid,
      [](const ClassRow& left, std::string_view right) { return left.uid < right; });
  const bool known = row != std::end(kClasses) && row->uid == sop_class_uid;
  return known ? row->reason : reasons::kSopClass;
}

}  // namespace glossator::deid
