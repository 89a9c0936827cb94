// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/source.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "dicom/error.h"
#include "seg/plane.h"
#include "seg/slide.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr double kSamePosition = 1e-3;  // mm
constexpr double kSameDirection = 1e-3;
constexpr double kSameSpacing = 1e-3;  // relative
constexpr double kRegular = 0.01;      // of the slice spacing

[[noreturn]] void Fail(ErrorKind kind, const std::string& text) {
  throw Error(kind, "source series: " + text);
}

uint32_t Dimension(const dicom::DataSet& head, dicom::Tag tag) {
  const auto value = head.GetInt(tag);
  if (!value || *value < 1 || *value > 0xFFFF) Fail(ErrorKind::kInvalid, "no Rows or Columns");
  return static_cast<uint32_t>(*value);
}

std::string RequiredUid(const dicom::DataSet& head, dicom::Tag tag) {
  const std::string uid = head.GetString(tag);
  if (uid.empty()) Fail(ErrorKind::kInvalid, "an image without UIDs");
  return uid;
}

void SameOrSet(std::string& kept, const std::string& value, const char* what) {
  if (kept.empty()) kept = value;
  if (kept != value) Fail(ErrorKind::kConflict, std::string("images of several ") + what);
}

void SameOrSet(uint32_t& kept, uint32_t value) {
  if (kept == 0) kept = value;
  if (kept != value) Fail(ErrorKind::kConflict, "images of several matrix sizes");
}

std::vector<std::optional<Plane>> PlanesOf(const dicom::DataSet& head, uint32_t frames) {
  if (!head.Has(tags::PerFrameFunctionalGroupsSequence)) {
    // Position and orientation of a multi-frame image without groups are of its first frame only.
    return std::vector<std::optional<Plane>>(frames,
                                             frames == 1 ? PlaneFromImage(head) : std::nullopt);
  }
  const auto& items = head.GetItems(tags::PerFrameFunctionalGroupsSequence);
  if (items.size() != frames) {
    Fail(ErrorKind::kInvalid, "Number of Frames differs from the per-frame functional groups");
  }
  const PlaneReader reader(head.FirstItem(tags::SharedFunctionalGroupsSequence));
  std::vector<std::optional<Plane>> planes(frames);
  for (uint32_t i = 0; i < frames; ++i) planes[i] = reader.Of(&items[i]);
  return planes;
}

bool SameSpacing(double a, double b) { return std::abs(a - b) <= kSameSpacing * std::abs(b); }

bool SameGrid(const Plane& a, const Plane& b) {
  return SameDirection(a.orientation, b.orientation, kSameDirection) &&
         SameSpacing(a.row_spacing, b.row_spacing) &&
         SameSpacing(a.column_spacing, b.column_spacing);
}

double AlongFirst(const Plane& first, const Plane& plane) {
  return Dot(first.Normal(), plane.position);
}

std::array<double, 3> Step(const Plane& from, const Plane& to) {
  return {to.position[0] - from.position[0], to.position[1] - from.position[1],
          to.position[2] - from.position[2]};
}

}  // namespace

std::array<double, 3> Plane::Normal() const { return Unit(Cross(orientation)); }
double Plane::Along() const { return Dot(Normal(), position); }

double Source::SliceSpacing() const {
  if (frames.size() < 2 || !frames.front().plane || !frames.back().plane) return 0;
  const Plane& first = *frames.front().plane;
  const double span = AlongFirst(first, *frames.back().plane) - first.Along();
  return span / static_cast<double>(frames.size() - 1);
}

bool Source::IsRegular() const {
  const double spacing = SliceSpacing();
  if (std::abs(spacing) < kSamePosition) return frames.size() == 1 && frames[0].plane.has_value();
  const auto normal = frames.front().plane->Normal();
  for (size_t i = 1; i < frames.size(); ++i) {
    if (!frames[i].plane || !frames[i - 1].plane) return false;
    if (!SameGrid(*frames[i].plane, *frames[0].plane)) return false;
    const auto step = Step(*frames[i - 1].plane, *frames[i].plane);
    for (int k = 0; k < 3; ++k) {
      if (std::abs(step[k] - spacing * normal[k]) > kRegular * std::abs(spacing)) return false;
    }
  }
  return true;
}

std::optional<uint32_t> Source::Find(const std::string& sop_instance_uid,
                                     uint32_t frame_number) const {
  const auto instance = first_frame_.find(sop_instance_uid);
  if (instance == first_frame_.end()) return std::nullopt;
  const auto frame = frame_at_.find({instance->second, frame_number});
  if (frame == frame_at_.end()) return std::nullopt;
  return frame->second;
}

void Source::Index() {
  first_frame_.clear();
  frame_at_.clear();
  for (uint32_t i = 0; i < instances.size(); ++i) {
    first_frame_[instances[i].sop_instance_uid] = i;
  }
  for (uint32_t i = 0; i < frames.size(); ++i) {
    frame_at_[{frames[i].instance, frames[i].frame_number}] = i;
  }
}

void SourceBuilder::Add(const dicom::DataSet& head) {
  const auto frames = head.GetInt(tags::NumberOfFrames).value_or(1);
  if (frames < 1 || frames > 1'000'000) Fail(ErrorKind::kInvalid, "Number of Frames is absurd");
  SameOrSet(source_.rows, Dimension(head, tags::Rows));
  SameOrSet(source_.columns, Dimension(head, tags::Columns));
  SameOrSet(source_.study_instance_uid, RequiredUid(head, tags::StudyInstanceUID), "studies");
  SameOrSet(source_.series_instance_uid, RequiredUid(head, tags::SeriesInstanceUID), "series");
  Image image;
  image.instance = {RequiredUid(head, tags::SOPClassUID), RequiredUid(head, tags::SOPInstanceUID),
                    static_cast<uint32_t>(frames),
                    frames > 1 || head.Has(tags::PerFrameFunctionalGroupsSequence)};
  if (!seen_.insert(image.instance.sop_instance_uid).second) {
    Fail(ErrorKind::kConflict, "an image is there twice");
  }
  image.frame_of_reference_uid = head.GetString(tags::FrameOfReferenceUID);
  image.number = head.GetInt(tags::InstanceNumber).value_or(0);
  AddPlanes(head, image);
  source_.lossy |= head.GetString(tags::LossyImageCompression) == "01";
  KeepHead(head, image);
  images_.push_back(std::move(image));
}

// A slide's frames are tiles of one matrix; all else lies in patient space, or nowhere.
void SourceBuilder::AddPlanes(const dicom::DataSet& head, Image& image) {
  const auto slide = SlideOf(head);
  if (!images_.empty() && slide != source_.slide) {
    Fail(ErrorKind::kConflict, "several slide images or resolution levels; name one instance");
  }
  source_.slide = slide;
  image.tiles.resize(image.instance.frames);
  image.planes.resize(image.instance.frames);
  if (slide) {
    image.tiles = TilesOfImage(head, *slide, image.instance.frames);
  } else {
    image.planes = PlanesOf(head, image.instance.frames);
  }
}

// The head of the lowest number is kept whatever the order of arrival, so that the same series
// gives the same object. Bulky groups are of no use to a new object.
void SourceBuilder::KeepHead(const dicom::DataSet& head, const Image& image) {
  const std::pair key{image.number, image.instance.sop_instance_uid};
  if (!images_.empty() && key > head_key_) return;
  head_key_ = key;
  source_.head = head;
  for (const dicom::Tag tag :
       {tags::PerFrameFunctionalGroupsSequence, tags::SharedFunctionalGroupsSequence}) {
    source_.head.Erase(tag);
  }
  source_.slice_thickness = head.GetDouble(tags::SliceThickness).value_or(0);
}

Source SourceBuilder::Build() {
  if (images_.empty()) Fail(ErrorKind::kInvalid, "no image");
  if (images_.size() > 1 && HasPlanes()) {
    SortByPlane();
  } else {
    SortByNumber();
  }
  for (const Image& image : images_) Append(image);
  source_.frame_of_reference_uid = CommonFrameOfReference();
  source_.Index();
  return std::move(source_);
}

// All single-frame images with a plane: then the order is that of space.
bool SourceBuilder::HasPlanes() const {
  const auto with_plane = std::count_if(images_.begin(), images_.end(), [](const Image& image) {
    return !image.instance.multi_frame && image.planes[0];
  });
  if (with_plane == 0) return false;
  if (static_cast<size_t>(with_plane) != images_.size()) {
    Fail(ErrorKind::kUnsupported, "only some images have a position and orientation");
  }
  return true;
}

void SourceBuilder::SortByNumber() {
  std::sort(images_.begin(), images_.end(), [](const Image& a, const Image& b) {
    return std::tie(a.number, a.instance.sop_instance_uid) <
           std::tie(b.number, b.instance.sop_instance_uid);
  });
}

void SourceBuilder::SortByPlane() {
  const Plane first = *images_.front().planes[0];
  const auto in_one_stack = [&](const Image& image) { return SameGrid(*image.planes[0], first); };
  // A localizer in three planes has no common normal: its order is that of the images.
  if (!std::all_of(images_.begin(), images_.end(), in_one_stack)) return SortByNumber();
  // Several phases, echoes or times may share a position: then the order is that of the images.
  const auto place = [&](const Image& image) {
    const double along = AlongFirst(first, *image.planes[0]);
    return std::make_tuple(std::llround(along / kSamePosition), image.number,
                           image.instance.sop_instance_uid);
  };
  std::sort(images_.begin(), images_.end(),
            [&](const Image& a, const Image& b) { return place(a) < place(b); });
}

void SourceBuilder::Append(const Image& image) {
  const auto index = static_cast<uint32_t>(source_.instances.size());
  source_.instances.push_back(image.instance);
  for (uint32_t i = 0; i < image.instance.frames; ++i) {
    source_.frames.push_back({index, i + 1, image.planes[i], image.tiles[i]});
  }
}

// A frame of reference matters only when the planes lie in it (PS3.3 C.7.4.1).
std::string SourceBuilder::CommonFrameOfReference() const {
  for (const SourceFrame& frame : source_.frames) {
    if (!frame.plane && !frame.tile) return "";
  }
  const std::string& uid = images_.front().frame_of_reference_uid;
  for (const Image& image : images_) {
    if (image.frame_of_reference_uid != uid) {
      Fail(ErrorKind::kConflict, "images of several frames of reference");
    }
  }
  return uid;
}

Source MakeSource(const std::vector<dicom::DataSet>& heads) {
  SourceBuilder builder;
  for (const dicom::DataSet& head : heads) builder.Add(head);
  return builder.Build();
}

}  // namespace glossator::seg
