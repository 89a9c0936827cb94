// SPDX-License-Identifier: GPL-3.0-or-later
// Any text through every rule, with dates moved and without: no identifier is left, and nothing
// grows beyond what the digits of a date need.
#include "deid/text.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glossator::deid;
  static const auto identifiers = [] {
    Dictionary dictionary;
    dictionary.Add(IdentifierKind::kName, "Castorp^Hans");
    dictionary.Add(IdentifierKind::kId, "47110815");
    dictionary.Add(IdentifierKind::kDate, "19070412");
    return dictionary.Compile();
  }();
  static constexpr DateRule kMoved{-364, false}, kYears{-364, true};
  if (size > 4096) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const TextRule rule : {TextRule::kWords, TextRule::kVendor, TextRule::kTechnical}) {
    for (const DateRule* dates : {static_cast<const DateRule*>(nullptr), &kMoved, &kYears}) {
      const std::string cleaned = CleanText(text, rule, *identifiers, dates);
      if (identifiers->FindsInText(cleaned)) abort();
      if (cleaned.size() > 3 * text.size() + 16) abort();
    }
  }
  return 0;
}
