// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/text.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "deid/fold.h"
#include "dicom/dictionary.h"

namespace glossator::deid {
namespace {

constexpr std::string_view kTitles[] = {"dr",   "prof", "professor", "doctor", "mrs",
                                        "frau", "herr", "mme",       "sra",    "pat",
                                        "pt",   "name", "dott",      "drs",    "radiologist"};
constexpr std::string_view kYearWords[] = {"y", "yr", "yrs", "yo", "year", "years", "jahre", "ans"};

template <size_t N>
bool IsOneOf(std::string_view word, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

struct Piece {
  std::string_view text;
  bool word;
  bool kept = true;
};

// Numbers keep their points and dashes: "03.04.2012", "10:06:48" and "555-0199" are one piece.
size_t EndOfPiece(std::string_view utf8, size_t begin) {
  size_t position = begin;
  const bool word = IsWordCharacter(NextCodePoint(utf8, position));
  while (position < utf8.size()) {
    const size_t here = position;
    const bool more = IsWordCharacter(NextCodePoint(utf8, position));
    const bool joins = word && !more && here > begin && IsDigit(utf8[here - 1]) &&
                       position < utf8.size() && IsDigit(utf8[position]) &&
                       std::string_view(".:/-").find(utf8[here]) != std::string_view::npos;
    if (more != word && !joins) return here;
  }
  return position;
}

std::vector<Piece> PiecesOf(std::string_view utf8) {
  std::vector<Piece> pieces;
  for (size_t begin = 0; begin < utf8.size();) {
    const size_t end = EndOfPiece(utf8, begin);
    size_t first = begin;
    const bool word = IsWordCharacter(NextCodePoint(utf8, first));
    pieces.push_back({utf8.substr(begin, end - begin), word});
    begin = end;
  }
  return pieces;
}

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
  return IsAscii(text) && (IsKnownWord(folded, rule) || IsTechnicalToken(folded));
}

bool IsHighAge(std::string_view number) {
  return IsDigits(number) && number.size() <= 3 && std::stoi(std::string(number)) > 90;
}

// What follows a title is a name, even when it is a word of the trade.
void DropAfterTitles(std::vector<Piece>& pieces) {
  int names = 0;
  for (Piece& piece : pieces) {
    if (!piece.word) {
      if (piece.text.find_first_of(",;:()\r\n") != piece.text.npos) names = 0;
      continue;
    }
    if (IsOneOf(Fold(piece.text), kTitles)) {
      names = 3;
    } else if (names > 0) {
      piece.kept = false;
      --names;
    }
  }
}

void DropHighAges(std::vector<Piece>& pieces) {
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    const size_t next = pieces[i + 1].word ? i + 1 : i + 2;
    if (next < pieces.size() && IsOneOf(Fold(pieces[next].text), kYearWords) &&
        IsHighAge(pieces[i].text)) {
      pieces[i].kept = false;
    }
  }
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

std::string CleanText(std::string_view utf8, TextRule rule, const Sentinel& identifiers) {
  if (rule == TextRule::kKeyword && IsKeyword(Trim(utf8))) return std::string(Trim(utf8));
  if (WordsOf(utf8).empty()) return std::string(Trim(utf8));  // "°", "%", "-"
  const std::string text = WithoutAddresses(utf8);
  std::vector<Piece> pieces = PiecesOf(text);
  for (Piece& piece : pieces) {
    piece.kept = !piece.word || MayStay(piece.text, rule, identifiers);
  }
  DropAfterTitles(pieces);
  DropHighAges(pieces);
  std::string out = Join(pieces);
  return identifiers.FindsInText(out) ? std::string() : out;
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
