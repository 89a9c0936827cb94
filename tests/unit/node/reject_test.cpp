// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/key_objects.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

class Rejection : public NodeTest {
 protected:
  dicom::DataSet Note(std::initializer_list<int> slices, const dicom::Code& title) {
    results::KeyObjects note{.title = title, .person = "P-TEST"};
    for (const int slice : slices) note.objects.push_back(results::ReferenceTo(Slice(slice)));
    return results::EncodeKeyObjects(note, Slice(1),
                                     {.series_instance_uid = "2.25.301",
                                      .sop_instance_uid = "2.25.302" + std::to_string(batch_)},
                                     {}, Time{});
  }
  void Arrives(std::initializer_list<int> slices,
               const dicom::Code& title = results::kRejectedForQuality) {
    ++batch_;
    TellStudy("RELEASED", 4 + batch_, batch_);
    ReleaseBatch(batch_, {Note(slices, title)});
    node_->Tick();
  }

  int batch_ = 1;
};

TEST_F(Rejection, TakesTheNamedImagesFromTheCase) {
  OpenCase();
  Arrives({1, 5});
  EXPECT_EQ(CaseState(), "OPEN");
  EXPECT_EQ(CountEvents("case.rejection"), 1);
  const std::string uid = Claim(alice_);
  EXPECT_FALSE(SubmitAs(alice_, uid).created);  // five frames are no longer there
  ExpectWholeJournal();
}

TEST_F(Rejection, OfEveryImageWithdrawsTheCaseAndItsWork) {
  for (const dicom::Code* title : {&results::kWrongWorklistEntry}) {
    OpenCase();
    const std::string uid = Claim(alice_);
    Arrives({1, 2, 3, 4, 5}, *title);
    EXPECT_EQ(CaseState(), "WITHDRAWN");
    EXPECT_EQ(CountEvents("case.withdrawn"), 1);
    EXPECT_EQ(WorkFor(max_, "READ", "CANCELED"), uid);
    EXPECT_FALSE(SubmitAs(alice_, uid).created);  // no image series of this case
  }
  ExpectWholeJournal();
}

TEST_F(Rejection, ThatComesAgainChangesNothing) {
  OpenCase();
  Arrives({1}, results::kRejectedForSafety);
  Arrives({1}, results::kRetentionExpired);
  EXPECT_EQ(CountEvents("case.rejection"), 1);
  EXPECT_EQ(CaseState(), "OPEN");
}

TEST_F(Rejection, IsNotEveryKeyObjectSelection) {
  OpenCase();
  Arrives({1, 2, 3, 4, 5}, {"113000", "DCM", "Of Interest"});
  EXPECT_EQ(CountEvents("case.rejection"), 0);
  EXPECT_EQ(CaseState(), "OPEN");
}

TEST_F(Rejection, LeavesWhatWasAccepted) {
  node_->Judge(bob_, Submitted(), R"({"verdict":"ACCEPT"})");
  Arrives({1, 2, 3, 4, 5});
  EXPECT_EQ(CountEvents("case.rejection"), 1);
  EXPECT_EQ(CaseState(), "ACCEPTED");
}

}  // namespace
}  // namespace glossator::node
