// SPDX-License-Identifier: GPL-3.0-or-later
// A text in pieces, and the patterns that go over several of them. Not for other rooms: text.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deid/dates.h"
#include "deid/sentinel.h"

namespace glossator::deid {

// A run of word characters, or what stands between two of them. Numbers keep their points and
// dashes: "03.04.2012", "10:06:48" and "555-0199" are one word.
struct Piece {
  std::string text;
  bool word;
  bool kept = true;
};
std::vector<Piece> PiecesOf(std::string_view utf8);

// Dates in any common spelling: moved when `dates` is given and the order of day and month is
// certain, else dropped; one that `identifiers` has (a birth date) is dropped. Returns the places
// that hold a moved date: they may stay whatever the other rules say.
std::vector<bool> MoveDates(std::vector<Piece>& pieces, const DateRule* dates,
                            const Sentinel& identifiers);
// What follows "Dr.": the capitalized words, or two when all are of one case.
void DropAfterTitles(std::vector<Piece>& pieces);
void DropHighAges(std::vector<Piece>& pieces);
// "(0441) 998 877", "123 45 678": groups of digits that are one number.
void DropNumberGroups(std::vector<Piece>& pieces, const Sentinel& identifiers);
// "12 Main Street", "Hauptstr. 5", "PO Box 695".
void DropAddresses(std::vector<Piece>& pieces);
// The letters of "S. Kaufman" and "S.K.".
void DropInitials(std::vector<Piece>& pieces);
// Two letters that name somebody of the study: "Ma", and "MA" beside another dropped name. "mA" and
// "MA" elsewhere are words of the trade.
void DropShortNames(std::vector<Piece>& pieces, const Sentinel& identifiers);
// "L4/5", "C5-6", "3-4".
bool IsSmallRange(std::string_view text);

}  // namespace glossator::deid
