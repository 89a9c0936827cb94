// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a measurement report with DCMTK's own template classes (TID 1500 with 1001, 1204, 1411,
// 1419, 1501, 300, 320, 1600 and 4019), which check rows, types and context groups: a peer for our
// reports, never part of the product.
//
// sr_templates OUT < commands: a line each, a word and its fields, tab-separated. A code is three
// fields. Ends with 1 and the line when a class refuses one.
#include <dcmtk/config/osconfig.h>
// The order matters to DCMTK.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/cmr/tid1500.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Fields = std::vector<std::string>;

void Require(const OFCondition& condition) {
  if (condition.bad()) throw std::runtime_error(condition.text());
}

// Empty when it is not there.
OFString Text(const Fields& fields, size_t i) { return i < fields.size() ? fields[i].c_str() : ""; }

// Empty fields are no code.
DSRCodedEntryValue Code(const Fields& fields, size_t i) {
  if (fields.size() <= i || fields[i].empty()) return {};
  return {Text(fields, i), Text(fields, i + 1), Text(fields, i + 2)};
}

class Report {
 public:
  Report() { Require(report_.getImageLibrary().createNewImageLibrary()); }

  void Run(const Fields& fields) {
    const auto found = kCommands.find(fields.at(0));
    if (found == kCommands.end()) throw std::runtime_error("unknown command");
    (this->*found->second)(fields);
  }
  void Save(const char* path) {
    if (!report_.isValid()) throw std::runtime_error("the template is not complete");
    DSRDocument document;
    Require(document.createNewDocument(DSRTypes::DT_Comprehensive3DSR));
    Require(document.setTreeFromRootTemplate(report_));
    Require(document.setSpecificCharacterSetType(DSRTypes::CS_UTF8));
    DcmFileFormat file;
    Require(document.write(*file.getDataset()));
    Require(file.saveFile(path, EXS_LittleEndianExplicit));
  }

 private:
  using Command = void (Report::*)(const Fields&);

  // Volume groups and others have the same calls, but no common base.
  template <class Call>
  void InGroup(Call call) {
    if (is_volume_) {
      call(report_.getVolumetricROIMeasurements());
    } else {
      call(report_.getIndividualMeasurements());
    }
  }
  template <class Call>
  void InMeasurement(Call call) {
    InGroup([&](auto& group) { call(group.getMeasurement()); });
  }

  void Language(const Fields& f) { Require(report_.setLanguage(Code(f, 1))); }
  void Person(const Fields& f) {
    Require(report_.getObservationContext().addPersonObserver(Text(f, 1), Text(f, 2)));
  }
  void Device(const Fields& f) {
    Require(report_.getObservationContext().addDeviceObserver(Text(f, 1), Text(f, 2), Text(f, 3),
                                                              Text(f, 4), Text(f, 5), Text(f, 6)));
  }
  void Procedure(const Fields& f) { Require(report_.addProcedureReported(Code(f, 1))); }
  void Series(const Fields&) { Require(report_.getImageLibrary().addImageGroup()); }
  void Image(const Fields& f) {
    DcmFileFormat file;
    Require(file.loadFile(f.at(1).c_str()));
    Require(report_.getImageLibrary().addImageEntry(*file.getDataset(),
                                                    TID1600_ImageLibrary::withAllDescriptors));
  }
  void Common(const Fields&) {
    Require(report_.getImageLibrary().moveCommonImageDescriptorsToImageGroups());
  }
  void Group(const Fields& f) {
    is_volume_ = f.at(1) == "1411";
    Require(is_volume_ ? report_.addVolumetricROIMeasurements()
                       : report_.addIndividualMeasurements());
  }
  void Session(const Fields& f) {
    InGroup([&](auto& group) { Require(group.setActivitySession(Text(f, 1))); });
  }
  void Tracking(const Fields& f) {
    InGroup([&](auto& group) {
      Require(group.setTrackingIdentifier(Text(f, 1)));
      Require(group.setTrackingUniqueIdentifier(Text(f, 2)));
    });
  }
  void Finding(const Fields& f) {
    InGroup([&](auto& group) { Require(group.setFinding(Code(f, 1))); });
  }
  void TimePoint(const Fields& f) {
    InGroup([&](auto& group) { Require(group.setTimePoint(Text(f, 1))); });
  }
  void Method(const Fields& f) {
    InGroup([&](auto& group) { Require(group.setMeasurementMethod(Code(f, 1))); });
  }
  void Site(const Fields& f) {
    InGroup([&](auto& group) {
      Require(group.addFindingSite(Code(f, 1), CID244e_Laterality(Code(f, 4)), Code(f, 7)));
    });
  }
  void Segment(const Fields& f) {
    DSRImageReferenceValue reference(Text(f, 1), Text(f, 2));
    reference.getSegmentList().addItem(static_cast<Uint16>(std::stoi(f.at(3))));
    Require(report_.getVolumetricROIMeasurements().setReferencedSegment(reference));
  }
  void SourceSeries(const Fields& f) {
    Require(report_.getVolumetricROIMeasurements().setSourceSeriesForSegmentation(Text(f, 1)));
  }
  void Number(const Fields& f) {
    InGroup([&](auto& group) {
      using Value = typename std::remove_reference_t<decltype(group)>::MeasurementValue;
      Require(group.addMeasurement(Code(f, 1), Value(Text(f, 4), Code(f, 5))));
    });
  }
  void Qualifier(const Fields& f) {
    InGroup([&](auto& group) {
      using Value = typename std::remove_reference_t<decltype(group)>::MeasurementValue;
      Require(group.addMeasurement(Code(f, 1), Value(CID42_NumericValueQualifier(Code(f, 4)))));
    });
  }
  void NumberMethod(const Fields& f) {
    InMeasurement([&](auto& number) { Require(number.setMeasurementMethod(Code(f, 1))); });
  }
  void Derivation(const Fields& f) {
    InMeasurement([&](auto& number) { Require(number.setDerivation(Code(f, 1))); });
  }
  void Modifier(const Fields& f) {
    InMeasurement([&](auto& number) { Require(number.addModifier(Code(f, 1), Code(f, 4))); });
  }
  void NumberImage(const Fields& f) {
    const DSRImageReferenceValue reference(Text(f, 4), Text(f, 5));
    Require(report_.getIndividualMeasurements().getMeasurement().addImage(Code(f, 1), reference));
  }
  // Source of Measurement, class and instance, then x and y of each point.
  void Polyline(const Fields& f) {
    DSRSpatialCoordinatesValue outline(DSRTypes::GT_Polyline);
    for (size_t i = 6; i + 1 < f.size(); i += 2) {
      outline.getGraphicDataList().addItem(std::stof(f[i]), std::stof(f[i + 1]));
    }
    const DSRImageReferenceValue image(Text(f, 4), Text(f, 5));
    Require(report_.getIndividualMeasurements().getMeasurement().addSpatialCoordinates(
        Code(f, 1), outline, image));
  }
  void Evaluation(const Fields& f) {
    InGroup([&](auto& group) { Require(group.addQualitativeEvaluation(Code(f, 1), Code(f, 4))); });
  }
  void Remark(const Fields& f) {
    InGroup([&](auto& group) { Require(group.addQualitativeEvaluation(Code(f, 1), Text(f, 4))); });
  }
  void OfReport(const Fields& f) {
    Require(report_.addQualitativeEvaluation(Code(f, 1), Code(f, 4)));
  }
  void RemarkOfReport(const Fields& f) {
    Require(report_.addQualitativeEvaluation(Code(f, 1), Text(f, 4)));
  }

  static const std::map<std::string, Command> kCommands;
  TID1500_MeasurementReport report_{CMR_CID7021::ImagingMeasurementReport};
  bool is_volume_ = false;
};

const std::map<std::string, Report::Command> Report::kCommands = {
    {"language", &Report::Language},
    {"person", &Report::Person},
    {"device", &Report::Device},
    {"procedure", &Report::Procedure},
    {"series", &Report::Series},
    {"image", &Report::Image},
    {"common", &Report::Common},
    {"group", &Report::Group},
    {"session", &Report::Session},
    {"tracking", &Report::Tracking},
    {"finding", &Report::Finding},
    {"time_point", &Report::TimePoint},
    {"method", &Report::Method},
    {"site", &Report::Site},
    {"segment", &Report::Segment},
    {"source_series", &Report::SourceSeries},
    {"number", &Report::Number},
    {"qualifier", &Report::Qualifier},
    {"number_method", &Report::NumberMethod},
    {"derivation", &Report::Derivation},
    {"modifier", &Report::Modifier},
    {"number_image", &Report::NumberImage},
    {"polyline", &Report::Polyline},
    {"evaluation", &Report::Evaluation},
    {"remark", &Report::Remark},
    {"report_evaluation", &Report::OfReport},
    {"report_remark", &Report::RemarkOfReport},
};

Fields Split(const std::string& line) {
  Fields fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
  return fields;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::string line;
  try {
    Report report;
    while (std::getline(std::cin, line)) report.Run(Split(line));
    line = "end";
    report.Save(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << line << ": " << error.what() << std::endl;
    return 1;
  }
  return 0;
}
