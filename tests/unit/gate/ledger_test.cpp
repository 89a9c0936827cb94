// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/ledger.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

#include "dicom/dictionary.h"
#include "store/gate_object.h"
#include "store/gate_schema.h"
#include "tests/support/temporary_directory.h"

namespace glossator::gate {
namespace {

class LedgerTest : public testing::Test {
 protected:
  Arrival ArrivalOf(int64_t study, const std::string& index) {
    Arrival arrival;
    arrival.study = study;
    arrival.project = "lung";
    arrival.identity_index = arrival.sop_instance_uid = index;
    return arrival;
  }

  const support::TemporaryDirectory directory_;
  const SystemClock clock_;
  SystemEntropy entropy_;
  const Keys keys_{vault::KeyFromHex(std::string(64, 'a'))};
  store::Database database_{directory_.path() / "gate.db", clock_, store::GateMigrations()};
  spool::Spool spool_{SystemFiles(), directory_.path() / "spool", {}};
  Identities identities_{database_, keys_, entropy_, clock_, {}};
  Ledger ledger_{{database_, spool_, identities_, keys_, SystemFiles(), directory_.path() / "spool",
                  directory_.path()}};
};

// A steward's release waited until no object was on its way: beside a busy scanner, for ever.
TEST_F(LedgerTest, AFlushEndsThoughObjectsKeepComing) {
  ledger_.Recover();
  ledger_.Expect();  // stands for the next object, whenever one looks
  const auto began = std::chrono::steady_clock::now();
  ledger_.Flush();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
  ledger_.Lost();
}

// All rows of a tenth of a second share a transaction: one that could not be written (its study is
// gone) was tried again with all others, and none of them was ever written.
TEST_F(LedgerTest, ARowThatCannotBeWrittenDoesNotKeepBackTheOthers) {
  ledger_.Recover();
  dicom::DataSet head;
  head.SetString(dicom::tags::StudyInstanceUID, "1.2.3");
  const auto study = identities_.Bind("lung", head, "").study;
  std::promise<void> recorded;
  for (int i = 0; i < 2; ++i) ledger_.Expect();
  ledger_.Add({1, 0}, ArrivalOf(999, "bad"), {});
  ledger_.Add({1, 4096}, ArrivalOf(study->number(), "good"), [&] { recorded.set_value(); });
  ASSERT_EQ(recorded.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  database_.Read([](const store::Reader& reader) {
    EXPECT_TRUE(store::FindInstance(reader, "good").has_value());
    EXPECT_FALSE(store::FindInstance(reader, "bad").has_value());
  });
}

// It was tried, and logged, each second for ever, and all others waited up to that second.
TEST_F(LedgerTest, ARowThatCannotBeWrittenIsTriedByItselfLessAndLessOften) {
  ledger_.Recover();
  dicom::DataSet head;
  head.SetString(dicom::tags::StudyInstanceUID, "1.2.3");
  for (int i = 0; i < 2; ++i) ledger_.Expect();
  std::promise<void> in_the_end;
  ledger_.Add({1, 0}, ArrivalOf(1, "early"), [&] { in_the_end.set_value(); });
  auto waits = in_the_end.get_future();
  EXPECT_EQ(waits.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);
  const auto study = identities_.Bind("lung", head, "").study;
  ASSERT_EQ(study->number(), 1);
  std::promise<void> at_once;
  const auto began = std::chrono::steady_clock::now();
  ledger_.Add({1, 4096}, ArrivalOf(1, "good"), [&] { at_once.set_value(); });
  ASSERT_EQ(at_once.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(800));
  EXPECT_EQ(waits.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

}  // namespace
}  // namespace glossator::gate
