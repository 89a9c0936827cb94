// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/charset.h"

#include <algorithm>
#include <deque>

#include "dicom/charset_codec.h"

namespace glossator::dicom {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\033'; });
}

// Unknown terms read as Latin-1.
std::vector<const Term*> TermsOf(const std::vector<std::string>& names) {
  std::vector<const Term*> terms;
  for (const std::string& name : names) {
    const Term* term = FindTerm(name);
    terms.push_back(term == nullptr ? FindTerm("ISO_IR 100") : term);
  }
  if (terms.empty()) terms.push_back(FindTerm(""));
  return terms;
}

bool IsMultibyte(const Term& term) { return term.g1->coding == Coding::kMultibyte; }

std::string RepairUtf8(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t size = Utf8Length(text, at);
    out += size == 0 ? kReplacement : text.substr(at, size);
    at += std::max<size_t>(size, 1);
  }
  return out;
}

// GB 18030 and GBK: the longest readable piece at each place.
std::string DecodeMultibyte(const char* set, std::string_view bytes) {
  if (const auto whole = Iconv("UTF-8", set, bytes)) return *whole;
  std::string out;
  for (size_t at = 0; at < bytes.size();) {
    size_t used = 1;
    std::optional<std::string> text;
    for (const size_t size : {1, 2, 4}) {
      if (text || at + size > bytes.size()) continue;
      text = Iconv("UTF-8", set, bytes.substr(at, size));
      used = text ? size : 1;
    }
    out += text.value_or(std::string(kReplacement));
    at += used;
  }
  return out;
}

// Brings the text of one data set to UTF-8; true when something is not ASCII.
bool ConvertElements(DataSet& data_set, const CharacterSet& characters) {
  bool beyond_ascii = false;
  for (Element& element : data_set.elements()) {
    if (!UsesCharacterSet(element.vr) || IsAscii(element.value)) continue;
    element.value = characters.Decode(element.value, element.vr);
    beyond_ascii = true;
  }
  return beyond_ascii;
}

}  // namespace

CharacterSet::CharacterSet(std::vector<std::string> terms) : terms_(std::move(terms)) {
  known_ = std::all_of(terms_.begin(), terms_.end(),
                       [](const std::string& name) { return FindTerm(name) != nullptr; });
}

CharacterSet CharacterSet::Of(const DataSet& data_set) {
  return CharacterSet(data_set.GetStrings(tags::SpecificCharacterSet));
}

std::string CharacterSet::Decode(std::string_view bytes, Vr vr) const {
  const Term& first = *TermsOf(terms_).front();
  if (first.g1 == &kUtf8) return RepairUtf8(bytes);
  if (IsAscii(bytes) && first.g0 == &kAsciiSet) return std::string(bytes);
  if (IsMultibyte(first)) return DecodeMultibyte(first.g1->iconv, bytes);
  return DecodeIso2022(bytes, first, vr);
}

std::optional<std::string> CharacterSet::Encode(std::string_view utf8, Vr vr) const {
  if (!known_) return std::nullopt;
  const std::vector<const Term*> terms = TermsOf(terms_);
  if (IsMultibyte(*terms.front())) {
    return Iconv(terms.front()->g1->iconv, "UTF-8", utf8);
  }
  return EncodeIso2022(utf8, terms, vr);
}

void ConvertToUtf8(DataSet& data_set) {
  struct Level {
    DataSet* data_set;
    const CharacterSet* characters;
  };
  std::deque<CharacterSet> sets = {CharacterSet::Of(data_set)};
  std::vector<Level> levels = {{&data_set, &sets.back()}};
  bool beyond_ascii = false;
  while (!levels.empty()) {
    const Level level = levels.back();
    levels.pop_back();
    if (ConvertElements(*level.data_set, *level.characters)) beyond_ascii = true;
    level.data_set->Erase(tags::SpecificCharacterSet);
    for (Element& element : level.data_set->elements()) {
      for (DataSet& item : element.items) {
        // An item without its own set has that of its parent (PS3.3 C.12.1.1.2).
        const bool own = item.Has(tags::SpecificCharacterSet);
        if (own) sets.push_back(CharacterSet::Of(item));
        levels.push_back({&item, own ? &sets.back() : level.characters});
      }
    }
  }
  if (beyond_ascii) data_set.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
}

bool ConvertFromUtf8(DataSet& data_set, const CharacterSet& characters) {
  if (!characters.is_known()) return false;
  DataSet encoded = data_set;
  bool sayable = true;
  ForEachElement(encoded, [&](const std::string&, Element& element) {
    if (!sayable || !UsesCharacterSet(element.vr) || IsAscii(element.value)) return;
    auto bytes = characters.Encode(element.value, element.vr);
    sayable = bytes.has_value();
    if (bytes) element.value = std::move(*bytes);
  });
  if (!sayable) return false;
  encoded.Erase(tags::SpecificCharacterSet);
  if (!characters.terms().empty()) {
    encoded.SetStrings(tags::SpecificCharacterSet, characters.terms());
  }
  data_set = std::move(encoded);
  return true;
}

}  // namespace glossator::dicom
