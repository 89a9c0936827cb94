// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/dictionary.h"

#include <algorithm>

#include "deid/dates.h"
#include "deid/fold.h"
#include "deid/sentinel.h"
#include "deid/tables.h"
#include "dicom/error.h"

namespace glossator::deid {
namespace {

constexpr size_t kEntriesMax = 100000;  // some 100 MB to search for
constexpr size_t kBytesMax = 8u << 20;
constexpr size_t kTextMax = 256;  // longer ones are searched by their words
constexpr std::string_view kMagic = "GLDD1\n";

std::string JoinedWords(std::string_view text) {
  std::string joined;
  for (const std::string_view word : WordsOf(text)) joined += word;
  return joined;
}

std::string DigitsOf(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

bool HasDigit(std::string_view text) { return text.find_first_of("0123456789") != text.npos; }

// Two ideographs are a name, two Latin letters are not.
bool IsLongEnough(std::string_view word, size_t letters) {
  return CodePoints(word) >= (IsAscii(word) ? letters : 2) && word.size() >= letters;
}

bool IsEverydayWord(std::string_view word) {
  const std::string folded = Fold(word);
  return IsWordOfTheTrade(folded) || IsVendorWord(folded);
}

}  // namespace

Dictionary::Dictionary(const Dictionary& other) { *this = other; }

Dictionary& Dictionary::operator=(const Dictionary& other) {
  if (this == &other) return *this;
  entries_ = other.entries_;
  bytes_ = other.bytes_;
  overflowed_ = other.overflowed_;
  compiled_.reset();
  return *this;
}

bool Dictionary::Insert(IdentifierKind kind, std::string text) {
  if (text.empty() || text.size() > kTextMax) return false;
  if (entries_.size() >= kEntriesMax || bytes_ + text.size() > kBytesMax) {
    overflowed_ = true;
    return false;
  }
  const size_t size = text.size();
  if (!entries_.emplace(kind, std::move(text)).second) return false;
  bytes_ += size;
  const std::lock_guard lock(mutex_);
  compiled_.reset();
  return true;
}

bool Dictionary::AddName(std::string_view utf8) {
  bool changed = false;
  for (const std::string_view word : WordsOf(utf8)) {
    if (IsLongEnough(word, 2)) changed |= Insert(IdentifierKind::kName, std::string(word));
  }
  size_t begin = 0;  // "O'Brien" and "Jean-Luc" are searched for without their marks too
  while (begin <= utf8.size()) {
    const size_t end = std::min(utf8.find_first_of("^= ,", begin), utf8.size());
    const std::string joined = JoinedWords(utf8.substr(begin, end - begin));
    if (IsLongEnough(joined, 3)) changed |= Insert(IdentifierKind::kName, joined);
    begin = end + 1;
  }
  return changed;
}

bool Dictionary::AddId(IdentifierKind kind, std::string_view utf8) {
  bool changed = false;
  const std::string joined = JoinedWords(utf8);
  if (joined.size() < 3 || (joined.size() == 3 && IsDigits(joined))) return false;
  changed |= Insert(kind, std::string(utf8));
  changed |= Insert(kind, joined);
  const size_t digit = joined.find_first_not_of('0');
  if (IsDigits(joined) && digit != joined.npos && joined.size() - digit >= 6) {
    changed |= Insert(kind, joined.substr(digit));
  }
  for (const std::string_view word : WordsOf(utf8)) {
    if (word.size() >= 5 && HasDigit(word)) changed |= Insert(kind, std::string(word));
  }
  return changed;
}

bool Dictionary::AddPlace(IdentifierKind kind, std::string_view utf8) {
  bool changed = false;
  const auto words = WordsOf(utf8);
  if (words.size() > 1) changed |= Insert(kind, std::string(utf8));
  for (const std::string_view word : words) {
    const bool number = HasDigit(word);
    if (number ? word.size() >= 5 : IsLongEnough(word, 4) && !IsEverydayWord(word)) {
      changed |= Insert(kind, std::string(word));
    }
  }
  return changed;
}

bool Dictionary::Add(IdentifierKind kind, std::string_view utf8) {
  utf8 = Trim(utf8);
  if (utf8.empty()) return false;
  bool changed = false;
  switch (kind) {
    case IdentifierKind::kName:
      return AddName(utf8);
    case IdentifierKind::kDate:
      for (std::string& text : SpellingsOf(utf8)) changed |= Insert(kind, std::move(text));
      return changed;
    case IdentifierKind::kPhone:
      if (DigitsOf(utf8).size() < 6) return false;
      changed = Insert(kind, std::string(utf8));
      return Insert(kind, DigitsOf(utf8)) || changed;
    case IdentifierKind::kAddress:
    case IdentifierKind::kInstitution:
      return AddPlace(kind, utf8);
    case IdentifierKind::kId:
    case IdentifierKind::kDevice:
      return AddId(kind, utf8);
  }
  return false;
}

bool Dictionary::Merge(const Dictionary& other) {
  bool changed = false;
  for (const auto& [kind, text] : other.entries_) changed |= Insert(kind, text);
  overflowed_ |= other.overflowed_;
  return changed;
}

// Kind letter, size in decimal, colon, text; after the magic and a flag for "overflowed".
std::string Dictionary::Serialize() const {
  std::string out(kMagic);
  out += overflowed_ ? '1' : '0';
  for (const auto& [kind, text] : entries_) {
    out += static_cast<char>(kind) + std::to_string(text.size()) + ':' + text;
  }
  return out;
}

Dictionary Dictionary::Parse(std::string_view bytes) {
  const auto bad = [] { return Error(ErrorKind::kInvalid, "not a dictionary of identifiers"); };
  if (!bytes.starts_with(kMagic) || bytes.size() == kMagic.size()) throw bad();
  Dictionary dictionary;
  dictionary.overflowed_ = bytes[kMagic.size()] == '1';
  for (size_t at = kMagic.size() + 1; at < bytes.size();) {
    const size_t colon = bytes.find(':', at);
    const std::string_view digits = bytes.substr(at + 1, colon - at - 1);
    if (colon == bytes.npos || !IsDigits(digits) || digits.size() > 4) throw bad();
    const size_t size = static_cast<size_t>(std::stoi(std::string(digits)));
    if (bytes.size() - colon - 1 < size) throw bad();
    dictionary.Insert(static_cast<IdentifierKind>(bytes[at]),
                      std::string(bytes.substr(colon + 1, size)));
    at = colon + 1 + size;
  }
  return dictionary;
}

std::shared_ptr<const Sentinel> Dictionary::Compile(const Options& options) const {
  const std::lock_guard lock(mutex_);
  if (!compiled_ || compiled_for_ != options) {
    compiled_ = std::make_shared<const Sentinel>(*this, options);
    compiled_for_ = options;
  }
  return compiled_;
}

}  // namespace glossator::deid
