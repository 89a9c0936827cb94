// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-send: sends a folder by C-STORE with as little work of its own as possible.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "dicom/io.h"
#include "dicom/json.h"
#include "dimse/scu.h"

namespace {

using namespace glossator;
using namespace glossator::dimse;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kUsage =
    "Usage: glossator-send --to HOST:PORT --called AET --calling AET [options] DIR...\n"
    "Sends every DICOM file of the folders by C-STORE and prints one JSON line.\n"
    "  --associations N   parallel associations (1)\n"
    "  --idle N           associations held open without traffic meanwhile (0)\n"
    "  --repeat N         send everything N times (1)\n"
    "  --tls CERT,KEY,TRUSTED   PEM files\n"
    "  --json             (always) one object on standard output\n"
    "  --help, --version\n"
    "Exit status: 0 all stored, 1 failed, 2 wrong use, 3 some were refused.\n";

class WrongUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Arguments {
  ScuOptions scu;
  unsigned associations = 1;
  unsigned idle = 0;
  unsigned repeat = 1;
  std::vector<fs::path> folders;
};

void SetTarget(ScuOptions& scu, const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) throw WrongUse("--to needs HOST:PORT");
  scu.host = text.substr(0, colon);
  scu.port = static_cast<uint16_t>(std::stoi(text.substr(colon + 1)));
}

void SetTls(ScuOptions& scu, const std::string& text) {
  const size_t first = text.find(',');
  const size_t second = text.find(',', first + 1);
  if (second == std::string::npos) throw WrongUse("--tls needs CERT,KEY,TRUSTED");
  scu.tls = TlsConfig{text.substr(0, first), text.substr(first + 1, second - first - 1),
                      text.substr(second + 1)};
}

Arguments Parse(const std::vector<std::string>& words) {
  Arguments arguments;
  const std::map<std::string, std::function<void(const std::string&)>> options = {
      {"--to", [&](auto& v) { SetTarget(arguments.scu, v); }},
      {"--called", [&](auto& v) { arguments.scu.called_aet = v; }},
      {"--calling", [&](auto& v) { arguments.scu.calling_aet = v; }},
      {"--associations", [&](auto& v) { arguments.associations = std::stoul(v); }},
      {"--idle", [&](auto& v) { arguments.idle = std::stoul(v); }},
      {"--repeat", [&](auto& v) { arguments.repeat = std::stoul(v); }},
      {"--tls", [&](auto& v) { SetTls(arguments.scu, v); }},
  };
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--json") continue;
    if (options.contains(words[i])) {
      if (i + 1 == words.size()) throw WrongUse(words[i] + " needs a value");
      options.at(words[i])(words[i + 1]);
      ++i;
    } else if (words[i].starts_with("-")) {
      throw WrongUse("unknown option " + words[i]);
    } else {
      arguments.folders.push_back(words[i]);
    }
  }
  const bool complete = arguments.scu.port != 0 && !arguments.scu.called_aet.empty() &&
                        !arguments.scu.calling_aet.empty() && !arguments.folders.empty();
  if (!complete || arguments.associations == 0) throw WrongUse("missing arguments");
  return arguments;
}

// Reads files into memory that is used again: mapping each file anew costs more than copying it.
class FileBytes {
 public:
  // At most the first `most` bytes, valid until the next call. Throws Error{kUnavailable} for a
  // file that cannot be read: a part of it must never be taken for the whole.
  std::string_view Read(const fs::path& path, size_t most = SIZE_MAX) {
    std::ifstream file(path, std::ios::binary);
    const auto size = static_cast<size_t>(std::min<uintmax_t>(most, fs::file_size(path)));
    if (room_ < size) bytes_ = std::make_unique_for_overwrite<char[]>(room_ = size);
    file.read(bytes_.get(), static_cast<std::streamsize>(size));
    if (!file) throw Error(ErrorKind::kUnavailable, "a file cannot be read");
    return {bytes_.get(), size};
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t room_ = 0;
};

struct Item {
  fs::path path;
  std::string sop_class_uid;
  std::string sop_instance_uid;
  const dicom::TransferSyntax* syntax = nullptr;
  size_t data_set_at = 0;
};

constexpr size_t kStartBytes = 4096;  // in which nearly all meta information ends

// (0002,0000) first: 12 bytes whose value says how long the rest of group 0002 is (PS3.10 7.1).
std::optional<Item> Inspect(const fs::path& path, FileBytes& file) {
  std::string_view bytes = file.Read(path, kStartBytes);
  if (bytes.size() < 144 || bytes.substr(128, 4) != "DICM") return std::nullopt;
  if (bytes.substr(132, 8) != std::string_view("\2\0\0\0UL\4\0", 8)) return std::nullopt;
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 140, 4);
  if (length > bytes.size() - 144) bytes = file.Read(path);
  if (length > bytes.size() - 144) return std::nullopt;
  const dicom::DataSet meta = dicom::Read(bytes.substr(144, length), dicom::kExplicitLittleEndian);
  Item item{path, meta.GetString(dicom::tags::MediaStorageSOPClassUID),
            meta.GetString(dicom::tags::MediaStorageSOPInstanceUID),
            dicom::FindTransferSyntax(meta.GetString(dicom::tags::TransferSyntaxUID)),
            144 + length};
  if (!item.syntax || item.sop_class_uid.empty() || item.sop_instance_uid.empty()) {
    return std::nullopt;
  }
  return item;
}

std::optional<Item> TryInspect(const fs::path& path, FileBytes& file) {
  try {
    return Inspect(path, file);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::vector<Item> Collect(const std::vector<fs::path>& folders, size_t& skipped) {
  std::vector<fs::path> paths;
  for (const fs::path& folder : folders) {
    if (!fs::is_directory(folder)) {
      paths.push_back(folder);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  std::vector<Item> items;
  FileBytes file;
  for (const fs::path& path : paths) {
    auto item = TryInspect(path, file);
    item ? items.push_back(*item) : void(++skipped);
  }
  return items;
}

// One context for each pair of class and transfer syntax, so that nothing must be transcoded.
std::vector<ScuContext> ContextsOf(const std::vector<Item>& items) {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const Item& item : items) pairs.emplace(item.sop_class_uid, item.syntax->uid);
  std::vector<ScuContext> contexts;
  for (const auto& [sop_class, syntax] : pairs) contexts.push_back({sop_class, {syntax}});
  if (contexts.empty()) contexts.push_back({std::string(kVerification), {}});
  return contexts;
}

struct Tally {
  std::mutex mutex;
  std::map<uint16_t, uint64_t> statuses;
  uint64_t bytes = 0;
  uint64_t failed = 0;  // no answer or no presentation context
  std::string fault;

  void Count(uint16_t code, uint64_t size) {
    const std::lock_guard lock(mutex);
    ++statuses[code];
    bytes += size;
  }
  void Fail(const std::string& why) {
    const std::lock_guard lock(mutex);
    ++failed;
    fault = why;
  }
};

struct Job {
  const Arguments& arguments;
  const std::vector<Item>& items;
  std::atomic<size_t> next{0};
  Tally tally{};
};

void SendOne(Scu& scu, const Item& item, FileBytes& file, Tally& tally) {
  const std::string_view data_set = file.Read(item.path).substr(item.data_set_at);
  const Status status =
      scu.Store(item.sop_class_uid, item.sop_instance_uid, *item.syntax, data_set);
  tally.Count(status.code, data_set.size());
}

void SendShare(Job& job) {
  const size_t total = job.items.size() * job.arguments.repeat;
  std::unique_ptr<Scu> scu;
  FileBytes file;
  for (size_t i = job.next++; i < total; i = job.next++) {
    try {
      if (!scu || !scu->open()) scu = std::make_unique<Scu>(job.arguments.scu);
      SendOne(*scu, job.items[i % job.items.size()], file, job.tally);
    } catch (const std::exception& error) {
      job.tally.Fail(error.what());
    }
  }
  if (scu) scu->Release();
}

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int Report(const Job& job, size_t skipped, double seconds, double cpu) {
  Json::Value report;
  uint64_t stored = 0;
  uint64_t refused = 0;
  for (const auto& [code, count] : job.tally.statuses) {
    const StatusKind kind = KindOf(code);
    const bool fine = kind == StatusKind::kSucceeded || kind == StatusKind::kWarned;
    (fine ? stored : refused) += count;
    char text[8];
    std::snprintf(text, sizeof text, "%04X", code);
    report["statuses"][text] = Json::UInt64(count);
  }
  report["files"] = Json::UInt64(job.items.size() * job.arguments.repeat);
  report["stored"] = Json::UInt64(stored);
  report["refused"] = Json::UInt64(refused);
  report["failed"] = Json::UInt64(job.tally.failed);
  report["skipped"] = Json::UInt64(skipped);
  report["bytes"] = Json::UInt64(job.tally.bytes);
  report["seconds"] = seconds;
  report["cpu_seconds"] = cpu;
  report["associations"] = job.arguments.associations;
  report["idle"] = job.arguments.idle;
  if (!job.tally.fault.empty()) report["fault"] = job.tally.fault;
  std::cout << dicom::WriteJson(report) << std::endl;
  if (job.tally.failed) return 1;
  return refused ? 3 : 0;
}

int Run(Arguments arguments) {
  size_t skipped = 0;
  const std::vector<Item> items = Collect(arguments.folders, skipped);
  if (items.empty()) throw Error(ErrorKind::kNotFound, "no DICOM file found");
  arguments.scu.contexts = ContextsOf(items);
  std::vector<std::unique_ptr<Scu>> idle;
  for (unsigned i = 0; i < arguments.idle; ++i) {
    idle.push_back(std::make_unique<Scu>(arguments.scu));
  }
  Job job{arguments, items};
  const double cpu_before = CpuSeconds();
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < arguments.associations; ++i)
    threads.emplace_back(SendShare, std::ref(job));
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> seconds = Clock::now() - start;
  const double cpu = CpuSeconds() - cpu_before;
  for (auto& scu : idle) scu->Release();
  return Report(job, skipped, seconds.count(), cpu);
}

}  // namespace

int main(int count, char** values) {
  const std::vector<std::string> words(values + 1, values + count);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    if (std::ranges::find(words, "--help") != words.end()) return std::cout << kUsage, 0;
    if (std::ranges::find(words, "--version") != words.end()) {
      return std::cout << "glossator-send " << dicom::kImplementationVersionName << "\n", 0;
    }
    return Run(Parse(words));
  } catch (const WrongUse& wrong) {
    std::cerr << "glossator-send: " << wrong.what() << "\n" << kUsage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "glossator-send: " << error.what() << "\n";
    return 1;
  }
}
