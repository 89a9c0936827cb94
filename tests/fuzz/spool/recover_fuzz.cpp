// SPDX-License-Identifier: GPL-3.0-or-later
// A directory with one segment file of arbitrary bytes: it is recovered, read and written to
// without a crash, and what Recover calls whole the Reader gives without a complaint. So that the
// fuzzer gets past the checksums, every 64-byte block that bears a mark is given a right one.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "dicom/error.h"
#include "spool/crc32c.h"
#include "spool/reader.h"
#include "spool/scribe.h"
#include "tests/support/amnesiac_files.h"

namespace glossator::spool {
namespace {

constexpr uint64_t kSegment = 16 << 10;

void PutCrc(char* at, uint32_t crc) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<char>(crc >> 8 * i);
}

void MendChecksums(std::string& file) {
  for (size_t at = 0; at + kHeaderSize <= file.size(); at += kFrameAlign) {
    char* block = file.data() + at;
    if (std::memcmp(block, "GSF1", 4) != 0 && std::memcmp(block, "GLSPOOL1", 8) != 0) continue;
    uint32_t length = 0;
    std::memcpy(&length, block + 40, sizeof(length));
    const auto rest = std::string_view(file).substr(at + kHeaderSize);
    PutCrc(block + 44, Crc32c(rest.substr(0, length)));
    PutCrc(block + 60, Crc32c({block, 60}));
  }
}

void WriteOne(Scribe& scribe) {
  Group group;
  auto record = std::make_shared<Growing>(1 + scribe.last_record());
  group.items.push_back({ItemKind::kCommit, record, "trailer"});
  scribe.Write(group);
  scribe.Settle(group);
  scribe.Close();
}

void RecoverReadAndWrite(support::AmnesiacFiles& disk) {
  Options options;
  options.segment_bytes = kSegment;
  options.bytes_max = 8 * kSegment;
  Scribe scribe(disk, "/spool", options);
  const Reader reader(disk, "/spool");
  scribe.Recover([&](const Recovered& record) {
    uint64_t bytes = 0;
    if (record.damaged) return;
    const auto add = [&](std::string_view chunk, bool) { bytes += chunk.size(); };
    if (reader.Read(record.place, add).trailer != record.trailer || bytes != record.bytes) abort();
  });
  reader.List([](Place, const Reader::Record&) {});
  WriteOne(scribe);
}

}  // namespace
}  // namespace glossator::spool

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glossator;
  if (size == 0 || size > spool::kSegment) return 0;
  support::AmnesiacFiles disk;
  disk.Open("/spool/00000.segment", true);
  std::string& file = disk.Bytes("/spool/00000.segment");
  file.assign(reinterpret_cast<const char*>(data), size);
  if (data[size - 1] % 2 == 0) spool::MendChecksums(file);
  spool::RecoverReadAndWrite(disk);
  return 0;
}
