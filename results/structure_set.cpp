// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/structure_set.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "dicom/error.h"
#include "dicom/io.h"
#include "results/modules.h"
#include "results/outlines.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

constexpr const char* kDetachedStudy = "1.2.840.10008.3.1.2.3.1";
constexpr size_t kShortLengthMax = 65534;

// Micrometres are far below what any scanner resolves.
void AppendCoordinate(std::string& out, double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.3f", value);
  std::string_view digits(text.data(), static_cast<size_t>(size));
  while (digits.back() == '0') digits.remove_suffix(1);
  if (digits.back() == '.') digits.remove_suffix(1);
  if (!out.empty()) out += '\\';
  out += digits == "-0" ? "0" : digits;
}

DataSet ContourItem(const Loop& loop, const RegionFrame& frame, bool is_xor, int64_t number) {
  DataSet item;
  item.SetItems(tags::ContourImageSequence, {SopReference(frame.image)});
  item.SetString(tags::ContourGeometricType, is_xor ? "CLOSEDPLANAR_XOR" : "CLOSED_PLANAR");
  item.SetInt(tags::NumberOfContourPoints, static_cast<int64_t>(loop.size()));
  item.SetInt(tags::ContourNumber, number);
  std::string data;
  for (const Corner& corner : loop) {
    for (const double value : frame.plane->ToPatient(corner.x, corner.y)) {
      AppendCoordinate(data, value);
    }
  }
  item.SetBytes(tags::ContourData, dicom::Vr::DS, std::move(data));
  return item;
}

// ROI Contour (C.8.8.6).
DataSet ContourSequence(const Regions& regions, size_t index, Holes holes,
                        std::vector<uint8_t>& mask) {
  DataSet item;
  const Region& region = regions.regions[index];
  const dicom::Rgb color = ColorOf(region);
  item.SetInts(tags::ROIDisplayColor, {color[0], color[1], color[2]});
  item.SetInt(tags::ReferencedROINumber, region.number);
  int64_t number = 0;
  for (size_t frame = 0; frame < regions.frames.size(); ++frame) {
    if (!regions.mask(index, frame, mask)) continue;
    std::vector<Loop> loops;
    bool is_xor = false;
    if (holes == Holes::kKeyhole) {
      loops = TraceKeyholes(mask, regions.rows, regions.columns);
    } else {
      Outlines outlines = TraceOutlines(mask, regions.rows, regions.columns);
      is_xor = !outlines.holes.empty();
      loops = std::move(outlines.outer);
      loops.insert(loops.end(), outlines.holes.begin(), outlines.holes.end());
    }
    for (const Loop& loop : loops) {
      item.AddItem(tags::ContourSequence) =
          ContourItem(loop, regions.frames[frame], is_xor, ++number);
    }
    std::fill(mask.begin(), mask.end(), 0);
  }
  return item;
}

// Structure Set (C.8.8.5): the frame of reference with every image of the series.
void PutFrameOfReference(const Regions& regions, DataSet& object) {
  DataSet& frame_of_reference = object.AddItem(tags::ReferencedFrameOfReferenceSequence);
  frame_of_reference.SetString(tags::FrameOfReferenceUID, regions.frame_of_reference_uid);
  DataSet study;
  study.SetString(tags::ReferencedSOPClassUID, kDetachedStudy);
  study.SetString(tags::ReferencedSOPInstanceUID, object.GetString(tags::StudyInstanceUID));
  std::string last;
  for (const RegionFrame& frame : regions.frames) {
    if (frame.image.sop_instance_uid == last) continue;  // of one multi-frame image
    last = frame.image.sop_instance_uid;
    DataSet& series = ItemWith(study, tags::RTReferencedSeriesSequence, tags::SeriesInstanceUID,
                               frame.image.series_instance_uid);
    InstanceReference whole = frame.image;
    whole.frames.clear();
    series.AddItem(tags::ContourImageSequence) = SopReference(whole);
  }
  frame_of_reference.SetItems(tags::RTReferencedStudySequence, {std::move(study)});
}

const char* GenerationAlgorithm(const std::string& algorithm_type) {
  if (algorithm_type == "AUTOMATIC") return "AUTOMATIC";
  return algorithm_type == "MANUAL" ? "MANUAL" : "SEMIAUTOMATIC";
}

DataSet RegionItem(const Regions& regions, const Region& region) {
  DataSet item;
  item.SetInt(tags::ROINumber, region.number);
  item.SetString(tags::ReferencedFrameOfReferenceUID, regions.frame_of_reference_uid);
  item.SetString(tags::ROIName, Shortened(region.name, 64));
  item.SetString(tags::ROIGenerationAlgorithm, GenerationAlgorithm(region.algorithm_type));
  return item;
}

// RT ROI Observations (C.8.8.8).
DataSet ObservationItem(const Region& region, const std::string& interpreter) {
  DataSet item;
  item.SetInt(tags::ObservationNumber, region.number);
  item.SetInt(tags::ReferencedROINumber, region.number);
  item.SetString(tags::ROIObservationLabel, Shortened(region.name, 16));
  if (!region.type.value.empty()) {
    dicom::SetCode(item, tags::RTROIIdentificationCodeSequence, region.type);
  }
  item.SetString(tags::RTROIInterpretedType, "");
  item.SetString(tags::ROIInterpreter, interpreter);
  return item;
}

void RequirePlanes(const Regions& regions) {
  bool complete = !regions.frame_of_reference_uid.empty() && !regions.frames.empty();
  for (const RegionFrame& frame : regions.frames) complete = complete && frame.plane.has_value();
  if (!complete) throw Error(ErrorKind::kUnsupported, "a structure set of images without planes");
}

}  // namespace

DataSet EncodeStructureSet(const Regions& regions, const StructureSetWords& words,
                           const Identity& identity, const Equipment& equipment, Time now) {
  RequirePlanes(regions);
  DataSet object = Begin(regions.head, kStructureSetStorage, "RTSTRUCT", identity, equipment, now);
  object.SetString(tags::OperatorsName, "");
  object.SetString(tags::FrameOfReferenceUID, regions.frame_of_reference_uid);
  object.SetString(tags::PositionReferenceIndicator,
                   regions.head.GetString(tags::PositionReferenceIndicator));
  object.SetString(tags::StructureSetLabel, Shortened(words.label, 16));
  if (!words.description.empty()) {
    object.SetString(tags::StructureSetDescription, words.description);
  }
  object.SetString(tags::StructureSetDate, ToDicomDate(now));
  object.SetString(tags::StructureSetTime, ToDicomTime(now));
  PutFrameOfReference(regions, object);
  std::vector<uint8_t> mask(regions.frame_pixels());
  for (size_t i = 0; i < regions.regions.size(); ++i) {
    object.AddItem(tags::StructureSetROISequence) = RegionItem(regions, regions.regions[i]);
    object.AddItem(tags::ROIContourSequence) = ContourSequence(regions, i, words.holes, mask);
    object.AddItem(tags::RTROIObservationsSequence) =
        ObservationItem(regions.regions[i], words.interpreter);
  }
  object.SetString(tags::ApprovalStatus, "UNAPPROVED");
  Finish(object, regions.head);
  return object;
}

const dicom::TransferSyntax& SyntaxFor(const DataSet& structure_set) {
  for (const DataSet& region : structure_set.GetItems(tags::ROIContourSequence)) {
    for (const DataSet& contour : region.GetItems(tags::ContourSequence)) {
      const dicom::Element* data = contour.Find(tags::ContourData);
      if (data != nullptr && data->value.size() > kShortLengthMax) {
        return dicom::kImplicitLittleEndian;
      }
    }
  }
  return dicom::kExplicitLittleEndian;
}

}  // namespace glossator::results
