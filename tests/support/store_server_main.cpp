// SPDX-License-Identifier: GPL-3.0-or-later
// A C-STORE, C-FIND and storage-commitment SCP for tests: keeps nothing, says on standard output
// what it got. One JSON line {"port":N} at the start; with --hash one line an instance; counters at
// the end (SIGTERM, SIGINT).
#include <openssl/evp.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <cstring>
#include <iostream>
#include <map>
#include <mutex>

#include "dicom/error.h"
#include "dimse/server.h"
#include "model/ports.h"

namespace {

using namespace glossator;
using namespace glossator::dimse;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  void Add(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  std::string Hex() {
    std::string digest(32, '\0');
    EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return ToHex(digest);
  }

 private:
  EVP_MD_CTX* context_;
};

struct Totals {
  std::mutex mutex;
  bool hash = false;
  std::atomic<uint64_t> instances{0};
  std::atomic<uint64_t> bytes{0};
};

class CountingSink final : public StoreSink {
 public:
  CountingSink(Totals& totals, const StoreRequest& request) : totals_(totals), request_(request) {}
  Flow Data(std::string_view bytes) override {
    bytes_ += bytes.size();
    if (totals_.hash) sha256_.Add(bytes);
    return Flow::kContinue;
  }
  void End(Respond respond) override {
    ++totals_.instances;
    totals_.bytes += bytes_;
    if (totals_.hash) Print();
    respond({});
  }

 private:
  void Print() {
    const std::lock_guard lock(totals_.mutex);
    std::cout << "{\"sop_instance_uid\":\"" << request_.sop_instance_uid
              << "\",\"transfer_syntax\":\"" << request_.transfer_syntax->uid
              << "\",\"bytes\":" << bytes_ << ",\"sha256\":\"" << sha256_.Hex() << "\"}"
              << std::endl;
  }

  Totals& totals_;
  const StoreRequest request_;
  Sha256 sha256_;
  uint64_t bytes_ = 0;
};

class CountingHandler final : public Handler {
 public:
  Totals totals;
  std::string called_aet;

  std::optional<Rejection> Accept(const Association& association) override {
    if (called_aet.empty() || association.called_aet == called_aet) return std::nullopt;
    return kCalledAeNotRecognized;
  }
  bool Supports(const Association&, std::string_view) override { return true; }
  std::unique_ptr<StoreSink> Store(const Association&, const StoreRequest& request) override {
    return std::make_unique<CountingSink>(totals, request);
  }
  FindAnswer Find(const Association&, std::string_view, const dicom::DataSet& keys) override {
    dicom::DataSet match = keys;
    match.SetString(dicom::tags::StudyInstanceUID, "1.2.3.4");
    return {{}, {match, match}};
  }
  Status Action(const Association&, std::string_view, std::string_view, uint16_t,
                const dicom::DataSet&) override {
    return {};
  }
};

struct Arguments {
  ServerOptions server;
  std::string called_aet;
  bool hash = false;
};

Arguments Parse(int count, char** words) {
  Arguments arguments;
  const std::map<std::string, std::function<void(const std::string&)>> options = {
      {"--port", [&](auto& v) { arguments.server.port = static_cast<uint16_t>(std::stoi(v)); }},
      {"--address", [&](auto& v) { arguments.server.address = v; }},
      {"--aet", [&](auto& v) { arguments.called_aet = v; }},
      {"--threads", [&](auto& v) { arguments.server.threads = std::stoul(v); }},
      {"--associations", [&](auto& v) { arguments.server.associations_max = std::stoul(v); }},
      {"--max-pdu", [&](auto& v) { arguments.server.max_pdu = std::stoul(v); }},
      {"--idle-ms",
       [&](auto& v) { arguments.server.idle = std::chrono::milliseconds(std::stol(v)); }},
      {"--certificate", [&](auto& v) { arguments.server.tls.emplace().certificate = v; }},
      {"--key", [&](auto& v) { arguments.server.tls->private_key = v; }},
      {"--trusted", [&](auto& v) { arguments.server.tls->trusted = v; }},
  };
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--hash") == 0) {
      arguments.hash = true;
    } else if (i + 1 < count && options.contains(words[i])) {
      options.at(words[i])(words[i + 1]);
      ++i;
    } else {
      throw Error(ErrorKind::kInvalid, std::string("unknown option ") + words[i]);
    }
  }
  return arguments;
}

void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Serve(const Arguments& arguments) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  CountingHandler handler;
  handler.totals.hash = arguments.hash;
  handler.called_aet = arguments.called_aet;
  Server server(arguments.server, handler);
  server.Start();
  std::cout << "{\"port\":" << server.port() << "}" << std::endl;
  int which = 0;
  sigwait(&ends, &which);
  server.Stop();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double seconds =
      static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
      1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  std::cout << "{\"instances\":" << handler.totals.instances
            << ",\"bytes\":" << handler.totals.bytes << ",\"cpu_seconds\":" << seconds
            << ",\"rss_max_kb\":" << usage.ru_maxrss << "}" << std::endl;
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    RaiseFileLimit();
    signal(SIGPIPE, SIG_IGN);
    return Serve(Parse(count, words));
  } catch (const std::exception& error) {
    std::cerr << "store-server: " << error.what() << "\n";
    return 1;
  }
}
