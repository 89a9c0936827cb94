// SPDX-License-Identifier: GPL-3.0-or-later
// Any body on the routes that take one, against a node with a database: an answer of the API's, and
// never 500. The first byte picks the route. What an input changes is undone before the next.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "model/log.h"
#include "plugin/routes.h"
#include "tests/unit/node/node_fixture.h"

using namespace glossator;
using plugin::Method;

namespace {

class NoStatus final : public plugin::Status {
 public:
  Now Get() const override { return {}; }
};

// Five slices, alice's read is claimed; when `submitted`, it is done and waits for bob.
class Rig final : public node::NodeTest {
 public:
  explicit Rig(bool submitted) {
    OpenCase();
    uid = Claim(alice_);
    if (submitted && SubmitAs(alice_, uid).id == 0) abort();
    review = WorkFor(bob_, "REVIEW");
  }
  plugin::Answer Ask(const plugin::Request& request) {
    return plugin::Dispatch(plugin::Routes(), {config_, status_, node_.get()}, request);
  }
  std::string uid, review;

 private:
  void TestBody() override {}
  NoStatus status_;
};

struct Row {
  Method method;
  const char* path;  // a `*` is the workitem's UID
  const char* user;  // in Base64, with a colon
  const char* content_type;
  bool submitted;
};
constexpr const char* kAlice = "Basic YWxpY2U6";
constexpr const char* kBob = "Basic Ym9iOg==";
constexpr const char* kMax = "Basic bWF4Og==";
constexpr const char* kJson = "application/json";
constexpr const char* kDicomJson = "application/dicom+json";
constexpr std::array kRows = {
    Row{Method::kPost, "/glossator/api/v1/workitems/*/submissions", kAlice,
        "multipart/form-data; boundary=b", false},
    Row{Method::kPut, "/dicom-web/workitems/*/state", kAlice, kDicomJson, false},
    Row{Method::kPost, "/dicom-web/workitems/*", kAlice, kDicomJson, false},
    Row{Method::kPost, "/dicom-web/workitems", kMax, kDicomJson, false},
    Row{Method::kPost, "/glossator/api/v1/submissions/1/decisions", kBob, kJson, true},
    Row{Method::kPut, "/dicom-web/workitems/*/state", kBob, kDicomJson, true},
    Row{Method::kGet, "/dicom-web/workitems", kAlice, "", false},
    Row{Method::kGet, "/glossator/api/v1/cases", kMax, "", false},
    Row{Method::kPost, "/glossator/dicom-web/studies", kAlice, "multipart/related; boundary=b",
        false},
};

// "name=value&name=value"
std::map<std::string, std::string> QueryOf(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    const std::string_view name = pair.substr(0, pair.find('='));
    query[std::string(name)] = pair.substr(std::min(pair.size(), name.size() + 1));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
  }
  return query;
}

plugin::Request RequestOf(const Row& row, const Rig& rig, std::string_view body) {
  plugin::Request request{row.method, row.path, {}, {}, {}};
  const size_t star = request.path.find('*');
  if (star != std::string::npos) {
    request.path.replace(star, 1, row.submitted ? rig.review : rig.uid);
  }
  request.headers = {{"authorization", row.user}, {"content-type", row.content_type}};
  if (!row.submitted) request.headers["transaction-uid"] = "2.25.999";
  if (row.method == Method::kGet) {
    request.query = QueryOf(body);
  } else {
    request.body = body;
  }
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  SetLogSink([](LogLevel, const std::string&) {});
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static std::unique_ptr<Rig> rigs[2];
  if (size == 0) return 0;
  const Row& row = kRows[data[0] % kRows.size()];
  auto& rig = rigs[row.submitted];
  if (!rig) rig = std::make_unique<Rig>(row.submitted);
  const plugin::Answer answer =
      rig->Ask(RequestOf(row, *rig, {reinterpret_cast<const char*>(data) + 1, size - 1}));
  if (answer.status == 500 || answer.body.size() > (1u << 22)) abort();
  if (row.method != Method::kGet && answer.status < 300) rig.reset();
  return 0;
}
