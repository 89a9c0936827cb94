// SPDX-License-Identifier: GPL-3.0-or-later
// One million closed polygons of 20 vertices: written and read beside a bare write of the same
// bytes with fsync, in one run, and the peak memory of a process that only writes or only reads.
//   bench_ann [DIRECTORY] [POLYGONS]
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "results/annotations.h"

namespace glossator::results {
namespace {

constexpr size_t kVertices = 20;
constexpr int kRuns = 5;

Annotations Polygons(uint32_t count) {
  AnnotationGroup group;
  group.uid = "2.25.601";
  group.label = "Nuclei";
  group.category = {"91723000", "SCT", "Anatomical Structure"};
  group.type = {"84640000", "SCT", "Nucleus"};
  group.graphic_type = GraphicType::kPolygon;
  group.count = count;
  group.coordinates.resize(size_t{count} * kVertices * 2);
  for (size_t i = 0; i < group.coordinates.size(); ++i) {
    group.coordinates[i] = static_cast<float>(i % 65521) * 0.25F;
  }
  for (uint32_t i = 0; i < count; ++i) {
    group.starts.push_back(static_cast<uint32_t>(i * kVertices * 2 + 1));
  }
  Annotations annotations;
  annotations.groups.push_back(std::move(group));
  return annotations;
}

dicom::DataSet Head() {
  dicom::DataSet head;
  head.SetString(dicom::tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.77.1.6");
  head.SetString(dicom::tags::SOPInstanceUID, "2.25.101");
  head.SetString(dicom::tags::StudyInstanceUID, "2.25.1");
  head.SetString(dicom::tags::SeriesInstanceUID, "2.25.2");
  return head;
}

void WriteObject(const std::filesystem::path& path, const Annotations& annotations) {
  WriteAnnotationsTo(path, annotations, Head(),
                     {.series_instance_uid = "2.25.500", .sop_instance_uid = "2.25.501"}, {},
                     SystemClock().Now());
}

template <class Number>
void WriteAll(int file, const BulkVector<Number>& values) {
  const char* at = reinterpret_cast<const char*>(values.data());
  for (size_t left = values.size() * sizeof(Number); left > 0;) {
    const ssize_t done = write(file, at, left);
    if (done < 0) std::abort();
    at += done;
    left -= static_cast<size_t>(done);
  }
}

void WriteBare(const std::filesystem::path& path, const Annotations& annotations) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  WriteAll(file, annotations.groups[0].coordinates);
  WriteAll(file, annotations.groups[0].starts);
  if (fsync(file) != 0) std::abort();
  close(file);
}

struct Times {
  double wall;
  double cpu;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

Times Measure(const std::function<void()>& work) {
  const double cpu = CpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), CpuSeconds() - cpu};
}

Times Median(std::vector<Times> runs) {
  std::sort(runs.begin(), runs.end(), [](auto a, auto b) { return a.wall < b.wall; });
  return runs[runs.size() / 2];
}

// Peak resident kilobytes of a process that does nothing else.
long PeakOf(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || status != 0) std::abort();
  return usage.ru_maxrss;
}

void Print(const char* what, double megabytes, const Times& times, double floor) {
  std::printf("%-22s %8.3f s wall %8.3f s CPU %8.0f MB/s  %5.2f of the bare write\n", what,
              times.wall, times.cpu, megabytes / times.wall, floor / times.wall);
}

int Main(const std::filesystem::path& directory, uint32_t count) {
  const auto path = directory / ("bench_ann." + std::to_string(getpid()) + ".dcm");
  const long write_peak = PeakOf([&] { WriteObject(path, Polygons(count)); });
  const long read_peak = PeakOf([&] { ReadAnnotations(dicom::FileSource(path)); });
  const Annotations annotations = Polygons(count);
  std::vector<Times> bare;
  std::vector<Times> ours;
  std::vector<Times> read;
  for (int run = 0; run < kRuns; ++run) {
    std::filesystem::remove(path);
    bare.push_back(Measure([&] { WriteBare(path, annotations); }));
    std::filesystem::remove(path);
    ours.push_back(Measure([&] { WriteObject(path, annotations); }));
    AnnotationObject object;
    read.push_back(Measure([&] { object = ReadAnnotations(dicom::FileSource(path)); }));
    if (!(object.annotations.groups[0].starts == annotations.groups[0].starts)) std::abort();
  }
  std::filesystem::remove(path);
  const AnnotationGroup& group = annotations.groups[0];
  const double data = static_cast<double>(group.coordinates.size() + group.starts.size()) * 4;
  std::printf("%u polygons of %zu vertices, %.0f MB, median of %d\n", count, kVertices, data / 1e6,
              kRuns);
  const double floor = Median(bare).wall;
  Print("bare write with fsync", data / 1e6, Median(bare), floor);
  Print("write ANN (goal 0.50)", data / 1e6, Median(ours), floor);
  Print("read ANN (goal > write)", data / 1e6, Median(read), floor);
  std::printf("peak beyond the data: writing %.0f MB, reading %.0f MB (goal 64)\n",
              static_cast<double>(write_peak) / 1024 - data / (1 << 20),
              static_cast<double>(read_peak) / 1024 - data / (1 << 20));
  return 0;
}

}  // namespace
}  // namespace glossator::results

int main(int count, char** words) {
  const std::filesystem::path directory =
      count > 1 ? std::filesystem::path(words[1]) : std::filesystem::temp_directory_path();
  return glossator::results::Main(
      directory, count > 2 ? static_cast<uint32_t>(std::atol(words[2])) : 1'000'000);
}
