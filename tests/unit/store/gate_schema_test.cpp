// SPDX-License-Identifier: GPL-3.0-or-later
// A hospital side's database that an older version filled is opened by this one.
#include "store/gate_schema.h"

#include <gtest/gtest.h>

#include "store/gate_delivery.h"
#include "store/gate_face.h"
#include "store/gate_identity.h"
#include "store/gate_object.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::store {
namespace {

constexpr size_t kBeforeOpenWork = 7;

// Five studies: on its way, imported and late, imported, in quarantine, and one whose only object
// was sealed.
constexpr const char* kRows[] = {
    "INSERT INTO patient VALUES (1, 'P', 'p', x'00', NULL)",
    "INSERT INTO study(number, project, identity_index, patient, patient_index, uid, patient_code,"
    " data_key, identity, dictionary, state, instances, sealed, last_arrival, seq) VALUES"
    " (1, 'P', 's1', 1, 'p', '2.25.1', 'A', x'00', x'00', x'00', 'RECEIVING', 2, 0, 5, 1),"
    " (2, 'P', 's2', 1, 'p', '2.25.2', 'A', x'00', x'00', x'00', 'IMPORTED', 2, 0, 5, 2),"
    " (3, 'P', 's3', 1, 'p', '2.25.3', 'A', x'00', x'00', x'00', 'IMPORTED', 1, 0, 5, 3),"
    " (4, 'P', 's4', 1, 'p', '2.25.4', 'A', x'00', x'00', x'00', 'QUARANTINED', 1, 1, 5, 4),"
    " (5, 'P', 's5', 1, 'p', '2.25.5', 'A', x'00', x'00', x'00', 'RECEIVING', 0, 1, 5, 5)",
    "INSERT INTO batch VALUES (1, 2, 1, 'IMPORTED'), (2, 3, 1, 'RELEASED')",
    "INSERT INTO instance(study, identity_index, sop_instance_uid, series_instance_uid,"
    " sop_class_uid, transfer_syntax_uid, digest, seal, size, head_size, identity, segment, offset,"
    " state, batch) VALUES"
    " (1, 'i1', '2.25.11', '2.25.9', '1', '1', 'd', 's', 1, 1, x'00', 1, 0, 'HELD', NULL),"
    " (1, 'i2', '2.25.12', '2.25.9', '1', '1', 'd', 's', 1, 1, x'00', 1, 0, 'HELD', NULL),"
    " (2, 'i3', '2.25.21', '2.25.9', '1', '1', 'd', 's', 1, 1, x'00', 1, 0, 'IMPORTED', 1),"
    " (2, 'i4', '2.25.22', '2.25.9', '1', '1', 'd', 's', 1, 1, x'00', 1, 0, 'HELD', NULL),"
    " (3, 'i5', '2.25.31', '2.25.9', '1', '1', 'd', 's', 1, 1, x'00', 1, 0, 'BATCHED', 2),"
    " (4, 'i6', '2.25.41', '2.25.9', '1', '1', 'd', 's', 1, 1, x'00', 1, 0, 'HELD', NULL)",
    "INSERT INTO quarantine(place, project, study, identity_index, digest, reason, path,"
    " sop_class_uid, transfer_syntax_uid, size, key, state, since, pixel_tries, face_tries, series)"
    " VALUES ('0-1', 'P', 5, 'q1', 'd', 'R', '', '1', '1', 1, x'00', 'OPEN', '', 3, 0, 'a'),"
    " ('0-2', 'P', 4, 'q2', 'd', 'R', '', '1', '1', 1, x'00', 'OPEN', '', 0, 3, 'b'),"
    " ('0-3', 'P', 4, 'q3', 'd', 'R', '', '1', '1', 1, x'00', 'RELEASED', '', 2, 2, 'b')",
    "INSERT INTO delivery(number, delivery_key, result, project, study_uid, destination, state,"
    " next_at, transaction_uid, updated, seq) VALUES"
    " (1, 'k1', 'r', 'P', '2.25.2', 'pacs', 'STORED', 0, '2.25.99', '', 6),"
    " (2, 'k2', 'r', 'P', '2.25.2', 'pacs', 'HELD', 0, '', '', 7),"
    " (3, 'k3', 'r', 'P', '2.25.2', 'pacs', 'COMMITTED', 0, '', '', 8)",
};

class OlderGate : public testing::Test {
 protected:
  OlderGate() {
    Database older(path_, clock_, GateMigrations().first(kBeforeOpenWork));
    older.Write([](Transaction& transaction) {
      for (const char* sql : kRows) transaction.Execute(sql);
    });
  }

  support::TemporaryDirectory directory_;
  support::FixedClock clock_;
  std::filesystem::path path_ = directory_.path() / "gate.db";
};

TEST_F(OlderGate, WhatWaitedForItsReleaseStillDoes) {
  Database newer(path_, clock_, GateMigrations());
  newer.Read([](const Reader& reader) {
    std::vector<std::pair<int64_t, int64_t>> found;  // number, how many are held
    for (const auto& study : StudiesToRelease(reader)) found.emplace_back(study.number, study.held);
    EXPECT_EQ(found, (decltype(found){{1, 2}, {2, 1}, {5, 0}}));
    EXPECT_EQ(FindStudy(reader, 4)->held, 1);
    EXPECT_EQ(CountOpenStudies(reader),
              (std::map<std::string, int64_t>{{"QUARANTINED", 1}, {"RECEIVING", 2}}));
  });
}

TEST_F(OlderGate, WhatElseWasOpenStillIs) {
  Database newer(path_, clock_, GateMigrations());
  newer.Read([](const Reader& reader) {
    ASSERT_EQ(OpenBatches(reader, 4).size(), 1u);
    EXPECT_EQ(InstancesOfBatch(reader, 2).size(), 1u);
    ASSERT_EQ(WaitingForPixels(reader, 9).size(), 1u);
    EXPECT_EQ(WaitingForPixels(reader, 9)[0].place, "0-1");
    EXPECT_EQ(StudiesWithFaces(reader), std::vector<int64_t>{4});
    EXPECT_EQ(OpenOfSeries(reader, 4, "b").size(), 1u);
    EXPECT_EQ(DueDeliveries(reader, 1).size(), 1u);
    EXPECT_EQ(FindDeliveryByTransaction(reader, "2.25.99")->number, 1);
    EXPECT_EQ(CountOpenDeliveries(reader),
              (std::map<std::string, int64_t>{{"HELD", 1}, {"STORED", 1}}));
  });
}

}  // namespace
}  // namespace glossator::store
