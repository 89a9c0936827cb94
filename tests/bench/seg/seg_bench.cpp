// SPDX-License-Identifier: GPL-3.0-or-later
// Segmentation encode and decode in process: source headers loaded, labels in memory, output
// buffers touched and reused, to a closed file. CPU seconds of the process, median of five; DCMTK's
// dcmseg in the same run when its libraries are there.
//
// seg_bench [--runs N] [--peer-runs N] [--directory DIR]
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>

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
};

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
  DecodeInto(ReadSegmentation(path), source, decoded);
  times.decode =
      Median(settings.runs, [&] { DecodeInto(ReadSegmentation(path), source, decoded); });
  const bool exact = decoded.bytes == labels.bytes;
  std::printf("  ours          %6u frames  encode %8.4f s  decode %8.4f s  %s  peak %.0f MB\n",
              frames, times.encode, times.decode, exact ? "voxel-exact" : "WRONG VOXELS", PeakMb());
  std::remove(path.c_str());
  if (!exact) std::exit(1);
  return times;
}

void Peer(const Settings& settings, const Labels& labels, const Description& description,
          const Times& ours) {
#if defined(GLOSSATOR_HAS_DCMSEG)
  const std::string path = settings.directory + "/dcmseg_bench.dcm";
  const LabelVolume view = labels.view();
  std::vector<PeerFrame> frames;
  for (const OutputFrame& frame : MakePlan({&view, 1}, description, {}).frames) {
    frames.push_back({static_cast<uint16_t>(frame.segment + 1), frame.source_frame});
  }
  PeerPrepare(kSlices, kSide);
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
  (void)settings, (void)labels, (void)description, (void)ours;
  std::printf("  dcmseg is not installed (libdcmtk-dev): no peer in this run\n");
#endif
}

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
    Peer(settings, labels, description, ours);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace glossator::seg::bench

int main(int count, char** words) {
  glossator::seg::bench::Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(words[i], "--runs") == 0) settings.runs = std::atoi(words[i + 1]);
    if (std::strcmp(words[i], "--peer-runs") == 0) settings.peer_runs = std::atoi(words[i + 1]);
    if (std::strcmp(words[i], "--directory") == 0) settings.directory = words[i + 1];
  }
  glossator::seg::bench::Run(settings);
}
