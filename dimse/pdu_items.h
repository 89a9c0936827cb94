// SPDX-License-Identifier: GPL-3.0-or-later
// Item types inside the A-ASSOCIATE PDUs (PS3.8 9.3.2-9.3.3, PS3.7 D.3.3).
#pragma once

#include <cstdint>

namespace glossator::dimse {

enum class ItemType : uint8_t {
  kApplicationContext = 0x10,
  kPresentationContextRq = 0x20,
  kPresentationContextAc = 0x21,
  kAbstractSyntax = 0x30,
  kTransferSyntax = 0x40,
  kUserInformation = 0x50,
  kMaximumLength = 0x51,
  kImplementationClassUid = 0x52,
  kAsyncWindow = 0x53,
  kRoleSelection = 0x54,
  kImplementationVersion = 0x55,
  kExtendedNegotiation = 0x56,
  kCommonExtended = 0x57,
  kUserIdentityRq = 0x58,
  kUserIdentityAc = 0x59,
};

}  // namespace glossator::dimse
