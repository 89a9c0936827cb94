// SPDX-License-Identifier: GPL-3.0-or-later
// Our compact tables against the shared facts, which are not part of a fresh clone.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "deid/reason.h"
#include "deid/storage_classes.h"
#include "deid/tables.h"
#include "dicom/dictionary.h"
#include "dicom/json.h"
#include "model/ports.h"

namespace glossator::deid {
namespace {

const std::filesystem::path kSource = GLOSSATOR_SOURCE_DIR;

std::string Slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::vector<std::string>> Rows(const std::string& name) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream in(Slurp(kSource / "deid" / name));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == '\t') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    rows.push_back(cells);
  }
  return rows;
}

std::string Sha256(const std::string& bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return ToHex(digest);
}

TEST(DeidFacts, AreTheOnesWhoseHashTheRepositoryKeeps) {
  std::istringstream in(Slurp(kSource / "deid/facts.sha256"));
  size_t files = 0;
  for (std::string hash, name; in >> hash >> name; ++files) {
    EXPECT_EQ(Sha256(Slurp(kSource / "deid" / name)), hash) << name;
  }
  EXPECT_EQ(files, 3u);
}

TEST(DeidFacts, HoldEveryRowAndCellOfTableE11) {
  const auto shared = kSource / "../shared/standard/e1-1.json";
  if (!std::filesystem::exists(shared)) GTEST_SKIP() << "NO SHARED FACTS: " << shared;
  const auto json = dicom::ParseJson(Slurp(shared), 64u << 20);
  std::map<std::string, std::string> ours;
  for (const auto& row : Rows("profile.tsv")) ours[row[0]] = row[1] + ' ' + row[2];
  EXPECT_EQ(ours.size(), json["attributes"].size());
  for (const auto& row : json["attributes"]) {
    std::string tag = row["tag"].asString().substr(1, 9), cells;
    std::replace(tag.begin(), tag.end(), 'X', 'x');
    if (row["group"] == "odd") tag = "private";
    for (Json::ArrayIndex i = 1; i < json["columns"].size(); ++i) {
      const std::string cell = row[json["columns"][i].asString()].asString();
      cells += cell.empty() ? "." : cell;
    }
    EXPECT_EQ(ours[tag], row["basic"].asString() + ' ' + cells) << tag;
  }
}

TEST(DeidFacts, HoldTheStandardsRowsOfTableE310) {
  const auto shared = kSource / "../shared/standard/e3-10-1.json";
  if (!std::filesystem::exists(shared)) GTEST_SKIP() << "NO SHARED FACTS: " << shared;
  const auto json = dicom::ParseJson(Slurp(shared), 64u << 20);
  std::set<std::string> ours, theirs;
  for (const auto& row : Rows("safe_private.tsv"))
    ours.insert(row[0] + '|' + row[1] + '|' + row[2]);
  for (const std::string& key : json.getMemberNames()) {
    if (!json[key].isArray()) continue;
    for (const auto& row : json[key]) {
      if (!row["inStandard2020b"].asBool()) continue;
      theirs.insert(row["group"].asString() + ',' + row["element"].asString() + '|' +
                    row["creator"].asString() + '|' + row["vr"].asString());
    }
  }
  EXPECT_EQ(ours, theirs);
}

TEST(DeidFacts, HoldEveryRowOfTableE34) {
  const auto shared = kSource / "../shared/standard/e3-4-1.json";
  if (!std::filesystem::exists(shared)) GTEST_SKIP() << "NO SHARED FACTS: " << shared;
  const auto json = dicom::ParseJson(Slurp(shared), 64u << 20);
  std::set<std::string> ours, theirs;
  for (const auto& row : Rows("sr_content.tsv")) {
    ours.insert(row[0] + '|' + row[1] + '|' + row[2] + '|' + row[3] + '|' + row[4]);
  }
  for (const auto& row : json["rows"]) {
    std::string cells;
    for (Json::ArrayIndex i = 7; i < json["columns"].size(); ++i) {
      const std::string cell = row[json["columns"][i].asString()].asString();
      cells += cell.empty() ? "." : cell;
    }
    theirs.insert(row["Code Value"].asString() + '|' + row["Coding Scheme Designator"].asString() +
                  '|' + row["Value Type"].asString() + '|' + row["Basic Prof."].asString() + '|' +
                  cells);
  }
  EXPECT_EQ(ours, theirs);
}

TEST(ProfileAction, FollowsTheOptionsOfThePolicy) {
  const dicom::Tag description = dicom::tags::StudyDescription;
  EXPECT_EQ(ProfileAction(description, {}), Action::kX);
  EXPECT_EQ(ProfileAction(description, Options().Set(Option::kCleanDescriptors)), Action::kC);
  const dicom::Tag date = dicom::tags::StudyDate;
  EXPECT_EQ(ProfileAction(date, {}), Action::kZ);
  EXPECT_EQ(ProfileAction(date, Options().Set(Option::kRetainModifiedDates)), Action::kC);
  EXPECT_EQ(ProfileAction(date, Options().Set(Option::kRetainFullDates)), Action::kK);
  EXPECT_EQ(ProfileAction(dicom::tags::Rows, {}), std::nullopt);
}

TEST(TypeOf, DependsOnThePlaceAndTheObject) {
  Scope pet;
  pet.pet = true;
  EXPECT_EQ(TypeOf(dicom::tags::SeriesDate, {}, pet), '1');
  EXPECT_EQ(TypeOf(dicom::tags::SeriesDate, {}, {}), '3');
  EXPECT_EQ(TypeOf(dicom::tags::CodeMeaning, dicom::tags::ViewCodeSequence, {}), '1');
}

TEST(StorageClasses, AreAllThatThePartSixKnows) {
  size_t storage = 0;
  for (const auto& entry : dicom::AllUids()) {
    if (entry.kind == dicom::UidKind::kStorageSopClass) ++storage;
  }
  EXPECT_EQ(AcceptedStorageClasses().size(), storage);
  EXPECT_TRUE(std::is_sorted(AcceptedStorageClasses().begin(), AcceptedStorageClasses().end()));
}

TEST(StorageClasses, GiveOnlyReasonsOfTheClosedList) {
  std::set<std::string_view> known{""};
  for (const auto& reason : AllReasons()) known.insert(reason.code);
  for (const auto uid : AcceptedStorageClasses()) {
    EXPECT_TRUE(known.contains(SealingReason(uid))) << uid;
  }
  EXPECT_EQ(SealingReason("1.2.840.10008.5.1.4.1.1.2"), "");
  EXPECT_EQ(SealingReason("1.2.840.10008.5.1.4.1.1.88.11"), "");
  EXPECT_EQ(SealingReason("1.2.840.10008.5.1.4.1.1.104.1"), reasons::kDocument);
  EXPECT_EQ(SealingReason("1.3.12.2.1107.5.9.1"), reasons::kSopClass);
}

TEST(Vocabulary, HasNoPersonsOfOurFixtures) {
  for (const char* word : {"castorp", "behrens", "smith", "mueller", "garcia", "kim", "lee"}) {
    EXPECT_FALSE(IsWordOfTheTrade(word)) << word;
  }
  for (const char* word : {"chest", "contrast", "axial", "lumbar", "flair"}) {
    EXPECT_TRUE(IsWordOfTheTrade(word)) << word;
  }
}

}  // namespace
}  // namespace glossator::deid
