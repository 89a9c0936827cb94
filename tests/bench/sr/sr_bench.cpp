// SPDX-License-Identifier: GPL-3.0-or-later
// TID 1500 with many groups of 15 items: build and write a file, load and read it. CPU seconds of
// the process, median; DCMTK's dcmsr in the same run when its libraries are there.
//
// sr_bench [--groups N] [--runs N] [--directory DIR]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "dicom/io.h"
#include "structured-report/decode.h"
#include "structured-report/encode.h"
#include "tests/bench/sr/peer.h"

namespace glossator::sr::bench {
namespace {

namespace tags = dicom::tags;

constexpr double kGoal = 2;

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

MeasurementGroup Group(int number) {
  const std::string text = std::to_string(number);
  MeasurementGroup group{"Finding " + text, "2.25.3" + text};
  group.category = Code{"1", "99X", "Category"};
  group.finding = Code{"4147007", "SCT", "Mass"};
  group.site = Code{"39607008", "SCT", "Lung"};
  group.laterality = Code{"24028007", "SCT", "Right"};
  group.images = {{"2.25.101"}};
  for (int i = 0; i < 5; ++i) {
    group.measurements.push_back(
        {{"118565006", "SCT", "Volume"}, 1234.5, {"mm3", "UCUM", "cubic millimeter"}});
  }
  for (int i = 0; i < 3; ++i) {
    group.evaluations.push_back({{"Q", "99X", "Question"}, Code{"A", "99X", "Answer"}});
  }
  return group;
}

ReportDescription Description(int groups) {
  ReportDescription description;
  description.person = PersonObserver{"R-0042"};
  description.procedures = {{"77477000", "SCT", "Computed tomography"}};
  for (int i = 0; i < groups; ++i) description.groups.push_back(Group(i));
  return description;
}

dicom::DataSet Head() {
  dicom::DataSet head;
  head.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
  head.SetString(tags::SOPInstanceUID, "2.25.101");
  head.SetString(tags::StudyInstanceUID, "2.25.1");
  head.SetString(tags::SeriesInstanceUID, "2.25.2");
  head.SetString(tags::PatientID, "P-1");
  return head;
}

struct Settings {
  int groups = 5000;
  int runs = 5;
  std::filesystem::path directory = std::filesystem::temp_directory_path();
};

Settings Parse(int count, char** values) {
  Settings settings;
  const std::map<std::string, std::function<void(const char*)>> options = {
      {"--groups", [&](const char* text) { settings.groups = std::atoi(text); }},
      {"--runs", [&](const char* text) { settings.runs = std::atoi(text); }},
      {"--directory", [&](const char* text) { settings.directory = text; }},
  };
  for (int i = 1; i + 1 < count; i += 2) options.at(values[i])(values[i + 1]);
  return settings;
}

void Line(const char* what, double ours, double theirs) {
  std::printf("%-16s %9.3f s", what, ours);
  if (theirs > 0) {
    std::printf("   dcmsr %9.3f s   %5.1fx, goal %.0fx", theirs, theirs / ours, kGoal);
  }
  std::printf("\n");
}

void Run(const Settings& settings) {
  const std::string ours = settings.directory / "sr_bench_ours.dcm";
  const std::string theirs = settings.directory / "sr_bench_theirs.dcm";
  const Identity identity{.series_instance_uid = "2.25.6", .sop_instance_uid = "2.25.7"};
  const double write = Median(settings.runs, [&] {
    const auto report = Encode(Description(settings.groups), {Head()}, {}, identity, Time());
    dicom::WriteFileTo(ours, report, dicom::kExplicitLittleEndian);
  });
  const double read = Median(settings.runs, [&] {
    const Report report = Decode(dicom::ReadFile(std::filesystem::path(ours)).data_set);
    if (report.description.groups.size() != static_cast<size_t>(settings.groups)) {
      throw std::runtime_error("groups are missing");
    }
  });
  double peer_write = 0;
  double peer_read = 0;
#ifdef GLOSSATOR_HAS_DCMSR
  peer_write = Median(settings.runs, [&] { PeerWrite(theirs, settings.groups); });
  peer_read = Median(settings.runs, [&] { PeerRead(theirs); });
#endif
  std::printf("TID 1500, %d groups of 15 items, median of %d, CPU seconds\n", settings.groups,
              settings.runs);
  Line("build and write", write, peer_write);
  Line("load and read", read, peer_read);
  std::filesystem::remove(ours);
  std::filesystem::remove(theirs);
}

}  // namespace
}  // namespace glossator::sr::bench

int main(int count, char** values) {
  try {
    glossator::sr::bench::Run(glossator::sr::bench::Parse(count, values));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sr_bench: %s\n", error.what());
    return 1;
  }
}
