// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the data set of a C-STORE to a whole gate: one of the statuses that the conformance
// statement lists, never a processing failure, and the association lives. The first byte picks the
// transfer syntax.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "dicom/error.h"
#include "tests/fuzz/gate/running_gate.h"

using namespace glossator;

namespace {

constexpr const char* kCtImage = "1.2.840.10008.5.1.4.1.1.2";
constexpr int kStoredMax = 3000;  // then the spool is as good as full: a new gate

struct Rig {
  gate::RunningGate gate;
  std::unique_ptr<dimse::Scu> sender = gate.Connect(Contexts());
  int stored = 0;

  static std::vector<dimse::ScuContext> Contexts() {
    std::vector<dimse::ScuContext> contexts;
    for (const dicom::TransferSyntax& syntax : dicom::AllTransferSyntaxes()) {
      contexts.push_back({kCtImage, {std::string(syntax.uid)}});
    }
    return contexts;
  }
};

// What the data set calls itself, so that it is not refused for a name.
std::string InstanceOf(std::string_view bytes, const dicom::TransferSyntax& syntax) {
  try {
    const auto uid = dicom::Read(bytes, syntax).GetString(dicom::tags::SOPInstanceUID);
    if (!uid.empty() && uid.size() <= 64) return uid;
  } catch (const Error&) {
  }
  return "1.2.3.4";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // In here and made at once, so that it ends before what the gate's threads use (OpenSSL too).
  static auto rig = std::make_unique<Rig>();
  if (size < 2) return 0;
  if (rig->stored > kStoredMax) {
    rig.reset();
    rig = std::make_unique<Rig>();
  }
  const auto syntaxes = dicom::AllTransferSyntaxes();
  const dicom::TransferSyntax& syntax = syntaxes[data[0] % syntaxes.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, (size - 1) & ~size_t{1});
  const auto status = rig->sender->Store(kCtImage, InstanceOf(bytes, syntax), syntax, bytes);
  static constexpr uint16_t kKnown[] = {
      dimse::kSuccess,          dimse::kOutOfResources,        dimse::kDataSetMismatch,
      dimse::kCannotUnderstand, dimse::kInvalidObjectInstance, dimse::kSopClassNotSupported};
  if (std::ranges::find(kKnown, status.code) == std::end(kKnown)) abort();
  if (status.code == dimse::kSuccess) ++rig->stored;
  return 0;
}
