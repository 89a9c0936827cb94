// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/sentinel.h"

#include <algorithm>

#include "deid/encodings.h"
#include "deid/fold.h"
#include "deid/pattern_index.h"
#include "deid/tables.h"

namespace glossator::deid {
namespace {

constexpr size_t kLongEnoughInside = 6;  // characters: counts inside a longer word too
constexpr size_t kShortBytes = 5;        // fewer: must look like text
constexpr size_t kNumberDigitsMin = 6;

struct Pattern {
  IdentifierKind kind;
  uint8_t width = 1;  // bytes a character: 2 for UTF-16
  bool digits = false;
  bool whole = false;  // nothing may continue it
  bool looks = false;  // must stand between separators, in one case
};

bool IsAlnum(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }

// What stands beside a short text value: punctuation, padding, the low byte of a group number.
bool IsSeparator(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte < 0x80 && !IsAlnum(c) && (byte >= 0x20 || byte == 0 || (byte & 7) == 0 || byte < 16);
}

bool OneCase(std::string_view text) {
  const bool capitals = std::all_of(text.begin(), text.end(), IsCapital);
  const bool small = std::none_of(text.begin() + 1, text.end(), IsCapital);
  return capitals || small;
}

bool Retained(IdentifierKind kind, const Options& options) {
  if (kind == IdentifierKind::kDevice) return options.Has(Option::kRetainDeviceIdentity);
  if (kind == IdentifierKind::kInstitution || kind == IdentifierKind::kAddress) {
    return options.Has(Option::kRetainInstitutionIdentity);
  }
  return false;
}

bool IsAllOfTheTrade(IdentifierKind kind, std::string_view text) {
  const bool place = kind == IdentifierKind::kInstitution || kind == IdentifierKind::kDevice;
  const auto words = WordsOf(text);
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
    const std::string folded = Fold(word);
    return IsWordOfTheTrade(folded) || (place && IsVendorWord(folded)) ||
           (place && folded.size() < 3);
  });
}

bool IsTooShort(IdentifierKind kind, const std::string& text) {
  return kind == IdentifierKind::kName && text.size() == 2 && IsAscii(text);
}

bool IsSearchable(IdentifierKind kind, const std::string& text) {
  if (IsTooShort(kind, text)) return false;
  if (IsDigits(text)) {
    const bool one_digit = text.find_first_not_of(text[0]) == text.npos;
    return text.size() >= kNumberDigitsMin && !one_digit;
  }
  return !IsAllOfTheTrade(kind, text);
}

}  // namespace

class Sentinel::Patterns {
 public:
  Patterns(const Dictionary& dictionary, const Options& options, bool every_encoding) {
    for (const auto& [kind, text] : dictionary.entries()) {
      if (!Retained(kind, options) && IsSearchable(kind, text)) Add(kind, text, every_encoding);
    }
    index_.Build();
  }

  template <class Found>
  void Search(std::string_view bytes, Found&& found) const {
    index_.Run(bytes, [&](uint32_t id, size_t begin, size_t end) {
      const Pattern& pattern = patterns_[id];
      return !Counts(pattern, bytes, begin, end) || found(Hit{begin, pattern.kind});
    });
  }

 private:
  void Add(IdentifierKind kind, const std::string& text, bool every_encoding) {
    for (const std::string& spelling : SpellingsOfText(text)) {
      Put(kind, spelling, spelling, 1);
      if (!every_encoding) continue;
      Put(kind, spelling, ToUtf16(spelling, false), 2);
      Put(kind, spelling, ToUtf16(spelling, true), 2);
      for (const std::string& bytes : InOtherSets(spelling, 4)) Put(kind, spelling, bytes, 1);
    }
  }

  void Put(IdentifierKind kind, const std::string& spelling, const std::string& bytes,
           uint8_t width) {
    Pattern pattern{kind, width};
    pattern.digits = IsDigits(spelling);
    pattern.whole = pattern.digits || spelling.size() < kLongEnoughInside;
    pattern.looks = bytes.size() < kShortBytes && IsAscii(bytes);
    index_.Add(bytes, static_cast<uint32_t>(patterns_.size()));
    patterns_.push_back(pattern);
  }

  // The character beside the match, 0 at an end or where there is none of ASCII.
  static char Beside(std::string_view bytes, size_t at, uint8_t width, int step) {
    const size_t position = at + static_cast<size_t>(step < 0 ? -width : 0);
    if (position >= bytes.size() || position + width > bytes.size()) return 0;
    if (width == 1) return bytes[position];
    const char low = bytes[position], high = bytes[position + 1];
    return low == 0 ? high : high == 0 ? low : 0;
  }

  static bool Continues(const Pattern& p, char beside, char beyond) {
    if (!p.digits) return IsAlnum(beside);
    return IsAlnum(beside) || (beside == '.' && IsDigit(beyond));
  }

  static bool Counts(const Pattern& p, std::string_view bytes, size_t begin, size_t end) {
    if (!p.whole) return true;
    const char before = Beside(bytes, begin, p.width, -1);
    const char after = Beside(bytes, end, p.width, 1);
    const char before2 = begin >= p.width ? Beside(bytes, begin - p.width, p.width, -1) : '\0';
    if (Continues(p, before, before2) ||
        Continues(p, after, Beside(bytes, end + p.width, p.width, 1))) {
      return false;
    }
    return !p.looks ||
           (IsSeparator(before) && IsSeparator(after) && OneCase(bytes.substr(begin, end - begin)));
  }

  PatternIndex index_;
  std::vector<Pattern> patterns_;
};

Sentinel::Sentinel(const Dictionary& dictionary, const Options& options)
    : text_(std::make_unique<Patterns>(dictionary, options, false)),
      all_(std::make_unique<Patterns>(dictionary, options, true)) {
  for (const auto& [kind, text] : dictionary.entries()) {
    if (Retained(kind, options)) continue;
    if (IsTooShort(kind, text)) {
      short_names_.insert(Fold(text));
      continue;
    }
    words_.insert(Fold(text));
    if (kind != IdentifierKind::kDate && !IsDigits(text)) near_.Add(Fold(text));
    for (const std::string_view word : WordsOf(text)) {
      if (CodePoints(word) >= 2 && kind == IdentifierKind::kName) words_.insert(Fold(word));
    }
  }
}

Sentinel::~Sentinel() = default;

std::vector<Hit> Sentinel::Search(std::string_view bytes, size_t hits_max) const {
  std::vector<Hit> hits;
  all_->Search(bytes, [&](const Hit& hit) {
    hits.push_back(hit);
    return hits.size() < hits_max;
  });
  return hits;
}

bool Sentinel::FindsInText(std::string_view utf8) const {
  bool found = false;
  text_->Search(utf8, [&](const Hit&) { return !(found = true); });
  return found;
}

}  // namespace glossator::deid
