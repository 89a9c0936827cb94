// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/test_objects.h"

#include "dicom/io.h"
#include "dimse/scu.h"

namespace glossator::gate {
namespace {

namespace tags = dicom::tags;

constexpr const char* kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
constexpr int kSide = 64;

// A frame around the image, so that it is visible that something arrived.
std::string Pixels() {
  std::string pixels(kSide * kSide, '\x20');
  for (int i = 0; i < kSide; ++i) {
    pixels[i] = pixels[(kSide - 1) * kSide + i] = '\xFF';
    pixels[i * kSide] = pixels[i * kSide + kSide - 1] = '\xFF';
  }
  return pixels;
}

}  // namespace

Instance<Hospital> TestObjects::Make() {
  dicom::DataSet object;
  const auto now = clock_.Now();
  for (const auto tag : {tags::PatientBirthDate, tags::PatientSex, tags::AccessionNumber,
                         tags::ReferringPhysicianName, tags::Laterality}) {
    object.SetEmpty(tag);
  }
  const std::pair<dicom::Tag, std::string> texts[] = {
      {tags::SOPClassUID, kSecondaryCapture},
      {tags::SOPInstanceUID, uids_.New()},
      {tags::StudyInstanceUID, uids_.New()},
      {tags::SeriesInstanceUID, uids_.New()},
      {tags::StudyDate, ToDicomDate(now)},
      {tags::StudyTime, ToDicomTime(now)},
      {tags::PatientName, "GLOSSATOR^TEST OBJECT"},
      {tags::PatientID, "GLOSSATOR-TEST"},
      {tags::StudyID, "TEST"},
      {tags::StudyDescription, "Glossator destination test"},
      {tags::SeriesDescription, "No patient, may be deleted"},
      {tags::Modality, "OT"},
      {tags::ConversionType, "SYN"},
      {tags::PhotometricInterpretation, "MONOCHROME2"},
      {tags::PatientOrientation, ""},
  };
  for (const auto& [tag, text] : texts) object.SetString(tag, text);
  const std::pair<dicom::Tag, int> numbers[] = {
      {tags::SeriesNumber, 1}, {tags::InstanceNumber, 1}, {tags::SamplesPerPixel, 1},
      {tags::Rows, kSide},     {tags::Columns, kSide},    {tags::BitsAllocated, 8},
      {tags::BitsStored, 8},   {tags::HighBit, 7},        {tags::PixelRepresentation, 0},
  };
  for (const auto& [tag, number] : numbers) object.SetInt(tag, number);
  object.SetBytes(tags::PixelData, dicom::Vr::OB, Pixels());
  return {Permit<Hospital>(), std::move(object), dicom::kExplicitLittleEndian};
}

Json::Value TestObjects::Send(const DestinationConfig& destination) {
  const auto object = Make();
  dimse::ScuOptions options;
  options.host = destination.address;
  options.port = destination.port;
  options.called_aet = destination.aet;
  options.calling_aet = config_.intake_aet;
  options.tls = destination.tls;
  options.contexts.push_back({kSecondaryCapture, {}});
  dimse::Scu scu(options);
  const auto* syntax = scu.Accepted(kSecondaryCapture);
  Json::Value reply;
  reply["sop_instance_uid"] = object.data_set().GetString(tags::SOPInstanceUID);
  reply["study_instance_uid"] = object.data_set().GetString(tags::StudyInstanceUID);
  if (syntax == nullptr)
    throw Error(ErrorKind::kUnsupported, "the presentation context was refused");
  const auto status =
      scu.Store(kSecondaryCapture, object.data_set().GetString(tags::SOPInstanceUID), *syntax,
                dicom::Write(object.data_set(), *syntax));
  scu.Release();
  reply["status"] = status.code;
  return reply;
}

}  // namespace glossator::gate
