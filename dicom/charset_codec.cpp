// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/charset_codec.h"

#include <iconv.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace glossator::dicom {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// One open conversion a thread and pair; opening one costs more than a name's conversion.
class Converter {
 public:
  Converter(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
  ~Converter() {
    if (valid()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool valid() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::optional<std::string> Convert(std::string_view text) {
    if (!valid()) return std::nullopt;
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    std::string out(4 * text.size() + 8, '\0');
    char* from = const_cast<char*>(text.data());
    char* to = out.data();
    size_t from_left = text.size();
    size_t to_left = out.size();
    // A positive result counts characters that were only approximated.
    if (iconv(handle_, &from, &from_left, &to, &to_left) != 0) return std::nullopt;
    out.resize(out.size() - to_left);
    return out;
  }

 private:
  iconv_t handle_;
};

bool IsHigh(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

std::string HighBits(std::string_view bytes) {
  std::string high(bytes);
  for (char& c : high) c = static_cast<char>(c | 0x80);
  return high;
}

std::string LowBits(std::string_view bytes) {
  std::string low(bytes);
  for (char& c : low) c = static_cast<char>(c & 0x7F);
  return low;
}

size_t BytesPerCharacter(Coding coding) {
  return coding == Coding::kKanji || coding == Coding::kKanji2 || coding == Coding::kDouble ? 2 : 1;
}

std::string DecodeOne(const HalfSet& set, std::string_view bytes) {
  std::optional<std::string> text;
  switch (set.coding) {
    case Coding::kAscii:
      return std::string(bytes);
    case Coding::kRomaji:
      return bytes == "~" ? "\xE2\x80\xBE" : std::string(bytes);
    case Coding::kKanji:
      text = Iconv("UTF-8", set.iconv, HighBits(bytes));
      break;
    case Coding::kKanji2:
      text = Iconv("UTF-8", set.iconv, '\x8F' + HighBits(bytes));
      break;
    case Coding::kKatakana:
      text = Iconv("UTF-8", set.iconv, '\x8E' + std::string(bytes));
      break;
    case Coding::kSingle:
    case Coding::kDouble:
      text = Iconv("UTF-8", set.iconv, bytes);
      break;
    default:
      break;
  }
  return text.value_or(std::string(kReplacement));
}

// The bytes of one character in `set`, without escape.
std::optional<std::string> EncodeOne(const HalfSet& set, std::string_view character) {
  const bool ascii = character.size() == 1 && !IsHigh(character[0]);
  if (set.coding == Coding::kAscii || set.coding == Coding::kRomaji) {
    if (set.coding == Coding::kRomaji && character == "\xE2\x80\xBE") return "~";
    if (!ascii || (set.coding == Coding::kRomaji && character == "~")) return std::nullopt;
    return std::string(character);
  }
  if (ascii || set.coding == Coding::kNone) return std::nullopt;
  const auto bytes = Iconv(set.iconv, "UTF-8", character);
  if (!bytes || bytes->empty()) return std::nullopt;
  const bool three = bytes->size() == 3 && bytes->front() == '\x8F';
  const bool half = bytes->size() == 2 && bytes->front() == '\x8E';
  switch (set.coding) {
    case Coding::kKanji:
      return bytes->size() == 2 && !half ? std::optional(LowBits(*bytes)) : std::nullopt;
    case Coding::kKanji2:
      return three ? std::optional(LowBits(bytes->substr(1))) : std::nullopt;
    case Coding::kKatakana:
      return half ? std::optional(bytes->substr(1)) : std::nullopt;
    case Coding::kDouble:
      return bytes->size() == 2 ? bytes : std::nullopt;
    default:
      return bytes->size() == 1 ? bytes : std::nullopt;
  }
}

const HalfSet* DesignatedBy(std::string_view rest) {
  for (const HalfSet* set : kDesignated) {
    if (rest.starts_with(set->escape)) return set;
  }
  return nullptr;
}

// Where a half set stands now.
struct Codes {
  const HalfSet* g0;
  const HalfSet* g1;

  void Designate(const HalfSet& set) { (set.is_g1 ? g1 : g0) = &set; }
  const HalfSet& For(char c) const { return IsHigh(c) ? *g1 : *g0; }
  bool Has(const HalfSet& set) const { return g0 == &set || g1 == &set; }
};

}  // namespace

const Term* FindTerm(std::string_view name) {
  if (name.empty()) return &kTerms[0];
  for (const std::string_view prefix : {"ISO_IR ", "ISO 2022 IR ", "ISO2022 IR ", "ISO-IR "}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  const auto* found = std::find_if(std::begin(kTerms), std::end(kTerms),
                                   [name](const Term& term) { return term.name == name; });
  return found == std::end(kTerms) ? nullptr : found;
}

std::optional<std::string> Iconv(const char* to, const char* from, std::string_view text) {
  thread_local std::map<std::pair<std::string, std::string>, Converter> converters;
  const auto [found, added] =
      converters.try_emplace(std::pair<std::string, std::string>(to, from), to, from);
  return found->second.Convert(text);
}

bool ResetsCodes(char c, Vr vr) {
  if (c == '\r' || c == '\n' || c == '\f' || c == '\t') return true;
  if (c == '\\' && IsMultiValued(vr)) return true;
  return vr == Vr::PN && (c == '^' || c == '=');
}

std::string DecodeIso2022(std::string_view bytes, const Term& first, Vr vr) {
  // A multi-byte G0 set is never initial (PS3.3 C.12.1.1.2), but be kind to who says so.
  const bool multi = BytesPerCharacter(first.g0->coding) == 2;
  const Codes initial{multi ? &kAsciiSet : first.g0, first.g1};
  Codes codes = initial;
  std::string text;
  size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    if (const HalfSet* set = rest[0] == '\033' ? DesignatedBy(rest) : nullptr) {
      codes.Designate(*set);
      at += set->escape.size();
      continue;
    }
    const HalfSet& set = codes.For(rest[0]);
    // A control character is never half of a two-byte character.
    const bool control = static_cast<unsigned char>(rest[0]) < 0x20;
    const size_t size = control ? 1 : BytesPerCharacter(set.coding);
    const bool resets = size == 1 && ResetsCodes(rest[0], vr);
    if (resets) codes = initial;
    text += resets || control    ? std::string(1, rest[0])
            : rest.size() < size ? std::string(kReplacement)
                                 : DecodeOne(set, rest.substr(0, size));
    at += size;
  }
  return text;
}

std::optional<std::string> EncodeIso2022(std::string_view utf8,
                                         const std::vector<const Term*>& terms, Vr vr) {
  const Codes initial{terms.front()->g0, terms.front()->g1};
  Codes codes = initial;
  std::string bytes;
  // Back to the initial G0 before a delimiter and at the end; a G1 set is simply forgotten.
  const auto reset = [&] {
    if (codes.g0 != initial.g0) bytes += initial.g0->escape;
    codes = initial;
  };
  for (size_t at = 0; at < utf8.size();) {
    const size_t size = Utf8Length(utf8, at);
    if (size == 0) return std::nullopt;
    const std::string_view character = utf8.substr(at, size);
    at += size;
    if (size == 1 && ResetsCodes(character[0], vr)) {
      reset();
      bytes += character;
      continue;
    }
    std::vector<const HalfSet*> choices = {codes.g0, codes.g1};
    for (const Term* term : terms) choices.insert(choices.end(), {term->g0, term->g1});
    const HalfSet* chosen = nullptr;
    std::optional<std::string> encoded;
    for (size_t i = 0; i < choices.size() && !encoded; ++i) {
      chosen = choices[i];
      encoded = EncodeOne(*chosen, character);
    }
    if (!encoded) return std::nullopt;
    if (!codes.Has(*chosen)) {
      bytes += chosen->escape;
      codes.Designate(*chosen);
    }
    bytes += *encoded;
  }
  reset();
  return bytes;
}

size_t Utf8Length(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (size == 0 || lead > 0xF4 || at + size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = size > 2 ? static_cast<unsigned char>(text[at + 1]) : 0;
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : size;
}

}  // namespace glossator::dicom
