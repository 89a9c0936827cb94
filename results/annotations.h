// SPDX-License-Identifier: GPL-3.0-or-later
// Microscopy Bulk Simple Annotations (PS3.3 A.87, C.37.1): points, lines and shapes by the million.
// docs/result-objects.md shows the same as JSON and CSV.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/code.h"
#include "dicom/data_set.h"
#include "dicom/skim.h"
#include "model/finding.h"
#include "model/ports.h"
#include "results/bulk_vector.h"
#include "results/object.h"

namespace glossator::results {

using dicom::Code;

// (0070,0023), in the standard's words by NameOf.
enum class GraphicType { kPoint, kPolyline, kPolygon, kRectangle, kEllipse };
const char* NameOf(GraphicType type);
std::optional<GraphicType> GraphicTypeFrom(const std::string& name);
// Points of each annotation: 1, 4, or 0 when they differ.
size_t PointsOf(GraphicType type);

// Algorithm Identification Macro (PS3.3 10.16).
struct Algorithm {
  Code family;
  std::string name;
  std::string version;
  std::string source{};
  std::string parameters{};
  bool operator==(const Algorithm&) const = default;
};

// A number for each annotation of the group, or for those of `indices` (from 1).
struct AnnotationMeasurement {
  Code concept_name;
  Code unit;
  BulkVector<float> values;
  BulkVector<uint32_t> indices{};
  bool operator==(const AnnotationMeasurement&) const = default;
};

// One Item of (006A,0002). Coordinates are (x, y) or (x, y, z) one after the other: pixels from the
// top left corner of the image or matrix, or millimetres. Exactly one of `coordinates` and
// `fine_coordinates` is used.
struct AnnotationGroup {
  std::string uid;
  std::string label;
  std::string description{};
  std::string generation = "MANUAL";  // AUTOMATIC, SEMIAUTOMATIC: `algorithm` is required
  std::vector<Algorithm> algorithms{};
  Code category;
  Code type;
  std::vector<Code> modifiers{};
  std::vector<Code> regions{};
  GraphicType graphic_type = GraphicType::kPoint;
  uint32_t count = 0;                              // annotations
  std::vector<std::string> optical_paths{};        // empty: all
  bool all_z_planes = false;                       // (006A,000F)
  std::vector<double> common_z{};                  // (006A,0010): 3D coordinates are then (x, y)
  std::optional<std::array<uint16_t, 3>> color{};  // CIELab as PCS-values (PS3.3 C.10.7.1.1)
  BulkVector<float> coordinates{};
  BulkVector<double> fine_coordinates{};
  // POLYLINE and POLYGON: where each begins among the coordinate values, from 1 ((0066,0040)).
  BulkVector<uint32_t> starts{};
  std::vector<AnnotationMeasurement> measurements{};

  size_t value_count() const { return coordinates.size() + fine_coordinates.size(); }
  double value(size_t index) const {
    return fine_coordinates.empty() ? static_cast<double>(coordinates[index])
                                    : fine_coordinates[index];
  }
  // First value and number of values of an annotation (from 0). Only of a group without errors.
  std::pair<size_t, size_t> RangeOf(uint32_t annotation, size_t dimensions) const;
  bool operator==(const AnnotationGroup&) const = default;
};

struct Annotations {
  std::string content_label = "ANNOTATIONS";
  std::string content_description{};
  std::string content_creator{};
  bool in_space = false;                // (006A,0001): 3D, in the frame of reference
  std::string pixel_origin = "VOLUME";  // (0048,0301) for 2D: VOLUME or FRAME
  std::vector<AnnotationGroup> groups{};

  // Numbers of one point of a group.
  size_t Dimensions(const AnnotationGroup& group) const {
    return in_space && group.common_z.empty() ? 3 : 2;
  }
  bool operator==(const Annotations&) const = default;
};

// Every fault of the values themselves: counts, index lists, ranges, codes. Empty: it can be
// written. `findings` of what was read by ReadAnnotations carry the same codes.
std::vector<Finding> CheckAnnotations(const Annotations& annotations);

using Sink = std::function<void(std::string_view)>;

// A Part 10 file of the image whose head is given, streamed: beside the annotations themselves it
// needs some kilobytes. `head` is that of one instance of the slide (or image); `referenced` are
// further ones. Throws Error{kInvalid} with all faults of CheckAnnotations.
void WriteAnnotations(const Annotations& annotations, const dicom::DataSet& head,
                      const std::vector<InstanceReference>& referenced, const Identity& identity,
                      const Equipment& equipment, Time now, const Sink& sink);
// The same to a file that stands under its name only when it is complete, synced.
void WriteAnnotationsTo(const std::filesystem::path& path, const Annotations& annotations,
                        const dicom::DataSet& head, const Identity& identity,
                        const Equipment& equipment, Time now);

struct AnnotationObject {
  Annotations annotations;
  dicom::DataSet head;  // everything but the bulk, in UTF-8
};

// Bounded: what is asked for is never more than the source holds. Throws Error{kInvalid}.
// Lenient as to meaning: CheckAnnotations and Verify tell what is wrong.
AnnotationObject ReadAnnotations(const dicom::ByteSource& source);

}  // namespace glossator::results
