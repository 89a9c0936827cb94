// SPDX-License-Identifier: GPL-3.0-or-later
// The images that a segmentation is about: one series as an ordered list of frames.
//
// Order (contracts): single-frame images with a plane are sorted along the slice normal, ascending
// in the direction row x column; images without a plane by Instance Number; the frames of a
// multi-frame image by frame number.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dicom/data_set.h"

namespace glossator::seg {

// Millimetres, patient coordinates (LPS+), centre of the first voxel.
struct Plane {
  std::array<double, 3> position{};     // (0020,0032)
  std::array<double, 6> orientation{};  // (0020,0037): direction of a row, then of a column
  double row_spacing = 0;               // (0028,0030) first value: between rows
  double column_spacing = 0;            // second value: between columns

  std::array<double, 3> Normal() const;  // row x column, unit length
  double Along() const;                  // position along the normal
  bool operator==(const Plane&) const = default;
};

// Where a frame lies on a slide (PS3.3 C.8.12.6.1).
struct Tile {
  int32_t column = 0;  // of its top left pixel in the total pixel matrix, from 1
  int32_t row = 0;
  std::array<double, 3> offset{};  // x and y of that pixel in millimetres, z in micrometres

  bool operator==(const Tile&) const = default;
};

// The image that tiles make up (PS3.3 C.8.12.4), one resolution level of a slide.
struct SlideMatrix {
  uint32_t columns = 0;
  uint32_t rows = 0;
  std::array<double, 2> origin{};       // slide coordinates of its top left pixel, millimetres
  std::array<double, 6> orientation{};  // (0048,0102)
  double row_spacing = 0;               // millimetres, as in Plane
  double column_spacing = 0;
  bool tiled_full = false;  // tiles are all there, in order (C.7.6.17.3)

  bool operator==(const SlideMatrix&) const = default;
};

struct SourceInstance {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  uint32_t frames = 1;
  bool multi_frame = false;  // references then name a frame number
};

struct SourceFrame {
  uint32_t instance = 0;      // index into Source::instances
  uint32_t frame_number = 1;  // from 1; 1 in a single-frame image
  std::optional<Plane> plane;
  std::optional<Tile> tile;  // slides only
};

struct Source {
  uint32_t rows = 0;
  uint32_t columns = 0;
  std::vector<SourceFrame> frames;
  std::vector<SourceInstance> instances;  // in frame order
  std::string study_instance_uid;
  std::string series_instance_uid;
  std::string frame_of_reference_uid;  // empty: projection, photograph
  bool lossy = false;                  // any instance has Lossy Image Compression 01
  double slice_thickness = 0;          // mm; 0 when unknown
  dicom::DataSet head;                 // of the first instance: patient, study, acquisition
  std::optional<SlideMatrix> slide;    // then every frame has a tile and none has a plane

  // Every frame has a plane, all in one frame of reference.
  bool has_planes() const { return !frame_of_reference_uid.empty() && !slide; }
  // Signed mean distance between neighbours along the normal; 0 when it has no planes or one frame.
  double SliceSpacing() const;
  // Neighbours are equally far apart and lie exactly behind each other (1 % of the spacing).
  bool IsRegular() const;
  // Index into frames of an image (and frame), nullopt when it is not in this source.
  std::optional<uint32_t> Find(const std::string& sop_instance_uid, uint32_t frame_number) const;
  void Index();  // after a change of instances or frames, for Find

 private:
  std::map<std::string, uint32_t> first_frame_;  // by SOP Instance UID
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> frame_at_;
};

// Collects heads (data sets without pixels) in any order.
class SourceBuilder {
 public:
  // Keeps what it needs. Throws kInvalid when the head is no image (rows, columns, UIDs) and
  // kConflict when it is of another study, series, frame of reference or matrix size, or doubles
  // an instance.
  void Add(const dicom::DataSet& head);
  // Throws kInvalid without any image, kUnsupported when planes differ in orientation or spacing,
  // when two single-frame images have the same position, or when only some have a plane.
  Source Build();

 private:
  struct Image {
    SourceInstance instance;
    std::string frame_of_reference_uid;
    int64_t number = 0;
    std::vector<std::optional<Plane>> planes;
    std::vector<std::optional<Tile>> tiles;
  };
  void AddPlanes(const dicom::DataSet& head, Image& image);
  void KeepHead(const dicom::DataSet& head, const Image& image);
  bool HasPlanes() const;
  void SortByPlane();
  void SortByNumber();
  void Append(const Image& image);
  std::string CommonFrameOfReference() const;

  Source source_;
  std::vector<Image> images_;
  std::set<std::string> seen_;
  std::pair<int64_t, std::string> head_key_;
};

Source MakeSource(const std::vector<dicom::DataSet>& heads);
// Reads every image of one series below `directory`; other files are skipped. With an empty UID the
// directory must hold exactly one image series (else kConflict, the text says how many).
// `instance_uid`: only that image, as one level of a slide.
Source ReadSource(const std::filesystem::path& directory, const std::string& series_uid = "",
                  const std::string& instance_uid = "");
// Series Instance UIDs of images below `directory` with their number of files.
std::map<std::string, size_t> ListSeries(const std::filesystem::path& directory);

}  // namespace glossator::seg
