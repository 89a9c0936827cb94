// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/image_geometry.h"

#include <cmath>

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

constexpr int64_t kPlacedFramesMax = 20'000;
constexpr double kFollows = 0.866;  // the cosine of 30 degrees
constexpr double kUnit = 0.01;      // how far a direction's length may be from one

std::optional<Vector> VectorAt(const std::vector<double>& numbers, size_t first) {
  if (numbers.size() < first + 3) return std::nullopt;
  Vector vector{numbers[first], numbers[first + 1], numbers[first + 2]};
  for (const double number : vector) {
    if (!std::isfinite(number) || std::abs(number) > 1e5) return std::nullopt;
  }
  return vector;
}

bool IsUnit(const Vector& vector) { return std::abs(Dot(vector, vector) - 1) < kUnit; }

// The macro of one frame: in its own functional groups, the shared ones, or the object itself.
class FrameGroups {
 public:
  FrameGroups(const dicom::DataSet& object, size_t frame) : object_(object) {
    const auto& frames = object.GetItems(tags::PerFrameFunctionalGroupsSequence);
    if (frame < frames.size()) own_ = &frames[frame];
    shared_ = object.FirstItem(tags::SharedFunctionalGroupsSequence);
  }
  const dicom::DataSet& Macro(dicom::Tag sequence) const {
    for (const auto* group : {own_, shared_}) {
      const auto* macro = group ? group->FirstItem(sequence) : nullptr;
      if (macro) return *macro;
    }
    return object_;
  }

 private:
  const dicom::DataSet& object_;
  const dicom::DataSet *own_ = nullptr, *shared_ = nullptr;
};

std::optional<FrameGeometry> OfFrame(const dicom::DataSet& object, size_t frame) {
  const FrameGroups groups(object, frame);
  const auto position =
      groups.Macro(tags::PlanePositionSequence).GetDoubles(tags::ImagePositionPatient);
  const auto orientation =
      groups.Macro(tags::PlaneOrientationSequence).GetDoubles(tags::ImageOrientationPatient);
  const auto spacing = groups.Macro(tags::PixelMeasuresSequence).GetDoubles(tags::PixelSpacing);
  const auto at = VectorAt(position, 0);
  const auto row = VectorAt(orientation, 0), column = VectorAt(orientation, 3);
  if (!at || !row || !column || spacing.size() < 2) return std::nullopt;
  if (!IsUnit(*row) || !IsUnit(*column) || std::abs(Dot(*row, *column)) > kUnit)
    return std::nullopt;
  if (!(spacing[0] > 0.01 && spacing[0] < 50 && spacing[1] > 0.01 && spacing[1] < 50)) {
    return std::nullopt;
  }
  const auto& rescale = groups.Macro(tags::PixelValueTransformationSequence);
  FrameGeometry geometry{*at,
                         *row,
                         *column,
                         spacing[0],
                         spacing[1],
                         rescale.GetDouble(tags::RescaleSlope).value_or(1),
                         rescale.GetDouble(tags::RescaleIntercept).value_or(0)};
  const bool good = std::isfinite(geometry.slope) && std::isfinite(geometry.intercept) &&
                    geometry.slope > 0 && geometry.slope < 1e4 &&
                    std::abs(geometry.intercept) < 1e6;
  return good ? std::optional(geometry) : std::nullopt;
}

}  // namespace

double Dot(const Vector& one, const Vector& other) {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

Vector Cross(const Vector& one, const Vector& other) {
  return {one[1] * other[2] - one[2] * other[1], one[2] * other[0] - one[0] * other[2],
          one[0] * other[1] - one[1] * other[0]};
}

std::optional<PatientAxis> AxisOf(const Vector& direction) {
  for (int axis = 0; axis < 3; ++axis) {
    const double part = direction[static_cast<size_t>(axis)];
    if (std::abs(part) >= kFollows) return PatientAxis{axis, part < 0};
  }
  return std::nullopt;
}

std::vector<FrameGeometry> GeometryOf(const dicom::DataSet& object) {
  const int64_t count = object.GetInt(tags::NumberOfFrames).value_or(1);
  if (count < 1 || count > kPlacedFramesMax) return {};
  std::vector<FrameGeometry> frames;
  for (int64_t i = 0; i < count; ++i) {
    const auto frame = OfFrame(object, static_cast<size_t>(i));
    if (!frame) return {};
    frames.push_back(*frame);
  }
  return frames;
}

}  // namespace glossator::pixels
