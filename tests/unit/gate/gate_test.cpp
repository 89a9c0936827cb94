// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/spool.h"
#include "tests/unit/gate/gate_fixture.h"

namespace glossator::gate {
namespace {

TEST_F(GateTest, HoldsAStudyUntilItIsQuietAndThenHandsItOutCleaned) {
  Start();
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(Send(CtSlice(i)).code, dimse::kSuccess);
  const auto batch = AwaitBatch();
  ASSERT_EQ(batch["records"].size(), 3u);
  const auto bytes = ReadRecord(batch, 0);
  const auto file = dicom::ReadFile(std::string_view(bytes));
  EXPECT_EQ(file.data_set.GetString(tags::PatientID), batch["patient_code"].asString());
  EXPECT_EQ(file.data_set.GetString(tags::StudyInstanceUID), batch["study_uid"].asString());
  EXPECT_EQ(file.data_set.Find(tags::PixelData)->value, std::string(128, '\1'));
  for (const auto* secret :
       {"ZEBRAFISCH", "Zebrafisch", "MRN-778812", "ACC998877", "WHISTLEBLOW"}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
  }
}

TEST_F(GateTest, GivesNoKeyBeforeTheRelease) {
  config_.projects[0].quiet_seconds = 3600;
  Start();
  Send(CtSlice(1));
  Await([&] { return Ask("studies")["items"][0]["instances"].asInt() == 1; });
  EXPECT_TRUE(Ask("batches")["items"].empty());
  Json::Value request;
  request["study_uid"] = Ask("studies")["items"][0]["study_uid"];
  Ask("release", request);
  EXPECT_EQ(AwaitBatch()["records"].size(), 1u);
}

// A slow PACS paused for longer than the quiet time between two slices; the case opened with 19 of
// 20 slices.
TEST_F(GateTest, DoesNotReleaseWhileTheSenderIsStillConnected) {
  Start();
  auto scu = Connect();
  const auto send = [&](int instance) {
    const auto object = CtSlice(instance);
    return scu->Store(kCtImage, object.GetString(tags::SOPInstanceUID),
                      dicom::kExplicitLittleEndian,
                      dicom::Write(object, dicom::kExplicitLittleEndian));
  };
  send(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  EXPECT_TRUE(Ask("batches")["items"].empty());
  send(2);
  scu->Release();
  EXPECT_EQ(AwaitBatch()["records"].size(), 2u);
}

TEST_F(GateTest, KeepsNothingIdentifiedInClearOnDisk) {
  Start();
  Send(CtSlice(1));
  auto burned = CtSlice(2);
  burned.SetString(tags::BurnedInAnnotation, "YES");
  Send(burned);
  auto twisted = CtSlice(1);
  twisted.SetString(tags::PatientComments, "NARWHAL");
  Send(twisted);
  AwaitBatch();
  Await([&] { return AskSteward("quarantine.list")["items"].size() == 2; });
  Stop();
  const auto bytes = AllBytesOnDisk();
  for (const auto* secret : {"ZEBRAFISCH", "Zebrafisch", "MRN-778812", "ACC998877", "WHISTLEBLOW",
                             "NARWHAL", "1.2.3.4.5.1"}) {
    EXPECT_EQ(bytes.find(secret), std::string::npos) << secret;
  }
}

TEST_F(GateTest, AnIdenticalResendIsAQuietSuccess) {
  Start();
  Send(CtSlice(1));
  EXPECT_EQ(Send(CtSlice(1)).code, dimse::kSuccess);
  AwaitBatch();
  EXPECT_EQ(Send(CtSlice(1)).code, dimse::kSuccess);
  EXPECT_EQ(Ask("status")["counters"]["resent"].asInt(), 2);
  EXPECT_TRUE(AskSteward("quarantine.list")["items"].empty());
}

TEST_F(GateTest, AResendWithOtherContentIsKeptSealedAndFlagged) {
  Start();
  Send(CtSlice(1));
  auto other = CtSlice(1);
  other.SetString(tags::KVP, "80");
  EXPECT_EQ(Send(other).code, dimse::kSuccess);
  Await([&] { return AskSteward("conflicts")["items"].size() == 1; });
  EXPECT_EQ(AwaitBatch()["records"].size(), 1u);
  // The conflicting object again: it is known.
  EXPECT_EQ(Send(other).code, dimse::kSuccess);
  EXPECT_EQ(AskSteward("conflicts")["items"].size(), 1u);
}

TEST_F(GateTest, AnotherEncodingOfTheSameDataSetIsAQuietResend) {
  Start();
  auto object = CtSlice(1);
  object.SetBytes({0x0019, 0x0010}, dicom::Vr::LO, "ACME 1.0");
  object.SetBytes({0x0019, 0x1001}, dicom::Vr::DS, "12.5");
  EXPECT_EQ(Send(object).code, dimse::kSuccess);
  EXPECT_EQ(Send(object, "GL_LUNG", dicom::kDeflatedExplicitLittleEndian).code, dimse::kSuccess);
  EXPECT_EQ(Send(object, "GL_LUNG", dicom::kImplicitLittleEndian).code, dimse::kSuccess);
  object.SetString(tags::RetrieveAETitle, "ARCHIVE2");
  object.SetBytes(tags::DataSetTrailingPadding, dicom::Vr::OB, std::string(64, '\0'));
  EXPECT_EQ(Send(object).code, dimse::kSuccess);
  EXPECT_EQ(Ask("status")["counters"]["resent"].asInt(), 3);
  EXPECT_EQ(Ask("status")["counters"]["conflicts"].asInt(), 0);
}

TEST_F(GateTest, PixelsInAnotherByteOrderAreAConflict) {
  Start();
  auto object = CtSlice(1);
  std::string ramp;
  for (int i = 0; i < 128; ++i) ramp += static_cast<char>(i);
  object.SetBytes(tags::PixelData, dicom::Vr::OW, ramp);
  Send(object);
  EXPECT_EQ(Send(object, "GL_LUNG", dicom::kExplicitBigEndian).code, dimse::kSuccess);
  Await([&] { return AskSteward("conflicts")["items"].size() == 1; });
}

TEST_F(GateTest, ACorrectedIdentityIsANewVersionAndLeavesTheCaseAlone) {
  Start();
  Send(CtSlice(1));
  Send(CtSlice(2));
  Json::Value request;
  request["batch"] = AwaitBatch()["batch"];
  Ask("imported", request);
  const auto before = Ask("studies")["items"];
  for (const int slice : {1, 2, 1}) {
    auto corrected = CtSlice(slice);
    corrected.SetString(tags::PatientName, "ZEBRAFINK^QUENTIN");
    corrected.SetString(tags::AccessionNumber, "ACC998878");
    EXPECT_EQ(Send(corrected).code, dimse::kSuccess);
  }
  EXPECT_EQ(Ask("studies")["items"], before);
  EXPECT_EQ(Ask("status")["counters"]["renewed"].asInt(), 2);
  EXPECT_EQ(Ask("status")["counters"]["resent"].asInt(), 1);
  int versions = 0;
  const auto events = Ask("events");
  for (const auto& event : events["items"]) {
    versions += event["type"].asString() == "identity.renewed" ? 1 : 0;
  }
  EXPECT_EQ(versions, 1) << "two slices brought the same identity";
  Stop();
  EXPECT_EQ(AllBytesOnDisk().find("ZEBRAFINK"), std::string::npos);
}

TEST_F(GateTest, TwinsOnTwoAssociationsHaveOneWinnerAndBothAreAnswered) {
  Start();
  auto large = CtSlice(1);
  large.SetInt(tags::Rows, 1024);
  large.SetInt(tags::Columns, 1024);
  large.SetBytes(tags::PixelData, dicom::Vr::OW, std::string(2 << 20, 'p'));
  auto other = large;
  other.SetString(tags::KVP, "80");
  std::vector<std::thread> senders;
  std::atomic<int> successes{0};
  for (int i = 0; i < 8; ++i) {
    senders.emplace_back([&, i] {
      if (Send(i % 4 == 3 ? other : large).code == dimse::kSuccess) ++successes;
    });
  }
  for (auto& sender : senders) sender.join();
  EXPECT_EQ(successes, 8);
  EXPECT_EQ(Ask("studies")["items"][0]["instances"].asInt(), 1);
  EXPECT_EQ(AskSteward("conflicts")["items"].size(), 1u);
  const auto counters = Ask("status")["counters"];
  EXPECT_EQ(counters["cleaned"].asInt(), 1);
  EXPECT_EQ(counters["resent"].asInt(), 6);
}

TEST_F(GateTest, AnObjectWithoutItsUidsIsRefusedAsNotMatching) {
  Start();
  for (const auto tag : {tags::StudyInstanceUID, tags::SeriesInstanceUID}) {
    auto object = CtSlice(1);
    object.Erase(tag);
    EXPECT_EQ(Send(object).code, dimse::kDataSetMismatch);
  }
  EXPECT_TRUE(Ask("studies")["items"].empty());
}

TEST_F(GateTest, BytesThatAreNoDataSetAreRefusedAndNothingIsKept) {
  Start();
  auto scu = Connect();
  const auto status =
      scu->Store(kCtImage, "1.2.3", dicom::kExplicitLittleEndian,
                 std::string("\x08\x00\x05\x00XX\xFF\xFFgarbage and more of it", 30));
  EXPECT_EQ(status.code, dimse::kCannotUnderstand);
  EXPECT_TRUE(Ask("studies")["items"].empty());
}

TEST_F(GateTest, TwoPatientsInOneStudyQuarantineIt) {
  Start();
  Send(CtSlice(1));
  EXPECT_EQ(Send(CtSlice(2, "SOMEONE-ELSE")).code, dimse::kSuccess);
  Await([&] { return StudyState() == "QUARANTINED"; });
  EXPECT_EQ(AskSteward("quarantine.list")["items"][0]["reason"].asString(), "SEVERAL_PATIENTS");
}

TEST_F(GateTest, AReportIsCleanedAsContext) {
  Start();
  auto report = CtSlice(2);
  report.SetString(tags::SOPClassUID, kEnhancedSr);
  report.Erase(tags::PixelData);
  EXPECT_EQ(Send(report).code, dimse::kSuccess);
  Send(CtSlice(1));
  EXPECT_EQ(AwaitBatch()["records"].size(), 2u);
  EXPECT_TRUE(AskSteward("quarantine.list")["items"].empty());
}

TEST_F(GateTest, WhatIsSealedCanBeLookedAtByTheStewardOnly) {
  Start();
  auto burned = CtSlice(2);
  burned.SetString(tags::BurnedInAnnotation, "YES");
  EXPECT_EQ(Send(burned).code, dimse::kSuccess);
  Send(CtSlice(1));
  EXPECT_EQ(AwaitBatch()["records"].size(), 1u);
  const auto items = AskSteward("quarantine.list")["items"];
  ASSERT_EQ(items.size(), 1u);
  const auto shown = AskSteward("quarantine.show", items[0]["number"].asInt64());
  bool named = false;
  for (const auto& value : shown["values"]) {
    named = named || value["value"].asString() == "ZEBRAFISCH^QUENTIN";
  }
  EXPECT_TRUE(named) << "the steward sees what was sealed";
}

TEST_F(GateTest, AStudyWithoutRouteGoesToQuarantineAndAnUnknownTitleIsRejected) {
  Start();
  EXPECT_EQ(Send(CtSlice(1), "GL_ANY").code, dimse::kSuccess);
  Await([&] { return AskSteward("quarantine.list")["items"].size() == 1; });
  EXPECT_EQ(AskSteward("quarantine.list")["items"][0]["reason"].asString(), "NO_ROUTE");
  try {
    Connect("NOBODY");
    FAIL() << "the association was accepted";
  } catch (const dimse::Rejected& rejected) {
    EXPECT_EQ(rejected.rejection(), dimse::kCalledAeNotRecognized);
  }
}

TEST_F(GateTest, ADeflatedObjectPassesWithoutTranscoding) {
  Start();
  EXPECT_EQ(Send(CtSlice(1), "GL_LUNG", dicom::kDeflatedExplicitLittleEndian).code,
            dimse::kSuccess);
  const auto batch = AwaitBatch();
  const auto bytes = ReadRecord(batch, 0);
  const auto file = dicom::ReadFile(std::string_view(bytes));
  EXPECT_EQ(file.syntax->uid, dicom::kDeflatedExplicitLittleEndian.uid);
  EXPECT_EQ(file.data_set.Find(tags::PixelData)->value, std::string(128, '\1'));
}

TEST_F(GateTest, WhatWasAcknowledgedIsThereAfterARestart) {
  config_.projects[0].quiet_seconds = 3600;
  Start();
  for (int i = 1; i <= 5; ++i) ASSERT_EQ(Send(CtSlice(i)).code, dimse::kSuccess);
  const auto code = Ask("studies")["items"][0]["patient_code"].asString();
  Stop();
  config_.projects[0].quiet_seconds = 0.1;
  Start();
  const auto batch = AwaitBatch();
  EXPECT_EQ(batch["records"].size(), 5u);
  EXPECT_EQ(batch["patient_code"].asString(), code);
  Json::Value request;
  request["batch"] = batch["batch"];
  Ask("imported", request);
  EXPECT_EQ(StudyState(), "IMPORTED");
  EXPECT_TRUE(Ask("batches")["items"].empty());
}

// The names in a sealed object were known to the study in memory only: after a restart the search
// before the release did not look for them.
TEST_F(GateTest, WhatOnlyASealedObjectSaidIsSearchedForAfterARestart) {
  config_.projects[0].quiet_seconds = 3600;
  Start();
  auto image = CtSlice(1);
  image.SetString(tags::Manufacturer, "SIEMENS");
  ASSERT_EQ(Send(image).code, dimse::kSuccess);
  Await([&] { return Ask("studies")["items"][0]["instances"].asInt() == 1; });
  auto sealed = CtSlice(2);
  sealed.SetString(tags::BurnedInAnnotation, "YES");
  sealed.SetString(tags::OperatorsName, "SIEMENS^WERNER");
  ASSERT_EQ(Send(sealed).code, dimse::kSuccess);
  Stop();
  config_.projects[0].quiet_seconds = 0.1;
  Start();
  const auto batch = AwaitBatch();
  EXPECT_EQ(batch["records"].size(), 1u);
  EXPECT_EQ(ReadRecord(batch, 0).find("SIEMENS"), std::string::npos);
}

// A word that is an identifier only since a later object said so: the study was quarantined, now
// what waits is cleaned a second time.
TEST_F(GateTest, WhatALateObjectNamesIsCleanedFromTheEarlierOnes) {
  for (const auto* syntax :
       {&dicom::kExplicitLittleEndian, &dicom::kDeflatedExplicitLittleEndian}) {
    const std::string number = syntax->deflated ? "7" : "8";
    auto image = CtSlice(1);
    image.SetString(tags::StudyInstanceUID, "1.2." + number);
    image.SetString(tags::SOPInstanceUID, "1.2.9." + number);
    image.SetString(tags::Manufacturer, "SIEMENS");
    image.SetString(tags::ManufacturerModelName, "Emotion");
    auto late = CtSlice(2);
    late.SetString(tags::StudyInstanceUID, "1.2." + number);
    late.SetString(tags::SOPInstanceUID, "1.2.8." + number);
    late.SetString(tags::OperatorsName, "SIEMENS^WERNER");
    config_.projects[0].quiet_seconds = 2;
    if (!gate_) Start();
    ASSERT_EQ(Send(image, "GL_LUNG", *syntax).code, dimse::kSuccess);
    ASSERT_EQ(Send(late, "GL_LUNG", *syntax).code, dimse::kSuccess);
    const auto batch = AwaitBatch();
    ASSERT_EQ(batch["records"].size(), 2u);
    const auto file = dicom::ReadFile(std::string_view(ReadRecord(batch, 0)));
    EXPECT_EQ(file.data_set.GetString(tags::Manufacturer), "REMOVED");
    EXPECT_EQ(file.data_set.Find(tags::PixelData)->value, std::string(128, '\1'));
    EXPECT_EQ(file.syntax->uid, syntax->uid);
    Json::Value request;
    request["batch"] = batch["batch"];
    Ask("imported", request);
  }
}

// A study whose record could not be read ended each round of the release: those after it waited
// for ever.
TEST_F(GateTest, ADamagedRecordKeepsBackItsOwnStudyOnly) {
  config_.projects[0].quiet_seconds = 3600;
  Start();
  ASSERT_EQ(Send(CtSlice(1)).code, dimse::kSuccess);
  Await([&] { return Ask("studies")["items"][0]["instances"].asInt() == 1; });
  Stop();
  for (const auto& entry :
       std::filesystem::directory_iterator(directory_.path() / "spool" / "intake")) {
    if (entry.file_size() < 4096) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    const auto end = bytes.find_last_not_of('\0');
    if (end == bytes.npos) continue;  // written ahead
    file.clear();
    file.seekp(static_cast<std::streamoff>(end / 2));
    file.put(static_cast<char>(~bytes[end / 2]));
  }
  config_.projects[0].quiet_seconds = 0.1;
  Start();
  auto other = CtSlice(2);
  other.SetString(tags::StudyInstanceUID, "1.2.77");
  ASSERT_EQ(Send(other).code, dimse::kSuccess);
  const auto batch = AwaitBatch();
  EXPECT_EQ(batch["records"].size(), 1u);
  EXPECT_EQ(batch["study"].asInt(), 2);
}

// A manifest of the lab side with members of other types ended each round of the courier.
TEST_F(GateTest, AResultThatSaysNothingUsableHoldsBackNoOther) {
  config_.destinations["pacs"] = {
      .aet = "PACS", .address = "127.0.0.1", .port = 1, .enabled = true};
  Start();
  const auto append = [&](const std::string& manifest, const std::string& key) {
    spool::Spool spool(SystemFiles(), directory_.path() / "spool" / "return");
    spool.Recover([](const spool::Recovered&) {});
    auto writer = spool.Begin();
    writer->Append(manifest);
    writer->Commit(key, [](std::optional<spool::Place> place) { EXPECT_TRUE(place); });
  };
  const std::string whole =
      R"("project":"lung","result":"1.2","study_uid":"1.2","destination":"pacs")";
  append("no JSON", "first");
  append("[]", "second");
  append(R"({"result":1})", "third");
  append("{" + whole + R"(,"files":[{"size":"x"}]})", "fourth");
  append("{" + whole + "}", "fifth");
  Ask("returned_ready");
  Await([&] {
    const auto items = Ask("deliveries")["items"];
    return items.size() == 2 && items[0]["reason"].asString() == "RESULT_UNREADABLE" &&
           items[1]["reason"].asString() == "DESTINATION_AWAY";
  });
}

TEST_F(GateTest, ALateInstanceOpensASecondRevision) {
  Start();
  Send(CtSlice(1));
  Json::Value request;
  request["batch"] = AwaitBatch()["batch"];
  Ask("imported", request);
  Send(CtSlice(2));
  const auto late = AwaitBatch();
  EXPECT_EQ(late["revision"].asInt(), 2);
  EXPECT_EQ(late["records"].size(), 1u);
}

TEST_F(GateTest, RefusesToStartWithAnotherKeyOrWithout) {
  Start();
  Send(CtSlice(1));
  Stop();
  WriteKey('b');
  EXPECT_THROW(Start(), Error);
  std::filesystem::remove(config_.key_file);
  EXPECT_THROW(Start(), Error);
  EXPECT_FALSE(std::filesystem::exists(config_.key_file)) << "a key was made up";
  WriteKey('a');
  Start();
  EXPECT_EQ(AwaitBatch()["records"].size(), 1u);
}

}  // namespace
}  // namespace glossator::gate
