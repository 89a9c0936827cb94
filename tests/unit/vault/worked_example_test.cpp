// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the code against the worked example of docs/sealed-records.md, which was computed with
// other libraries.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/support/scripted_entropy.h"
#include "vault/digest.h"
#include "vault/hmac.h"
#include "vault/patient_secret.h"
#include "vault/seal.h"

namespace glossator::vault {
namespace {

// The lines of the last fenced block: a name, two or more spaces, a value.
std::map<std::string, std::string> ReadExample() {
  std::ifstream document(GLOSSATOR_SOURCE_DIR "/docs/sealed-records.md");
  std::map<std::string, std::string> lines;
  std::string line;
  while (std::getline(document, line) && line != "## Worked example") continue;
  while (std::getline(document, line)) {
    const size_t gap = line.find("  ");
    if (gap != std::string::npos) lines[line.substr(0, gap)] = line.substr(line.rfind(' ') + 1);
  }
  return lines;
}

Key ExampleKey() {
  support::ScriptedEntropy entropy(0);
  return RandomKey(entropy);
}

TEST(WorkedExample, HoldsForSealing) {
  auto example = ReadExample();
  const Key key = ExampleKey();
  EXPECT_EQ(Derive(key, "label", "context").RevealHex(),
            example["Derive(key, \"label\", \"context\")"]);
  support::ScriptedEntropy nonce(0x10);
  EXPECT_EQ(ToHex(Seal(key, nonce, "place", "hello")),
            example["sealed value \"hello\" at \"place\""]);
  support::ScriptedEntropy salt(0x20);
  ChunkSealer sealer(key, salt, "record 7");
  EXPECT_EQ(ToHex(sealer.Seal("first", false)),
            example["record \"record 7\", first chunk \"first\""]);
  EXPECT_EQ(ToHex(sealer.Seal("second", true)),
            example["record \"record 7\", last chunk \"second\""]);
  EXPECT_EQ(sealer.RecordSeal(), example["seal of \"record 7\""]);
}

TEST(WorkedExample, HoldsForTheUniversalHash) {
  auto example = ReadExample();
  for (const size_t cut : {0u, 1u, 5u, 12u}) {
    const std::string_view content = "some content";
    UniversalHash hash(ExampleKey());
    hash.Add(content.substr(0, cut));
    hash.Add(content.substr(cut));
    EXPECT_EQ(ToHex(hash.Finish()), example["universal hash of \"some content\""]) << cut;
  }
}

TEST(WorkedExample, HoldsForIndexAndKeyCheck) {
  auto example = ReadExample();
  const Key key = ExampleKey();
  EXPECT_EQ(IndexOf(MacKey(key), {"A", "bc"}), example["index of (\"A\", \"bc\")"]);
  EXPECT_EQ(KeyCheck(key), example["key check"]);
}

TEST(WorkedExample, HoldsForPseudonyms) {
  auto example = ReadExample();
  const PatientSecret patient(ExampleKey());
  EXPECT_EQ(patient.Uid("1.2.3"), example["UID of 1.2.3"]);
  EXPECT_EQ(patient.Code(), example["patient code"]);
  EXPECT_EQ(patient.StudyCode("1.2.3"), example["study code of 1.2.3"]);
  EXPECT_EQ(std::to_string(patient.ShiftDays()), example["date shift"]);
}

}  // namespace
}  // namespace glossator::vault
