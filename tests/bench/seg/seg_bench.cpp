// SPDX-License-Identifier: GPL-3.0-or-later
// Segmentation encode and decode in process: source headers loaded, labels in memory, output
// buffers touched and reused, to a closed file. CPU seconds of the process, median of five; DCMTK's
// dcmseg in the same run when its libraries are there.
//
// Then the same as whole programs, which read 300 source headers first: glossator-seg beside this
// program over dcmseg, CPU seconds and peak memory of the child.
//
// seg_bench [--runs N] [--peer-runs N] [--directory DIR] [--tool glossator-seg]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "dicom/io.h"
#include "dicom/json.h"
#include "model/ports.h"
#include "seg/decode.h"
#include "seg/encode.h"
#include "seg/plan.h"
#include "tests/bench/seg/peer.h"
#include "tests/bench/seg/scene.h"

namespace glossator::seg::bench {
namespace {

class Uids final : public UidSource {
 public:
  std::string New() override { return "2.25.77" + std::to_string(++count_); }

 private:
  int count_ = 0;
};

double Cpu() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double Median(int runs, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const double start = Cpu();
    work();
    times.push_back(Cpu() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

double PeakMb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Settings {
  int runs = 5;
  int peer_runs = 1;
  std::string directory = "/tmp";
  std::string tool;  // glossator-seg; empty: beside this program
  std::string self;
};

struct Child {
  double cpu = 0;
  double peak_mb = 0;
};

// Runs words, prints its CPU seconds and peak memory.
int Measure(char** words) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    execv(words[0], words);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(pid, &status, 0, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  std::printf("%.6f %.3f\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
              static_cast<double>(usage.ru_maxrss) / 1024);
  return status == 0 ? 0 : 1;
}

// Through a small process of our own: the peak of a child is at least what its parent held when it
// forked, and this one holds volumes.
Child RunChild(const std::string& self, const std::vector<std::string>& words) {
  std::string command = "exec '" + self + "' --measure";
  for (const std::string& word : words) command += " '" + word + "'";
  std::fflush(stdout);
  FILE* pipe = popen(command.c_str(), "r");
  Child child;
  const bool read = std::fscanf(pipe, "%lf %lf", &child.cpu, &child.peak_mb) == 2;
  if (pclose(pipe) != 0 || !read) std::printf("  %s failed\n", words[0].c_str()), std::exit(1);
  return child;
}

Child MedianChild(const std::string& self, int runs, const std::vector<std::string>& words) {
  std::vector<Child> all;
  for (int i = 0; i < runs; ++i) all.push_back(RunChild(self, words));
  std::sort(all.begin(), all.end(), [](const Child& a, const Child& b) { return a.cpu < b.cpu; });
  return all[all.size() / 2];
}

struct Times {
  double encode = 0;
  double decode = 0;
};

Times Ours(const Settings& settings, const Source& source, const Labels& labels,
           const Description& description) {
  const std::string path = settings.directory + "/glossator_seg_bench.dcm";
  const LabelVolume view = labels.view();
  Times times;
  uint32_t frames = 0;
  times.encode = Median(settings.runs, [&] {
    Uids uids;
    frames = EncodeToFile(path, source, {&view, 1}, description, {"1.2.3", "1.2.4", 1, 1, ""}, {},
                          uids, Time(std::chrono::seconds(1)))
                 .frames;
  });
  Labels decoded;
  DecodeFile(path, source, decoded);
  times.decode = Median(settings.runs, [&] { DecodeFile(path, source, decoded); });
  const bool exact = decoded.bytes == labels.bytes;
  std::printf("  ours          %6u frames  encode %8.4f s  decode %8.4f s  %s  peak %.0f MB\n",
              frames, times.encode, times.decode, exact ? "voxel-exact" : "WRONG VOXELS", PeakMb());
  std::remove(path.c_str());
  if (!exact) std::exit(1);
  return times;
}

#if defined(GLOSSATOR_HAS_DCMSEG)
// dcmseg as an independent reader of what we write.
void PeerReads(const Settings& settings, const Source& source, const Labels& labels,
               const Description& description) {
  const std::string path = settings.directory + "/glossator_seg_bench.dcm";
  const LabelVolume view = labels.view();
  Uids uids;
  EncodeToFile(path, source, {&view, 1}, description, {"1.2.3", "1.2.4", 1, 1, ""}, {}, uids,
               Time(std::chrono::seconds(1)));
  std::vector<uint8_t> volume(labels.bytes.size());
  PeerDecode(path, volume.data());
  const bool exact = volume == labels.bytes;
  std::printf("  dcmseg reads ours %s\n", exact ? "voxel-exact" : "WRONG VOXELS");
  std::remove(path.c_str());
  if (!exact) std::exit(1);
}
#endif

void Peer(const Settings& settings, const Source& source, const Labels& labels,
          const Description& description, const Times& ours) {
#if defined(GLOSSATOR_HAS_DCMSEG)
  const std::string path = settings.directory + "/dcmseg_bench.dcm";
  const LabelVolume view = labels.view();
  std::vector<PeerFrame> frames;
  for (const OutputFrame& frame : MakePlan({&view, 1}, description, {}).frames) {
    frames.push_back({static_cast<uint16_t>(frame.segment + 1), frame.source_frame});
  }
  PeerPrepare(kSlices, kSide);
  PeerReads(settings, source, labels, description);
  const auto segments = static_cast<uint16_t>(description.segments.size());
  for (const bool checks : {true, false}) {
    const double encode = Median(settings.peer_runs, [&] {
      PeerEncode(path, labels.bytes.data(), frames, segments, checks);
    });
    std::vector<uint8_t> volume(labels.bytes.size());
    const double decode = Median(settings.peer_runs, [&] {
      std::memset(volume.data(), 0, volume.size());
      PeerDecode(path, volume.data());
    });
    std::printf(
        "  dcmseg %s  %6zu frames  encode %8.4f s  decode %8.4f s  %s  "
        "ours is %.1fx and %.1fx\n",
        checks ? "checks" : "plain ", frames.size(), encode, decode,
        volume == labels.bytes ? "voxel-exact" : "wrong voxels", encode / ours.encode,
        decode / ours.decode);
  }
  std::remove(path.c_str());
#else
  (void)settings, (void)source, (void)labels, (void)description, (void)ours;
  std::printf("  dcmseg is not installed (libdcmtk-dev): no peer in this run\n");
#endif
}

void WriteBytes(const std::filesystem::path& path, const void* data, size_t size) {
  std::ofstream(path, std::ios::binary)
      .write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
}

// A source of real size on disk: 300 files with 512 KB of pixels each.
void WriteSource(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (uint32_t slice = 0; slice < kSlices; ++slice) {
    dicom::DataSet image = Head(slice);
    image.SetInt(dicom::tags::BitsAllocated, 16);
    image.SetInt(dicom::tags::BitsStored, 12);
    image.SetInt(dicom::tags::HighBit, 11);
    image.SetInt(dicom::tags::SamplesPerPixel, 1);
    image.SetInt(dicom::tags::PixelRepresentation, 0);
    image.SetString(dicom::tags::PhotometricInterpretation, "MONOCHROME2");
    image.SetBytes(dicom::tags::PixelData, dicom::Vr::OW, std::string(2 * kSide * kSide, '\0'));
    const std::string file = dicom::WriteFile(image, dicom::kExplicitLittleEndian);
    WriteBytes(folder / (std::to_string(slice) + ".dcm"), file.data(), file.size());
  }
}

void Whole(const Settings& settings, const Labels& labels, const Description& description) {
  const std::filesystem::path folder = settings.directory + "/glossator_seg_whole";
  WriteSource(folder / "source");
  WriteBytes(folder / "labels.raw", labels.bytes.data(), labels.bytes.size());
  const std::string json = dicom::WriteJson(ToJson(description));
  WriteBytes(folder / "description.json", json.data(), json.size());
  const std::string at = folder.string();
  const auto ours = MedianChild(
      settings.self, settings.runs,
      {settings.tool, "encode", "--source", at + "/source", "--labels", at + "/labels.raw",
       "--dtype", "uint8", "--description", at + "/description.json", "--out", at + "/ours.dcm"});
  const auto back = MedianChild(settings.self, settings.runs,
                                {settings.tool, "decode", at + "/ours.dcm", "--out",
                                 at + "/ours.nii", "--source", at + "/source"});
  std::printf("  whole program encode %7.3f s %5.0f MB, decode %7.3f s %5.0f MB\n", ours.cpu,
              ours.peak_mb, back.cpu, back.peak_mb);
#if defined(GLOSSATOR_HAS_DCMSEG)
  const std::string segments = std::to_string(description.segments.size());
  const auto peer = MedianChild(settings.self, settings.peer_runs,
                                {settings.self, "--peer-encode", at, segments});
  const auto peer_back = MedianChild(settings.self, settings.peer_runs,
                                     {settings.self, "--peer-decode", at, segments});
  std::printf(
      "  dcmseg        encode %7.3f s %5.0f MB, decode %7.3f s %5.0f MB  ours is %.1fx and "
      "%.1fx\n",
      peer.cpu, peer.peak_mb, peer_back.cpu, peer_back.peak_mb, peer.cpu / ours.cpu,
      peer_back.cpu / back.cpu);
#endif
  std::filesystem::remove_all(folder);
}

#if defined(GLOSSATOR_HAS_DCMSEG)
std::vector<uint8_t> ReadLabelFile(const std::string& path) {
  std::vector<uint8_t> bytes(size_t{kSlices} * kSide * kSide);
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

// What a program over dcmseg does: heads, labels, which segment is where, write; or heads, read,
// write a volume.
int PeerProgram(const std::string& call, const std::string& folder, uint16_t segments) {
  PeerReadHeads(folder + "/source", kSide);
  std::vector<uint8_t> labels(size_t{kSlices} * kSide * kSide);
  if (call == "--peer-decode") {
    PeerDecode(folder + "/peer.dcm", labels.data());
    WriteBytes(folder + "/peer.raw", labels.data(), labels.size());
    return 0;
  }
  labels = ReadLabelFile(folder + "/labels.raw");
  const LabelVolume view{kSlices, kSide, kSide, LabelType::kUint8, labels.data()};
  std::vector<PeerFrame> frames;
  for (const OutputFrame& frame : MakePlan({&view, 1}, Describe(segments), {}).frames) {
    frames.push_back({static_cast<uint16_t>(frame.segment + 1), frame.source_frame});
  }
  PeerEncode(folder + "/peer.dcm", labels.data(), frames, segments, true);
  return 0;
}
#endif

void Run(const Settings& settings) {
  SourceBuilder builder;
  for (uint32_t slice = 0; slice < kSlices; ++slice) builder.Add(Head(slice));
  const Source source = builder.Build();
  struct Case {
    const char* name;
    uint16_t segments;
    Labels (*make)();
  };
  for (const Case& one : {Case{"A: 10 organs", 10, CaseA}, Case{"B: 104 segments", 104, CaseB}}) {
    std::printf("%s, 512 x 512 x 300\n", one.name);
    const Labels labels = one.make();
    const Description description = Describe(one.segments);
    const Times ours = Ours(settings, source, labels, description);
    Peer(settings, source, labels, description, ours);
    std::fflush(stdout);
    Whole(settings, labels, description);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace glossator::seg::bench

int main(int count, char** words) {
  glossator::seg::bench::Settings settings;
  if (count > 2 && std::strcmp(words[1], "--measure") == 0) {
    return glossator::seg::bench::Measure(words + 2);
  }
#if defined(GLOSSATOR_HAS_DCMSEG)
  if (count == 4 && std::strncmp(words[1], "--peer-", 7) == 0) {
    return glossator::seg::bench::PeerProgram(words[1], words[2],
                                              static_cast<uint16_t>(std::atoi(words[3])));
  }
#endif
  settings.self = std::filesystem::canonical("/proc/self/exe");
  settings.tool = std::filesystem::path(settings.self).parent_path() / "glossator-seg";
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(words[i], "--runs") == 0) settings.runs = std::atoi(words[i + 1]);
    if (std::strcmp(words[i], "--peer-runs") == 0) settings.peer_runs = std::atoi(words[i + 1]);
    if (std::strcmp(words[i], "--directory") == 0) settings.directory = words[i + 1];
    if (std::strcmp(words[i], "--tool") == 0) settings.tool = words[i + 1];
  }
  glossator::seg::bench::Run(settings);
}
