// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/transfer_syntax.h"

#include <algorithm>
#include <iterator>

namespace glossator::dicom {
namespace {

// PS3.5 Annex A with the retired JPEG processes. JPEG-LS near-lossless, JPEG 2000, HTJ2K and JPEG
// XL may hold either kind of pixels. What is no file or message encoding is left out: RFC 2557,
// XML, SMPTE ST 2110 and Papyrus.
//   uid, explicit_vr, big_endian, deflated, encapsulated, lossy
constexpr TransferSyntax kSyntaxes[] = {
    {"1.2.840.10008.1.2", false, false, false, false, false},
    {"1.2.840.10008.1.2.1", true, false, false, false, false},
    {"1.2.840.10008.1.2.2", true, true, false, false, false},
    {"1.2.840.10008.1.2.1.99", true, false, true, false, false},
    {"1.2.840.10008.1.2.1.98", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.50", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.51", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.52", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.53", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.54", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.55", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.56", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.57", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.58", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.59", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.60", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.61", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.62", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.63", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.64", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.65", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.66", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.70", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.80", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.81", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.90", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.91", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.92", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.93", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.94", true, false, false, false, false},
    {"1.2.840.10008.1.2.4.95", true, false, true, false, false},
    {"1.2.840.10008.1.2.4.100", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.100.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.101", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.101.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.102", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.102.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.103", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.103.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.104", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.104.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.105", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.105.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.106", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.106.1", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.107", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.108", true, false, false, true, true},
    {"1.2.840.10008.1.2.4.110", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.111", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.112", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.201", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.202", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.203", true, false, false, true, false},
    {"1.2.840.10008.1.2.4.204", true, false, false, false, false},
    {"1.2.840.10008.1.2.4.205", true, false, true, false, false},
    {"1.2.840.10008.1.2.5", true, false, false, true, false},
    {"1.2.840.10008.1.2.8.1", true, false, false, true, false},
};

}  // namespace

const TransferSyntax* FindTransferSyntax(std::string_view uid) {
  const auto* found =
      std::find_if(std::begin(kSyntaxes), std::end(kSyntaxes),
                   [uid](const TransferSyntax& syntax) { return syntax.uid == uid; });
  return found == std::end(kSyntaxes) ? nullptr : found;
}

std::span<const TransferSyntax> AllTransferSyntaxes() { return kSyntaxes; }

// References into a constant table: usable in static initializers everywhere.
const TransferSyntax& kImplicitLittleEndian = kSyntaxes[0];
const TransferSyntax& kExplicitLittleEndian = kSyntaxes[1];
const TransferSyntax& kExplicitBigEndian = kSyntaxes[2];
const TransferSyntax& kDeflatedExplicitLittleEndian = kSyntaxes[3];

}  // namespace glossator::dicom
