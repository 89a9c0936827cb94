// SPDX-License-Identifier: GPL-3.0-or-later
// Every worked example of the documents: one for each kind of finding.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "structured-report/decode.h"
#include "structured-report/description_json.h"
#include "structured-report/heads.h"
#include "structured-report/render.h"
#include "structured-report/verify.h"
#include "tests/unit/structured-report/fixtures.h"

namespace glossator::sr {
namespace {

namespace fs = std::filesystem;

std::string ReadBytes(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> Examples() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(GLOSSATOR_SOURCE_DIR "/docs/examples/reports")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

struct Example {
  DescriptionFile file;
  Heads heads;
  dicom::DataSet report;
};

Example Load(const fs::path& path) {
  SystemEntropy entropy;
  RandomUids uids(entropy);
  Example example;
  example.file = DescriptionFromJson(dicom::ParseJson(ReadBytes(path)), uids);
  example.heads = SplitHeads(example.file.sources, {}, example.file.description);
  Identity identity = TestIdentity();
  identity.series_description = example.file.series_description;
  example.report = Encode(example.file.description, example.heads.sources, example.heads.others,
                          identity, TestTime());
  return example;
}

class Template : public testing::TestWithParam<fs::path> {};

TEST_P(Template, IsItsGoldenObjectByteForByte) {
  const std::string bytes = dicom::WriteFile(Load(GetParam()).report, dicom::kExplicitLittleEndian);
  const std::string name = GetParam().stem().string() + ".dcm";
  if (bytes == ReadBytes(GLOSSATOR_SOURCE_DIR "/tests/unit/structured-report/golden/" + name)) {
    return;
  }
  const fs::path folder = fs::path(GLOSSATOR_BINARY_DIR) / "golden_reports";
  fs::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary) << bytes;
  FAIL() << "differs; what was made is in " << folder / name;
}

TEST_P(Template, ReadsBackAsTheSameDescription) {
  const Example example = Load(GetParam());
  const dicom::File file = dicom::ReadFile(
      std::string_view(dicom::WriteFile(example.report, dicom::kExplicitLittleEndian)));
  const Report report = Decode(file.data_set);
  EXPECT_EQ(dicom::WriteJson(ToJson(report.description)),
            dicom::WriteJson(ToJson(example.file.description)));
}

TEST_P(Template, HasNoFindingsAgainstItsSources) {
  const Example example = Load(GetParam());
  for (const Finding& finding : Verify(example.report, &example.file.sources)) {
    ADD_FAILURE() << ToLine(finding);
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, Template, testing::ValuesIn(Examples()),
                         [](const auto& example) {
                           std::string name = example.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(DescriptionSchema, IsTheOneInTheRepository) {
  const std::string path = GLOSSATOR_SOURCE_DIR "/structured-report/description.schema.json";
  const Json::Value kept = dicom::ParseJson(ReadBytes(path));
  EXPECT_EQ(dicom::WriteJson(DescriptionSchema()), dicom::WriteJson(kept))
      << "glossator-sr schema prints it";
}

}  // namespace
}  // namespace glossator::sr
