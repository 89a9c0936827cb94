// SPDX-License-Identifier: GPL-3.0-or-later
// The consensus of three readers of a large CT. What a second and a byte are is generous: this
// guards against what grows with readers times segments, not against a slow machine.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>

#include "node/consensus.h"
#include "seg/encode.h"
#include "tests/support/fixed_ports.h"
#include "tests/unit/node/node_fixture.h"

namespace glossator::node {
namespace {

constexpr uint32_t kSlices = 200;
constexpr uint32_t kSide = 512;
constexpr size_t kVoxels = size_t{kSlices} * kSide * kSide;
constexpr int kOrgans = 6;
constexpr int kReaders = 3;
constexpr double kSecondsMax = 60;
// A byte a voxel for each reader, the consensus and what is decoded, and half of that for packed
// files and heads.
constexpr size_t kBytesMax = kVoxels * (kReaders + 2) * 3 / 2;

size_t PeakBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
  }
  return 0;
}

size_t ForgetPeak() {
  std::ofstream("/proc/self/clear_refs") << 5;  // proc(5): resets the peak
  return PeakBytes();
}

seg::Source LargeSource() {
  std::vector<dicom::DataSet> heads;
  for (uint32_t i = 0; i < kSlices; ++i) {
    dicom::DataSet head = Slice(static_cast<int>(i));
    head.Erase(tags::PixelData);
    head.SetInt(tags::Rows, kSide);
    head.SetInt(tags::Columns, kSide);
    heads.push_back(std::move(head));
  }
  return seg::MakeSource(heads);
}

seg::Segment Organ(int number) {
  seg::Segment segment;
  segment.label = static_cast<uint16_t>(number);
  segment.name = "Organ " + std::to_string(number);
  segment.category = {"123037004", "SCT", "Anatomical Structure"};
  segment.type = {"99" + std::to_string(number), "99TEST", segment.name};
  return segment;
}

// Six blocks, each moved by `shift` columns; one file, or one for each organ.
std::vector<std::string> DrawnBy(const seg::Source& source, uint32_t shift, bool is_split,
                                 UidSource& uids) {
  std::vector<std::string> files;
  seg::Labels labels{kSlices, kSide, kSide, seg::LabelType::kUint8, {}};
  labels.bytes.resize(kVoxels);
  for (int first = 1; first <= kOrgans; first += is_split ? 1 : kOrgans) {
    std::fill(labels.bytes.begin(), labels.bytes.end(), 0);
    seg::Description description;
    description.series_description = "Drawn";
    const int last = is_split ? first : kOrgans;
    for (int organ = first; organ <= last; ++organ) {
      description.segments.push_back(Organ(organ));
      const uint32_t column = static_cast<uint32_t>(organ) * 70 + shift;
      for (uint32_t slice = 20; slice < 180; ++slice) {
        for (uint32_t row = 100; row < 400; ++row) {
          auto begin = labels.bytes.begin() + (size_t{slice} * kSide + row) * kSide + column;
          std::fill_n(begin, 60, static_cast<uint8_t>(organ));
        }
      }
    }
    files.push_back(seg::Encode(source, labels.view(), description,
                                {.series_instance_uid = uids.New(),
                                 .sop_instance_uid = uids.New(),
                                 .series_description = "Drawn"},
                                {}, uids, Time(std::chrono::seconds(1795447231))));
  }
  return files;
}

class LargeConsensus : public testing::TestWithParam<bool> {};

TEST_P(LargeConsensus, TakesASaneTimeAndNotTheMemoryOfEachOrgan) {
  support::CountingUids uids("2.25.7");
  const seg::Source source = LargeSource();
  std::vector<OtherRead> reads;
  for (uint32_t i = 0; i < kReaders; ++i) {
    reads.push_back({MakePerson("R" + std::to_string(i), "annotator"),
                     DrawnBy(source, i == 2 ? 3 : 0, GetParam(), uids), std::nullopt});
  }
  const size_t before = ForgetPeak();
  const auto begin = std::chrono::steady_clock::now();
  const ConsensusDrawing made = ConsensusOf(reads, source, ConsensusMethod::kStaple);
  std::vector<sr::MeasurementGroup> groups;
  for (size_t k = 0; k < reads[0].segmentations.size(); ++k) {
    const auto object = seg::Read(reads[0].segmentations[k]);
    for (const auto& segment : object.description.segments) {
      groups.emplace_back().segment = {"1.2.840.10008.5.1.4.1.1.66.4", object.sop_instance_uid,
                                       segment.label};
    }
  }
  AddAgreement(reads[0].segmentations, reads, source, groups);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("seconds", std::to_string(took.count()));
  RecordProperty("megabytes", std::to_string((PeakBytes() - before) >> 20));
  EXPECT_LT(took.count(), kSecondsMax);
  EXPECT_LT(PeakBytes() - before, kBytesMax);
  ASSERT_EQ(made.form.description.segments.size(), size_t{kOrgans});
  EXPECT_EQ(made.labels.bytes[(size_t{50} * kSide + 200) * kSide + 70], 1) << "two of three";
  EXPECT_EQ(made.labels.bytes[(size_t{50} * kSide + 200) * kSide + 131], 0) << "one of three";
  ASSERT_EQ(groups.size(), size_t{kOrgans});
  for (const auto& group : groups) {
    ASSERT_EQ(group.measurements.size(), size_t{kReaders});
    EXPECT_EQ(*group.measurements[1].value, 1);
    EXPECT_NEAR(*group.measurements[2].value, 57.0 / 60, 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(WholeOrSplit, LargeConsensus, testing::Bool());

}  // namespace
}  // namespace glossator::node
