// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/deface.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dicom/error.h"
#include "pixels/face_surface.h"
#include "pixels/image_geometry.h"
#include "pixels/stage.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

constexpr size_t kPlanesMin = 12;
constexpr double kGapMax = 10;       // mm between slices; they may differ
constexpr double kSamePlane = 0.01;  // mm
constexpr double kSame = 1e-3;       // between directions and spacings
constexpr double kGridStep = 2;      // mm, of the volume in which the face is looked for
constexpr uint64_t kGridVoxelsMax = 64 << 20;
constexpr int32_t kBone = 250;  // HU
constexpr size_t kAirSamples = 4096, kAirSamplesMin = 64, kAirPercent = 85;
constexpr std::string_view kCtClasses[] = {
    "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"};
constexpr std::string_view kMrClasses[] = {
    "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4"};

Error Cannot(const char* why) { return Error(ErrorKind::kUnsupported, why); }

struct Frame {
  size_t image = 0;  // in the series
  FrameGeometry geometry;
  std::string encoded, native, mask;  // mask: one byte a pixel
};

bool Differ(double one, double other) { return std::abs(one - other) > kSame; }

bool AreParallel(const FrameGeometry& one, const FrameGeometry& other) {
  for (size_t i = 0; i < 3; ++i) {
    if (Differ(one.along_row[i], other.along_row[i])) return false;
    if (Differ(one.along_column[i], other.along_column[i])) return false;
  }
  return !Differ(one.row_spacing, other.row_spacing) &&
         !Differ(one.column_spacing, other.column_spacing);
}

// One axis of the patient as the voxels have it.
struct Axis {
  int voxel = 0;  // 0 along a row, 1 along a column, 2 from plane to plane
  bool reversed = false;
  std::vector<double> places;     // mm, of each voxel along it, from 0 upward
  std::vector<uint32_t> sampled;  // the voxel for each step of the grid
  double step = 0;                // mm, of the grid

  uint32_t count() const { return static_cast<uint32_t>(places.size()); }
  // The voxel that is nearest to each step of a grid of about 2 mm.
  void Sample() {
    const double extent = places.back();
    double narrow = extent;
    for (size_t i = 1; i < places.size(); ++i) narrow = std::min(narrow, places[i] - places[i - 1]);
    step = std::max(narrow, kGridStep);
    size_t nearest = 0;
    for (double at = 0; at <= extent + step / 2; at += step) {
      while (nearest + 1 < places.size() &&
             std::abs(places[nearest + 1] - at) <= std::abs(places[nearest] - at)) {
        ++nearest;
      }
      sampled.push_back(static_cast<uint32_t>(nearest));
    }
  }
};

class Series {
 public:
  Series(std::span<const SeriesImage> images, uint64_t seed, FrameService& worker)
      : images_(images), seed_(seed), worker_(worker) {}

  // Throws Error with the reason why it cannot be done; no image is changed then.
  DefaceResult Run() {
    Load();
    FindPlanes();
    FindAxes();
    const auto cut = FindFaceCut(Grid(), is_ct_, seed_);
    if (!cut.fault.empty()) throw Cannot(cut.fault.c_str());
    Mark(cut);
    Replace(cut);
    Encode();
    return Finish();
  }

 private:
  void Load() {
    if (images_.empty()) throw Cannot("an empty series");
    const std::string uid = images_[0].object->GetString(tags::SOPClassUID);
    is_ct_ = std::ranges::find(kCtClasses, uid) != std::end(kCtClasses);
    if (!is_ct_ && std::ranges::find(kMrClasses, uid) == std::end(kMrClasses)) {
      throw Cannot("neither CT nor MR");
    }
    format_ = FormatOf(*images_[0].object).value_or(Format());
    for (size_t i = 0; i < images_.size(); ++i) LoadImage(i);
    for (const Frame& frame : frames_) {
      if (!AreParallel(frame.geometry, frames_[0].geometry)) {
        throw Cannot("images of several orientations or sizes");
      }
    }
  }

  void LoadImage(size_t i) {
    const auto& object = *images_[i].object;
    const auto format = FormatOf(object);
    const bool gray =
        format && format->samples == 1 && format->photometric != Photometric::kPalette;
    if (!gray) throw Cannot("a pixel format that is not handled");
    if (*format != format_) throw Cannot("images of several orientations or sizes");
    auto encoded = FramesOf(object, *format);
    const auto geometry = GeometryOf(object);
    if (encoded.empty()) throw Cannot("the frames cannot be told apart");
    if (geometry.size() != encoded.size()) throw Cannot("the images do not say where they are");
    for (size_t k = 0; k < encoded.size(); ++k) {
      Frame frame{i, geometry[k], std::move(encoded[k]), {}, {}};
      frame.native = Decoded(i, frame.encoded);
      frames_.push_back(std::move(frame));
    }
  }

  Request RequestFor(size_t image, Action action) const {
    Request request;
    request.action = action;
    request.syntax = images_[image].syntax->uid;
    request.format = format_;
    return request;
  }

  std::string Ask(const Request& request) {
    const Reply reply = worker_.Ask(request);
    if (!reply.fault.empty()) throw Cannot(reply.fault.c_str());
    return reply.frame;
  }

  std::string Decoded(size_t image, const std::string& encoded) {
    if (!images_[image].syntax->encapsulated) return encoded;
    auto request = RequestFor(image, Action::kDecode);
    request.frame = encoded;
    auto native = Ask(request);
    if (native.size() != format_.frame_bytes()) throw Cannot("a frame of another size");
    return native;
  }

  // Frames in one plane (echoes, times) share what is cut.
  void FindPlanes() {
    const auto& first = frames_[0].geometry;
    const Vector normal = Cross(first.along_row, first.along_column);
    std::vector<size_t> order(frames_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::vector<double> heights;
    for (const Frame& frame : frames_) heights.push_back(Dot(frame.geometry.position, normal));
    std::ranges::stable_sort(order, {}, [&](size_t i) { return heights[i]; });
    for (const size_t i : order) {
      const double height = heights[i] - heights[order[0]];
      if (heights_.empty() || height > heights_.back() + kSamePlane) {
        if (!heights_.empty() && height > heights_.back() + kGapMax) {
          throw Cannot("slices too far apart");
        }
        heights_.push_back(height);
        planes_.emplace_back();
      }
      planes_.back().push_back(i);
    }
    if (heights_.size() < kPlanesMin) throw Cannot("too few slices");
  }

  void FindAxes() {
    const auto& first = frames_[0].geometry;
    const Vector directions[] = {first.along_row, first.along_column,
                                 Cross(first.along_row, first.along_column)};
    const std::vector<double> places[] = {Steps(format_.columns, first.column_spacing),
                                          Steps(format_.rows, first.row_spacing), heights_};
    for (int voxel = 0; voxel < 3; ++voxel) {
      const auto axis = AxisOf(directions[voxel]);
      if (!axis) throw Cannot("slices that are oblique to the patient");
      // The grid goes downward, LPS upward.
      const bool reversed = axis->axis == 2 ? !axis->reversed : axis->reversed;
      Axis& to = axes_[axis->axis];
      to = {voxel, reversed, places[voxel], {}, 0};
      if (reversed) {
        for (double& place : to.places) place = places[voxel].back() - place;
        std::ranges::reverse(to.places);
      }
      to.Sample();
    }
    // Three directions at right angles, each within 30 degrees of an axis: each has its own.
  }

  static std::vector<double> Steps(uint32_t count, double step) {
    std::vector<double> places(count);
    for (uint32_t i = 0; i < count; ++i) places[i] = i * step;
    return places;
  }

  // The place of a voxel, given along the patient's axes.
  struct Place {
    size_t plane, pixel;
  };
  Place At(const std::array<uint32_t, 3>& patient) const {
    uint32_t voxel[3] = {};
    for (size_t i = 0; i < 3; ++i) {
      const Axis& axis = axes_[i];
      voxel[axis.voxel] = axis.reversed ? axis.count() - 1 - patient[i] : patient[i];
    }
    return {voxel[2], size_t{voxel[1]} * format_.columns + voxel[0]};
  }

  int32_t Stored(const Frame& frame, size_t pixel) const {
    const size_t size = format_.sample_bytes();
    uint32_t raw = static_cast<uint8_t>(frame.native[pixel * size]);
    if (size == 2) raw |= uint32_t{static_cast<uint8_t>(frame.native[pixel * 2 + 1])} << 8;
    raw &= (1u << format_.bits_stored) - 1;
    const bool negative = format_.is_signed && (raw >> (format_.bits_stored - 1) & 1) != 0;
    return static_cast<int32_t>(raw) - (negative ? 1 << format_.bits_stored : 0);
  }

  // CT in HU, MR as it is stored.
  int32_t Value(const Frame& frame, size_t pixel) const {
    int32_t stored = Stored(frame, pixel);
    if (format_.photometric == Photometric::kMonochrome1 && !is_ct_) stored = -stored;
    if (!is_ct_) return stored;
    return static_cast<int32_t>(
        std::clamp(stored * frame.geometry.slope + frame.geometry.intercept, -1e6, 1e6));
  }
  int32_t Value(const Place& place) const {
    return Value(frames_[planes_[place.plane].front()], place.pixel);
  }

  HeadGrid Grid() {
    HeadGrid grid;
    uint32_t* counts[] = {&grid.nx, &grid.ny, &grid.nz};
    double* steps[] = {&grid.dx, &grid.dy, &grid.dz};
    for (size_t i = 0; i < 3; ++i) {
      *counts[i] = static_cast<uint32_t>(axes_[i].sampled.size());
      *steps[i] = axes_[i].step;
    }
    if (grid.voxels() > kGridVoxelsMax) throw Cannot("too large a volume");
    grid.values.reserve(grid.voxels());
    for (uint32_t z = 0; z < grid.nz; ++z) {
      for (uint32_t y = 0; y < grid.ny; ++y) {
        for (uint32_t x = 0; x < grid.nx; ++x) {
          grid.values.push_back(
              Value(At({axes_[0].sampled[x], axes_[1].sampled[y], axes_[2].sampled[z]})));
        }
      }
    }
    return grid;
  }

  // The cut in mm at a line of voxels: linear between the lines of the grid, nothing beside a line
  // that has none.
  double DepthAt(const FaceCut& cut, uint32_t x, uint32_t z) const {
    const auto split = [](const Axis& axis, uint32_t voxel) {
      const double place = axis.places[voxel] / axis.step;
      const size_t last = axis.sampled.size() - 1, low = std::min(static_cast<size_t>(place), last);
      return std::tuple(low, std::min(low + 1, last),
                        std::clamp(place - static_cast<double>(low), 0.0, 1.0));
    };
    const auto [x0, x1, fx] = split(axes_[0], x);
    const auto [z0, z1, fz] = split(axes_[2], z);
    const auto at = [&](size_t i, size_t k) { return cut.depth[k * axes_[0].sampled.size() + i]; };
    const double corners[] = {at(x0, z0), at(x1, z0), at(x0, z1), at(x1, z1)};
    if (*std::min_element(corners, corners + 4) <= 0) return corners[0];
    return (1 - fz) * ((1 - fx) * corners[0] + fx * corners[1]) +
           fz * ((1 - fx) * corners[2] + fx * corners[3]);
  }

  void Mark(const FaceCut& cut) {
    for (Frame& frame : frames_) frame.mask.assign(format_.pixels(), '\0');
    for (uint32_t z = 0; z < axes_[2].count(); ++z) {
      const auto step = static_cast<size_t>(axes_[2].places[z] / axes_[2].step);
      const bool spares_bone = cut.spares_bone[std::min(step, cut.spares_bone.size() - 1)] != 0;
      for (uint32_t x = 0; x < axes_[0].count(); ++x) {
        const double depth = DepthAt(cut, x, z);
        for (uint32_t y = 0; y < axes_[1].count() && axes_[1].places[y] < depth; ++y) {
          const Place place = At({x, y, z});
          if (spares_bone && Value(place) >= kBone) break;
          for (const size_t frame : planes_[place.plane]) frames_[frame].mask[place.pixel] = 1;
        }
      }
    }
  }

  // Bytes of pixels that are air in this frame, spread over it.
  std::vector<size_t> AirOf(const Frame& frame, int32_t air_below) const {
    std::vector<size_t> air;
    const auto padding = images_[frame.image].object->GetInt(tags::PixelPaddingValue);
    for (size_t i = 0; i < format_.pixels(); ++i) {
      if (Value(frame, i) >= air_below) continue;
      if (!padding || Stored(frame, i) != *padding) air.push_back(i);
    }
    const size_t every = std::max<size_t>(1, air.size() / kAirSamples);
    std::vector<size_t> some;
    for (size_t i = 0; i < air.size(); i += every) some.push_back(air[i]);
    // The brightest are edges of something.
    std::ranges::stable_sort(some, {}, [&](size_t i) { return Value(frame, i); });
    some.resize(some.size() * kAirPercent / 100);
    return some;
  }

  // Air as it is elsewhere in the frame, its noise with it.
  void Replace(const FaceCut& cut) {
    const size_t size = format_.sample_bytes();
    uint64_t state = seed_;
    for (Frame& frame : frames_) {
      if (frame.mask.find('\1') == std::string::npos) continue;
      const auto air = AirOf(frame, cut.air_below);
      if (air.size() < kAirSamplesMin) throw Cannot("a frame without air");
      std::string native = frame.native;
      for (size_t i = 0; i < frame.mask.size(); ++i) {
        if (frame.mask[i] == 0) continue;
        state = state * 6364136223846793005u + 1442695040888963407u;
        native.replace(i * size, size, frame.native, air[(state >> 33) % air.size()] * size, size);
        ++result_.replaced;
      }
      frame.native = std::move(native);
    }
  }

  void Encode() {
    for (Frame& frame : frames_) {
      if (frame.mask.find('\1') == std::string::npos) continue;
      if (!images_[frame.image].syntax->encapsulated) {
        frame.encoded = frame.native;
        continue;
      }
      auto request = RequestFor(frame.image, Action::kReplace);
      request.frame = std::move(frame.encoded);
      request.native = frame.native;
      frame.encoded = Ask(request);
    }
  }

  std::string Bitmap(const std::string& mask) const {
    std::string out =
        "P4\n" + std::to_string(format_.columns) + ' ' + std::to_string(format_.rows) + '\n';
    for (uint32_t y = 0; y < format_.rows; ++y) {
      for (uint32_t x = 0; x < format_.columns; x += 8) {
        uint8_t byte = 0;
        for (uint32_t bit = 0; bit < 8 && x + bit < format_.columns; ++bit) {
          if (mask[size_t{y} * format_.columns + x + bit] != 0) byte |= uint8_t(0x80 >> bit);
        }
        out += static_cast<char>(byte);
      }
    }
    return out;
  }

  DefaceResult Finish() {
    std::vector<std::vector<std::string>> frames(images_.size());
    result_.masks.resize(images_.size());
    for (Frame& frame : frames_) {
      frames[frame.image].push_back(std::move(frame.encoded));
      result_.masks[frame.image] += Bitmap(frame.mask);
    }
    for (size_t i = 0; i < images_.size(); ++i) {
      PutFrames(*images_[i].object, frames[i], images_[i].syntax->encapsulated);
    }
    return std::move(result_);
  }

  std::span<const SeriesImage> images_;
  uint64_t seed_;
  FrameService& worker_;
  bool is_ct_ = false;
  Format format_;
  std::vector<Frame> frames_;
  std::vector<std::vector<size_t>> planes_;  // frames, by place along the normal
  std::vector<double> heights_;              // of the planes, mm above the first
  Axis axes_[3];                             // x, y, z of HeadGrid
  DefaceResult result_;
};

}  // namespace

DefaceResult DefaceSeries(std::span<const SeriesImage> series, uint64_t seed,
                          FrameService& worker) {
  try {
    return Series(series, seed, worker).Run();
  } catch (const Error& error) {
    DefaceResult result;
    result.fault = error.what();
    return result;
  }
}

}  // namespace glossator::pixels
