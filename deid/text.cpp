// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/text.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "deid/fold.h"
#include "deid/text_pieces.h"
#include "dicom/dictionary.h"

namespace glossator::deid {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// "3", "0.5", "2.0"; not a date, a time, a year or a number that identifies.
bool IsSmallNumber(std::string_view text, bool years) {
  if (text.find_first_not_of("0123456789.") != text.npos) return false;
  if (std::count(text.begin(), text.end(), '.') > 1) return false;
  const auto digits = static_cast<size_t>(std::count_if(text.begin(), text.end(), IsDigit));
  const bool year = text.size() == 4 && (text.starts_with("19") || text.starts_with("20"));
  return digits <= 4 && (years || !year);
}

// Chunks without blanks that hold '@' or look like a web address fall as a whole.
bool IsAddress(std::string_view chunk) {
  return chunk.find('@') != chunk.npos || chunk.find("://") != chunk.npos ||
         Fold(chunk.substr(0, 4)) == "www.";
}

std::string WithoutAddresses(std::string_view utf8) {
  std::string out;
  for (size_t begin = 0; begin < utf8.size();) {
    size_t end = utf8.find_first_of(" \t\r\n", begin);
    end = end == utf8.npos ? utf8.size() : end + 1;
    const std::string_view chunk = utf8.substr(begin, end - begin);
    out += IsAddress(chunk) ? std::string_view(" ") : chunk;
    begin = end;
  }
  return out;
}

bool IsKnownWord(const std::string& folded, TextRule rule) {
  if (IsWordOfTheTrade(folded)) return true;
  return rule == TextRule::kVendor && IsVendorWord(folded);
}

bool MayStay(std::string_view text, TextRule rule, const Sentinel& identifiers) {
  const std::string folded = Fold(text);
  if (identifiers.IsIdentifier(folded)) return false;
  if (IsDigit(text[0]) && IsSmallNumber(text, rule != TextRule::kWords)) return true;
  if (text.size() == 1) return IsAscii(text);
  if (IsSmallRange(text)) return true;
  return IsAscii(text) &&
         (IsKnownWord(folded, rule) || (IsTechnicalToken(folded) && !identifiers.IsNear(folded)));
}

// Marks between dropped words go with them.
std::string Join(const std::vector<Piece>& pieces) {
  std::string out;
  bool after_gap = false;
  for (const Piece& piece : pieces) {
    if (piece.word && !piece.kept) {
      after_gap = true;
    } else if (piece.word) {
      if (!out.empty() && after_gap && out.back() != ' ') out += ' ';
      out += piece.text;
      after_gap = false;
    } else if (!after_gap) {
      out += piece.text;
    }
  }
  const size_t begin = out.find_first_not_of(" ,;:-_/^&)\r\n\t");
  const size_t end = out.find_last_not_of(" ,;:-_/^&\r\n\t(");
  return begin == out.npos || end == out.npos || end < begin ? std::string()
                                                             : out.substr(begin, end + 1 - begin);
}

bool IsKeyword(std::string_view text) {
  std::string joined;
  std::copy_if(text.begin(), text.end(), std::back_inserter(joined),
               [](char c) { return c != ' '; });
  return dicom::FindEntry(joined) != nullptr;
}

// Letters of Patient Orientation (PS3.3 C.7.6.1.1.1).
bool IsOrientation(std::string_view text) {
  return text.size() <= 3 && text.find_first_not_of("APLRHF") == text.npos;
}

bool IsTermWord(std::string_view word, const Sentinel& identifiers) {
  const std::string folded = Fold(word);
  if (IsWordOfTheTrade(folded)) return true;  // a Mr Head does not hide every head
  if (identifiers.IsIdentifier(folded)) return false;
  if (IsDigits(word) && word.size() <= 5) return true;  // templates and context groups
  return word.size() <= 2 || IsSmallNumber(word, false) || IsTechnicalToken(folded);
}

}  // namespace

bool IsTechnicalToken(std::string_view word) {
  size_t digits = 0, letters = 0;
  bool unknown = false;
  for (size_t begin = 0; begin < word.size();) {
    const bool letter = IsLetter(word[begin]);
    const bool point = word[begin] == '.' && begin > 0 && begin + 1 < word.size();
    if (point) {  // "gauss6.00"
      ++begin;
      continue;
    }
    if (!letter && !IsDigit(word[begin])) return false;
    size_t end = begin;
    while (end < word.size() && IsLetter(word[end]) == letter) ++end;
    const std::string_view run = word.substr(begin, end - begin);
    (letter ? letters : digits) += run.size();
    if (letter && !IsWordOfTheTrade(run)) {
      if (run.size() > 2) return false;
      unknown = true;
    }
    begin = end;
  }
  return digits > 0 && letters > 0 && digits <= (unknown ? 3u : 4u);
}

std::string CleanText(std::string_view utf8, TextRule rule, const Sentinel& identifiers,
                      const DateRule* dates) {
  if (rule == TextRule::kKeyword && IsKeyword(Trim(utf8))) return std::string(Trim(utf8));
  if (WordsOf(utf8).empty()) return std::string(Trim(utf8));  // "°", "%", "-"
  const std::string text = WithoutAddresses(utf8);
  std::vector<Piece> pieces = PiecesOf(text);
  for (Piece& piece : pieces) {
    piece.kept = !piece.word || MayStay(piece.text, rule, identifiers);
  }
  const std::vector<bool> moved = MoveDates(pieces, dates, identifiers);
  DropAfterTitles(pieces);
  DropHighAges(pieces);
  DropNumberGroups(pieces, identifiers);
  DropAddresses(pieces);
  DropInitials(pieces);
  DropShortNames(pieces, identifiers);
  for (size_t i = 0; i < pieces.size(); ++i) pieces[i].kept = pieces[i].kept || moved[i];
  std::string out = Join(pieces);
  return identifiers.FindsInText(out) ? std::string() : out;
}

bool HasNearIdentifier(std::string_view utf8, const Sentinel& identifiers) {
  const auto words = WordsOf(utf8);
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    const std::string folded = Fold(word);
    return !IsKnownWord(folded, TextRule::kVendor) && identifiers.IsNear(folded);
  });
}

bool IsDefinedTerm(std::string_view value, const Sentinel& identifiers) {
  value = Trim(value);
  if (value.empty() || IsOrientation(value)) return true;
  const bool characters = std::all_of(value.begin(), value.end(), [](char c) {
    return IsDigit(c) || (c >= 'A' && c <= 'Z') || c == ' ' || c == '_';
  });
  if (!characters || value.size() > 16) return false;
  for (size_t begin = 0; begin < value.size();) {
    const size_t end = std::min(value.find_first_of(" _", begin), value.size());
    if (end > begin && !IsTermWord(value.substr(begin, end - begin), identifiers)) return false;
    begin = end + 1;
  }
  return !identifiers.FindsInText(value);
}

}  // namespace glossator::deid
