// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/association.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace glossator::dimse {
namespace {

struct RejectionName {
  uint8_t source;
  uint8_t reason;
  std::string_view name;
};
// PS3.8 Table 9-21.
constexpr std::array kRejectionNames = {
    RejectionName{1, 1, "no reason given"},
    RejectionName{1, 2, "application context name not supported"},
    RejectionName{1, 3, "calling AE title not recognized"},
    RejectionName{1, 7, "called AE title not recognized"},
    RejectionName{2, 1, "no reason given by the provider"},
    RejectionName{2, 2, "protocol version not supported"},
    RejectionName{3, 1, "temporary congestion"},
    RejectionName{3, 2, "local limit exceeded"},
};

}  // namespace

std::string ToString(const Rejection& rejection) {
  auto row = std::ranges::find_if(kRejectionNames, [&](const RejectionName& name) {
    return name.source == rejection.source && name.reason == rejection.reason;
  });
  std::string text(row == kRejectionNames.end() ? "unknown reason" : row->name);
  return text + (rejection.result == 2 ? " (transient)" : " (permanent)");
}

}  // namespace glossator::dimse
