// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/handler.h"

#include "dimse/scu.h"

namespace glossator::dimse {

const dicom::TransferSyntax* Handler::Choose(const Association&, std::string_view,
                                             const std::vector<std::string>& offered) {
  for (const std::string& uid : offered) {
    if (const dicom::TransferSyntax* syntax = dicom::FindTransferSyntax(uid)) return syntax;
  }
  return nullptr;
}

bool Handler::MayBeScp(std::string_view abstract_syntax) {
  return abstract_syntax == kStorageCommitment;
}

FindAnswer Handler::Find(const Association&, std::string_view, const dicom::DataSet&) {
  return {{kSopClassNotSupported}, {}};
}

Status Handler::Action(const Association&, std::string_view, std::string_view, uint16_t,
                       const dicom::DataSet&) {
  return {kUnrecognizedOperation};
}

Status Handler::EventReport(const Association&, std::string_view, std::string_view, uint16_t,
                            const dicom::DataSet&) {
  return {kUnrecognizedOperation};
}

}  // namespace glossator::dimse
