// SPDX-License-Identifier: GPL-3.0-or-later
// A slide, its annotations, and a fixed identity.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include "dicom/cie_lab.h"
#include "results/annotations.h"

namespace glossator::results {

inline dicom::DataSet HeadOf(const char* sop_class, const std::string& uid,
                             const std::string& series) {
  namespace tags = dicom::tags;
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, sop_class);
  head.SetString(tags::SOPInstanceUID, uid);
  head.SetString(tags::StudyInstanceUID, "2.25.1");
  head.SetString(tags::SeriesInstanceUID, series);
  head.SetString(tags::PatientName, "P-TEST^");
  head.SetString(tags::PatientID, "P-TEST");
  head.SetString(tags::StudyDate, "20200102");
  return head;
}

inline dicom::DataSet SlideHead() {
  namespace tags = dicom::tags;
  dicom::DataSet head = HeadOf("1.2.840.10008.5.1.4.1.1.77.1.6", "2.25.101", "2.25.2");
  head.SetString(tags::Modality, "SM");
  head.SetString(tags::FrameOfReferenceUID, "2.25.3");
  head.SetString(tags::PositionReferenceIndicator, "SLIDE_CORNER");
  return head;
}

inline Time TestTime() {
  using namespace std::chrono;
  return sys_days(year{2026} / 11 / 24) + hours(12);
}

inline Identity TestIdentity() {
  return {.series_instance_uid = "2.25.500",
          .sop_instance_uid = "2.25.501",
          .series_number = 9001,
          .instance_number = 1,
          .series_description = "RESEARCH - not for diagnosis"};
}

inline AnnotationGroup Nuclei() {
  AnnotationGroup group;
  group.uid = "2.25.601";
  group.label = "Nuclei";
  group.description = "Zellkerne, größer als 5 µm";
  group.generation = "AUTOMATIC";
  group.algorithms = {{.family = {"123110", "DCM", "Artificial Intelligence"},
                       .name = "nucleus finder",
                       .version = "1.4",
                       .source = "Example",
                       .parameters = "threshold=0.5"}};
  group.category = {"91723000", "SCT", "Anatomical Structure"};
  group.type = {"84640000", "SCT", "Nucleus"};
  group.modifiers = {{"M-1", "99GLOSSATOR", "Pleomorphic"}};
  group.regions = {{"39607008", "SCT", "Lung"}};
  group.graphic_type = GraphicType::kPolygon;
  group.count = 2;
  group.color = dicom::ToCieLab({255, 128, 0});
  group.coordinates = {1, 1, 5, 1, 5, 5.5F, 10, 10, 20, 10, 20, 20, 10, 20.25F};
  group.starts = {1, 7};
  group.measurements = {
      {{"42798000", "SCT", "Area"}, {"um2", "UCUM", "um2"}, {8.5F, 101}, {}},
      {{"Q-2", "99GLOSSATOR", "Mitosis score"}, {"1", "UCUM", "no units"}, {0.75F}, {2}}};
  return group;
}

inline AnnotationGroup Shapes(GraphicType type, uint32_t count, size_t dimensions) {
  AnnotationGroup group;
  group.uid = "2.25.61" + std::to_string(static_cast<int>(type));
  group.label = NameOf(type);
  group.category = {"49755003", "SCT", "Morphologically Abnormal Structure"};
  group.type = {"4147007", "SCT", "Mass"};
  group.graphic_type = type;
  group.count = count;
  const size_t points = PointsOf(type) == 0 ? 3 : PointsOf(type);
  for (size_t i = 0; i < count * points * dimensions; ++i) {
    if (PointsOf(type) == 0 && i % (points * dimensions) == 0) {
      group.starts.push_back(static_cast<uint32_t>(i + 1));
    }
    group.coordinates.push_back(static_cast<float>(i) * 0.5F + 0.1F);
  }
  return group;
}

inline Annotations TestAnnotations() {
  Annotations annotations;
  annotations.content_label = "NUCLEI";
  annotations.content_description = "Nuclei and marks";
  annotations.content_creator = "R-0042^";
  annotations.groups = {Nuclei(), Shapes(GraphicType::kPoint, 3, 2),
                        Shapes(GraphicType::kPolyline, 2, 2), Shapes(GraphicType::kRectangle, 1, 2),
                        Shapes(GraphicType::kEllipse, 2, 2)};
  annotations.groups[1].optical_paths = {"1"};
  return annotations;
}

inline std::string Written(const Annotations& annotations) {
  std::string file;
  WriteAnnotations(annotations, SlideHead(), {}, TestIdentity(), {}, TestTime(),
                   [&](std::string_view bytes) { file += bytes; });
  return file;
}

inline AnnotationObject ReadBack(const std::string& file) {
  return ReadAnnotations(dicom::MemorySource(file));
}

// The golden file of that name; what was made lies in the build directory when it differs.
inline std::string DifferenceFromGolden(const std::string& name, const std::string& bytes) {
  std::ifstream stream(std::string(GLOSSATOR_SOURCE_DIR) + "/tests/unit/results/" + name,
                       std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(stream), {}};
  if (golden == bytes) return "";
  const std::string made = std::string(GLOSSATOR_BINARY_DIR) + "/made_" + name;
  std::ofstream(made, std::ios::binary) << bytes;
  return "differs from " + name + "; what was made is in " + made;
}

}  // namespace glossator::results
