// SPDX-License-Identifier: GPL-3.0-or-later
// Self-made objects and pseudonyms for the tests of this room.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "deid/engine.h"
#include "dicom/dictionary.h"
#include "dicom/io.h"
#include "dicom/transfer_syntax.h"

namespace glossator::gate {

// Stands in for the gate's class of that name, which may make identified instances.
class TestObjects {
 public:
  static Instance<Hospital> Identified(dicom::DataSet data_set,
                                       const dicom::TransferSyntax& syntax) {
    return {Permit<Hospital>(), std::move(data_set), syntax};
  }
};

}  // namespace glossator::gate

namespace glossator::deid {

namespace tags = dicom::tags;
using dicom::DataSet;
using dicom::Tag;
using dicom::Vr;

inline Instance<Hospital> Identified(
    DataSet data_set, const dicom::TransferSyntax& syntax = dicom::kExplicitLittleEndian) {
  return gate::TestObjects::Identified(std::move(data_set), syntax);
}

class FakePseudonyms final : public Pseudonyms {
 public:
  std::string Uid(std::string_view original) const override {
    return "2.25." + std::to_string(std::hash<std::string_view>()(original));
  }
  std::string PatientCode() const override { return "P-QQQQQQQQQQQQQQQQ"; }
  std::string StudyCode(std::string_view, std::string_view) const override {
    return "S-QQQQQQQQQQQQ";
  }
  int ShiftDays() const override { return -364; }
};

inline DataSet CtHead() {
  DataSet head;
  head.SetStrings(tags::ImageType, {"ORIGINAL", "PRIMARY", "AXIAL"});
  head.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
  head.SetString(tags::SOPInstanceUID, "1.2.3.4.5.1");
  head.SetString(tags::StudyInstanceUID, "1.2.3.4.5");
  head.SetString(tags::SeriesInstanceUID, "1.2.3.4.5.9");
  head.SetString(tags::FrameOfReferenceUID, "1.2.3.4.5.8");
  head.SetString(tags::StudyDate, "20240229");
  head.SetString(tags::StudyTime, "101530");
  head.SetString(tags::AcquisitionDate, "20240301");
  head.SetString(tags::ContentDate, "20240229");
  head.SetString(tags::ContentTime, "101531.25");
  head.SetString(tags::AccessionNumber, "A20240229X");
  head.SetString(tags::Modality, "CT");
  head.SetString(tags::Manufacturer, "SIEMENS");
  head.SetString(tags::ManufacturerModelName, "SOMATOM Definition AS+");
  head.SetString(tags::InstitutionName, "Zauberberg Klinik");
  head.SetString(tags::ReferringPhysicianName, "Behrens^Hofrat");
  head.SetString(tags::StudyDescription, "CT chest for Castorp with contrast");
  head.SetString(tags::PatientName, "Castorp^Hans");
  head.SetString(tags::PatientID, "MRN-4711-0815");
  head.SetString(tags::PatientBirthDate, "19070412");
  head.SetString(tags::PatientSex, "M");
  head.SetString(tags::PatientAge, "097Y");
  head.SetString(tags::BodyPartExamined, "CHEST");
  head.SetString(tags::KVP, "120");
  head.SetString(tags::ConvolutionKernel, "B30f");
  head.SetString(tags::StudyID, "77123");
  head.SetString(tags::SeriesNumber, "2");
  head.SetString(tags::InstanceNumber, "17");
  head.SetDoubles(tags::PixelSpacing, {0.7, 0.7});
  head.SetInt(tags::Rows, 4);
  head.SetInt(tags::Columns, 4);
  head.SetInt(tags::BitsAllocated, 16);
  head.SetInt(tags::SamplesPerPixel, 1);
  return head;
}

inline Policy PolicyOf(std::string_view name) { return LoadPolicy(name); }

inline Cleaned CleanWith(const Policy& policy, DataSet head) {
  const auto instance = Identified(std::move(head));
  Dictionary dictionary;
  dictionary.Collect(instance);
  return Engine(policy).Clean(instance, FakePseudonyms(), dictionary);
}

}  // namespace glossator::deid
