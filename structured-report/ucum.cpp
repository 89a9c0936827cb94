// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/ucum.h"

#include <algorithm>
#include <iterator>

namespace glossator::sr {
namespace {

constexpr std::string_view kPrefixes[] = {"da", "Y", "Z", "E", "P", "T", "G", "M", "k", "h",
                                          "d",  "c", "m", "u", "n", "p", "f", "a", "z", "y"};

// Atoms that take a prefix.
constexpr std::string_view kMetric[] = {
    "m",   "g",   "s",   "K",   "C",      "cd",    "rad",  "sr",   "Hz", "N",    "Pa",  "J",
    "W",   "A",   "V",   "F",   "Ohm",    "S",     "Wb",   "T",    "H",  "lm",   "lx",  "Bq",
    "Gy",  "Sv",  "Cel", "mol", "kat",    "U",     "L",    "l",    "t",  "bar",  "eV",  "u",
    "pc",  "cal", "Ci",  "R",   "RAD",    "REM",   "B",    "bit",  "By", "eq",   "osm", "g%",
    "dyn", "erg", "P",   "St",  "m[H2O]", "m[Hg]", "[iU]", "[IU]", "Np", "B[V]", "ar",  "st",
};

// Atoms that take none.
constexpr std::string_view kOthers[] = {
    "%",        "min",      "h",        "d",        "wk",     "mo",      "a",       "deg",
    "'",        "''",       "gon",      "[pi]",     "[ppth]", "[ppm]",   "[ppb]",   "[pptr]",
    "10*",      "10^",      "[hnsf'U]", "[in_i]",   "[ft_i]", "[lb_av]", "[oz_av]", "[degF]",
    "[diop]",   "[p'diop]", "[arb'U]",  "[pH]",     "[cfu]",  "[pfu]",   "[dr_av]", "[HPF]",
    "[LPF]",    "[Ch]",     "[psi]",    "[g]",      "[c]",    "[hp_X]",  "[USP'U]", "[drp]",
    "[mesh_i]", "mo_j",     "a_j",      "[bdsk'U]", "[MET]",  "[ka'U]",  "[knk'U]", "[todd'U]",
};

template <size_t Size>
bool Holds(const std::string_view (&table)[Size], std::string_view atom) {
  return std::find(std::begin(table), std::end(table), atom) != std::end(table);
}

bool IsAtom(std::string_view atom) {
  if (Holds(kMetric, atom) || Holds(kOthers, atom)) return true;
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [atom](std::string_view prefix) {
    return atom.starts_with(prefix) && Holds(kMetric, atom.substr(prefix.size()));
  });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A recursive descent over term = ["/"] component { ("." | "/") component }.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  bool Run() { return Term(0) && rest_.empty(); }

 private:
  static constexpr int kDepthMax = 8;

  bool Term(int depth) {
    if (depth > kDepthMax) return false;
    Accept('/');
    do {
      if (!Component(depth)) return false;
    } while (Accept('.') || Accept('/'));
    return true;
  }

  bool Component(int depth) {
    if (Accept('(')) return Term(depth + 1) && Accept(')');
    // PS3.16 CID 85 writes "{SUVbw}g/ml", with the annotation in front.
    if (!rest_.empty() && rest_.front() == '{') {
      return Annotation() && (AtEnd() || Number() || Simple());
    }
    const bool unit = Number() || Simple();
    return unit && (rest_.empty() || rest_.front() != '{' || Annotation());
  }

  // A factor such as 1 or 10; "10*" and "10^" are atoms.
  bool Number() {
    const size_t size = Digits(0);
    const bool power = rest_.size() > size && (rest_[size] == '*' || rest_[size] == '^');
    if (size == 0 || power) return false;
    rest_.remove_prefix(size);
    return true;
  }

  // An atom, perhaps with prefix, and its exponent.
  bool Simple() {
    const size_t size = AtomSize();
    std::string_view unit = rest_.substr(0, size);
    const bool power = unit.starts_with("10*") || unit.starts_with("10^");
    std::string_view atom = power ? unit.substr(0, 3) : unit;
    const std::string_view exponent = power ? unit.substr(3) : std::string_view{};
    if (!power) atom = WithoutExponent(unit);
    if (!IsAtom(atom) || (power && !IsExponent(exponent))) return false;
    rest_.remove_prefix(size);
    return true;
  }

  static bool IsExponent(std::string_view text) {
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
    return text.size() <= 3 && std::all_of(text.begin(), text.end(), IsDigit);
  }

  static std::string_view WithoutExponent(std::string_view unit) {
    size_t end = unit.size();
    while (end > 0 && IsDigit(unit[end - 1])) --end;
    const bool has_sign =
        end > 0 && end < unit.size() && (unit[end - 1] == '-' || unit[end - 1] == '+');
    return unit.substr(0, has_sign ? end - 1 : end);
  }

  // Up to an operator, a parenthesis or an annotation; inside of brackets anything goes.
  size_t AtomSize() const {
    bool in_brackets = false;
    size_t size = 0;
    for (; size < rest_.size(); ++size) {
      const char c = rest_[size];
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      if (!in_brackets && std::string_view("./(){}").find(c) != std::string_view::npos) break;
    }
    return size;
  }

  bool Annotation() {
    const size_t end = rest_.find('}');
    if (end == rest_.npos || rest_.find('{', 1) < end) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool AtEnd() const {
    return rest_.empty() || std::string_view("./)").find(rest_.front()) != std::string_view::npos;
  }

  bool Accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  size_t Digits(size_t at) const {
    while (at < rest_.size() && IsDigit(rest_[at])) ++at;
    return at;
  }

  std::string_view rest_;
};

}  // namespace

bool IsUcum(std::string_view unit) {
  const bool ascii =
      std::all_of(unit.begin(), unit.end(), [](char c) { return c > 32 && c < 127; });
  return !unit.empty() && ascii && Parser(unit).Run();
}

}  // namespace glossator::sr
