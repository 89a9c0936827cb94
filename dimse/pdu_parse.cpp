// SPDX-License-Identifier: GPL-3.0-or-later
// Items of unknown type are skipped, as PS3.8 9.3.1 asks; known ones must be well formed.
#include <algorithm>
#include <array>
#include <set>

#include "dimse/bytes.h"
#include "dimse/pdu.h"
#include "dimse/pdu_items.h"

namespace glossator::dimse {
namespace {

[[noreturn]] void Invalid(const char* what) {
  throw MalformedPdu(AbortReason::kInvalidParameterValue, what);
}

// AE titles: leading and trailing spaces are not significant (PS3.8 Table 9-11). UIDs: some peers
// pad them with NUL or a space.
std::string Trim(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return std::string(text);
}

std::string Uid(std::string_view text) {
  std::string uid = Trim(text);
  const bool plain =
      std::ranges::all_of(uid, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  if (uid.size() > 64 || !plain) Invalid("UID that is none");
  return uid;
}

// Calls take(type, body) for each item.
template <class Take>
void ForEachItem(std::string_view bytes, Take take) {
  Cursor cursor(bytes);
  while (!cursor.at_end()) {
    const auto type = static_cast<ItemType>(cursor.U8());
    cursor.U8();
    take(type, cursor.Text16());
  }
}

void ParseMaximumLength(UserInformation& user, Cursor body) { user.max_length = body.U32(); }

void ParseAsyncWindow(UserInformation& user, Cursor body) {
  const uint16_t invoked = body.U16();
  user.async_window = AsyncWindow{invoked, body.U16()};
}

void ParseRole(UserInformation& user, Cursor body) {
  RoleSelection role;
  role.sop_class_uid = Uid(body.Text16());
  role.scu = body.U8() != 0;
  role.scp = body.U8() != 0;
  user.roles.push_back(std::move(role));
}

void ParseCommonExtended(UserInformation& user, Cursor body) {
  CommonExtended common;
  common.sop_class_uid = Uid(body.Text16());
  common.service_class_uid = Uid(body.Text16());
  Cursor related(body.Text16());
  while (!related.at_end()) common.related.push_back(Uid(related.Text16()));
  user.common_extended.push_back(std::move(common));
}

void ParseIdentity(UserInformation& user, Cursor body) {
  UserIdentity identity;
  identity.type = body.U8();
  identity.response_requested = body.U8() != 0;
  identity.primary = body.Text16();
  identity.secondary = body.Text16();
  user.user_identity = std::move(identity);
}

void ParseIdentityResponse(UserInformation& user, Cursor body) {
  user.user_identity_response = std::string(body.Text16());
}

void ParseExtended(UserInformation& user, std::string_view body) {
  Cursor cursor(body);
  ExtendedNegotiation extended;
  const std::string_view uid = cursor.Text16();
  extended.sop_class_uid = Uid(uid);
  extended.information = body.substr(2 + uid.size());
  user.extended.push_back(std::move(extended));
}

struct UserItemRow {
  ItemType type;
  void (*parse)(UserInformation&, Cursor);
};
constexpr std::array kUserItems = {
    UserItemRow{ItemType::kMaximumLength, ParseMaximumLength},
    UserItemRow{ItemType::kAsyncWindow, ParseAsyncWindow},
    UserItemRow{ItemType::kRoleSelection, ParseRole},
    UserItemRow{ItemType::kCommonExtended, ParseCommonExtended},
    UserItemRow{ItemType::kUserIdentityRq, ParseIdentity},
    UserItemRow{ItemType::kUserIdentityAc, ParseIdentityResponse},
};

void ParseUserItem(UserInformation& user, ItemType type, std::string_view body) {
  if (type == ItemType::kImplementationClassUid) user.implementation_class_uid = Uid(body);
  if (type == ItemType::kImplementationVersion) user.implementation_version = Trim(body);
  if (type == ItemType::kExtendedNegotiation) ParseExtended(user, body);
  for (const UserItemRow& row : kUserItems) {
    if (row.type == type) row.parse(user, Cursor(body));
  }
}

UserInformation ParseUser(std::string_view bytes) {
  UserInformation user;
  ForEachItem(bytes,
              [&](ItemType type, std::string_view body) { ParseUserItem(user, type, body); });
  return user;
}

ProposedContext ParseProposed(std::string_view bytes) {
  ProposedContext context;
  Cursor cursor(bytes);
  context.id = cursor.U8();
  cursor.Take(3);
  ForEachItem(bytes.substr(4), [&](ItemType type, std::string_view body) {
    if (type == ItemType::kAbstractSyntax) context.abstract_syntax = Uid(body);
    if (type == ItemType::kTransferSyntax) context.transfer_syntaxes.push_back(Uid(body));
  });
  if (context.abstract_syntax.empty()) Invalid("presentation context without abstract syntax");
  if (context.transfer_syntaxes.empty()) Invalid("presentation context without transfer syntax");
  return context;
}

AnsweredContext ParseAnswered(std::string_view bytes) {
  AnsweredContext context;
  Cursor cursor(bytes);
  context.id = cursor.U8();
  cursor.U8();
  const uint8_t result = cursor.U8();
  if (result > 4) Invalid("unknown result of a presentation context");
  context.result = static_cast<ContextResult>(result);
  cursor.U8();
  const bool accepted = context.result == ContextResult::kAcceptance;
  ForEachItem(bytes.substr(4), [&](ItemType type, std::string_view body) {
    // Only significant when accepted (PS3.8 Table 9-19); refused ones may hold anything.
    if (type == ItemType::kTransferSyntax && accepted) context.transfer_syntax = Uid(body);
  });
  return context;
}

template <class Context>
void CheckIds(const std::vector<Context>& contexts) {
  std::set<uint8_t> seen;
  for (const Context& context : contexts) {
    if (context.id % 2 == 0) Invalid("even presentation context ID");
    if (!seen.insert(context.id).second) Invalid("presentation context ID used twice");
  }
}

template <class Associate, class ParseContext>
Associate ParseAssociate(std::string_view bytes, ItemType context_item, ParseContext parse) {
  Associate pdu;
  Cursor cursor(bytes);
  pdu.protocol_version = cursor.U16();
  cursor.U16();
  pdu.called_aet = Trim(cursor.Take(16));
  pdu.calling_aet = Trim(cursor.Take(16));
  cursor.Take(32);
  ForEachItem(bytes.substr(68), [&](ItemType type, std::string_view body) {
    if (type == ItemType::kApplicationContext) pdu.application_context = Uid(body);
    if (type == context_item) pdu.contexts.push_back(parse(body));
    if (type == ItemType::kUserInformation) pdu.user = ParseUser(body);
  });
  CheckIds(pdu.contexts);
  return pdu;
}

}  // namespace

AssociateRq ParseAssociateRq(std::string_view body) {
  auto request = ParseAssociate<AssociateRq>(body, ItemType::kPresentationContextRq, ParseProposed);
  if (request.contexts.empty()) Invalid("no presentation context");
  return request;
}

AssociateAc ParseAssociateAc(std::string_view body) {
  return ParseAssociate<AssociateAc>(body, ItemType::kPresentationContextAc, ParseAnswered);
}

Rejection ParseRejection(std::string_view body) {
  Cursor cursor(body);
  cursor.U8();
  const uint8_t result = cursor.U8();
  const uint8_t source = cursor.U8();
  return {result, source, cursor.U8()};
}

Abort ParseAbort(std::string_view body) {
  Cursor cursor(body);
  cursor.U16();
  const uint8_t source = cursor.U8();
  const auto reason = static_cast<AbortReason>(cursor.U8());
  return {source == 2 ? AbortSource::kServiceProvider : AbortSource::kServiceUser, reason};
}

}  // namespace glossator::dimse
