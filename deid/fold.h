// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing words: lower case without diacritics, for the alphabets that have them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glossator::deid {

// One code point from `utf8` at `position`, which moves on; U+FFFD for a broken sequence.
char32_t NextCodePoint(std::string_view utf8, size_t& position);
void AppendUtf8(std::string& out, char32_t code_point);

char32_t ToLower(char32_t code_point);
char32_t ToUpper(char32_t code_point);
// Letters, digits and everything beyond Latin-1's punctuation.
bool IsWordCharacter(char32_t code_point);

// "Müller" -> "muller", "ÅSE" -> "ase", "ИВАН" -> "иван".
std::string Fold(std::string_view utf8);
std::string LowerOf(std::string_view utf8);
std::string UpperOf(std::string_view utf8);
// German and Nordic spelling without the letters: "Müller" -> "mueller", "Åse" -> "aase".
std::string Transcribe(std::string_view utf8);

// Runs of word characters, as views into `utf8`.
std::vector<std::string_view> WordsOf(std::string_view utf8);
bool IsAscii(std::string_view text);
bool IsDigits(std::string_view text);  // not empty, digits only
size_t CodePoints(std::string_view utf8);
std::string_view Trim(std::string_view text);

}  // namespace glossator::deid
