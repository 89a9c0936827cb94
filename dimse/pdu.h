// SPDX-License-Identifier: GPL-3.0-or-later
// Protocol data units of the upper layer (PS3.8 9.3) as values, and their bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/error.h"
#include "dimse/association.h"

namespace glossator::dimse {

enum class PduType : uint8_t {
  kAssociateRq = 1,
  kAssociateAc = 2,
  kAssociateRj = 3,
  kPDataTf = 4,
  kReleaseRq = 5,
  kReleaseRp = 6,
  kAbort = 7,
};

// PS3.8 Table 9-26.
enum class AbortSource : uint8_t { kServiceUser = 0, kServiceProvider = 2 };
enum class AbortReason : uint8_t {
  kNotSpecified = 0,
  kUnrecognizedPdu = 1,
  kUnexpectedPdu = 2,
  kUnrecognizedParameter = 4,
  kUnexpectedParameter = 5,
  kInvalidParameterValue = 6,
};
struct Abort {
  AbortSource source = AbortSource::kServiceUser;
  AbortReason reason = AbortReason::kNotSpecified;
  bool operator==(const Abort&) const = default;
};

// Bytes that are no PDU (Evt19). The association is aborted with `reason`.
class MalformedPdu : public Error {
 public:
  MalformedPdu(AbortReason reason, const std::string& what)
      : Error(ErrorKind::kInvalid, what), reason_(reason) {}
  AbortReason reason() const { return reason_; }

 private:
  AbortReason reason_;
};

struct ProposedContext {
  uint8_t id = 0;  // odd
  std::string abstract_syntax;
  std::vector<std::string> transfer_syntaxes;
  bool operator==(const ProposedContext&) const = default;
};

struct AnsweredContext {
  uint8_t id = 0;
  ContextResult result = ContextResult::kNoReason;
  std::string transfer_syntax;  // meaningful when accepted
  bool operator==(const AnsweredContext&) const = default;
};

struct AsyncWindow {  // PS3.7 D.3.3.3
  uint16_t invoked = 1;
  uint16_t performed = 1;
  bool operator==(const AsyncWindow&) const = default;
};

struct RoleSelection {  // PS3.7 D.3.3.4
  std::string sop_class_uid;
  bool scu = false;
  bool scp = false;
  bool operator==(const RoleSelection&) const = default;
};

struct ExtendedNegotiation {  // PS3.7 D.3.3.5
  std::string sop_class_uid;
  std::string information;  // service-class application information, opaque
  bool operator==(const ExtendedNegotiation&) const = default;
};

struct CommonExtended {  // PS3.7 D.3.3.6
  std::string sop_class_uid;
  std::string service_class_uid;
  std::vector<std::string> related;
  bool operator==(const CommonExtended&) const = default;
};

struct UserInformation {    // PS3.8 Annex D, PS3.7 D.3.3
  uint32_t max_length = 0;  // 0: no limit
  std::string implementation_class_uid;
  std::string implementation_version;
  std::optional<AsyncWindow> async_window;
  std::vector<RoleSelection> roles;
  std::vector<ExtendedNegotiation> extended;
  std::vector<CommonExtended> common_extended;
  std::optional<UserIdentity> user_identity;          // request
  std::optional<std::string> user_identity_response;  // acceptance
};

struct AssociateRq {
  uint16_t protocol_version = 1;
  std::string called_aet;
  std::string calling_aet;
  std::string application_context;
  std::vector<ProposedContext> contexts;
  UserInformation user;
};

struct AssociateAc {
  uint16_t protocol_version = 1;
  std::string called_aet;   // echoed
  std::string calling_aet;  // echoed
  std::string application_context;
  std::vector<AnsweredContext> contexts;
  UserInformation user;
};

inline constexpr std::string_view kDicomApplicationContext = "1.2.840.10008.3.1.1.1";
inline constexpr size_t kPduHeader = 6;
inline constexpr size_t kPdvHeader = 6;  // item length, presentation context, control byte

// Whole PDUs, header included.
std::string Encode(const AssociateRq& request);
std::string Encode(const AssociateAc& acceptance);
std::string Encode(const Rejection& rejection);
std::string Encode(const Abort& abort);
std::string EncodeReleaseRq();
std::string EncodeReleaseRp();
// PDU and PDV header of one P-DATA-TF PDU with one fragment of `size` bytes (PS3.8 9.3.5, E.2).
std::string PDataHeader(uint8_t context, bool command, bool last, uint32_t size);

// `body` is what follows the six header bytes. Throw MalformedPdu.
AssociateRq ParseAssociateRq(std::string_view body);
AssociateAc ParseAssociateAc(std::string_view body);
Rejection ParseRejection(std::string_view body);
Abort ParseAbort(std::string_view body);

}  // namespace glossator::dimse
