// SPDX-License-Identifier: GPL-3.0-or-later
// Any data set through every policy: what comes out can be written, has no private or unknown
// attribute, and cleaning it again finds no name that the dictionary knows in its text.
#include <cstdint>
#include <cstdlib>

#include "deid/sentinel.h"
#include "dicom/error.h"
#include "tests/unit/deid/fixtures.h"

namespace {

using namespace glossator;
using namespace glossator::deid;

dicom::Limits Small() {
  dicom::Limits limits;
  limits.bytes_max = 1 << 20;
  limits.element_bytes_max = 1 << 20;
  limits.elements_max = 20'000;
  return limits;
}

void CheckValues(const DataSet& data_set, const Sentinel& sentinel) {
  dicom::ForEachElement(data_set, [&](const std::string&, const dicom::Element& element) {
    if (element.tag.is_group_length() || element.tag.group == 0x6000) abort();
    const bool known = element.tag.is_private() || dicom::FindEntry(element.tag) != nullptr;
    if (!known) abort();
    const bool text = dicom::UsesCharacterSet(element.vr) || element.vr == Vr::CS;
    // Texts that the standard fixes name no one: codes and words of our own stamp.
    if (text && element.tag.group != 0x0012 && sentinel.FindsInText(element.value)) abort();
  });
}

void CleanWithAll(const DataSet& data_set, const dicom::TransferSyntax& syntax) {
  static const Engine engines[] = {Engine(LoadPolicy("basic")), Engine(LoadPolicy("research")),
                                   Engine(LoadPolicy("safe-harbor"))};
  const auto instance = Identified(data_set, syntax);
  Dictionary dictionary;
  dictionary.Collect(instance);
  const auto sentinel = dictionary.Compile();
  for (const Engine& engine : engines) {
    engine.Screen(instance);
    const Cleaned cleaned = engine.Clean(instance, FakePseudonyms(), dictionary);
    CheckValues(cleaned.instance.data_set(), *sentinel);
    try {
      dicom::Write(cleaned.instance.data_set(), syntax);
    } catch (const Error&) {  // a syntax that cannot carry it
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto syntaxes = dicom::AllTransferSyntaxes();
  const dicom::TransferSyntax& syntax = syntaxes[data[0] % syntaxes.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    CleanWithAll(dicom::Read(bytes, syntax, Small()), syntax);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInvalid) abort();
  }
  return 0;
}
