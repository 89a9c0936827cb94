// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "results/outlines.h"
#include "results/structure_set.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

constexpr double kPlanarMax = 0.05;  // mm that a planar contour may be off its plane

Contour ReadContour(const DataSet& item) {
  Contour contour;
  contour.type = item.GetString(tags::ContourGeometricType);
  if (const DataSet* image = item.FirstItem(tags::ContourImageSequence)) {
    contour.image_uid = image->GetString(tags::ReferencedSOPInstanceUID);
  }
  const std::vector<double> data = item.GetDoubles(tags::ContourData);
  for (size_t i = 0; i + 2 < data.size(); i += 3) {
    contour.points.push_back({data[i], data[i + 1], data[i + 2]});
  }
  return contour;
}

void ReadContours(const DataSet& item, StructureRegion& region) {
  dicom::Rgb color{};
  bool complete = true;
  for (size_t i = 0; i < 3; ++i) {
    const auto part = item.GetInt(tags::ROIDisplayColor, i);
    complete = complete && part && *part >= 0 && *part <= 255;
    color[i] = static_cast<uint8_t>(part.value_or(0));
  }
  if (complete) region.color = color;
  for (const DataSet& contour : item.GetItems(tags::ContourSequence)) {
    region.contours.push_back(ReadContour(contour));
  }
}

}  // namespace

StructureSet ReadStructureSet(const DataSet& given) {
  if (given.GetString(tags::SOPClassUID) != kStructureSetStorage) {
    throw Error(ErrorKind::kInvalid, "not an RT Structure Set");
  }
  DataSet data_set = given;
  dicom::ConvertToUtf8(data_set);
  StructureSet set;
  set.label = data_set.GetString(tags::StructureSetLabel);
  std::map<int64_t, size_t> place;
  for (const DataSet& item : data_set.GetItems(tags::StructureSetROISequence)) {
    StructureRegion region;
    region.number = item.GetInt(tags::ROINumber).value_or(0);
    region.name = item.GetString(tags::ROIName);
    region.algorithm = item.GetString(tags::ROIGenerationAlgorithm);
    region.frame_of_reference_uid = item.GetString(tags::ReferencedFrameOfReferenceUID);
    place.emplace(region.number, set.regions.size());
    set.regions.push_back(std::move(region));
  }
  for (const DataSet& item : data_set.GetItems(tags::ROIContourSequence)) {
    const auto found = place.find(item.GetInt(tags::ReferencedROINumber).value_or(-1));
    if (found != place.end()) ReadContours(item, set.regions[found->second]);
  }
  for (const DataSet& item : data_set.GetItems(tags::RTROIObservationsSequence)) {
    const auto found = place.find(item.GetInt(tags::ReferencedROINumber).value_or(-1));
    if (found == place.end()) continue;
    StructureRegion& region = set.regions[found->second];
    region.interpreted_type = item.GetString(tags::RTROIInterpretedType);
    region.code = dicom::GetCode(item, tags::RTROIIdentificationCodeSequence);
  }
  return set;
}

namespace {

bool IsClosed(const Contour& contour) {
  return contour.type == "CLOSED_PLANAR" || contour.type == "CLOSEDPLANAR_XOR";
}

// Half of the least distance between frames; what lies further off a plane is not on it.
double Tolerance(const Regions& regions) {
  double least = 0;
  for (size_t i = 1; i < regions.frames.size(); ++i) {
    if (!regions.frames[i].plane || !regions.frames[i - 1].plane) continue;
    const double distance =
        std::abs(regions.frames[i - 1].plane->DistanceOf(regions.frames[i].plane->position));
    if (distance > 0 && (least == 0 || distance < least)) least = distance;
  }
  return least == 0 ? 1.0 : least / 2;
}

std::optional<size_t> FrameOf(const Contour& contour, const Regions& regions, double tolerance) {
  std::optional<size_t> nearest;
  double least = tolerance;
  for (size_t i = 0; i < regions.frames.size(); ++i) {
    const auto& plane = regions.frames[i].plane;
    if (!plane) continue;
    const double distance = std::abs(plane->DistanceOf(contour.points.front()));
    if (distance <= least) {
      least = distance;
      nearest = i;
    }
  }
  return nearest;
}

}  // namespace

size_t Rasterize(const StructureRegion& region, const Regions& regions, std::span<uint8_t> mask) {
  const double tolerance = Tolerance(regions);
  std::map<size_t, std::vector<std::vector<Point>>> by_frame;
  size_t nowhere = 0;
  for (const Contour& contour : region.contours) {
    if (!IsClosed(contour) || contour.points.empty()) continue;
    const auto frame = FrameOf(contour, regions, tolerance);
    if (!frame) {
      ++nowhere;
      continue;
    }
    std::vector<Point> polygon;
    for (const Vector3& point : contour.points) {
      const Point place = regions.frames[*frame].plane->FromPatient(point);
      if (!std::isfinite(place[0]) || !std::isfinite(place[1])) {
        throw Error(ErrorKind::kInvalid, "a contour with a coordinate that is no number");
      }
      polygon.push_back(place);
    }
    by_frame[*frame].push_back(std::move(polygon));
  }
  for (const auto& [frame, polygons] : by_frame) {
    FillPolygons(polygons, regions.rows, regions.columns,
                 mask.subspan(frame * regions.frame_pixels(), regions.frame_pixels()));
  }
  return nowhere;
}

namespace {

class Check {
 public:
  Check(const DataSet& data_set, const Regions* regions) : data_set_(data_set), regions_(regions) {}

  std::vector<Finding> Run() {
    std::set<std::string> spaces;
    for (const DataSet& item : data_set_.GetItems(tags::ReferencedFrameOfReferenceSequence)) {
      spaces.insert(item.GetString(tags::FrameOfReferenceUID));
    }
    std::set<int64_t> numbers;
    for (const StructureRegion& region : ReadStructureSet(data_set_).regions) {
      if (!numbers.insert(region.number).second) {
        Add("roi-number", "(3006,0022)", "PS3.3 C.8.8.5", "two regions of one number");
      }
      if (spaces.count(region.frame_of_reference_uid) == 0) {
        Add("frame-of-reference", "(3006,0024)", "PS3.3 C.8.8.5", "not among those declared");
      }
      for (const Contour& contour : region.contours) Contours(contour);
    }
    for (const dicom::Tag sequence : {tags::ROIContourSequence, tags::RTROIObservationsSequence}) {
      for (const DataSet& item : data_set_.GetItems(sequence)) {
        if (numbers.count(item.GetInt(tags::ReferencedROINumber).value_or(-1)) == 0) {
          Add("roi-reference", dicom::ToString(sequence), "PS3.3 C.8.8.6", "no such region");
        }
      }
    }
    Counts();
    return std::move(findings_);
  }

 private:
  void Add(const char* code, std::string path, const char* paragraph, std::string message) {
    findings_.push_back({"", kFindingError, code, std::move(path), paragraph, std::move(message)});
  }

  void Counts() {
    for (const DataSet& region : data_set_.GetItems(tags::ROIContourSequence)) {
      for (const DataSet& contour : region.GetItems(tags::ContourSequence)) {
        const size_t values = contour.GetDoubles(tags::ContourData).size();
        const auto points = contour.GetInt(tags::NumberOfContourPoints);
        if (!points || values != static_cast<size_t>(std::max<int64_t>(*points, 0)) * 3) {
          Add("contour-points", "(3006,0046)", "PS3.3 C.8.8.6", "not the number of points");
        }
      }
    }
  }

  void Contours(const Contour& contour) {
    if (!IsClosed(contour)) return;
    if (contour.points.size() < 3) {
      return Add("contour-points", "(3006,0050)", "PS3.3 C.8.8.6", "too few for an area");
    }
    if (regions_ == nullptr) return;
    const auto frame = FrameOf(contour, *regions_, Tolerance(*regions_));
    if (!frame) return Add("contour-plane", "(3006,0050)", "PS3.3 C.8.8.6", "on no frame");
    const RegionFrame& on = regions_->frames[*frame];
    for (const Vector3& point : contour.points) {
      if (std::abs(on.plane->DistanceOf(point) - on.plane->DistanceOf(contour.points[0])) >
          kPlanarMax) {
        return Add("contour-planar", "(3006,0050)", "PS3.3 C.8.8.6", "not in one plane");
      }
    }
    if (!contour.image_uid.empty() && contour.image_uid != on.image.sop_instance_uid) {
      Add("contour-image", "(3006,0016)", "PS3.3 C.8.8.6", "not the image that it lies on");
    }
  }

  const DataSet& data_set_;
  const Regions* regions_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> VerifyStructureSet(const DataSet& data_set, const Regions* regions) {
  return Check(data_set, regions).Run();
}

}  // namespace glossator::results
