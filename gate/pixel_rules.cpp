// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/pixel_rules.h"

#include "gate/arrival.h"
#include "model/error.h"
#include "store/journal.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

constexpr std::string_view kRulePlace = "pixel-rule";

}  // namespace

PixelRules::PixelRules(store::Database& database, const Keys& keys, Entropy& entropy)
    : database_(database), keys_(keys), entropy_(entropy) {
  Load();
}

std::vector<std::pair<store::PixelRuleRow, pixels::Rules>> PixelRules::All() const {
  std::vector<store::PixelRuleRow> rows;
  database_.Read([&](const store::Reader& reader) { rows = store::PixelRules(reader); });
  std::vector<std::pair<store::PixelRuleRow, pixels::Rules>> all;
  for (auto& row : rows) {
    auto rules = pixels::ParseRules(vault::Open(keys_.seal, kRulePlace, row.rule));
    all.emplace_back(std::move(row), std::move(rules));
  }
  return all;
}

void PixelRules::Load() {
  std::map<std::string, pixels::Rules> found;
  const auto all = All();
  for (auto entry = all.rbegin(); entry != all.rend(); ++entry) {
    for (const auto& rule : entry->second.all()) found[entry->first.project].Add(rule);
  }
  std::map<std::string, std::shared_ptr<const pixels::Rules>> fresh;
  for (auto& [project, rules] : found) {
    fresh[project] = std::make_shared<const pixels::Rules>(std::move(rules));
  }
  const std::lock_guard lock(mutex_);
  by_project_ = std::move(fresh);
}

std::shared_ptr<const pixels::Rules> PixelRules::Of(const std::string& project) const {
  static const auto kNone = std::make_shared<const pixels::Rules>();
  const std::lock_guard lock(mutex_);
  const auto entry = by_project_.find(project);
  return entry == by_project_.end() ? kNone : entry->second;
}

void PixelRules::Add(const std::string& project, const pixels::Rules& rules, int64_t quarantine) {
  const auto sealed = vault::Seal(keys_.seal, entropy_, kRulePlace, pixels::WriteRules(rules));
  database_.Write([&](store::Transaction& transaction) {
    Json::Value fields;
    fields["rule"] = Json::Int64(store::InsertPixelRule(transaction, {0, project, sealed}));
    fields["project"] = project;
    fields["devices"] = Json::UInt64(rules.size());
    fields["quarantine"] = quarantine == 0 ? Json::Value() : Json::Value(Json::Int64(quarantine));
    store::TryPixelsAgain(transaction, project, kPixelTries);
    store::Append(transaction, "pixel-rule.added", "steward", fields);
  });
  Load();
}

void PixelRules::Remove(int64_t number) {
  database_.Write([&](store::Transaction& transaction) {
    if (!store::DeletePixelRule(transaction, number)) {
      throw Error(ErrorKind::kNotFound, "no such rule");
    }
    Json::Value fields;
    fields["rule"] = Json::Int64(number);
    store::Append(transaction, "pixel-rule.removed", "steward", fields);
  });
  Load();
}

}  // namespace glossator::gate
