// SPDX-License-Identifier: GPL-3.0-or-later
// The spool beside a bare loop that appends the same bytes with one fdatasync per four, in one run:
// records a second and CPU milliseconds a record, each in a growing and in a reused state.
//   bench_spool [DIRECTORY] [RECORDS]
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "spool/spool.h"
#include "tests/support/temporary_directory.h"

namespace glossator::spool {
namespace {

constexpr size_t kRecordBytes = 527 * 1000;
constexpr size_t kChunkBytes = 256 << 10;
constexpr int kWriters = 4;
constexpr int kRuns = 5;

struct Result {
  double per_second;
  double cpu_ms;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

template <class Work>
Result Measure(int records, Work&& work) {
  const double cpu = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {records / wall.count(), (CpuSeconds() - cpu) * 1e3 / records};
}

void AppendFour(int file, const std::string& record, off_t at) {
  for (int i = 0; i < kWriters; ++i) {
    if (pwrite(file, record.data(), record.size(), at) != ssize_t(record.size())) std::abort();
    at += off_t(record.size());
  }
  if (fdatasync(file) != 0) std::abort();
}

void BareLoop(const std::filesystem::path& path, int records, const std::string& record) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  for (int i = 0; i < records; i += kWriters) {
    AppendFour(file, record, off_t(i) * off_t(record.size()));
  }
  close(file);
}

// Four senders, each with one record under way at a time, as C-STORE has it.
void Send(Spool& spool, int records, const std::string& record, std::vector<Place>& places) {
  std::vector<std::vector<Place>> of_writer(kWriters);
  std::vector<std::jthread> threads;
  for (auto& mine : of_writer) {
    threads.emplace_back([&spool, &mine, &record, records] {
      for (int i = 0; i < records / kWriters; ++i) {
        const auto writer = spool.Begin();
        for (size_t at = 0; at < record.size(); at += kChunkBytes) {
          writer->Append(record.substr(at, kChunkBytes));
        }
        std::atomic<bool> done = false;
        writer->Commit("trailer", [&](std::optional<Place> place) {
          if (!place) std::abort();
          mine.push_back(*place);
          done = true;
          done.notify_one();
        });
        done.wait(false);
      }
    });
  }
  threads.clear();
  for (const auto& mine : of_writer) places.insert(places.end(), mine.begin(), mine.end());
}

Result Median(std::vector<Result> results) {
  std::sort(results.begin(), results.end(),
            [](const Result& a, const Result& b) { return a.per_second < b.per_second; });
  return results[results.size() / 2];
}

void Print(const char* name, const Result& result, double base) {
  std::printf("%-34s %7.0f records/s  %6.0f MB/s  %.3f CPU-ms  %.2fx\n", name, result.per_second,
              result.per_second * kRecordBytes / 1e6, result.cpu_ms, result.per_second / base);
}

class Bench {
 public:
  Bench(std::filesystem::path directory, int records)
      : directory_(std::move(directory)), records_(records), record_(kRecordBytes, 'r') {
    options_.bytes_max = 4 * uint64_t(records) * kRecordBytes + (1ull << 30);
    options_.spare_segments = 1000;
  }

  void Run() {
    std::vector<Result> bare_new, bare_old, spool_new, spool_old;
    for (int run = 0; run < kRuns; ++run) {
      std::filesystem::remove_all(directory_ / "spool");
      std::filesystem::remove(directory_ / "bare");
      bare_new.push_back(Bare());
      bare_old.push_back(Bare());
      SpoolTwice(spool_new, spool_old);
    }
    const double base = Median(bare_new).per_second;
    std::printf("%d records of %zu bytes, %d writers, median of %d\n", records_, kRecordBytes,
                kWriters, kRuns);
    Print("bare loop, growing file", Median(bare_new), base);
    Print("bare loop, the same file again", Median(bare_old), base);
    Print("spool, new segments", Median(spool_new), base);
    Print("spool, reused segments", Median(spool_old), base);
  }

 private:
  Result Bare() {
    return Measure(records_, [&] { BareLoop(directory_ / "bare", records_, record_); });
  }

  void SpoolTwice(std::vector<Result>& fresh, std::vector<Result>& reused) {
    Spool spool(SystemFiles(), directory_ / "spool", options_);
    spool.Recover([](const Recovered&) {});
    std::vector<Place> places;
    fresh.push_back(Measure(records_, [&] { Send(spool, records_, record_, places); }));
    for (const Place place : places) spool.Release(place);
    while (spool.bytes() > options_.segment_bytes) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    reused.push_back(Measure(records_, [&] { Send(spool, records_, record_, places); }));
  }

  std::filesystem::path directory_;
  int records_;
  std::string record_;
  Options options_;
};

}  // namespace
}  // namespace glossator::spool

int main(int argc, char** argv) {
  using namespace glossator;
  const std::filesystem::path parent =
      argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  setenv("TMPDIR", parent.c_str(), 1);
  const support::TemporaryDirectory directory;
  spool::Bench(directory.path(), argc > 2 ? std::atoi(argv[2]) : 1000).Run();
}
