// SPDX-License-Identifier: GPL-3.0-or-later
// Which device burns text in where: the catalog of a project (docs/pixels.md has the format).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pixels/format.h"

namespace glossator::pixels {

// Applies when every attribute of `match` has that value: texts without regard to case and outer
// spaces, '*' stands for any text. An empty `blank` says that the device burns in nothing.
struct Rule {
  std::string name;
  std::vector<std::pair<dicom::Tag, std::string>> match;
  std::vector<Rectangle> blank;
  bool detect = true;  // look for more text than the rule names
};

class Rules {
 public:
  Rules() = default;
  explicit Rules(std::vector<Rule> rules) : rules_(std::move(rules)) {}

  const Rule* Find(const dicom::DataSet& head) const;  // the first that applies, or nullptr
  size_t size() const { return rules_.size(); }
  void Add(Rule rule) { rules_.push_back(std::move(rule)); }
  const std::vector<Rule>& all() const { return rules_; }

 private:
  std::vector<Rule> rules_;
};

// Throws Error{kInvalid} that lists every fault with its path.
Rules ParseRules(std::string_view json);
Rules LoadRules(const std::filesystem::path& file);
std::string WriteRules(const Rules& rules);

// What a rule for this device from now on matches: manufacturer, model, software, modality and the
// size of the image, as far as the object names them. Throws Error{kInvalid} when it names neither
// manufacturer nor model: such a rule would fit the devices of others.
Rule RuleFor(const dicom::DataSet& head, std::vector<Rectangle> blank);

}  // namespace glossator::pixels
