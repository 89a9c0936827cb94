// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/tables.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace glossator::deid {
namespace {

struct ProfileRow {
  uint32_t tag;
  Action basic;
  std::string_view options;  // one letter an option column, '.' for none
};
constexpr ProfileRow kProfile[] = {
#include "deid/profile.inc"
};

struct TypeRow {
  uint32_t tag;
  uint32_t parent;  // 0: top, 0xFFFFFFFF: any
  uint8_t scope;
  char type;
};
constexpr uint32_t kAnyParent = 0xFFFFFFFF;
constexpr TypeRow kTypes[] = {
#include "deid/types.inc"
};

struct TextRow {
  uint32_t tag;
  TextRule rule;
};
constexpr TextRow kTexts[] = {
#include "deid/texts.inc"
};

struct SafePrivateRow {
  uint16_t group;
  uint8_t element;
  std::string_view creator;
  dicom::Vr vr;
};
constexpr SafePrivateRow kSafePrivate[] = {
#include "deid/safe_private.inc"
};

struct ContentRow {
  std::string_view code, scheme, value_type;
  Action basic;
  std::string_view options;
};
constexpr ContentRow kContent[] = {
#include "deid/sr_content.inc"
};
constexpr Option kContentOptions[] = {Option::kRetainUids,
                                      Option::kRetainDeviceIdentity,
                                      Option::kRetainInstitutionIdentity,
                                      Option::kRetainPatientCharacteristics,
                                      Option::kRetainFullDates,
                                      Option::kRetainModifiedDates,
                                      Option::kCleanDescriptors};

constexpr std::string_view kVocabulary[] = {
#include "deid/vocabulary.inc"
};
constexpr std::string_view kVendors[] = {
#include "deid/vendors.inc"
};

template <class Row, size_t N>
const Row* FindRow(const Row (&rows)[N], uint32_t tag) {
  const Row* row =
      std::lower_bound(std::begin(rows), std::end(rows), tag,
                       [](const Row& left, uint32_t right) { return left.tag < right; });
  return row != std::end(rows) && row->tag == tag ? row : nullptr;
}

// Full dates win over modified ones, keeping wins over cleaning (PS3.15 E.3).
std::optional<char> OptionLetter(std::string_view cells, const Options& options) {
  std::optional<char> letter;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == '.' || !options.Has(static_cast<Option>(i))) continue;
    if (cells[i] == 'K') return 'K';
    letter = cells[i];
  }
  return letter;
}

bool InScope(uint8_t scope, const Scope& object) {
  const std::array<bool, 9> in{true,         object.pet, object.enhanced, object.ophthalmic,
                               object.slide, object.xa,  object.sr,       object.waveform,
                               false};
  return in[scope];
}

}  // namespace

std::optional<Action> ProfileAction(dicom::Tag tag, const Options& options) {
  const ProfileRow* row = FindRow(kProfile, tag.value());
  if (row == nullptr) return std::nullopt;
  const auto letter = OptionLetter(row->options, options);
  if (!letter) return row->basic;
  return *letter == 'K' ? Action::kK : Action::kC;
}

char TypeOf(dicom::Tag tag, dicom::Tag parent, const Scope& scope) {
  char strictest = '3';
  const TypeRow* row = FindRow(kTypes, tag.value());
  for (; row != nullptr && row != std::end(kTypes) && row->tag == tag.value(); ++row) {
    const bool here = row->parent == kAnyParent || row->parent == parent.value();
    if (here && InScope(row->scope, scope)) strictest = std::min(strictest, row->type);
  }
  return strictest;
}

std::optional<Action> ContentAction(std::string_view code, std::string_view scheme,
                                    std::string_view value_type, const Options& options) {
  for (const ContentRow& row : kContent) {
    if (row.code != code || row.scheme != scheme || row.value_type != value_type) continue;
    Action action = row.basic;
    for (size_t i = 0; i < row.options.size(); ++i) {
      if (row.options[i] == '.' || !options.Has(kContentOptions[i])) continue;
      if (row.options[i] == 'K') return Action::kK;
      action = Action::kC;
    }
    return action;
  }
  return std::nullopt;
}

TextRule TextRuleOf(dicom::Tag tag) {
  const TextRow* row = FindRow(kTexts, tag.value());
  return row == nullptr ? TextRule::kNone : row->rule;
}

bool IsWordOfTheTrade(std::string_view word) {
  return std::binary_search(std::begin(kVocabulary), std::end(kVocabulary), word);
}

bool IsVendorWord(std::string_view word) {
  return std::binary_search(std::begin(kVendors), std::end(kVendors), word);
}

std::optional<dicom::Vr> SafePrivateVr(dicom::Tag tag, std::string_view creator) {
  const auto key = [](uint16_t group, int element) { return group << 8 | (element & 0xFF); };
  const int wanted = key(tag.group, tag.element);
  const SafePrivateRow* row = std::lower_bound(
      std::begin(kSafePrivate), std::end(kSafePrivate), wanted,
      [&](const SafePrivateRow& r, int value) { return key(r.group, r.element) < value; });
  for (; row != std::end(kSafePrivate) && key(row->group, row->element) == wanted; ++row) {
    if (row->creator == creator) return row->vr;
  }
  return std::nullopt;
}

}  // namespace glossator::deid
