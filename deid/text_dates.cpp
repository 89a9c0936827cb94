// SPDX-License-Identifier: GPL-3.0-or-later
// Dates inside a text. "03/04/2012" says not whether it is March or April: such ones fall.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "deid/fold.h"
#include "deid/text_pieces.h"

namespace glossator::deid {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
// Months of other languages are known as such, and their dates fall.
constexpr std::string_view kOtherMonths[] = {
    "januar",    "februar",  "marz",       "maerz",    "mai",       "juni",      "juli",
    "oktober",   "dezember", "okt",        "dez",      "janvier",   "fevrier",   "mars",
    "avril",     "juin",     "juillet",    "aout",     "septembre", "octobre",   "novembre",
    "decembre",  "enero",    "febrero",    "marzo",    "abril",     "mayo",      "junio",
    "julio",     "agosto",   "septiembre", "octubre",  "noviembre", "diciembre", "sept",
    "gennaio",   "febbraio", "maggio",     "giugno",   "luglio",    "ottobre",   "dicembre",
    "mrz",       "mrt",      "maart",      "mei",      "januari",   "februari",  "augusti",
    "augustus",  "marts",    "maj",        "avr",      "juil",      "fev",       "janeiro",
    "fevereiro", "marco",    "maio",       "junho",    "julho",     "setembro",  "outubro",
    "novembro",  "dezembro", "stycznia",   "lutego",   "marca",     "kwietnia",  "maja",
    "czerwca",   "lipca",    "sierpnia",   "wrzesnia", "grudnia",   "listopada", "pazdziernika",
    "ocak",      "subat",    "nisan",      "mayis",    "haziran",   "temmuz",    "agustos",
    "eylul",     "ekim",     "kasim",      "aralik",   "ledna",     "unora",     "brezna",
    "dubna",     "kvetna",   "cervna",     "cervence", "srpna",     "rijna",     "prosince"};
// "3.III.1951".
constexpr std::string_view kRomanMonths[] = {"i",   "ii",   "iii", "iv", "v",  "vi",
                                             "vii", "viii", "ix",  "x",  "xi", "xii"};

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

struct Spelled {  // year, month, day as written, and how to write them again
  std::string_view fields[3];
  char order[3];  // 'y', 'm', 'd'
  bool certain = true;
};

std::optional<Spelled> Parse(std::string_view text) {
  if (text.size() == 8 && IsDigits(text) && (text.starts_with("19") || text.starts_with("20"))) {
    return Spelled{{text.substr(0, 4), text.substr(4, 2), text.substr(6)}, {'y', 'm', 'd'}};
  }
  const size_t first = text.find_first_of("./-");
  const size_t second = first == text.npos ? first : text.find(text[first], first + 1);
  if (second == text.npos) return std::nullopt;
  Spelled found{
      {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)},
      {'y', 'm', 'd'}};
  for (const std::string_view field : found.fields) {
    if (!IsDigits(field) || field.size() > 4) return std::nullopt;
  }
  if (found.fields[0].size() == 4) return found;
  if (found.fields[2].size() != 4) return std::nullopt;
  const bool day_first = text[first] == '.' || Number(found.fields[0]) > 12;
  const bool month_first = !day_first && Number(found.fields[1]) > 12;
  found.certain = day_first || month_first;
  constexpr char kDayFirst[] = {'d', 'm', 'y'}, kMonthFirst[] = {'m', 'd', 'y'};
  std::copy_n(month_first ? kMonthFirst : kDayFirst, 3, found.order);
  return found;
}

std::string Padded(std::string_view digits, size_t width) {
  return std::string(width - std::min(width, digits.size()), '0') + std::string(digits);
}

// The moved date in the same spelling.
std::optional<std::string> Moved(const std::string& text, const Spelled& spelled,
                                 const DateRule& rule) {
  std::string parts[3];
  for (int i = 0; i < 3; ++i)
    parts[std::string_view("ymd").find(spelled.order[i])] = spelled.fields[i];
  const auto moved =
      MoveDate(Padded(parts[0], 4) + Padded(parts[1], 2) + Padded(parts[2], 2), rule);
  if (!moved) return std::nullopt;
  if (rule.years_only) return moved->substr(0, 4);
  const std::string fresh[3] = {moved->substr(0, 4), moved->substr(4, 2), moved->substr(6, 2)};
  const size_t mark = text.find_first_of("./-");
  std::string out;
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && mark != text.npos) out += text[mark];
    out += fresh[std::string_view("ymd").find(spelled.order[i])];
  }
  return out;
}

std::optional<size_t> MonthOf(const std::string& folded) {
  const auto* found = std::find_if(kMonths.begin(), kMonths.end(), [&](std::string_view month) {
    return folded == month || folded == month.substr(0, 3);
  });
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<size_t>(found - kMonths.begin());
}

bool IsDay(const Piece& piece) {
  return IsDigits(piece.text) && piece.text.size() <= 2 && Number(piece.text) >= 1 &&
         Number(piece.text) <= 31;
}

bool IsYear(const Piece& piece) {
  return IsDigits(piece.text) && piece.text.size() == 4 &&
         (piece.text.starts_with("19") || piece.text.starts_with("20"));
}

// As long and in the same case as the month that stood there.
std::string WriteMonth(const std::string& old, int month) {
  std::string name(kMonths[static_cast<size_t>(month - 1)]);
  if (old.size() == 3) name.resize(3);
  if (old.size() > 1 && UpperOf(old) == old) return UpperOf(name);
  if (LowerOf(old) != old) name[0] = static_cast<char>(name[0] - 32);
  return name;
}

size_t WordNear(const std::vector<Piece>& pieces, size_t i, int step) {
  for (int gap = 0; gap < 2; ++gap) {
    i += static_cast<size_t>(step);
    if (i >= pieces.size()) return pieces.size();
    if (pieces[i].word) return i;
    if (pieces[i].text.find_first_not_of(" ,.-/") != std::string::npos) return pieces.size();
  }
  return pieces.size();
}

class Dates {
 public:
  Dates(std::vector<Piece>& pieces, const DateRule* rule, const Sentinel& identifiers)
      : pieces_(pieces), rule_(rule), identifiers_(identifiers), moved_(pieces.size(), false) {}

  std::vector<bool> Run() {
    for (size_t i = 0; i < pieces_.size(); ++i) {
      if (!pieces_[i].word || moved_[i]) continue;
      const bool digit = pieces_[i].text[0] >= '0' && pieces_[i].text[0] <= '9';
      digit ? Numeric(i) : Month(i);
    }
    return std::move(moved_);
  }

 private:
  void Numeric(size_t i) {
    const auto spelled = Parse(pieces_[i].text);
    if (!spelled) return;
    pieces_[i].kept = false;
    if (rule_ == nullptr || !spelled->certain || identifiers_.IsIdentifier(pieces_[i].text)) return;
    if (auto text = Moved(pieces_[i].text, *spelled, *rule_)) Put(i, std::move(*text));
  }

  // "12 Apr 1907", "April 12, 1907"; without a year day and month fall.
  void Month(size_t i) {
    const std::string folded = Fold(pieces_[i].text);
    const auto month = MonthOf(folded);
    const bool other = std::find(std::begin(kOtherMonths), std::end(kOtherMonths), folded) !=
                       std::end(kOtherMonths);
    if (IsRoman(i, folded)) pieces_[i - 2].kept = pieces_[i].kept = pieces_[i + 2].kept = false;
    if (!month && !other) return;
    const size_t before = WordNear(pieces_, i, -1), after = WordNear(pieces_, i, 1);
    const size_t last = after < pieces_.size() ? WordNear(pieces_, after, 1) : pieces_.size();
    const bool day_first = Is(before, IsDay) && Is(after, IsYear);
    const bool month_first = Is(after, IsDay) && Is(last, IsYear);
    const size_t day = day_first ? before : after, year = day_first ? after : last;
    if (day_first || month_first) return Spell(day, i, year, month);
    for (const size_t near : {before, after}) {
      if (Is(near, IsDay) || Is(near, IsYear)) pieces_[near].kept = pieces_[i].kept = false;
    }
  }

  bool IsRoman(size_t i, const std::string& folded) const {
    return std::find(std::begin(kRomanMonths), std::end(kRomanMonths), folded) !=
               std::end(kRomanMonths) &&
           i >= 2 && i + 2 < pieces_.size() && pieces_[i - 1].text == "." &&
           pieces_[i + 1].text == "." && IsDay(pieces_[i - 2]) && IsDigits(pieces_[i + 2].text);
  }

  void Spell(size_t day, size_t at, size_t year, std::optional<size_t> month) {
    for (const size_t i : {day, at, year}) pieces_[i].kept = false;
    if (!month || rule_ == nullptr || rule_->years_only) return;
    const std::string date =
        pieces_[year].text + Padded(std::to_string(*month + 1), 2) + Padded(pieces_[day].text, 2);
    const auto moved = MoveDate(date, *rule_);
    if (!moved || identifiers_.IsIdentifier(date)) return;
    Put(at, WriteMonth(pieces_[at].text, Number(moved->substr(4, 2))));
    Put(day, moved->substr(6, 2));
    Put(year, moved->substr(0, 4));
  }

  bool Is(size_t i, bool (*test)(const Piece&)) const {
    return i < pieces_.size() && test(pieces_[i]);
  }

  void Put(size_t i, std::string text) {
    pieces_[i].text = std::move(text);
    pieces_[i].kept = moved_[i] = true;
  }

  std::vector<Piece>& pieces_;
  const DateRule* rule_;
  const Sentinel& identifiers_;
  std::vector<bool> moved_;
};

}  // namespace

std::vector<bool> MoveDates(std::vector<Piece>& pieces, const DateRule* dates,
                            const Sentinel& identifiers) {
  return Dates(pieces, dates, identifiers).Run();
}

}  // namespace glossator::deid
