// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/seg/peer.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmfg/fgderimg.h>
#include <dcmtk/dcmfg/fgfracon.h>
#include <dcmtk/dcmfg/fgpixmsr.h>
#include <dcmtk/dcmfg/fgplanor.h>
#include <dcmtk/dcmfg/fgplanpo.h>
#include <dcmtk/dcmfg/fgseg.h>
#include <dcmtk/dcmseg/segdoc.h>
#include <dcmtk/dcmseg/segment.h>
#include <dcmtk/oflog/oflog.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>

namespace glossator::seg::bench {
namespace {

uint32_t g_slices = 0;
uint32_t g_side = 0;
std::unique_ptr<DcmDataset> g_source;

void Check(const OFCondition& condition, const char* what) {
  if (condition.bad()) {
    throw std::runtime_error(std::string("dcmseg: ") + what + ": " + condition.text());
  }
}

std::string InstanceUid(uint32_t slice) {
  return "1.2.826.0.1.3680043.10.1234.5678.90.12345678." + std::to_string(slice + 1);
}

std::string Number(double value) {
  std::string text = std::to_string(value);
  return text.substr(0, 16);
}

void AddSegments(DcmSegmentation& segmentation, uint16_t segments) {
  for (uint16_t i = 1; i <= segments; ++i) {
    DcmSegment* segment = nullptr;
    Check(DcmSegment::create(segment, ("Organ " + std::to_string(i)).c_str(),
                             CodeSequenceMacro("123037004", "SCT", "Anatomical Structure"),
                             CodeSequenceMacro("10200004", "SCT", "Liver"),
                             DcmSegTypes::SAT_AUTOMATIC, "bench"),
          "segment");
    Uint16 number = 0;
    Check(segmentation.addSegment(segment, number), "addSegment");
  }
}

void AddShared(DcmSegmentation& segmentation) {
  FGPixelMeasures measures;
  measures.setPixelSpacing("0.78125\\0.78125");
  measures.setSliceThickness("1.5");
  measures.setSpacingBetweenSlices("1.5");
  Check(segmentation.addForAllFrames(measures), "measures");
  std::unique_ptr<FGPlaneOrientationPatient> orientation(
      FGPlaneOrientationPatient::createMinimal("1", "0", "0", "0", "1", "0"));
  Check(segmentation.addForAllFrames(*orientation), "orientation");
}

void AddReferences(DcmSegmentation& segmentation) {
  auto* series = new IODSeriesAndInstanceReferenceMacro::ReferencedSeriesItem();
  series->setSeriesInstanceUID("1.2.826.0.1.3680043.10.1234.2");
  for (uint32_t slice = 0; slice < g_slices; ++slice) {
    auto* reference = new SOPInstanceReferenceMacro();
    reference->setReferencedSOPClassUID("1.2.840.10008.5.1.4.1.1.2");
    reference->setReferencedSOPInstanceUID(InstanceUid(slice).c_str());
    series->getReferencedInstanceItems().push_back(reference);
  }
  segmentation.getCommonInstanceReference().getReferencedSeriesItems().push_back(series);
}

void AddDimensions(DcmSegmentation& segmentation) {
  IODMultiframeDimensionModule& dimensions = segmentation.getDimensions();
  const char* uid = "1.2.826.0.1.3680043.10.1234.9";
  Check(dimensions.addDimensionIndex(DCM_ReferencedSegmentNumber, uid,
                                     DCM_SegmentIdentificationSequence, "Segment Number"),
        "dimension");
  Check(dimensions.addDimensionIndex(DCM_ImagePositionPatient, uid, DCM_PlanePositionSequence,
                                     "Position"),
        "dimension");
}

void AddFrame(DcmSegmentation& segmentation, const PeerFrame& frame, uint8_t* mask) {
  std::unique_ptr<FGPlanePosPatient> position(FGPlanePosPatient::createMinimal(
      "-200.5", "-180.25", Number(-350 + 1.5 * frame.slice).c_str()));
  FGFrameContent content;
  content.setDimensionIndexValues(frame.segment, 0);
  content.setDimensionIndexValues(frame.slice + 1, 1);
  OFVector<ImageSOPInstanceReferenceMacro> images;
  ImageSOPInstanceReferenceMacro image;
  image.setReferencedSOPClassUID("1.2.840.10008.5.1.4.1.1.2");
  image.setReferencedSOPInstanceUID(InstanceUid(frame.slice).c_str());
  images.push_back(image);
  std::unique_ptr<FGDerivationImage> derivation(FGDerivationImage::createMinimal(
      images, "", CodeSequenceMacro("113076", "DCM", "Segmentation"),
      CodeSequenceMacro("121322", "DCM", "Source image for image processing operation")));
  OFVector<FGBase*> groups;
  groups.push_back(position.get());
  groups.push_back(&content);
  groups.push_back(derivation.get());
  Check(segmentation.addFrame(mask, frame.segment, groups), "addFrame");
}

}  // namespace

void PeerPrepare(uint32_t slices, uint32_t side) {
  OFLog::configure(OFLogger::FATAL_LOG_LEVEL);
  g_slices = slices;
  g_side = side;
  g_source = std::make_unique<DcmDataset>();
  const std::pair<DcmTagKey, const char*> values[] = {
      {DCM_StudyInstanceUID, "1.2.826.0.1.3680043.10.1234.1"},
      {DCM_SeriesInstanceUID, "1.2.826.0.1.3680043.10.1234.2"},
      {DCM_FrameOfReferenceUID, "1.2.826.0.1.3680043.10.1234.3"},
      {DCM_PatientID, "BENCH"},
      {DCM_PatientName, "Bench^Mark"},
      {DCM_StudyDate, "20240101"},
      {DCM_StudyTime, "120000"},
  };
  for (const auto& [tag, value] : values) g_source->putAndInsertString(tag, value);
}

void PeerReadHeads(const std::string& directory, uint32_t side) {
  OFLog::configure(OFLogger::FATAL_LOG_LEVEL);
  g_slices = 0;
  g_side = side;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    DcmFileFormat file;
    Check(file.loadFileUntilTag(entry.path().c_str(), EXS_Unknown, EGL_noChange, 0x10000,
                                ERM_autoDetect, DCM_PixelData),
          "source");
    ++g_slices;
    if (!g_source) g_source.reset(new DcmDataset(*file.getDataset()));
  }
}

void PeerEncode(const std::string& path, const uint8_t* labels,
                const std::vector<PeerFrame>& frames, uint16_t segments, bool checks) {
  DcmSegmentation* raw = nullptr;
  const IODGeneralEquipmentModule::EquipmentInfo equipment("M", "N", "1", "1");
  const ContentIdentificationMacro content("1", "SEGMENTATION", "BENCH", "Bench^Mark");
  Check(DcmSegmentation::createBinarySegmentation(raw, static_cast<Uint16>(g_side),
                                                  static_cast<Uint16>(g_side), equipment, content),
        "create");
  std::unique_ptr<DcmSegmentation> segmentation(raw);
  AddSegments(*segmentation, segments);
  AddShared(*segmentation);
  AddReferences(*segmentation);
  AddDimensions(*segmentation);
  Check(segmentation->importFromSourceImage(*g_source), "import");
  segmentation->getFrameOfReference().setFrameOfReferenceUID("1.2.826.0.1.3680043.10.1234.3");
  segmentation->getSeries().setSeriesNumber("300");
  segmentation->setCheckFGOnWrite(checks ? OFTrue : OFFalse);
  segmentation->setCheckDimensionsOnWrite(checks ? OFTrue : OFFalse);
  std::vector<uint8_t> mask(size_t{g_side} * g_side);
  for (const PeerFrame& frame : frames) {
    const uint8_t* slice = labels + frame.slice * mask.size();
    for (size_t i = 0; i < mask.size(); ++i) mask[i] = slice[i] == frame.segment ? 1 : 0;
    AddFrame(*segmentation, frame, mask.data());
  }
  Check(segmentation->saveFile(path.c_str()), "save");
}

void PeerDecode(const std::string& path, uint8_t* volume) {
  DcmSegmentation* raw = nullptr;
  Check(DcmSegmentation::loadFile(path.c_str(), raw), "load");
  std::unique_ptr<DcmSegmentation> segmentation(raw);
  const size_t voxels = size_t{g_side} * g_side;
  FGInterface& groups = segmentation->getFunctionalGroups();
  const size_t frames = segmentation->getNumberOfFrames();
  for (size_t i = 0; i < frames; ++i) {
    auto* identification = OFstatic_cast(
        FGSegmentation*, groups.get(static_cast<Uint32>(i), DcmFGTypes::EFG_SEGMENTATION));
    auto* position = OFstatic_cast(
        FGPlanePosPatient*, groups.get(static_cast<Uint32>(i), DcmFGTypes::EFG_PLANEPOSPATIENT));
    Uint16 number = 0;
    Float64 x = 0;
    Float64 y = 0;
    Float64 z = 0;
    Check(identification->getReferencedSegmentNumber(number), "segment");
    Check(position->getImagePositionPatient(x, y, z), "position");
    const auto slice = static_cast<size_t>(std::lround((z + 350) / 1.5));
    const DcmIODTypes::Frame* frame = segmentation->getFrame(i);
    uint8_t* out = volume + slice * voxels;
    for (size_t k = 0; k < voxels; ++k) {
      if ((frame->pixData[k / 8] >> (k % 8) & 1) != 0) out[k] = static_cast<uint8_t>(number);
    }
  }
}

}  // namespace glossator::seg::bench
