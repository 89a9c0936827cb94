// SPDX-License-Identifier: GPL-3.0-or-later
// What people of the hospital have said about where a device burns text in, by project: "this rule
// for this device from now on". Sealed in the database; in memory for everybody who judges heads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gate/keys.h"
#include "model/ports.h"
#include "pixels/rules.h"
#include "store/gate_object.h"

namespace glossator::gate {

class PixelRules {
 public:
  PixelRules(store::Database& database, const Keys& keys, Entropy& entropy);

  // Those of the project, the newest first. Never nullptr.
  std::shared_ptr<const pixels::Rules> Of(const std::string& project) const;
  // What is sealed for its pixels in the project is tried again with them. `quarantine`: the entry
  // that they came from, 0 for none. Durable when it returns.
  void Add(const std::string& project, const pixels::Rules& rules, int64_t quarantine);
  void Remove(int64_t number);  // throws Error{kNotFound}
  std::vector<std::pair<store::PixelRuleRow, pixels::Rules>> All() const;

 private:
  void Load();

  store::Database& database_;
  const Keys& keys_;
  Entropy& entropy_;
  mutable std::mutex mutex_;  // never held while the database is asked
  std::map<std::string, std::shared_ptr<const pixels::Rules>> by_project_;
};

}  // namespace glossator::gate
