// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a film: what comes out must not depend on how it is cut, must be stable, as long as
// what came, and have its start codes where they were.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "deid/film.h"

namespace {

constexpr std::string_view kSyntaxes[] = {"1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.102.1",
                                          "1.2.840.10008.1.2.4.107"};

std::string InPieces(std::string bytes, std::string_view syntax, size_t step, bool& good) {
  glossator::deid::FilmCleaner cleaner(syntax);
  for (size_t at = 0; at < bytes.size(); at += step) {
    cleaner.Clean(bytes.data() + at, std::min(step, bytes.size() - at));
  }
  good = cleaner.problem().empty();
  return bytes;
}

bool SameStartCodes(const std::string& one, const std::string& other) {
  const std::string code("\0\0\1", 3);
  size_t at = 0;
  do {
    at = one.find(code, at);
    if (at != one.npos && other.compare(at, 3, code) != 0) return false;
  } while (at++ != one.npos);
  return true;
}

// Start codes and nothing else; BA begins the packs of another container.
bool IsBare(const std::string& bytes) {
  const size_t zeros = bytes.find_first_not_of('\0');
  return zeros != bytes.npos && zeros >= 2 && bytes[zeros] == 1 &&
         (zeros > 2 || bytes.compare(3, 1, "\xBA") != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view syntax = kSyntaxes[data[0] % 3];
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool good_whole = false, good_cut = false, good_again = false;
  const std::string whole = InPieces(bytes, syntax, bytes.size(), good_whole);
  const std::string cut = InPieces(bytes, syntax, 1 + data[0] / 3 % 9, good_cut);
  if (whole != cut || good_whole != good_cut) abort();
  if (!good_whole) return 0;
  if (whole != InPieces(whole, syntax, whole.size(), good_again) || !good_again) abort();
  if (IsBare(bytes) && !(SameStartCodes(bytes, whole) && SameStartCodes(whole, bytes))) abort();
  return 0;
}
