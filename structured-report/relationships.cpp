// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/relationships.h"

#include <algorithm>
#include <vector>

namespace glossator::sr {
namespace {

using enum ValueType;
using Types = std::vector<ValueType>;

struct Rule {
  const char* relationship;
  Types from;  // empty: any
  Types to;
};

enum class Kind { kBasic, kEnhanced, kComprehensive, kComprehensive3d, kExtensible };

struct Class {
  std::string_view uid;
  Kind kind;
  const char* paragraph;
};
const Class kClasses[] = {
    {"1.2.840.10008.5.1.4.1.1.88.11", Kind::kBasic, "PS3.3 A.35.1.3.1.2"},
    {"1.2.840.10008.5.1.4.1.1.88.22", Kind::kEnhanced, "PS3.3 A.35.2.3.1.2"},
    {"1.2.840.10008.5.1.4.1.1.88.33", Kind::kComprehensive, "PS3.3 A.35.3.3.1.2"},
    {"1.2.840.10008.5.1.4.1.1.88.34", Kind::kComprehensive3d, "PS3.3 A.35.13.3.1.2"},
    {"1.2.840.10008.5.1.4.1.1.88.35", Kind::kExtensible, "PS3.3 A.35.15.3.1.2"},
};

Types operator+(Types list, const Types& more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

const Types kPlain = {kText, kCode, kDateTime, kDate, kTime, kUidRef, kPName};
const Types kFacts = kPlain + Types{kNum};
const Types kObjects = {kImage, kWaveform, kComposite};

// Table A.35.1-2
std::vector<Rule> BasicRules() {
  return {
      {kContains, {kContainer}, kPlain + kObjects + Types{kContainer}},
      {kHasObsContext, {kContainer}, kPlain + Types{kComposite}},
      {kHasAcqContext, kObjects, kPlain},
      {kHasConceptMod, {kContainer, kCode}, {kText, kCode}},
      {kHasProperties, {kText, kCode}, kPlain + kObjects},
      {kInferredFrom, {kText, kCode}, kPlain + kObjects},
  };
}

// Table A.35.2-2
std::vector<Rule> EnhancedRules() {
  const Types all = kFacts + kObjects + Types{kScoord, kTcoord};
  return {
      {kContains, {kContainer}, all + Types{kContainer}},
      {kHasObsContext, {kContainer}, kFacts + Types{kComposite}},
      {kHasAcqContext, {kContainer, kImage, kWaveform, kComposite}, kFacts},
      {kHasConceptMod, {}, {kText, kCode}},
      {kHasProperties, {kText, kCode, kNum}, all},
      {kInferredFrom, {kText, kCode, kNum}, all},
      {kSelectedFrom, {kScoord}, {kImage}},
      {kSelectedFrom, {kTcoord}, {kScoord, kImage, kWaveform}},
  };
}

// Tables A.35.3-2, A.35.13-2 with coordinates in space
std::vector<Rule> ComprehensiveRules(const Types& space) {
  const Types all = kFacts + kObjects + Types{kScoord, kTcoord, kContainer} + space;
  return {
      {kContains, {kContainer}, all},
      {kHasObsContext, {kContainer, kText, kCode, kNum}, kFacts + Types{kComposite}},
      {kHasAcqContext,
       {kContainer, kImage, kWaveform, kComposite, kNum},
       kFacts + Types{kContainer}},
      {kHasConceptMod, {}, {kText, kCode}},
      {kHasProperties, {kText, kCode, kNum, kPName}, all},
      {kInferredFrom, {kText, kCode, kNum}, all},
      {kSelectedFrom, {kScoord}, {kImage}},
      {kSelectedFrom, {kTcoord}, Types{kScoord, kImage, kWaveform} + space},
  };
}

const std::vector<Rule>& RulesOf(Kind kind) {
  static const std::vector<Rule> kRules[] = {BasicRules(), EnhancedRules(), ComprehensiveRules({}),
                                             ComprehensiveRules({kScoord3d})};
  return kRules[std::min(static_cast<size_t>(kind), std::size(kRules) - 1)];
}

const Class* FindClass(std::string_view uid) {
  const auto* found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                   [uid](const Class& candidate) { return candidate.uid == uid; });
  return found == std::end(kClasses) ? nullptr : found;
}

bool Has(const Types& types, ValueType type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

bool IsGeneralReport(std::string_view sop_class_uid) { return FindClass(sop_class_uid) != nullptr; }

const char* RelationshipParagraph(std::string_view sop_class_uid) {
  const Class* found = FindClass(sop_class_uid);
  return found == nullptr ? "PS3.3 A.35" : found->paragraph;
}

bool IsAllowed(std::string_view sop_class_uid, const ContentItem& parent,
               const ContentItem& child) {
  const Class* found = FindClass(sop_class_uid);
  const Kind kind = found == nullptr ? Kind::kExtensible : found->kind;
  const bool by_reference = child.type == kReference;
  if (by_reference && kind < Kind::kComprehensive) return false;
  const std::vector<Rule>& rules = RulesOf(kind);
  return std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) {
    const bool from = rule.from.empty() || Has(rule.from, parent.type);
    return child.relationship == rule.relationship && from &&
           (by_reference || Has(rule.to, child.type));
  });
}

}  // namespace glossator::sr
