// SPDX-License-Identifier: GPL-3.0-or-later
// A real gate in this process: real sockets, spool and database in a temporary directory, and a
// real association to it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "dicom/io.h"
#include "dicom/json.h"
#include "dimse/scu.h"
#include "gate/gate.h"
#include "gate/line_server.h"
#include "model/error.h"
#include "spool/reader.h"
#include "tests/support/temporary_directory.h"
#include "vault/digest.h"
#include "vault/seal.h"

namespace glossator::gate {

namespace tags = dicom::tags;

inline constexpr const char* kCtImage = "1.2.840.10008.5.1.4.1.1.2";
inline constexpr const char* kUltrasound = "1.2.840.10008.5.1.4.1.1.6.1";
inline constexpr const char* kJpeg = "1.2.840.10008.1.2.4.50";
inline constexpr const char* kJpegXl = "1.2.840.10008.1.2.4.110";
inline constexpr const char* kEnhancedSr = "1.2.840.10008.5.1.4.1.1.88.22";

// One slice of a CT; `instance` counts from 1. Identity is planted in a few obvious places.
inline dicom::DataSet CtSlice(int instance, const std::string& patient_id = "MRN-778812") {
  dicom::DataSet object;
  const std::pair<dicom::Tag, std::string> texts[] = {
      {tags::SOPClassUID, kCtImage},
      {tags::SOPInstanceUID, "1.2.3.4.5." + std::to_string(instance)},
      {tags::StudyInstanceUID, "1.2.3.4"},
      {tags::SeriesInstanceUID, "1.2.3.4.5"},
      {tags::FrameOfReferenceUID, "1.2.3.4.9"},
      {tags::PatientName, "ZEBRAFISCH^QUENTIN"},
      {tags::PatientID, patient_id},
      {tags::PatientBirthDate, "19510203"},
      {tags::PatientSex, "M"},
      {tags::StudyDate, "20240102"},
      {tags::StudyTime, "101112"},
      {tags::AccessionNumber, "ACC998877"},
      {tags::ReferringPhysicianName, "WHISTLEBLOW^ANNA"},
      {tags::StudyID, "S1"},
      {tags::StudyDescription, "Thorax of Zebrafisch"},
      {tags::Modality, "CT"},
      {tags::Manufacturer, "ACME"},
      {tags::ImageType, "ORIGINAL\\PRIMARY\\AXIAL"},
      {tags::PhotometricInterpretation, "MONOCHROME2"},
      {tags::ImagePositionPatient, "0\\0\\" + std::to_string(instance)},
      {tags::ImageOrientationPatient, "1\\0\\0\\0\\1\\0"},
      {tags::PixelSpacing, "1\\1"},
  };
  for (const auto& [tag, text] : texts) object.SetString(tag, text);
  const std::pair<dicom::Tag, int> numbers[] = {
      {tags::SeriesNumber, 1},
      {tags::InstanceNumber, instance},
      {tags::SamplesPerPixel, 1},
      {tags::Rows, 8},
      {tags::Columns, 8},
      {tags::BitsAllocated, 16},
      {tags::BitsStored, 16},
      {tags::HighBit, 15},
      {tags::PixelRepresentation, 1},
      {tags::RescaleSlope, 1},
      {tags::RescaleIntercept, 0},
  };
  for (const auto& [tag, number] : numbers) object.SetInt(tag, number);
  object.SetBytes(tags::PixelData, dicom::Vr::OW, std::string(128, static_cast<char>(instance)));
  return object;
}

class GateTest : public testing::Test {
 protected:
  GateTest() {
    config_.directory = directory_.path();
    config_.key_file = directory_.path() / "key";
    WriteKey('a');
    config_.intake.address = "127.0.0.1";
    config_.projects = {{.id = "lung", .quiet_seconds = 0.3}};
    config_.routes = {{"GL_LUNG", "*", "*", "lung"}, {"GL_ANY", "*", "*", ""}};
  }

  void WriteKey(char digit) {
    std::filesystem::remove(config_.key_file);
    std::ofstream(config_.key_file) << std::string(64, digit) << "\n";
    std::filesystem::permissions(config_.key_file, std::filesystem::perms::owner_read);
  }

  void Start() { gate_ = std::make_unique<Gate>(config_, "{}", clock_, entropy_); }
  void Stop() { gate_.reset(); }

  Json::Value Ask(const std::string& call, Json::Value request = Json::objectValue) {
    request["call"] = call;
    return CallLine(directory_.path() / "gate.sock", request);
  }
  Json::Value AskSteward(const std::string& call, int64_t number = 0,
                         Json::Value request = Json::objectValue) {
    request["call"] = call;
    request["number"] = Json::Int64(number);
    return CallLine(directory_.path() / "steward.sock", request);
  }

  std::unique_ptr<dimse::Scu> Connect(const std::string& called = "GL_LUNG") {
    dimse::ScuOptions options;
    options.host = "127.0.0.1";
    options.port = static_cast<uint16_t>(Ask("hello")["intake_port"].asUInt());
    options.called_aet = called;
    options.calling_aet = "PACS";
    options.contexts = {{kCtImage,
                         {std::string(dicom::kExplicitLittleEndian.uid),
                          std::string(dicom::kDeflatedExplicitLittleEndian.uid)}},
                        {kCtImage, {std::string(dicom::kDeflatedExplicitLittleEndian.uid)}},
                        {kCtImage, {std::string(dicom::kImplicitLittleEndian.uid)}},
                        {kCtImage, {std::string(dicom::kExplicitBigEndian.uid)}},
                        {kCtImage, {kJpegXl}},
                        {kCtImage, {kJpeg}},
                        {kEnhancedSr, {}},
                        {kUltrasound, {std::string(dicom::kExplicitLittleEndian.uid)}}};
    return std::make_unique<dimse::Scu>(options);
  }

  dimse::Status Send(const dicom::DataSet& object, const std::string& called = "GL_LUNG",
                     const dicom::TransferSyntax& syntax = dicom::kExplicitLittleEndian) {
    auto scu = Connect(called);
    const auto status =
        scu->Store(object.GetString(tags::SOPClassUID), object.GetString(tags::SOPInstanceUID),
                   syntax, dicom::Write(object, syntax));
    scu->Release();
    return status;
  }

  // Waits for what `probe` wants to see; fails after ten seconds.
  template <class Probe>
  void Await(Probe probe) {
    for (int i = 0; i < 200; ++i) {
      if (probe()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ADD_FAILURE() << "nothing happened for ten seconds";
  }

  Json::Value AwaitBatch() {
    Json::Value batch;
    Await([&] {
      batch = Ask("batches")["items"][0];
      return batch.isObject();
    });
    return batch;
  }

  std::string StudyState() {
    const auto items = Ask("studies")["items"];
    return items.empty() ? "" : items[0]["state"].asString();
  }

  // The Part 10 bytes of a released record, as the plugin reads them.
  std::string ReadRecord(const Json::Value& batch, Json::ArrayIndex index) {
    const auto& record = batch["records"][index];
    const spool::Reader reader(SystemFiles(), directory_.path() / "spool" / "intake");
    const auto key = vault::KeyFromHex(batch["key"].asString());
    vault::ChunkOpener opener(key);
    std::string bytes;
    reader.Read({record["segment"].asUInt64(), record["offset"].asUInt64()},
                [&](std::string_view chunk, bool last) { bytes += opener.Open(chunk, last); });
    EXPECT_EQ(opener.RecordSeal(), record["seal"].asString());
    return bytes;
  }

  // Every byte of every file below the directory.
  std::string AllBytesOnDisk() {
    std::string bytes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (!entry.is_regular_file() || entry.path() == config_.key_file) continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(stream), {});
    }
    return bytes;
  }

  support::TemporaryDirectory directory_;
  SystemClock clock_;
  SystemEntropy entropy_;
  Config config_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace glossator::gate
