// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/ctp_script.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "dicom/dictionary.h"
#include "dicom/error.h"

namespace glossator::pixels {
namespace {

using Condition = std::pair<dicom::Tag, std::string>;
using Conjunction = std::vector<Condition>;

constexpr size_t kScriptBytesMax = size_t{8} << 20;
constexpr size_t kScriptRulesMax = 10'000;  // of a document
constexpr size_t kAlternativesMax = 64;     // of one block
constexpr int kDepthMax = 32;

[[noreturn]] void CannotTake(const std::string& why) { throw Error(ErrorKind::kInvalid, why); }

struct Method {
  std::string_view name;
  std::string_view before, after;  // of the text, as a pattern
};
constexpr Method kMethods[] = {
    {"equals", "", ""},
    {"equalsIgnoreCase", "", ""},
    {"contains", "*", "*"},
    {"startsWith", "", "*"},
    {"containsIgnoreCase", "*", "*"},
    {"endsWith", "*", ""},
    {"endsWithIgnoreCase", "*", ""},
    {"startsWithIgnoreCase", "", "*"},
};

// A regular expression that says no more than a pattern does.
std::string PatternOf(const std::string& expression) {
  std::string pattern;
  for (size_t i = 0; i < expression.size(); ++i) {
    if (expression.compare(i, 2, ".*") == 0) {
      pattern += '*';
      ++i;
    } else if (std::string_view("\\.[]{}()*+?^$|").find(expression[i]) != std::string_view::npos) {
      CannotTake("a regular expression");
    } else {
      pattern += expression[i];
    }
  }
  return pattern;
}

// One condition in braces, as alternatives of attributes that must all fit.
class CtpCondition {
 public:
  explicit CtpCondition(std::string_view text) : left_(text) {}

  std::vector<Conjunction> Read() {
    auto all = Sum(0);
    if (!Peek().empty()) CannotTake("something behind the condition");
    return all;
  }

 private:
  std::string_view Peek() {
    left_.remove_prefix(std::min(left_.find_first_not_of(" \t\r\n"), left_.size()));
    return left_.substr(0, 1);
  }
  bool Take(std::string_view sign) {
    if (Peek() != sign) return false;
    left_.remove_prefix(1);
    return true;
  }
  void Expect(std::string_view sign) {
    if (!Take(sign)) CannotTake("expected " + std::string(sign));
  }

  std::vector<Conjunction> Sum(int depth) {
    auto all = Product(depth);
    while (Take("+")) {
      for (auto& one : Product(depth)) all.push_back(std::move(one));
      if (all.size() > kAlternativesMax) CannotTake("too many alternatives");
    }
    return all;
  }

  std::vector<Conjunction> Product(int depth) {
    auto all = Factor(depth);
    while (Take("*")) {
      std::vector<Conjunction> both;
      for (const auto& more : Factor(depth)) {
        for (const auto& one : all) both.push_back(And(one, more));
      }
      if (both.size() > kAlternativesMax) CannotTake("too many alternatives");
      all = std::move(both);
    }
    return all;
  }

  static Conjunction And(Conjunction one, const Conjunction& other) {
    for (const auto& condition : other) {
      if (std::ranges::find(one, condition) != one.end()) continue;
      const bool twice = std::ranges::any_of(
          one, [&](const Condition& known) { return known.first == condition.first; });
      if (twice) CannotTake("two conditions on one attribute");
      one.push_back(condition);
    }
    return one;
  }

  std::vector<Conjunction> Factor(int depth) {
    if (depth > kDepthMax) CannotTake("nested too deeply");
    if (Take("!")) CannotTake("a negation");
    if (Take("(")) {
      auto inner = Sum(depth + 1);
      Expect(")");
      return inner;
    }
    const dicom::Tag tag = Attribute();
    Expect(".");
    const std::string method = Word();
    Expect("(");
    const std::string text = Text();
    Expect(")");
    return {{{tag, Pattern(method, text)}}};
  }

  static std::string Pattern(const std::string& method, const std::string& text) {
    if (method == "matches") return PatternOf(text);
    const auto* known = std::ranges::find(kMethods, method, &Method::name);
    if (known == std::end(kMethods)) CannotTake("the method " + method);
    if (text.find('*') != std::string::npos) CannotTake("a text with a star");
    return std::string(known->before) + text + std::string(known->after);
  }

  // A keyword, or [gggg,eeee].
  dicom::Tag Attribute() {
    if (!Take("[")) {
      const auto* entry = dicom::FindEntry(Word());
      if (entry == nullptr) CannotTake("an unknown attribute");
      return entry->tag;
    }
    const auto end = left_.find(']');
    const auto text = left_.substr(0, end);
    uint16_t group = 0, element = 0;
    const bool good = end == 9 && text[4] == ',' && Hex(text.substr(0, 4), group) &&
                      Hex(text.substr(5, 4), element);
    if (!good) CannotTake("an attribute that is not [gggg,eeee]");
    left_.remove_prefix(end + 1);
    const dicom::Tag tag{group, element};
    if (dicom::KeywordOf(tag).empty()) CannotTake("an unknown attribute");
    return tag;
  }

  static bool Hex(std::string_view text, uint16_t& number) {
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, 16);
    return read.ec == std::errc() && read.ptr == end;
  }

  std::string Word() {
    Peek();
    const auto is_letter = [](char one) {
      return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
    };
    const auto end =
        static_cast<size_t>(std::ranges::find_if_not(left_, is_letter) - left_.begin());
    const std::string word(left_.substr(0, end));
    left_.remove_prefix(end);
    if (word.empty()) CannotTake("expected a word");
    return word;
  }

  std::string Text() {
    Expect("\"");
    const auto end = left_.find('"');
    if (end == std::string_view::npos) CannotTake("a text without an end");
    std::string text(left_.substr(0, end));
    left_.remove_prefix(end + 1);
    const auto is_ascii = [](char one) { return one >= ' ' && one <= '~'; };
    if (!std::ranges::all_of(text, is_ascii)) CannotTake("a text that is not ASCII");
    return text;
  }

  std::string_view left_;
};

// "12, 0,640, 50" as a rectangle; nullopt: it is words in parentheses.
std::optional<Rectangle> RegionOf(std::string_view text) {
  uint32_t numbers[4] = {};
  for (size_t i = 0; i < 4; ++i) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const auto read = std::from_chars(text.data(), text.data() + text.size(), numbers[i]);
    if (read.ec != std::errc() || numbers[i] > 0xFFFF) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (i == 3) break;
    if (!text.starts_with(',')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return Rectangle{numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::vector<Rectangle> RegionsOf(std::string_view text) {
  std::vector<Rectangle> regions;
  for (size_t open; (open = text.find('(')) != std::string_view::npos;) {
    text.remove_prefix(open + 1);
    const auto close = text.find(')');
    if (close == std::string_view::npos) break;
    if (const auto region = RegionOf(text.substr(0, close))) regions.push_back(*region);
  }
  return regions;
}

// From // to the end of the line, outside texts. Spaces, so that lines keep their numbers.
std::string WithoutComments(std::string_view script) {
  std::string plain(script);
  bool quoted = false;
  for (size_t i = 0; i < plain.size(); ++i) {
    if (plain[i] == '"') quoted = !quoted;
    if (plain[i] == '\n') quoted = false;
    if (quoted || plain.compare(i, 2, "//") != 0) continue;
    for (; i < plain.size() && plain[i] != '\n'; ++i) plain[i] = ' ';
  }
  return plain;
}

// The brace that ends a condition: not one in a text.
size_t EndOfCondition(std::string_view text, size_t at) {
  bool quoted = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == '}' && !quoted) return at;
  }
  return std::string_view::npos;
}

void TakeBlock(std::string_view condition, std::string_view behind, const std::string& where,
               CtpScript& script) {
  try {
    const auto regions = RegionsOf(behind);
    // Over there such a device passes unread; here a rule without regions would say the same.
    if (regions.empty()) CannotTake("no region");
    for (auto& match : CtpCondition(condition).Read()) {
      if (script.rules.size() >= kScriptRulesMax) CannotTake("over 10,000 rules");
      script.rules.Add({"CTP, " + where, std::move(match), regions, true});
    }
  } catch (const Error& error) {
    script.left_out.push_back(where + ": " + error.what());
  }
}

}  // namespace

CtpScript ReadCtpScript(std::string_view text) {
  CtpScript script;
  if (text.size() > kScriptBytesMax) {
    script.left_out.emplace_back("line 1: over 8 MiB");
    return script;
  }
  const std::string plain = WithoutComments(text);
  const std::string_view all = plain;
  size_t line = 1, counted = 0;
  for (size_t open = all.find('{'); open != std::string_view::npos;) {
    line += static_cast<size_t>(std::ranges::count(all.substr(counted, open - counted), '\n'));
    counted = open;
    const std::string where = "line " + std::to_string(line);
    const size_t close = EndOfCondition(all, open + 1);
    if (close == std::string_view::npos) {
      script.left_out.push_back(where + ": a condition without an end");
      break;
    }
    const size_t next = all.find('{', close);
    TakeBlock(all.substr(open + 1, close - open - 1), all.substr(close + 1, next - close - 1),
              where, script);
    open = next;
  }
  return script;
}

}  // namespace glossator::pixels
