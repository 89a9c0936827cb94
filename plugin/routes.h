// SPDX-License-Identifier: GPL-3.0-or-later
// Every HTTP route of ours as a row of one table; the OpenAPI document is made from the same rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "plugin/alarms.h"
#include "plugin/http.h"

namespace glossator::node {
class Node;
}

namespace glossator::plugin {

// What handlers work with.
struct Services {
  const Config& config;
  const Status& status;
  node::Node* node = nullptr;     // never null but in tests of the dispatcher
  void (*wake)(void*) = nullptr;  // something was written: the worker should look
  void* worker = nullptr;

  void Wake() const {
    if (wake != nullptr) {
      wake(worker);
    }
  }
};

// A request that has passed path, role and size checks.
struct Call {
  const Request& request;
  const ReaderConfig& who;
  std::vector<std::string> captured;  // what stood for {..} in the pattern, in order

  int64_t Id() const;  // captured[0] as a number; throws NotFound
};

using Handler = Answer (*)(const Services&, const Call&);

struct Route {
  Method method;
  std::string_view pattern;  // "/glossator/api/v1/cases/{id}"
  std::string_view roles;    // one of these; "": any reader; "*": whoever Orthanc authenticated
  Handler handle;
  int success;
  std::string_view summary;
  std::string_view consumes = "";  // media type of the body; "": none
  size_t body_max = 0;
  std::string_view produces = "application/json";
};

std::span<const Route> Routes();
// The reader whom Orthanc authenticated; nullptr: somebody else.
const ReaderConfig* FindReader(const Config& config, const Request& request);
// Finds the route, the reader and the right to call it. 404 for an unknown path, 405 for another
// method, 403 without the role, 413 for a body that is too long; Errors become problem documents.
Answer Dispatch(std::span<const Route> routes, const Services& services, const Request& request);
// The bound of a body; 0 without such a route.
size_t BodyMax(std::span<const Route> routes, Method method, std::string_view path);
// The parts of `path` that stand for {..}; nullopt when the pattern does not match.
std::optional<std::vector<std::string>> Match(std::string_view pattern, std::string_view path);

// The handlers, by file.
namespace api {  // api.cpp
Answer Health(const Services&, const Call&);
Answer Projects(const Services&, const Call&);
Answer Cases(const Services&, const Call&);
Answer Case(const Services&, const Call&);
Answer ReleaseCase(const Services&, const Call&);
Answer WithdrawCase(const Services&, const Call&);
Answer AmendCase(const Services&, const Call&);
Answer FindingsOfCase(const Services&, const Call&);
Answer AgreeOnCase(const Services&, const Call&);
Answer AdjudicateCase(const Services&, const Call&);
Answer Deliveries(const Services&, const Call&);
Answer Delivery(const Services&, const Call&);
Answer Quarantine(const Services&, const Call&);
Answer Events(const Services&, const Call&);
Answer Spool(const Services&, const Call&);
Answer Submit(const Services&, const Call&);
Answer Submission(const Services&, const Call&);
Answer SubmissionFile(const Services&, const Call&);
Answer Decide(const Services&, const Call&);
}  // namespace api
namespace ups {  // workitems.cpp, PS3.18 section 11
Answer Search(const Services&, const Call&);
Answer Create(const Services&, const Call&);
Answer Retrieve(const Services&, const Call&);
Answer Update(const Services&, const Call&);
Answer ChangeState(const Services&, const Call&);
Answer RequestCancel(const Services&, const Call&);
}  // namespace ups
namespace stow {
Answer Store(const Services&, const Call&);  // stow.cpp
}  // namespace stow
namespace pages {
Answer Page(const Services&, const Call&);     // status_page.cpp
Answer OpenApi(const Services&, const Call&);  // openapi.cpp
Answer Metrics(const Services&, const Call&);  // metrics.cpp
Answer Live(const Services&, const Call&);     // alarms.cpp
Answer Ready(const Services&, const Call&);
}  // namespace pages

}  // namespace glossator::plugin
