// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as frames: blanking must not depend on how they are cut, and must be stable.
#include <cstdint>
#include <cstdlib>

#include "deid/bitstream.h"
#include "deid/icc.h"

namespace {

using namespace glossator;

std::string Cut(std::string bytes, const dicom::TransferSyntax& syntax, size_t step, bool& ok) {
  deid::FrameCleaner cleaner(syntax);
  for (size_t at = 0; at < bytes.size(); at += step) {
    cleaner.Clean(bytes.data() + at, std::min(step, bytes.size() - at));
  }
  ok = cleaner.problem().empty();
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto syntaxes = dicom::AllTransferSyntaxes();
  const dicom::TransferSyntax& syntax = syntaxes[data[0] % syntaxes.size()];
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool ok_whole = false, ok_cut = false, ok_again = false;
  const std::string whole = Cut(bytes, syntax, bytes.size(), ok_whole);
  if (whole != Cut(bytes, syntax, 1 + data[0] % 7, ok_cut) || ok_whole != ok_cut) abort();
  if (ok_whole && whole != Cut(whole, syntax, whole.size(), ok_again)) abort();
  const auto profile = deid::ScrubIccProfile(bytes);
  if (profile && profile->size() != bytes.size()) abort();
  return 0;
}
