// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/held_instances.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "model/log.h"
#include "store/gate_object.h"

namespace glossator::gate {
namespace {

constexpr size_t kBitsPerEntry = 16;  // with six probes one question in ten thousand is in vain
constexpr size_t kFirstRoom = 1 << 18;
constexpr size_t kPage = 20'000;  // rows read at a time, so that no snapshot stays open

}  // namespace

// The index is the output of an HMAC, so two hashes of it make all probes (Kirsch, Mitzenmacher).
BloomFilters::Probes BloomFilters::ProbesOf(std::string_view keyed_index) {
  const size_t half = keyed_index.size() / 2;
  const uint64_t first = std::hash<std::string_view>()(keyed_index.substr(0, half));
  const uint64_t step = std::hash<std::string_view>()(keyed_index.substr(half)) | 1;
  Probes probes{};
  for (size_t i = 0; i < kProbes; ++i) probes[i] = first + i * step;
  return probes;
}

void BloomFilters::Append(size_t entries) {
  const size_t words = std::bit_ceil(entries * kBitsPerEntry / 64 + 1);
  filters_.push_back({std::vector<uint64_t>(words), words * 64 / kBitsPerEntry});
}

void BloomFilters::Add(std::string_view keyed_index) {
  const auto probes = ProbesOf(keyed_index);
  const std::lock_guard lock(mutex_);
  if (filters_.back().room == 0) Append(filters_.back().words.size() * 2 * 64 / kBitsPerEntry);
  Filter& filter = filters_.back();
  for (const uint64_t probe : probes) {
    filter.words[probe / 64 % filter.words.size()] |= uint64_t{1} << (probe % 64);
  }
  --filter.room;
}

bool BloomFilters::MayHave(std::string_view keyed_index) const {
  const auto probes = ProbesOf(keyed_index);
  const std::lock_guard lock(mutex_);
  return std::any_of(filters_.begin(), filters_.end(), [&](const Filter& filter) {
    return std::all_of(probes.begin(), probes.end(), [&](uint64_t probe) {
      return (filter.words[probe / 64 % filter.words.size()] >> (probe % 64) & 1) != 0;
    });
  });
}

HeldInstances::HeldInstances(const store::Database& database) : filters_(kFirstRoom) {
  loader_ = std::thread([this, &database] { Load(database); });
}

HeldInstances::~HeldInstances() {
  stopping_ = true;
  loader_.join();
}

// An edge: without the filter the database is asked for each object, which is slower, not wrong.
void HeldInstances::Load(const store::Database& database) {
  try {
    for (int64_t after = 0; !stopping_;) {
      std::vector<store::IndexRow> rows;
      database.Read([&](const store::Reader& reader) {
        rows = store::InstanceIndexes(reader, after, kPage);
      });
      for (const auto& row : rows) filters_.Add(row.identity_index);
      if (rows.size() < kPage) break;
      after = rows.back().number;
    }
    loaded_ = !stopping_;
  } catch (const std::exception& error) {
    Log(LogLevel::kWarning, "gate.held-not-loaded", {{"why", error.what()}});
  }
}

}  // namespace glossator::gate
