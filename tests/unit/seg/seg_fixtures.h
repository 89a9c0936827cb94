// SPDX-License-Identifier: GPL-3.0-or-later
// Small sources, descriptions and labels for the tests of this room.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/error.h"
#include "model/ports.h"
#include "seg/decode.h"
#include "seg/encode.h"
#include "seg/source.h"

namespace glossator::seg::test {

namespace tags = dicom::tags;

class CountingUids final : public UidSource {
 public:
  std::string New() override { return "2.25.9000" + std::to_string(++count_); }

 private:
  int count_ = 0;
};

struct Grid {
  uint32_t frames = 3;
  uint32_t rows = 4;
  uint32_t columns = 5;
  std::array<double, 6> orientation{1, 0, 0, 0, 1, 0};
  std::array<double, 3> first{-10, -20, 30};
  std::array<double, 3> step{0, 0, 2.5};
  double row_spacing = 0.7;
  double column_spacing = 0.8;
};

inline dicom::DataSet Head(const std::string& sop_class, uint32_t rows, uint32_t columns,
                           int number) {
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, sop_class);
  head.SetString(tags::SOPInstanceUID, "1.2.3.4." + std::to_string(number));
  head.SetString(tags::StudyInstanceUID, "1.2.3.1");
  head.SetString(tags::SeriesInstanceUID, "1.2.3.2");
  head.SetString(tags::StudyDate, "20240102");
  head.SetString(tags::StudyTime, "101112");
  head.SetString(tags::PatientName, "Nobody^Test");
  head.SetString(tags::PatientID, "P-1");
  head.SetString(tags::PatientBirthDate, "19700101");
  head.SetString(tags::PatientSex, "O");
  head.SetString(tags::StudyID, "S1");
  head.SetString(tags::AccessionNumber, "A1");
  head.SetInt(tags::InstanceNumber, number);
  head.SetInt(tags::Rows, rows);
  head.SetInt(tags::Columns, columns);
  return head;
}

inline dicom::DataSet VolumeHead(const Grid& grid, int index) {
  dicom::DataSet head = Head("1.2.840.10008.5.1.4.1.1.2", grid.rows, grid.columns, index + 1);
  head.SetString(tags::FrameOfReferenceUID, "1.2.3.3");
  head.SetDoubles(tags::ImageOrientationPatient,
                  {grid.orientation.begin(), grid.orientation.end()});
  std::vector<double> position;
  for (int k = 0; k < 3; ++k) position.push_back(grid.first[k] + index * grid.step[k]);
  head.SetDoubles(tags::ImagePositionPatient, position);
  head.SetDoubles(tags::PixelSpacing, {grid.row_spacing, grid.column_spacing});
  head.SetDouble(tags::SliceThickness, 2.5);
  return head;
}

inline Source Volume(const Grid& grid) {
  SourceBuilder builder;
  for (uint32_t i = 0; i < grid.frames; ++i) builder.Add(VolumeHead(grid, static_cast<int>(i)));
  return builder.Build();
}

inline Source Projection(uint32_t rows, uint32_t columns, int images = 1) {
  SourceBuilder builder;
  for (int i = 0; i < images; ++i) {
    builder.Add(Head("1.2.840.10008.5.1.4.1.1.1.1", rows, columns, i + 1));
  }
  return builder.Build();
}

inline Segment OneSegment(uint16_t label) {
  Segment segment;
  segment.label = label;
  segment.name = "Segment " + std::to_string(label);
  segment.category = {"123037004", "SCT", "Anatomical Structure"};
  segment.type = {"10200004", "SCT", "Liver"};
  return segment;
}

inline Description Describe(const std::vector<uint16_t>& labels) {
  Description description;
  description.series_description = "Test segmentation";
  for (const uint16_t label : labels) description.segments.push_back(OneSegment(label));
  return description;
}

inline Identity NewIdentity() { return {"1.2.3.100", "1.2.3.101", 9001, 1, ""}; }
inline Time Noon() { return Time(std::chrono::seconds(1'704'200'000)); }

// Deterministic noise: every label at every bit offset.
inline Labels Noise(const Source& source, const std::vector<uint16_t>& labels, LabelType type,
                    uint32_t seed = 1) {
  Labels made{static_cast<uint32_t>(source.frames.size()), source.rows, source.columns, type, {}};
  made.bytes.resize(made.view().bytes());
  uint32_t state = seed * 2654435761u + 12345;
  for (size_t i = 0; i < made.view().voxels(); ++i) {
    state = state * 1664525 + 1013904223;
    const uint32_t pick = (state >> 16) % (labels.size() + 1);
    const uint16_t value = pick == 0 ? uint16_t{0} : labels[pick - 1];
    if (type == LabelType::kUint8) made.bytes[i] = static_cast<uint8_t>(value);
    if (type == LabelType::kUint16) {
      reinterpret_cast<uint16_t*>(made.bytes.data())[i] = value;
    }
  }
  return made;
}

inline std::string EncodeOne(const Source& source, const Labels& labels,
                             const Description& description, const Options& options = {}) {
  CountingUids uids;
  return Encode(source, labels.view(), description, NewIdentity(), options, uids, Noon());
}

}  // namespace glossator::seg::test
