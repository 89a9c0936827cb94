// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace glossator::dicom {

// How a data set is encoded (PS3.5 Annex A). `uid` points at static storage.
struct TransferSyntax {
  std::string_view uid;
  bool explicit_vr;
  bool big_endian;
  bool deflated;      // the whole data set (A.5)
  bool encapsulated;  // Pixel Data comes in fragments (A.4)
  bool lossy;         // may only hold lossy pixels
};

const TransferSyntax* FindTransferSyntax(std::string_view uid);  // nullptr when unknown
std::span<const TransferSyntax> AllTransferSyntaxes();

extern const TransferSyntax& kImplicitLittleEndian;
extern const TransferSyntax& kExplicitLittleEndian;
extern const TransferSyntax& kExplicitBigEndian;
extern const TransferSyntax& kDeflatedExplicitLittleEndian;

}  // namespace glossator::dicom
