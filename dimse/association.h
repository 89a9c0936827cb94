// SPDX-License-Identifier: GPL-3.0-or-later
// Who talks to whom (PS3.8 7.1): what both roles know about one association.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom/transfer_syntax.h"

namespace glossator::dimse {

// PS3.7 D.3.3.7. Secrets: never logged, never stored by this room.
struct UserIdentity {
  uint8_t type = 0;  // 1 user name, 2 user name and passcode, 3 Kerberos, 4 SAML, 5 JWT
  bool response_requested = false;
  std::string primary;
  std::string secondary;
};

// AE titles are trimmed. They, the TLS subject and the user identity may name a person: log the
// number and the peer address only.
struct Association {
  uint64_t number = 0;  // opaque, counts up in one Server
  std::string calling_aet;
  std::string called_aet;
  std::string peer_address;  // numeric, without port
  uint16_t peer_port = 0;
  std::string tls_subject;  // RFC 2253; empty without TLS
  std::string implementation_class_uid;
  std::string implementation_version;
  std::optional<UserIdentity> user_identity;
};

// PS3.8 Table 9-21.
struct Rejection {
  uint8_t result;  // 1 permanent, 2 transient
  uint8_t source;  // 1 service user, 2 service provider (ACSE), 3 provider (presentation)
  uint8_t reason;
  bool operator==(const Rejection&) const = default;
};
inline constexpr Rejection kApplicationContextNotSupported{1, 1, 2};
inline constexpr Rejection kCallingAeNotRecognized{1, 1, 3};
inline constexpr Rejection kCalledAeNotRecognized{1, 1, 7};
inline constexpr Rejection kProtocolVersionNotSupported{1, 2, 2};
inline constexpr Rejection kTemporaryCongestion{2, 3, 1};
inline constexpr Rejection kLocalLimitExceeded{2, 3, 2};
std::string ToString(const Rejection& rejection);  // "called AE title not recognized (permanent)"

// PS3.8 Table 9-18.
enum class ContextResult : uint8_t {
  kAcceptance = 0,
  kUserRejection = 1,
  kNoReason = 2,
  kAbstractSyntaxNotSupported = 3,
  kTransferSyntaxesNotSupported = 4,
};

}  // namespace glossator::dimse
