// SPDX-License-Identifier: GPL-3.0-or-later
// The acceptor's answer to an A-ASSOCIATE-RQ (PS3.8 9.3.3, PS3.7 D.3.3), without any I/O.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "dimse/handler.h"
#include "dimse/pdu.h"

namespace glossator::dimse {

struct AcceptedContext {
  std::string abstract_syntax;
  const dicom::TransferSyntax* transfer_syntax = nullptr;
};
using AcceptedContexts = std::map<uint8_t, AcceptedContext>;

struct Negotiated {
  AssociateAc answer;
  AcceptedContexts contexts;
};

Negotiated Negotiate(const AssociateRq& request, const Association& association, Handler& handler,
                     uint32_t max_pdu);

// What we say about ourselves in either role.
UserInformation OwnUserInformation(uint32_t max_pdu);

}  // namespace glossator::dimse
