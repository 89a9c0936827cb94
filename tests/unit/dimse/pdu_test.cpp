// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/pdu.h"

#include <gtest/gtest.h>

#include "dimse/pdu_reader.h"
#include "samples.h"

namespace glossator::dimse {
namespace {

std::string_view BodyOf(const std::string& pdu) { return std::string_view(pdu).substr(kPduHeader); }

TEST(AssociateRequest, ReadsBackWithEveryUserItem) {
  AssociateRq request = SampleRequest();
  request.user.async_window = AsyncWindow{7, 3};
  request.user.roles = {{kCtImageStorage, true, false}};
  request.user.extended = {{kCtImageStorage, std::string("\1\0\2", 3)}};
  request.user.common_extended = {{"1.2.3.4", "1.2.840.10008.4.2", {"1.2.3.5", "1.2.3.6"}}};
  request.user.user_identity = UserIdentity{2, true, "reader", "secret"};
  const AssociateRq back = ParseAssociateRq(BodyOf(Encode(request)));
  EXPECT_EQ(back.called_aet, "NODE");
  EXPECT_EQ(back.calling_aet, "PACS");
  EXPECT_EQ(back.contexts, request.contexts);
  EXPECT_EQ(back.user.max_length, 16384u);
  EXPECT_EQ(back.user.implementation_version, "TEST");
  EXPECT_EQ(back.user.async_window, request.user.async_window);
  EXPECT_EQ(back.user.roles, request.user.roles);
  EXPECT_EQ(back.user.extended, request.user.extended);
  EXPECT_EQ(back.user.common_extended, request.user.common_extended);
  ASSERT_TRUE(back.user.user_identity);
  EXPECT_EQ(back.user.user_identity->primary, "reader");
  EXPECT_EQ(back.user.user_identity->secondary, "secret");
  EXPECT_TRUE(back.user.user_identity->response_requested);
  EXPECT_EQ(Encode(back), Encode(request));
}

TEST(AssociateAcceptance, ReadsBack) {
  AssociateAc acceptance = SampleAcceptance();
  acceptance.user.user_identity_response = "ticket";
  const AssociateAc back = ParseAssociateAc(BodyOf(Encode(acceptance)));
  EXPECT_EQ(back.contexts[0], acceptance.contexts[0]);
  EXPECT_EQ(back.contexts[1].result, ContextResult::kAbstractSyntaxNotSupported);
  EXPECT_EQ(back.user.user_identity_response, "ticket");
}

TEST(SmallPdus, ReadBack) {
  EXPECT_EQ(ParseRejection(BodyOf(Encode(kCalledAeNotRecognized))), kCalledAeNotRecognized);
  const Abort abort{AbortSource::kServiceProvider, AbortReason::kUnexpectedPdu};
  EXPECT_EQ(ParseAbort(BodyOf(Encode(abort))), abort);
  EXPECT_EQ(EncodeReleaseRq(), std::string("\5\0\0\0\0\4\0\0\0\0", 10));
  EXPECT_EQ(EncodeReleaseRp(), std::string("\6\0\0\0\0\4\0\0\0\0", 10));
}

TEST(AssociateRequest, SkipsItemsOfUnknownType) {
  std::string pdu = Encode(SampleRequest());
  const std::string unknown("\x77\0\0\2xy", 6);
  const AssociateRq back = ParseAssociateRq(std::string(BodyOf(pdu)) + unknown);
  EXPECT_EQ(back.contexts.size(), 2u);
}

struct Malformed {
  const char* name;
  std::function<void(AssociateRq&)> spoil;
};

TEST(AssociateRequest, IsRefusedWhenMalformed) {
  const Malformed kCases[] = {
      {"no context", [](AssociateRq& r) { r.contexts.clear(); }},
      {"even context ID", [](AssociateRq& r) { r.contexts[0].id = 2; }},
      {"context ID twice", [](AssociateRq& r) { r.contexts[1].id = 1; }},
      {"no abstract syntax", [](AssociateRq& r) { r.contexts[0].abstract_syntax = ""; }},
      {"no transfer syntax", [](AssociateRq& r) { r.contexts[0].transfer_syntaxes.clear(); }},
      {"UID of letters", [](AssociateRq& r) { r.contexts[0].abstract_syntax = "verification"; }},
      {"UID too long", [](AssociateRq& r) { r.contexts[0].abstract_syntax.assign(65, '1'); }},
  };
  for (const Malformed& malformed : kCases) {
    AssociateRq request = SampleRequest();
    malformed.spoil(request);
    EXPECT_THROW(ParseAssociateRq(BodyOf(Encode(request))), MalformedPdu) << malformed.name;
  }
}

TEST(AssociateRequest, IsRefusedWhenCutAnywhere) {
  const std::string body(BodyOf(Encode(SampleRequest())));
  size_t accepted = 0;
  for (size_t size = 0; size < body.size(); ++size) {
    try {
      ParseAssociateRq(body.substr(0, size));
      ++accepted;  // a cut between two items leaves a shorter, well-formed request
    } catch (const MalformedPdu& fault) {
      EXPECT_EQ(fault.reason(), AbortReason::kInvalidParameterValue);
    }
  }
  EXPECT_LE(accepted, 3u);
}

std::string Everything() {
  return Encode(SampleRequest()) + CommandPdu(1, EchoRequest()) +
         DataPdu(3, std::string(1000, 'x'), false) + DataPdu(3, "") + EncodeReleaseRq();
}

// What a reader makes of `bytes` in pieces of `step`: types, and the P-DATA payload.
std::string ReadAll(const std::string& bytes, size_t step, std::string& payload) {
  PduReader reader(16384);
  std::string types;
  for (size_t at = 0; at < bytes.size(); at += step) {
    std::string_view input = std::string_view(bytes).substr(at, step);
    while (const auto piece = reader.Next(input)) {
      payload += piece->pdv.bytes;
      if (piece->type != PduType::kPDataTf || piece->pdv.ends) {
        types += static_cast<char>('0' + static_cast<int>(piece->type));
      }
    }
    EXPECT_TRUE(input.empty());
  }
  EXPECT_TRUE(reader.at_boundary());
  EXPECT_EQ(reader.pdus(), 5u);
  return types;
}

TEST(PduReaderTest, FindsTheSamePdusHoweverTheBytesArrive) {
  const std::string bytes = Everything();
  std::string whole;
  EXPECT_EQ(ReadAll(bytes, bytes.size(), whole), "14445");
  for (size_t step = 1; step < 40; ++step) {
    std::string payload;
    EXPECT_EQ(ReadAll(bytes, step, payload), "14445") << step;
    EXPECT_EQ(payload, whole) << step;
  }
}

struct BadBytes {
  const char* name;
  std::string bytes;
  AbortReason reason;
};

std::string Bytes(std::initializer_list<int> numbers) {
  std::string text;
  for (int number : numbers) text.push_back(static_cast<char>(number));
  return text;
}

TEST(PduReaderTest, NamesTheFaultAtTheByteThatDecidesIt) {
  const AbortReason invalid = AbortReason::kInvalidParameterValue;
  const BadBytes kCases[] = {
      {"type 0", Bytes({0}), AbortReason::kUnrecognizedPdu},
      {"type 8", Bytes({8}), AbortReason::kUnrecognizedPdu},
      {"HTTP", "G", AbortReason::kUnrecognizedPdu},
      {"TLS", Bytes({0x16}), AbortReason::kUnrecognizedPdu},
      {"A-ASSOCIATE of 4 GB", Bytes({1, 0, 0xFF, 0xFF, 0xFF, 0xFF}), invalid},
      {"A-ASSOCIATE too short", Bytes({1, 0, 0, 0, 0, 67}), invalid},
      {"A-RELEASE-RQ of 5 bytes", Bytes({5, 0, 0, 0, 0, 5}), invalid},
      {"A-ABORT of 3 bytes", Bytes({7, 0, 0, 0, 0, 3}), invalid},
      {"P-DATA beyond the maximum", Bytes({4, 0, 0, 0, 0x40, 1}), invalid},
      {"P-DATA without PDV", Bytes({4, 0, 0, 0, 0, 5}), invalid},
      {"PDV longer than its PDU", Bytes({4, 0, 0, 0, 0, 10, 0, 0, 0, 8, 1, 0}), invalid},
      {"PDV of length 1", Bytes({4, 0, 0, 0, 0, 6, 0, 0, 0, 1, 1, 0}), invalid},
      {"PDV of odd length", Bytes({4, 0, 0, 0, 0, 9, 0, 0, 0, 5, 1, 0}), invalid},
  };
  for (const BadBytes& bad : kCases) {
    PduReader reader(16384);
    std::string_view input = bad.bytes;
    try {
      while (reader.Next(input)) {
      }
      ADD_FAILURE() << bad.name;
    } catch (const MalformedPdu& fault) {
      EXPECT_EQ(fault.reason(), bad.reason) << bad.name;
    }
  }
}

}  // namespace
}  // namespace glossator::dimse
