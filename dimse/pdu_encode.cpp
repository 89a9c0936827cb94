// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/bytes.h"
#include "dimse/pdu.h"
#include "dimse/pdu_items.h"

namespace glossator::dimse {
namespace {

void PutItem(std::string& out, ItemType type, std::string_view body) {
  Put8(out, static_cast<uint8_t>(type));
  Put8(out, 0);
  PutText16(out, body);
}

std::string Pdu(PduType type, std::string_view body) {
  std::string out;
  Put8(out, static_cast<uint8_t>(type));
  Put8(out, 0);
  Put32(out, static_cast<uint32_t>(body.size()));
  return out.append(body);
}

void PutAet(std::string& out, std::string_view aet) {
  std::string padded(aet.substr(0, 16));
  padded.resize(16, ' ');
  out += padded;
}

template <class Associate>
std::string FixedPart(const Associate& pdu) {
  std::string out;
  Put16(out, pdu.protocol_version);
  Put16(out, 0);
  PutAet(out, pdu.called_aet);
  PutAet(out, pdu.calling_aet);
  out.append(32, '\0');
  PutItem(out, ItemType::kApplicationContext, pdu.application_context);
  return out;
}

void PutContext(std::string& out, const ProposedContext& context) {
  std::string body{static_cast<char>(context.id), 0, 0, 0};
  PutItem(body, ItemType::kAbstractSyntax, context.abstract_syntax);
  for (const std::string& syntax : context.transfer_syntaxes) {
    PutItem(body, ItemType::kTransferSyntax, syntax);
  }
  PutItem(out, ItemType::kPresentationContextRq, body);
}

void PutContext(std::string& out, const AnsweredContext& context) {
  std::string body{static_cast<char>(context.id), 0, static_cast<char>(context.result), 0};
  PutItem(body, ItemType::kTransferSyntax, context.transfer_syntax);
  PutItem(out, ItemType::kPresentationContextAc, body);
}

void PutRole(std::string& out, const RoleSelection& role) {
  std::string body;
  PutText16(body, role.sop_class_uid);
  Put8(body, role.scu);
  Put8(body, role.scp);
  PutItem(out, ItemType::kRoleSelection, body);
}

void PutExtended(std::string& out, const ExtendedNegotiation& extended) {
  std::string body;
  PutText16(body, extended.sop_class_uid);
  PutItem(out, ItemType::kExtendedNegotiation, body + extended.information);
}

void PutCommonExtended(std::string& out, const CommonExtended& common) {
  std::string related;
  for (const std::string& uid : common.related) PutText16(related, uid);
  std::string body;
  PutText16(body, common.sop_class_uid);
  PutText16(body, common.service_class_uid);
  PutText16(body, related);
  PutItem(out, ItemType::kCommonExtended, body);
}

void PutIdentity(std::string& out, const UserIdentity& identity) {
  std::string body;
  Put8(body, identity.type);
  Put8(body, identity.response_requested);
  PutText16(body, identity.primary);
  PutText16(body, identity.secondary);
  PutItem(out, ItemType::kUserIdentityRq, body);
}

void PutOptional(std::string& out, const UserInformation& user) {
  if (user.async_window) {
    std::string body;
    Put16(body, user.async_window->invoked);
    Put16(body, user.async_window->performed);
    PutItem(out, ItemType::kAsyncWindow, body);
  }
  if (user.user_identity) PutIdentity(out, *user.user_identity);
  if (user.user_identity_response) {
    std::string body;
    PutText16(body, *user.user_identity_response);
    PutItem(out, ItemType::kUserIdentityAc, body);
  }
}

std::string UserItem(const UserInformation& user) {
  std::string length;
  Put32(length, user.max_length);
  std::string body;
  PutItem(body, ItemType::kMaximumLength, length);
  PutItem(body, ItemType::kImplementationClassUid, user.implementation_class_uid);
  for (const RoleSelection& role : user.roles) PutRole(body, role);
  if (!user.implementation_version.empty()) {
    PutItem(body, ItemType::kImplementationVersion, user.implementation_version);
  }
  for (const ExtendedNegotiation& extended : user.extended) PutExtended(body, extended);
  for (const CommonExtended& common : user.common_extended) PutCommonExtended(body, common);
  PutOptional(body, user);
  std::string out;
  PutItem(out, ItemType::kUserInformation, body);
  return out;
}

template <class Associate>
std::string EncodeAssociate(PduType type, const Associate& pdu) {
  std::string body = FixedPart(pdu);
  for (const auto& context : pdu.contexts) PutContext(body, context);
  return Pdu(type, body + UserItem(pdu.user));
}

}  // namespace

std::string Encode(const AssociateRq& request) {
  return EncodeAssociate(PduType::kAssociateRq, request);
}

std::string Encode(const AssociateAc& acceptance) {
  return EncodeAssociate(PduType::kAssociateAc, acceptance);
}

std::string Encode(const Rejection& rejection) {
  std::string body;
  Put8(body, 0);
  Put8(body, rejection.result);
  Put8(body, rejection.source);
  Put8(body, rejection.reason);
  return Pdu(PduType::kAssociateRj, body);
}

std::string Encode(const Abort& abort) {
  std::string body;
  Put16(body, 0);
  Put8(body, static_cast<uint8_t>(abort.source));
  Put8(body, static_cast<uint8_t>(abort.reason));
  return Pdu(PduType::kAbort, body);
}

std::string EncodeReleaseRq() { return Pdu(PduType::kReleaseRq, std::string(4, '\0')); }
std::string EncodeReleaseRp() { return Pdu(PduType::kReleaseRp, std::string(4, '\0')); }

std::string PDataHeader(uint8_t context, bool command, bool last, uint32_t size) {
  std::string out;
  Put8(out, static_cast<uint8_t>(PduType::kPDataTf));
  Put8(out, 0);
  Put32(out, size + static_cast<uint32_t>(kPdvHeader));
  Put32(out, size + 2);
  Put8(out, context);
  Put8(out, (command ? 1u : 0u) | (last ? 2u : 0u));
  return out;
}

}  // namespace glossator::dimse
