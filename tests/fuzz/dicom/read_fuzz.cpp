// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes: the reader, the head scanner and the file reader throw Error or give what writes and
// reads back equal. The first byte picks the encoding.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/json.h"

namespace {

using namespace glossator;
using namespace glossator::dicom;

constexpr Limits kLimits{.bytes_max = 1 << 22, .elements_max = 100000};

void Pad(DataSet& data_set) {
  ForEachElement(data_set, [](const std::string&, Element& element) {
    if (element.value.size() % 2 != 0) element.value += PaddingOf(element.vr);
    for (std::string& fragment : element.fragments) {
      if (fragment.size() % 2 != 0) fragment += '\0';
    }
  });
}

void TryDataSet(std::string_view bytes, const TransferSyntax& syntax) {
  try {
    DataSet data_set = Read(bytes, syntax, kLimits);
    Pad(data_set);
    const DataSet again = Read(Write(data_set, kExplicitLittleEndian), kExplicitLittleEndian);
    DataSet text = again;
    ConvertToUtf8(text);
    ToJson(text);
  } catch (const Error&) {
  }
}

// Growing prefixes must find what one look finds.
void TryScanner(std::string_view bytes, const TransferSyntax& syntax) {
  if (syntax.deflated) return;
  try {
    HeadScanner whole(syntax, kLimits);
    const auto state = whole.Scan(bytes);
    HeadScanner stepwise(syntax, kLimits);
    for (size_t size = 0; size <= bytes.size(); ++size) stepwise.Scan(bytes.substr(0, size));
    if (stepwise.head_size() != whole.head_size()) std::abort();
    if (state == HeadScanner::State::kAtPixelData && whole.head_size() > bytes.size()) std::abort();
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const TransferSyntax& syntax = AllTransferSyntaxes()[data[0] % AllTransferSyntaxes().size()];
  TryDataSet(bytes, syntax);
  TryScanner(bytes.substr(0, 4096), syntax);
  try {
    ReadFile(bytes, kLimits);
  } catch (const Error&) {
  }
  return 0;
}
