// SPDX-License-Identifier: GPL-3.0-or-later
// Holds the code against the worked example of docs/spool.md.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/amnesiac_files.h"
#include "tests/unit/spool/burst.h"

namespace glossator::spool {
namespace {

// By offset: the bytes that the document shows there.
std::map<uint64_t, std::string> ReadExample() {
  std::ifstream document(GLOSSATOR_SOURCE_DIR "/docs/spool.md");
  std::map<uint64_t, std::string> example;
  std::string line;
  uint64_t offset = 0;
  while (std::getline(document, line) && line != "## Worked example") continue;
  while (std::getline(document, line)) {
    const size_t at = line.rfind(" at ");
    if (line.starts_with("  ")) {
      example[offset] += FromHex(line.substr(2));
    } else if (at != std::string::npos) {
      std::istringstream(line.substr(at + 4)) >> offset;
    }
  }
  return example;
}

Item Chunk(const std::shared_ptr<Growing>& record, const std::string& bytes) {
  Item item{ItemKind::kChunk, record, bytes};
  item.crc = Crc32c(bytes);
  return item;
}

void WriteExample(FileSystem& disk) {
  Scribe scribe(disk, "/spool", Burst::MakeOptions());
  scribe.Recover([](const Recovered&) {});
  const auto record = std::make_shared<Growing>(1);
  Group first;
  first.items.push_back(Chunk(record, "first"));
  first.items.push_back(Chunk(record, "second"));
  first.items.push_back({ItemKind::kCommit, record, "trailer"});
  scribe.Write(first);
  scribe.Settle(first);
  Group second;
  second.releases.push_back(first.items.back().place.value());
  scribe.Write(second);
  scribe.Settle(second);
  scribe.Close();
}

TEST(WorkedExample, HoldsForTheSpool) {
  support::AmnesiacFiles disk;
  WriteExample(disk);
  const auto example = ReadExample();
  ASSERT_EQ(example.size(), 6u);
  const std::string& file = disk.Bytes("/spool/00000.segment");
  for (const auto& [offset, bytes] : example) {
    EXPECT_EQ(ToHex(std::string_view(file).substr(offset, bytes.size())), ToHex(bytes)) << offset;
  }
}

}  // namespace
}  // namespace glossator::spool
