// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/text_pieces.h"

#include <algorithm>
#include <iterator>

#include "deid/fold.h"
#include "deid/tables.h"

namespace glossator::deid {
namespace {

constexpr std::string_view kTitles[] = {"dr",   "drs",  "prof", "professor", "doctor", "mrs",
                                        "frau", "herr", "mme",  "sra",       "dott",   "docteur"};
constexpr std::string_view kParticles[] = {"von", "van", "de", "der", "den", "del",
                                           "di",  "da",  "el", "al",  "la",  "le"};
constexpr std::string_view kYearWords[] = {"y", "yr", "yrs", "yo", "year", "years", "jahre", "ans"};
constexpr std::string_view kStreets[] = {
    "street", "st",    "road",    "rd",  "avenue",  "ave",   "blvd",  "boulevard", "lane",
    "ln",     "drive", "court",   "way", "highway", "hwy",   "place", "square",    "terrace",
    "rue",    "calle", "strasse", "str", "weg",     "platz", "allee", "gasse",     "strase"};
constexpr std::string_view kStreetEnds[] = {"strasse", "straße", "str", "weg", "platz", "gasse"};
constexpr std::string_view kRooms[] = {"room", "ward", "zimmer", "chambre", "kamer", "sala"};
constexpr std::string_view kBeds[] = {"bed", "bett", "lit"};
constexpr std::string_view kBoxes[] = {"box", "apt", "suite", "postfach", "apartment"};

constexpr size_t kGroupDigitsMin = 7;  // together: a telephone number, not a matrix

template <size_t N>
bool IsOneOf(std::string_view word, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsCapital(char c) { return c >= 'A' && c <= 'Z'; }
bool IsNumberPiece(const Piece& piece) { return piece.word && IsDigit(piece.text[0]); }
bool StartsCapital(const std::string& word) { return IsCapital(word[0]) || !IsAscii(word); }

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

bool HasSmallLetters(const std::vector<Piece>& pieces) {
  return std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return std::any_of(piece.text.begin(), piece.text.end(),
                       [](char c) { return c >= 'a' && c <= 'z'; });
  });
}

// The next word within the same phrase; the end when a mark parts them.
size_t NextWord(const std::vector<Piece>& pieces, size_t i, std::string_view marks) {
  for (++i; i < pieces.size() && !pieces[i].word; ++i) {
    if (pieces[i].text.find_first_not_of(marks) != std::string::npos) return pieces.size();
  }
  return i;
}

size_t PreviousWord(const std::vector<Piece>& pieces, size_t i, std::string_view marks) {
  while (i-- > 0) {
    if (pieces[i].word) return i;
    if (pieces[i].text.find_first_not_of(marks) != std::string::npos) break;
  }
  return pieces.size();
}

bool IsStreetWord(const std::string& word) {
  const std::string folded = Fold(word);
  if (IsOneOf(folded, kStreets)) return true;
  return std::any_of(std::begin(kStreetEnds), std::end(kStreetEnds), [&](std::string_view end) {
    return folded.size() > end.size() + 2 && folded.ends_with(end) && !IsWordOfTheTrade(folded);
  });
}

}  // namespace

std::vector<Piece> PiecesOf(std::string_view utf8) {
  std::vector<Piece> pieces;
  for (size_t begin = 0; begin < utf8.size();) {
    const size_t end = EndOfPiece(utf8, begin);
    size_t first = begin;
    const bool word = IsWordCharacter(NextCodePoint(utf8, first));
    pieces.push_back({std::string(utf8.substr(begin, end - begin)), word});
    begin = end;
  }
  return pieces;
}

void DropAfterTitles(std::vector<Piece>& pieces) {
  const bool mixed = HasSmallLetters(pieces);
  int names = 0;
  for (Piece& piece : pieces) {
    if (!piece.word) {
      if (piece.text.find_first_of(",;:()\r\n") != std::string::npos) names = 0;
      continue;
    }
    const std::string folded = Fold(piece.text);
    if (IsOneOf(folded, kTitles)) {
      const bool capital = StartsCapital(piece.text);
      names = mixed && capital ? 3 : 2;
    } else if (names > 0 && mixed && !StartsCapital(piece.text) && !IsOneOf(folded, kParticles)) {
      names = 0;
    } else if (names > 0) {
      piece.kept = false;
      --names;
    }
  }
}

void DropHighAges(std::vector<Piece>& pieces) {
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    const std::string& number = pieces[i].text;
    const bool high = IsDigits(number) && number.size() <= 3 && std::stoi(number) > 90;
    const size_t next = high ? NextWord(pieces, i, " -") : pieces.size();
    if (next < pieces.size() && IsOneOf(Fold(pieces[next].text), kYearWords)) {
      pieces[i].kept = false;
    }
  }
}

namespace {

// "x4471", "ext. 4471" behind a telephone number.
void DropExtension(std::vector<Piece>& pieces, size_t last) {
  const size_t next = NextWord(pieces, last, " ,.()");
  if (next >= pieces.size()) return;
  const std::string folded = Fold(pieces[next].text);
  if (folded.size() > 1 && folded[0] == 'x' && IsDigits(folded.substr(1))) {
    pieces[next].kept = false;
  }
  const size_t number = NextWord(pieces, next, " .:");
  const bool named = folded == "ext" || folded == "extension" || folded == "x";
  if (named && number < pieces.size() && IsNumberPiece(pieces[number])) {
    pieces[next].kept = pieces[number].kept = false;
  }
}

// "room 714B bed 2": the numbers go, the words say nothing.
void DropRoom(std::vector<Piece>& pieces, size_t number) {
  pieces[number].kept = false;
  const size_t bed = NextWord(pieces, number, " ,./-");
  if (bed >= pieces.size() || !IsOneOf(Fold(pieces[bed].text), kBeds)) return;
  const size_t next = NextWord(pieces, bed, " .#");
  if (next < pieces.size()) pieces[next].kept = false;
}

}  // namespace

void DropNumberGroups(std::vector<Piece>& pieces, const Sentinel& identifiers) {
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!IsNumberPiece(pieces[i])) continue;
    std::vector<size_t> group;
    std::string digits;
    bool whole = true, dropped = false;
    for (size_t at = i; at < pieces.size() && IsNumberPiece(pieces[at]);
         at = NextWord(pieces, at, " ()+-/.")) {
      group.push_back(at);
      for (const char c : pieces[at].text) {
        if (IsDigit(c)) digits += c;
      }
      whole &= pieces[at].text.find('.') == std::string::npos;
      dropped |= !pieces[at].kept;
    }
    i = group.back();
    if (!pieces[i].kept) DropExtension(pieces, i);
    const bool one =
        whole && (dropped || digits.size() >= kGroupDigitsMin || identifiers.IsIdentifier(digits));
    if (group.size() < 2 || !one) continue;
    for (const size_t at : group) pieces[at].kept = false;
    DropExtension(pieces, i);
    const size_t sign = group.front();  // "+49"
    if (sign > 0 && pieces[sign - 1].text.ends_with('+')) pieces[sign - 1].text.pop_back();
  }
}

void DropAddresses(std::vector<Piece>& pieces) {
  const auto drop = [&](size_t from, size_t to) {
    for (size_t i = from; i <= to && i < pieces.size(); ++i) pieces[i].kept = !pieces[i].word;
  };
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].word) continue;
    const size_t next = NextWord(pieces, i, " .,#");
    const bool number = next < pieces.size() && IsNumberPiece(pieces[next]);
    if (number && IsOneOf(Fold(pieces[i].text), kRooms)) DropRoom(pieces, next);
    if (number && (IsOneOf(Fold(pieces[i].text), kBoxes) || IsStreetWord(pieces[i].text))) {
      if (!IsWordOfTheTrade(Fold(pieces[i].text))) drop(i, next);
    }
    if (!IsNumberPiece(pieces[i])) continue;
    size_t at = i;
    for (int words = 0; words < 3; ++words) {
      at = NextWord(pieces, at, " .");
      if (at >= pieces.size() || IsNumberPiece(pieces[at])) break;
      if (IsStreetWord(pieces[at].text) && (words > 0 || pieces[at].text.size() > 3)) drop(i, at);
    }
  }
}

void DropInitials(std::vector<Piece>& pieces) {
  const auto dropped_name = [&](size_t i) {
    return i < pieces.size() && !pieces[i].kept && pieces[i].text.size() > 1 &&
           !IsDigit(pieces[i].text[0]);
  };
  const auto dotted = [&](size_t i) {
    return i + 1 < pieces.size() && pieces[i].word && pieces[i].text.size() == 1 &&
           IsCapital(pieces[i].text[0]) && pieces[i + 1].text[0] == '.';
  };
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].word || pieces[i].text.size() != 1 || !IsCapital(pieces[i].text[0])) continue;
    const size_t next = NextWord(pieces, i, " .,-"), before = PreviousWord(pieces, i, " .,-");
    const bool pair = dotted(i) && next < pieces.size() && dotted(next);
    if (dropped_name(next) || dropped_name(before)) pieces[i].kept = false;
    if (pair) pieces[i].kept = pieces[next].kept = false;
  }
}

void DropShortNames(std::vector<Piece>& pieces, const Sentinel& identifiers) {
  const auto dropped_name = [&](size_t i) {
    return i < pieces.size() && !pieces[i].kept && !IsDigit(pieces[i].text[0]);
  };
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string& text = pieces[i].text;
    if (!pieces[i].kept || text.size() != 2 || !IsCapital(text[0])) continue;
    if (!identifiers.IsShortName(Fold(text))) continue;
    const bool beside =
        dropped_name(NextWord(pieces, i, " .,-")) || dropped_name(PreviousWord(pieces, i, " .,-"));
    if (beside || !IsCapital(text[1])) pieces[i].kept = false;
  }
}

bool IsSmallRange(std::string_view text) {
  const size_t letters = std::min<size_t>(text.find_first_of("0123456789"), text.size());
  const size_t mark = text.find_first_of("-/");
  if (letters > 1 || mark == text.npos || mark <= letters) return false;
  const std::string_view first = text.substr(letters, mark - letters),
                         second = text.substr(mark + 1);
  const size_t most = letters == 1 ? 3 : 2;
  return IsDigits(first) && IsDigits(second) && first.size() + second.size() <= most;
}

}  // namespace glossator::deid
