// SPDX-License-Identifier: GPL-3.0-or-later
// The header path, single-threaded: parse, collect, clean, write and search the head of each
// file; whole objects with their pixels; then bulk pixels through PixelStream. Searches the heads
// end to end, and noise. bench_deid_speed [FILE...]: one JSON line.
#include <time.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "deid/bitstream.h"
#include "deid/sentinel.h"
#include "dicom/error.h"
#include "tests/unit/deid/fixtures.h"

namespace {

using namespace glossator;
using namespace glossator::deid;

// Processor time of this thread: others may be at work on the machine.
struct Clock {
  using duration = std::chrono::nanoseconds;
  static duration now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
};

double Milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

struct Times {
  double read = 0, collect = 0, clean = 0, write = 0, search = 0;
  size_t heads = 0, bytes = 0;
};

void CleanHead(const std::string& file, Dictionary& study, Times& times) {
  const auto start = Clock::now();
  dicom::File head = dicom::ReadHead(file);
  const Instance<Hospital> instance = Identified(std::move(head.data_set), *head.syntax);
  const auto parsed = Clock::now();
  study.Collect(instance);
  const auto collected = Clock::now();
  static const Engine engine(LoadPolicy("research"));
  const Cleaned cleaned = engine.Clean(instance, FakePseudonyms(), study);
  const auto done = Clock::now();
  const std::string bytes = dicom::Write(cleaned.instance.data_set(), dicom::kExplicitLittleEndian);
  const auto written = Clock::now();
  study.Compile(engine.policy().options)->Finds(bytes);
  times.read += Milliseconds(parsed - start);
  times.collect += Milliseconds(collected - parsed);
  times.clean += Milliseconds(done - collected);
  times.write += Milliseconds(written - done);
  times.search += Milliseconds(Clock::now() - written);
  times.bytes += bytes.size();
  ++times.heads;
}

// Everything that is done to one object, pixels and the file around them too.
double MillisecondsPerObject(const std::vector<std::string>& files, const Dictionary& study) {
  static const Engine engine(LoadPolicy("research"));
  const auto sentinel = study.Compile(engine.policy().options);
  constexpr int kRounds = 10;
  const auto start = Clock::now();
  for (int round = 0; round < kRounds; ++round) {
    for (const std::string& file : files) {
      dicom::File object = dicom::ReadFile(std::string_view(file));
      const Instance<Hospital> instance = Identified(std::move(object.data_set), *object.syntax);
      Dictionary own;
      own.Collect(instance);
      Cleaned cleaned = engine.Clean(instance, FakePseudonyms(), study);
      const std::string out = dicom::WriteFile(cleaned.instance.data_set(), *object.syntax);
      const size_t pixels = cleaned.instance.data_set().Find(tags::PixelData)->value.size();
      sentinel->Finds(std::string_view(out).substr(0, out.size() - pixels));
    }
  }
  return Milliseconds(Clock::now() - start) / kRounds / static_cast<double>(files.size());
}

std::string Noise() {
  std::string noise(64u << 20, '\0');
  uint32_t state = 1;
  for (char& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return noise;
}

double SearchMegabytesPerSecond(const Dictionary& study, const std::string& text) {
  const Sentinel sentinel(study);
  const auto start = Clock::now();
  const size_t hits = sentinel.Search(text, 1000).size();
  const double time = Milliseconds(Clock::now() - start);
  std::fprintf(stderr, "hits in %zu bytes: %zu\n", text.size(), hits);
  return static_cast<double>(text.size()) / 1e3 / time;
}

// As a study of many objects has them: numbers and dates that begin alike.
Dictionary WithMany(const Dictionary& study) {
  Dictionary many = study;
  uint32_t state = 7;
  for (int i = 0; i < 40; ++i) {
    state = state * 1664525 + 1013904223;
    many.Add(IdentifierKind::kId, "MRN" + std::to_string(state % 10'000'000));
    many.Add(IdentifierKind::kId, std::to_string(state % 100'000'000));
    many.Add(IdentifierKind::kDate, std::to_string(19400101 + state % 50 * 10000));
  }
  return many;
}

// What the search meets in the gate: cleaned heads, one behind the other.
std::string CleanedHeads(const std::vector<std::string>& files, const Dictionary& study) {
  const Engine engine(LoadPolicy("research"));
  std::string heads;
  while (heads.size() < (32u << 20)) {
    for (const std::string& file : files) {
      dicom::File head = dicom::ReadHead(file);
      const auto cleaned =
          engine.Clean(Identified(std::move(head.data_set), *head.syntax), FakePseudonyms(), study);
      heads += dicom::Write(cleaned.instance.data_set(), dicom::kExplicitLittleEndian);
    }
  }
  return heads;
}

double StreamMegabytesPerSecond() {
  DataSet head = CtHead();
  head.SetInt(tags::Rows, 4096);
  head.SetInt(tags::Columns, 4096);
  head.SetInt(tags::NumberOfFrames, 4);
  const size_t size = 4096u * 4096 * 2 * 4;
  std::string element("\xE0\x7F\x10\0OW\0\0", 8);
  for (int i = 0; i < 4; ++i) element += static_cast<char>(size >> (8 * i));
  const std::string chunk(1u << 20, '\7');
  PixelStream stream(head, dicom::kExplicitLittleEndian);
  std::string out;
  const auto start = Clock::now();
  stream.Write(element, out);
  while (!stream.complete()) {
    out.clear();
    stream.Write(chunk, out);
  }
  return static_cast<double>(size) / 1e3 / Milliseconds(Clock::now() - start);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (files.empty()) files.push_back(dicom::WriteFile(CtHead(), dicom::kExplicitLittleEndian));
  Times times;
  Dictionary study;
  for (const std::string& file : files) CleanHead(file, study, times);  // warm, learns all
  times = {};
  for (int round = 0; round < 50; ++round) {
    for (const std::string& file : files) CleanHead(file, study, times);
  }
  const double n = static_cast<double>(times.heads);
  const auto cleaned = CleanedHeads(files, study);
  const auto many = WithMany(study);
  std::printf(
      "{\"heads\":%zu,\"head_bytes\":%.0f,\"identifiers\":%zu,\"ms_per_head\":%.4f,\"read\":%.4f,"
      "\"collect\":%.4f,\"clean\":%.4f,\"write\":%.4f,\"search\":%.4f,\"ms_per_object\":%.4f,"
      "\"search_mb_s\":%.0f,\"many\":%zu,\"search_many_mb_s\":%.0f,\"search_noise_mb_s\":%.0f,"
      "\"pixel_stream_mb_s\":%.0f}\n",
      times.heads, static_cast<double>(times.bytes) / n, study.size(),
      (times.read + times.collect + times.clean + times.write + times.search) / n, times.read / n,
      times.collect / n, times.clean / n, times.write / n, times.search / n,
      MillisecondsPerObject(files, study), SearchMegabytesPerSecond(study, cleaned), many.size(),
      SearchMegabytesPerSecond(many, cleaned), SearchMegabytesPerSecond(study, Noise()),
      StreamMegabytesPerSecond());
  return 0;
}
