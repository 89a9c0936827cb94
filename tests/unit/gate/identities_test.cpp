// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/identities.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "dicom/dictionary.h"
#include "store/gate_schema.h"
#include "tests/support/temporary_directory.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

class IdentitiesTest : public testing::Test {
 protected:
  static dicom::DataSet Head(int study) {
    dicom::DataSet head;
    head.SetString(tags::StudyInstanceUID, "1.2.3." + std::to_string(study));
    head.SetString(tags::PatientID, "PATIENT-" + std::to_string(study));
    return head;
  }

  support::TemporaryDirectory directory_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Keys keys_{vault::KeyFromHex(std::string(64, 'a'))};
  store::Database database_{directory_.path() / "gate.db", clock_, store::GateMigrations()};
  Identities identities_{database_, keys_, entropy_, clock_, {}};
};

// A new study arrived while the rows of the one before were written: the network's thread held the
// identities and waited for the database's writer, the writer waited for the identities, and the
// gate never answered again.
TEST_F(IdentitiesTest, AStudyIsFoundInsideATransactionWhileAnotherIsBeingBound) {
  const auto known = identities_.Bind("lung", Head(1), "").study;
  std::thread network;
  database_.Write([&](store::Transaction&) {
    network = std::thread([&] { identities_.Bind("lung", Head(2), ""); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it waits for us by now
    EXPECT_EQ(identities_.Find(known->number()), known);
  });
  network.join();
}

TEST_F(IdentitiesTest, ManyAssociationsThatBringOneNewStudyGetOneAndTheSame) {
  std::vector<std::thread> network;
  std::vector<std::shared_ptr<Study>> bound(8);
  for (auto& study : bound) {
    network.emplace_back([&] { study = identities_.Bind("lung", Head(1), "").study; });
  }
  for (auto& thread : network) thread.join();
  EXPECT_EQ(std::set(bound.begin(), bound.end()).size(), 1u);
  database_.Read([](const store::Reader& reader) {
    auto rows = reader.Query(
        "/* test */ SELECT (SELECT count(*) FROM study), (SELECT count(*) FROM patient)");
    ASSERT_TRUE(rows.Next());
    EXPECT_EQ(rows.Int64(0), 1);
    EXPECT_EQ(rows.Int64(1), 1);
  });
}

// The search before a case opens reads again only what was written with fewer identifiers.
TEST_F(IdentitiesTest, WhatWasSearchedCountsUntilTheStudyLearnsMore) {
  const auto study = identities_.Bind("lung", Head(1), "").study;
  const auto before = study->dictionary();
  study->NoteSearched("one", before);
  EXPECT_TRUE(study->WasSearched("one"));
  deid::Dictionary more;
  more.Add(deid::IdentifierKind::kName, "Nightingale");
  ASSERT_TRUE(study->Learn(more));
  EXPECT_FALSE(study->WasSearched("one"));
  study->NoteSearched("two", before);  // was written while the other came
  EXPECT_FALSE(study->WasSearched("two"));
  study->NoteSearched("two", study->dictionary());
  EXPECT_FALSE(study->Learn(more));
  EXPECT_TRUE(study->WasSearched("two"));
  study->ForgetSearched("two");  // its sender broke off, and sends it again
  EXPECT_FALSE(study->WasSearched("two"));
}

}  // namespace
}  // namespace glossator::gate
