// SPDX-License-Identifier: GPL-3.0-or-later
// What the groups say, checked before writing and after reading.
#include "results/annotations.h"

#include <algorithm>
#include <bit>

#include "dicom/uid.h"

namespace glossator::results {
namespace {

constexpr const char* kParagraph = "PS3.3 C.37.1.2";

struct GraphicTypeRow {
  GraphicType type;
  const char* name;
  size_t points;
};
constexpr GraphicTypeRow kTypes[] = {{GraphicType::kPoint, "POINT", 1},
                                     {GraphicType::kPolyline, "POLYLINE", 0},
                                     {GraphicType::kPolygon, "POLYGON", 0},
                                     {GraphicType::kRectangle, "RECTANGLE", 4},
                                     {GraphicType::kEllipse, "ELLIPSE", 4}};

// Findings of one group.
class Check {
 public:
  Check(const AnnotationGroup& group, size_t dimensions, std::string path,
        std::vector<Finding>& findings)
      : group_(group), dimensions_(dimensions), path_(std::move(path)), findings_(findings) {}

  void Run() {
    Words();
    Counts();
    if (!IsFinite()) Error("coordinate-value", "(0066,0016)", "a coordinate is not a number");
    for (size_t i = 0; i < group_.measurements.size(); ++i) Measurements(i);
  }

 private:
  void Error(const char* code, const std::string& tag, std::string message) {
    findings_.push_back({"", kFindingError, code, path_ + tag, kParagraph, std::move(message)});
  }

  void Words() {
    if (!dicom::IsBearableUid(group_.uid)) Error("group-uid", "(006A,0003)", "not a UID");
    if (group_.label.empty()) Error("group-label", "(006A,0005)", "a group has a label");
    const bool manual = group_.generation == "MANUAL";
    if (!manual && group_.generation != "AUTOMATIC" && group_.generation != "SEMIAUTOMATIC") {
      Error("generation-type", "(006A,0007)", "MANUAL, SEMIAUTOMATIC or AUTOMATIC");
    }
    if (!manual && group_.algorithms.empty()) {
      Error("algorithm", "(006A,0008)", "required unless MANUAL");
    }
    for (const Algorithm& algorithm : group_.algorithms) {
      if (algorithm.name.empty() || algorithm.version.empty() || algorithm.family.value.empty()) {
        Error("algorithm", "(006A,0008)", "family, name and version are required");
      }
    }
    if (group_.category.value.empty()) Error("code", "(006A,0009)", "no category");
    if (group_.type.value.empty()) Error("code", "(006A,000A)", "no type");
  }

  void Counts() {
    if (group_.count == 0) Error("annotation-count", "(006A,000C)", "a group has an annotation");
    const size_t values = group_.value_count();
    if (!group_.coordinates.empty() && !group_.fine_coordinates.empty()) {
      Error("coordinates", "(0066,0022)", "both single and double coordinates");
    }
    const size_t points = PointsOf(group_.graphic_type);
    if (points == 0) return Starts(values);
    if (!group_.starts.empty()) {
      Error("point-index-list", "(0066,0040)", "only for POLYLINE and POLYGON");
    }
    if (values != group_.count * points * dimensions_) {
      Error(
          "coordinate-count", "(0066,0016)",
          std::to_string(values) + " values for " + std::to_string(group_.count) + " annotations");
    }
  }

  // Each annotation begins where the one before ended, and has the points that its kind needs.
  void Starts(size_t values) {
    if (group_.starts.size() != group_.count) {
      Error("point-index-list", "(0066,0040)", "as many indices as annotations");
      return;
    }
    const size_t least = group_.graphic_type == GraphicType::kPolygon ? 3 : 2;
    for (size_t i = 0; i < group_.starts.size(); ++i) {
      const size_t begin = group_.starts[i];
      const size_t end = i + 1 < group_.starts.size() ? group_.starts[i + 1] : values + 1;
      const bool fits = begin >= 1 && end > begin && end <= values + 1 && (i != 0 || begin == 1);
      if (!fits || (end - begin) % dimensions_ != 0) {
        Error("point-index-list", "(0066,0040)",
              "annotation " + std::to_string(i + 1) + " begins or ends out of place");
        return;
      }
      if ((end - begin) / dimensions_ < least) {
        Error("point-count", "(0066,0040)",
              "annotation " + std::to_string(i + 1) + " has too few points");
        return;
      }
    }
  }

  // Infinities and NaN have every bit of the exponent set.
  bool IsFinite() const {
    return MostExponent<uint32_t>(group_.coordinates) < 0x7F800000u &&
           MostExponent<uint64_t>(group_.fine_coordinates) < 0x7FF0000000000000u;
  }

  template <class Bits, class Number>
  static Bits MostExponent(const BulkVector<Number>& values) {
    static_assert(sizeof(Bits) == sizeof(Number));
    constexpr auto kExponent =
        static_cast<Bits>(sizeof(Bits) == 4 ? 0x7F800000u : 0x7FF0000000000000u);
    Bits most = 0;
    for (const Number value : values) {
      most = std::max<Bits>(most, std::bit_cast<Bits>(value) & kExponent);
    }
    return most;
  }

  void Measurements(size_t index) {
    const AnnotationMeasurement& measurement = group_.measurements[index];
    const std::string tag = "(0066,0121)[" + std::to_string(index + 1) + "]";
    if (measurement.concept_name.value.empty()) Error("code", tag + ">(0040,A043)", "no concept");
    if (measurement.unit.value.empty()) Error("unit", tag + ">(0040,08EA)", "no unit");
    const bool all = measurement.indices.empty();
    if (measurement.values.size() != (all ? group_.count : measurement.indices.size())) {
      Error("measurement-count", tag + ">(0066,0132)", "as many values as annotations");
    }
    uint32_t last = 0;
    for (const uint32_t annotation : measurement.indices) {
      if (annotation <= last || annotation > group_.count) {
        Error("measurement-index", tag + ">(006A,0011)", "indices ascend from 1 to the count");
        return;
      }
      last = annotation;
    }
  }

  const AnnotationGroup& group_;
  const size_t dimensions_;
  const std::string path_;
  std::vector<Finding>& findings_;
};

}  // namespace

const char* NameOf(GraphicType type) {
  for (const GraphicTypeRow& row : kTypes) {
    if (row.type == type) return row.name;
  }
  return "";
}

std::optional<GraphicType> GraphicTypeFrom(const std::string& name) {
  for (const GraphicTypeRow& row : kTypes) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

size_t PointsOf(GraphicType type) {
  for (const GraphicTypeRow& row : kTypes) {
    if (row.type == type) return row.points;
  }
  return 0;
}

std::pair<size_t, size_t> AnnotationGroup::RangeOf(uint32_t annotation, size_t dimensions) const {
  const size_t points = PointsOf(graphic_type);
  if (points != 0) return {annotation * points * dimensions, points * dimensions};
  const size_t begin = starts[annotation] - 1;
  const size_t end = annotation + 1 < starts.size() ? starts[annotation + 1] - 1 : value_count();
  return {begin, end - begin};
}

std::vector<Finding> CheckAnnotations(const Annotations& annotations) {
  std::vector<Finding> findings;
  if (annotations.groups.empty()) {
    findings.push_back({"", kFindingError, "no-groups", "(006A,0002)", kParagraph, "no group"});
  }
  if (!annotations.in_space && annotations.pixel_origin != "VOLUME" &&
      annotations.pixel_origin != "FRAME") {
    findings.push_back(
        {"", kFindingError, "pixel-origin", "(0048,0301)", kParagraph, "VOLUME or FRAME"});
  }
  for (size_t i = 0; i < annotations.groups.size(); ++i) {
    const AnnotationGroup& group = annotations.groups[i];
    Check(group, annotations.Dimensions(group), "(006A,0002)[" + std::to_string(i + 1) + "]>",
          findings)
        .Run();
  }
  return findings;
}

}  // namespace glossator::results
