// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/fold.h"

#include <algorithm>
#include <iterator>

namespace glossator::deid {
namespace {

// U+00C0 to U+017F without their marks; '?' has no base letter.
constexpr std::string_view kBaseOfLatin =
    "aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kBaseOfLatin.size() == 0x180 - 0xC0);

struct Spelling {
  char32_t letter;
  std::string_view written;
};
constexpr Spelling kSpellings[] = {{U'ä', "ae"}, {U'ö', "oe"}, {U'ü', "ue"}, {U'ß', "ss"},
                                   {U'å', "aa"}, {U'æ', "ae"}, {U'ø', "oe"}, {U'œ', "oe"},
                                   {U'þ', "th"}, {U'ð', "dh"}, {U'ñ', "nh"}};

bool IsMark(char32_t c) { return c >= 0x300 && c < 0x370; }

// Pairs of capital and small letter that follow each other.
bool IsPairedRange(char32_t c) {
  return (c >= 0x100 && c < 0x138) || (c >= 0x14A && c < 0x178) || (c >= 0x460 && c < 0x530) ||
         (c >= 0x1E00 && c < 0x1EFF);
}
bool IsOddPairedRange(char32_t c) { return c >= 0x139 && c < 0x149; }

char32_t BaseOf(char32_t c) {
  if (c >= 0xC0 && c < 0x180 && kBaseOfLatin[c - 0xC0] != '?') {
    return static_cast<char32_t>(kBaseOfLatin[c - 0xC0]);
  }
  if (c >= 0xFF01 && c < 0xFF5F) return ToLower(c - 0xFEE0);  // full width
  return c;
}

template <class Change>
std::string Map(std::string_view utf8, Change change) {
  std::string out;
  out.reserve(utf8.size());
  for (size_t position = 0; position < utf8.size();) {
    change(out, NextCodePoint(utf8, position));
  }
  return out;
}

}  // namespace

char32_t NextCodePoint(std::string_view utf8, size_t& position) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(utf8[i]); };
  const uint8_t first = byte(position++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || first > 0xF7) return 0xFFFD;
  char32_t value = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if (position >= utf8.size() || (byte(position) & 0xC0) != 0x80) return 0xFFFD;
    value = value << 6 | (byte(position++) & 0x3F);
  }
  return value;
}

void AppendUtf8(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (c >> 18 & 7));
    tail(12);
    tail(6);
    tail(0);
  }
}

char32_t ToLower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if (c == 0x178) return 0xFF;
  if (IsPairedRange(c)) return c | 1;
  if (IsOddPairedRange(c)) return (c & 1) != 0 ? c + 1 : c;
  if (c == 0x179 || c == 0x17B || c == 0x17D) return c + 1;
  if (c >= 0x391 && c <= 0x3A9) return c + 32;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c >= 0x531 && c <= 0x556) return c + 48;
  return c;
}

char32_t ToUpper(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 32;
  if (c == 0xFF) return 0x178;
  if (IsPairedRange(c)) return c & ~char32_t{1};
  if (IsOddPairedRange(c)) return (c & 1) != 0 ? c : c - 1;
  if (c == 0x17A || c == 0x17C || c == 0x17E) return c - 1;
  if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) return c - 32;
  if (c >= 0x430 && c <= 0x44F) return c - 32;
  if (c >= 0x450 && c <= 0x45F) return c - 80;
  if (c >= 0x561 && c <= 0x586) return c - 48;
  return c;
}

bool IsWordCharacter(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (ToLower(c) >= 'a' && ToLower(c) <= 'z');
  if (c < 0xC0 || c == 0xD7 || c == 0xF7) return false;
  return !(c >= 0x2000 && c < 0x2070) && !(c >= 0x2190 && c < 0x2600) &&
         !(c >= 0x3000 && c < 0x3005) && c != 0x30FB && c != 0xFF0C;
}

std::string Fold(std::string_view utf8) {
  return Map(utf8, [](std::string& out, char32_t c) {
    if (!IsMark(c)) AppendUtf8(out, BaseOf(ToLower(c)));
  });
}

std::string LowerOf(std::string_view utf8) {
  return Map(utf8, [](std::string& out, char32_t c) { AppendUtf8(out, ToLower(c)); });
}

std::string UpperOf(std::string_view utf8) {
  return Map(utf8, [](std::string& out, char32_t c) { AppendUtf8(out, ToUpper(c)); });
}

std::string Transcribe(std::string_view utf8) {
  return Map(utf8, [](std::string& out, char32_t c) {
    const char32_t lower = ToLower(c);
    const auto* found = std::find_if(std::begin(kSpellings), std::end(kSpellings),
                                     [&](const Spelling& s) { return s.letter == lower; });
    if (found != std::end(kSpellings)) {
      out += found->written;
    } else if (!IsMark(lower)) {
      AppendUtf8(out, BaseOf(lower));
    }
  });
}

std::vector<std::string_view> WordsOf(std::string_view utf8) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t position = 0; position < utf8.size();) {
    const size_t here = position;
    if (IsWordCharacter(NextCodePoint(utf8, position))) continue;
    if (here > begin) words.push_back(utf8.substr(begin, here - begin));
    begin = position;
  }
  if (begin < utf8.size()) words.push_back(utf8.substr(begin));
  return words;
}

bool IsAscii(std::string_view text) {
  char all = 0;  // without a branch for each character
  for (const char c : text) all = static_cast<char>(all | c);
  return (all & 0x80) == 0;
}

bool IsDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

size_t CodePoints(std::string_view utf8) {
  return static_cast<size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string_view Trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\0' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace glossator::deid
