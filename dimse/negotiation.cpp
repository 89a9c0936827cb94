// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/negotiation.h"

#include <algorithm>

#include "dicom/io.h"
#include "dimse/scu.h"

namespace glossator::dimse {
namespace {

AnsweredContext Answer(const ProposedContext& proposed, const Association& association,
                       Handler& handler) {
  const std::string& abstract = proposed.abstract_syntax;
  // Refused contexts carry a transfer syntax too, not significant (PS3.8 Table 9-18).
  AnsweredContext answer{proposed.id, ContextResult::kAbstractSyntaxNotSupported,
                         std::string(dicom::kImplicitLittleEndian.uid)};
  if (abstract != kVerification && !handler.Supports(association, abstract)) return answer;
  const dicom::TransferSyntax* syntax =
      handler.Choose(association, abstract, proposed.transfer_syntaxes);
  if (!syntax) {
    answer.result = ContextResult::kTransferSyntaxesNotSupported;
    return answer;
  }
  return {proposed.id, ContextResult::kAcceptance, std::string(syntax->uid)};
}

// The acceptor may turn a proposed role down, never add one (PS3.7 D.3.3.4).
std::vector<RoleSelection> AnswerRoles(const AssociateRq& request, Handler& handler) {
  std::vector<RoleSelection> roles;
  for (const RoleSelection& role : request.user.roles) {
    roles.push_back(
        {role.sop_class_uid, role.scu, role.scp && handler.MayBeScp(role.sop_class_uid)});
  }
  return roles;
}

}  // namespace

UserInformation OwnUserInformation(uint32_t max_pdu) {
  UserInformation user;
  user.max_length = max_pdu;
  user.implementation_class_uid = dicom::kImplementationClassUid;
  user.implementation_version = dicom::kImplementationVersionName;
  return user;
}

Negotiated Negotiate(const AssociateRq& request, const Association& association, Handler& handler,
                     uint32_t max_pdu) {
  Negotiated result;
  AssociateAc& answer = result.answer;
  answer.called_aet = request.called_aet;
  answer.calling_aet = request.calling_aet;
  answer.application_context = kDicomApplicationContext;
  for (const ProposedContext& proposed : request.contexts) {
    answer.contexts.push_back(Answer(proposed, association, handler));
    const AnsweredContext& answered = answer.contexts.back();
    if (answered.result != ContextResult::kAcceptance) continue;
    result.contexts[proposed.id] = {proposed.abstract_syntax,
                                    dicom::FindTransferSyntax(answered.transfer_syntax)};
  }
  answer.user = OwnUserInformation(max_pdu);
  answer.user.roles = AnswerRoles(request, handler);
  // One operation at a time, whatever was asked; extended negotiation is left out, which refuses
  // it.
  if (request.user.async_window) answer.user.async_window = AsyncWindow{1, 1};
  const auto& identity = request.user.user_identity;
  if (identity && identity->response_requested) answer.user.user_identity_response = "";
  return result;
}

}  // namespace glossator::dimse
