// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/tool_arguments.h"

#include <charconv>

namespace glossator::seg {

ToolArguments::ToolArguments(const std::vector<std::string>& words,
                             const std::set<std::string>& values,
                             const std::set<std::string>& flags) {
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (values.count(word) > 0) {
      if (i + 1 == words.size()) throw WrongUse(word + " needs a value");
      values_[word] = words[++i];
    } else if (flags.count(word) > 0) {
      flags_.insert(word);
    } else if (word.size() > 1 && word[0] == '-') {
      throw WrongUse("unknown option " + word);
    } else {
      files_.push_back(word);
    }
  }
}

std::string ToolArguments::Get(const std::string& name, const std::string& fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

std::string ToolArguments::Required(const std::string& name) const {
  if (!Has(name)) throw WrongUse(name + " is required");
  return Get(name);
}

long ToolArguments::Number(const std::string& name, long fallback, long least, long most) const {
  if (!Has(name)) return fallback;
  const std::string text = Get(name);
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    throw WrongUse(name + " takes a number from " + std::to_string(least) + " to " +
                   std::to_string(most));
  }
  return number;
}

const std::string& ToolArguments::OneFile() const {
  if (files_.size() != 1) throw WrongUse("expected one file");
  return files_[0];
}

}  // namespace glossator::seg
