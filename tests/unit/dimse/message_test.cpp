// SPDX-License-Identifier: GPL-3.0-or-later
// Command sets, messages in and out, statuses, negotiation: everything without a socket.
#include <gtest/gtest.h>

#include "dicom/io.h"
#include "dimse/message_reader.h"
#include "dimse/negotiation.h"
#include "dimse/write_queue.h"
#include "samples.h"

namespace glossator::dimse {
namespace {

TEST(CommandSet, ReadsBackForEveryOperation) {
  for (Operation operation :
       {Operation::kStore, Operation::kFind, Operation::kEcho, Operation::kEventReport,
        Operation::kAction, Operation::kCancelFind}) {
    Command command = Command::Request(operation, 4711);
    command.sop_class_uid = kCtImageStorage;
    command.sop_instance_uid = "1.2.3";
    command.has_data_set = true;
    if (operation == Operation::kAction || operation == Operation::kEventReport) command.type = 2;
    const Command back = ParseCommand(Encode(command));
    EXPECT_EQ(back.field, command.field) << NameOf(operation);
    EXPECT_EQ(back.message_id, 4711) << NameOf(operation);
    EXPECT_EQ(back.sop_class_uid, kCtImageStorage) << NameOf(operation);
    EXPECT_EQ(back.sop_instance_uid, "1.2.3") << NameOf(operation);
    EXPECT_EQ(back.type, command.type) << NameOf(operation);
    EXPECT_TRUE(back.has_data_set);
  }
}

TEST(CommandSet, NamesRequestedClassAndInstanceForAnAction) {
  Command command = Command::Request(Operation::kAction, 1);
  command.sop_class_uid = kStorageCommitment;
  const std::string bytes = Encode(command);
  const auto set = dicom::Read(bytes, dicom::kImplicitLittleEndian);
  EXPECT_EQ(set.GetString(dicom::tags::RequestedSOPClassUID), kStorageCommitment);
  EXPECT_FALSE(set.Has(dicom::tags::AffectedSOPClassUID));
  EXPECT_EQ(set.GetInt(dicom::tags::CommandGroupLength), static_cast<int64_t>(bytes.size() - 12));
}

TEST(CommandSet, CutsAnErrorCommentToSixtyFourHarmlessCharacters) {
  const Command response =
      Command::Response(EchoRequest(), {0xA700, std::string(70, 'x') + "\n\\"});
  const Command back = ParseCommand(Encode(response));
  EXPECT_EQ(back.field, 0x8030);
  EXPECT_EQ(back.status.code, 0xA700);
  EXPECT_EQ(back.status.comment, std::string(64, 'x'));
  const Command odd = Command::Response(EchoRequest(), {0xA700, "a\nb\\c"});
  EXPECT_EQ(ParseCommand(Encode(odd)).status.comment, "a?b?c");
}

TEST(CommandSet, IsRefusedWhenItIsNone) {
  const std::string good = Encode(EchoRequest());
  EXPECT_THROW(ParseCommand(""), Error);
  EXPECT_THROW(ParseCommand("nonsense"), Error);
  EXPECT_THROW(ParseCommand(good.substr(0, good.size() - 1)), Error);
  dicom::DataSet patient;
  patient.SetString(dicom::tags::PatientID, "1");
  EXPECT_THROW(ParseCommand(good + dicom::Write(patient, dicom::kImplicitLittleEndian)), Error);
  dicom::DataSet no_id;
  no_id.SetInt(dicom::tags::CommandField, 0x30);
  EXPECT_THROW(ParseCommand(dicom::Write(no_id, dicom::kImplicitLittleEndian)), Error);
}

class Recorder final : public MessageUser {
 public:
  bool IsAccepted(uint8_t context) const override { return context == 1 || context == 3; }
  void OnCommand(uint8_t, const Command& command) override {
    text += std::string(NameOf(command.operation())) + " ";
  }
  void OnDataSet(std::string_view bytes) override { text += bytes; }
  void OnMessageEnd() override { text += ". "; }
  std::string text;
};

void Feed(MessageReader& reader, Recorder& recorder, const std::string& bytes) {
  PduReader pdus(16384);
  std::string_view input = bytes;
  while (const auto piece = pdus.Next(input)) reader.Take(piece->pdv, recorder);
}

TEST(Message, IsHandedOnAsItArrives) {
  MessageReader reader;
  Recorder recorder;
  Feed(reader, recorder,
       CommandPdu(1, EchoRequest()) + CommandPdu(3, StoreRequestCommand()) +
           DataPdu(3, "ab", false) + DataPdu(3, "cd"));
  EXPECT_EQ(recorder.text, "C-ECHO . C-STORE abcd. ");
  EXPECT_TRUE(reader.at_boundary());
}

AbortReason FaultOf(const std::string& bytes) {
  MessageReader reader;
  Recorder recorder;
  try {
    Feed(reader, recorder, bytes);
  } catch (const MalformedPdu& fault) {
    return fault.reason();
  }
  return AbortReason::kNotSpecified;
}

TEST(Message, IsRefusedOutOfOrderOrOnAnotherContext) {
  const std::string store = CommandPdu(3, StoreRequestCommand());
  EXPECT_EQ(FaultOf(CommandPdu(5, EchoRequest())), AbortReason::kInvalidParameterValue);
  EXPECT_EQ(FaultOf(DataPdu(3, "ab")), AbortReason::kUnexpectedParameter);
  EXPECT_EQ(FaultOf(store + CommandPdu(3, EchoRequest())), AbortReason::kUnexpectedParameter);
  EXPECT_EQ(FaultOf(store + DataPdu(1, "ab")), AbortReason::kInvalidParameterValue);
  std::string endless;
  for (int i = 0; i < 70; ++i)
    endless += PDataHeader(1, true, false, 1000) + std::string(1000, 'x');
  EXPECT_EQ(FaultOf(endless), AbortReason::kInvalidParameterValue);
}

TEST(WriteQueueTest, CutsADataSetIntoFragmentsBehindItsCommand) {
  WriteQueue queue;
  queue.Add("command ");
  std::vector<Chunk> chunks = {{"abcdef", false}, {"ghi", true}};
  size_t at = 0;
  queue.AddDataSet(3, 4, [&] { return chunks[at++]; });
  std::string sent;
  while (!queue.empty()) {
    for (std::string_view piece : queue.Gather()) sent += piece;
    queue.Written();
  }
  EXPECT_EQ(sent, "command " + DataPdu(3, "abcd", false) + DataPdu(3, "ef", false) +
                      DataPdu(3, "ghi", true));
}

TEST(WriteQueueTest, SendsAnEmptyDataSetAsOneLastFragment) {
  WriteQueue queue;
  queue.AddDataSet(1, 100, [] { return Chunk{"", true}; });
  std::string sent;
  for (std::string_view piece : queue.Gather()) sent += piece;
  queue.Written();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(sent, DataPdu(1, "", true));
}

TEST(WriteQueueTest, ForgetsWhatIsNotOnTheWireWhenTruncated) {
  WriteQueue queue;
  const std::string large(2 << 20, 'x');
  queue.AddDataSet(1, 16384, [&] { return Chunk{large, false}; });
  queue.Gather();
  queue.Add("later");
  queue.Truncate();
  queue.Add("abort");
  queue.Written();
  ASSERT_FALSE(queue.empty());
  EXPECT_EQ(queue.Gather().at(0), "abort");
}

class Picky final : public Handler {
 public:
  bool Supports(const Association&, std::string_view abstract_syntax) override {
    return abstract_syntax == kCtImageStorage || abstract_syntax == kStorageCommitment;
  }
};

TEST(Negotiation, AnswersEveryContextAndItem) {
  Picky handler;
  AssociateRq request = SampleRequest();
  request.contexts.push_back({5, "1.2.3.4.5", {"1.2.840.10008.1.2"}});
  request.contexts.push_back({7, kCtImageStorage, {"1.2.3.999"}});
  request.user.async_window = AsyncWindow{0, 0};
  request.user.roles = {{std::string(kStorageCommitment), false, true},
                        {kCtImageStorage, true, true}};
  request.user.extended = {{kCtImageStorage, "\1"}};
  request.user.user_identity = UserIdentity{1, true, "somebody", ""};
  const Negotiated result = Negotiate(request, {}, handler, 65536);
  ASSERT_EQ(result.answer.contexts.size(), 4u);
  EXPECT_EQ(result.answer.contexts[0].result, ContextResult::kAcceptance);
  EXPECT_EQ(result.answer.contexts[1].result, ContextResult::kAcceptance);
  EXPECT_EQ(result.answer.contexts[1].transfer_syntax, dicom::kExplicitLittleEndian.uid);
  EXPECT_EQ(result.answer.contexts[2].result, ContextResult::kAbstractSyntaxNotSupported);
  EXPECT_EQ(result.answer.contexts[3].result, ContextResult::kTransferSyntaxesNotSupported);
  EXPECT_EQ(result.contexts.size(), 2u);
  const UserInformation& user = result.answer.user;
  EXPECT_EQ(user.max_length, 65536u);
  EXPECT_EQ(user.async_window, (AsyncWindow{1, 1}));
  EXPECT_EQ(user.roles[0], (RoleSelection{std::string(kStorageCommitment), false, true}));
  EXPECT_EQ(user.roles[1], (RoleSelection{kCtImageStorage, true, false}));
  EXPECT_TRUE(user.extended.empty());
  EXPECT_EQ(user.user_identity_response, "");
  EXPECT_FALSE(user.user_identity);
}

TEST(Statuses, KnowTheirKindAndName) {
  EXPECT_EQ(KindOf(0x0000), StatusKind::kSucceeded);
  EXPECT_EQ(KindOf(0xB007), StatusKind::kWarned);
  EXPECT_EQ(KindOf(0xFF01), StatusKind::kContinues);
  EXPECT_EQ(KindOf(0xFE00), StatusKind::kCanceled);
  EXPECT_EQ(KindOf(0xA701), StatusKind::kFailed);
  EXPECT_EQ(KindOf(0x4242), StatusKind::kFailed);
  EXPECT_EQ(NameOf(uint16_t{0xA7FF}), "Out of resources");
  EXPECT_EQ(NameOf(uint16_t{0x4242}), "Unknown");
  EXPECT_EQ(FindStatus(0xC123)->reference, "PS3.4 B.2.3");
  EXPECT_EQ(ToString(kCalledAeNotRecognized), "called AE title not recognized (permanent)");
  EXPECT_EQ(ToString(kTemporaryCongestion), "temporary congestion (transient)");
}

}  // namespace
}  // namespace glossator::dimse
