// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/routes.h"

#include <algorithm>
#include <charconv>

#include "model/log.h"

namespace glossator::plugin {
namespace {

constexpr size_t kJsonMax = 1u << 20;
constexpr size_t kSubmissionMax = 1u << 30;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kDicomJson = "application/dicom+json";
constexpr std::string_view kAnyone = "*";
constexpr std::string_view kAnyReader = "";

constexpr Route kRoutes[] = {
    {Method::kGet, "/glossator", kAnyone, pages::Page, 200, "Status page", "", 0, "text/html"},
    {Method::kGet, "/glossator/live", kAnyone, pages::Live, 200, "The process answers"},
    {Method::kGet, "/glossator/ready", kAnyone, pages::Ready, 200, "The node can work"},
    {Method::kGet, "/glossator/metrics", kAnyone, pages::Metrics, 200, "OpenMetrics", "", 0,
     "application/openmetrics-text"},
    {Method::kGet, "/glossator/openapi.json", kAnyone, pages::OpenApi, 200, "This document"},

    {Method::kGet, "/glossator/api/v1/health", kAnyone, api::Health, 200, "Numbers and alarms"},
    {Method::kGet, "/glossator/api/v1/projects", kAnyReader, api::Projects, 200, "Projects"},
    {Method::kGet, "/glossator/api/v1/cases", kAnyReader, api::Cases, 200,
     "Cases; project, state, limit, after"},
    {Method::kGet, "/glossator/api/v1/cases/{id}", kAnyReader, api::Case, 200, "One case"},
    {Method::kPost, "/glossator/api/v1/cases/{id}/release", "manager", api::ReleaseCase, 202,
     "Open a case before its quiet time is over", kJson, kJsonMax},
    {Method::kPost, "/glossator/api/v1/cases/{id}/withdrawal", "specialist clinician manager",
     api::WithdrawCase, 201, "Withdraw what was accepted; reason, code (113001 or 113037)", kJson,
     kJsonMax},
    {Method::kPost, "/glossator/api/v1/cases/{id}/amendment", "specialist clinician manager",
     api::AmendCase, 201, "Open a read for a new version of the result; reason", kJson, kJsonMax},
    {Method::kGet, "/glossator/api/v1/cases/{id}/findings", kAnyReader, api::FindingsOfCase, 200,
     "Accepted findings on other studies of the same patient"},
    {Method::kPost, "/glossator/api/v1/cases/{id}/consensus", "specialist clinician manager",
     api::AgreeOnCase, 201,
     "Compute one segmentation out of the readers'; method (majority or staple)", kJson, kJsonMax},
    {Method::kPost, "/glossator/api/v1/cases/{id}/adjudication", "specialist clinician manager",
     api::AdjudicateCase, 201, "Open a read for an adjudicator; reason, adjudicator", kJson,
     kJsonMax},
    {Method::kGet, "/glossator/api/v1/deliveries", kAnyReader, api::Deliveries, 200,
     "Deliveries; limit, after"},
    {Method::kGet, "/glossator/api/v1/deliveries/{id}", kAnyReader, api::Delivery, 200,
     "One delivery"},
    {Method::kGet, "/glossator/api/v1/quarantine", "manager auditor", api::Quarantine, 200,
     "What was sealed, without identity; limit, after"},
    {Method::kGet, "/glossator/api/v1/events", "manager auditor", api::Events, 200,
     "The journal; limit, after"},
    {Method::kGet, "/glossator/api/v1/spool", kAnyReader, api::Spool, 200, "The two spools"},
    {Method::kPost, "/glossator/api/v1/workitems/{uid}/submissions",
     "annotator specialist clinician", api::Submit, 201,
     "Submit work; header Transaction-UID, parts submission and labels", "multipart/form-data",
     kSubmissionMax},
    {Method::kGet, "/glossator/api/v1/submissions/{id}", kAnyReader, api::Submission, 200,
     "One submission"},
    {Method::kGet, "/glossator/api/v1/submissions/{id}/files/{kind}", kAnyReader,
     api::SubmissionFile, 200, "Its SEG, SR or accepted report (kind seg, sr or acceptance)", "", 0,
     "application/dicom"},
    {Method::kPost, "/glossator/api/v1/submissions/{id}/decisions", "specialist clinician",
     api::Decide, 201, "Accept, return or reject a submission", kJson, kJsonMax},

    {Method::kPost, "/glossator/dicom-web/studies", "annotator specialist clinician", stow::Store,
     200, "Store Segmentations of claimed work (PS3.18 10.5)", "multipart/related", kSubmissionMax,
     kDicomJson},
    {Method::kPost, "/glossator/dicom-web/studies/{uid}", "annotator specialist clinician",
     stow::Store, 200, "The same, of one study", "multipart/related", kSubmissionMax, kDicomJson},

    {Method::kGet, "/dicom-web/workitems", kAnyReader, ups::Search, 200,
     "Search for workitems (PS3.18 11.9)", "", 0, kDicomJson},
    {Method::kPost, "/dicom-web/workitems", "manager", ups::Create, 201,
     "Create a workitem (PS3.18 11.4)", kDicomJson, kJsonMax, kDicomJson},
    {Method::kGet, "/dicom-web/workitems/{uid}", kAnyReader, ups::Retrieve, 200,
     "Retrieve a workitem (PS3.18 11.5)", "", 0, kDicomJson},
    {Method::kPost, "/dicom-web/workitems/{uid}", kAnyReader, ups::Update, 200,
     "Update a workitem (PS3.18 11.6)", kDicomJson, kJsonMax, kDicomJson},
    {Method::kPut, "/dicom-web/workitems/{uid}/state", kAnyReader, ups::ChangeState, 200,
     "Change a workitem's state (PS3.18 11.7)", kDicomJson, kJsonMax, kDicomJson},
    {Method::kPost, "/dicom-web/workitems/{uid}/cancelrequest", kAnyReader, ups::RequestCancel, 202,
     "Request cancellation (PS3.18 11.8)", kDicomJson, kJsonMax, kDicomJson},
};

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    if (end > 1) {
      parts.push_back(path.substr(1, end - 1));
    }
    path.remove_prefix(end);
  }
  return parts;
}

bool MayCall(const Route& route, const ReaderConfig* who) {
  if (route.roles == kAnyone) {
    return true;
  }
  return who != nullptr && (route.roles == kAnyReader ||
                            std::ranges::any_of(who->roles, [&](const std::string& role) {
                              return route.roles.find(role) != std::string_view::npos;
                            }));
}

Answer Run(const Route& route, const Services& services, const Request& request,
           std::vector<std::string> captured) {
  static const ReaderConfig kNobody;
  const ReaderConfig* who = FindReader(services.config, request);
  if (!MayCall(route, who)) {
    return Problem(403, who == nullptr ? "not a reader of this node" : "not in your roles");
  }
  if (request.body.size() > route.body_max) {
    return Problem(413, "more than " + std::to_string(route.body_max) + " bytes");
  }
  return route.handle(services, {request, who == nullptr ? kNobody : *who, std::move(captured)});
}

}  // namespace

std::span<const Route> Routes() { return kRoutes; }

const ReaderConfig* FindReader(const Config& config, const Request& request) {
  const std::string user = BasicUser(request.Header("authorization"));
  const auto found = std::ranges::find(config.readers, user, &ReaderConfig::user);
  return user.empty() || found == config.readers.end() ? nullptr : &*found;
}

std::optional<std::vector<std::string>> Match(std::string_view pattern, std::string_view path) {
  const auto wanted = Split(pattern);
  const auto given = Split(path);
  std::vector<std::string> captured;
  if (wanted.size() != given.size()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      captured.emplace_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return captured;
}

size_t BodyMax(std::span<const Route> routes, Method method, std::string_view path) {
  for (const Route& route : routes) {
    if (route.method == method && Match(route.pattern, path)) {
      return route.body_max;
    }
  }
  return 0;
}

int64_t Call::Id() const {
  int64_t id = 0;
  const std::string& text = captured.at(0);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (fault != std::errc() || end != text.data() + text.size() || id <= 0) {
    throw Error(ErrorKind::kNotFound, "no such number");
  }
  return id;
}

namespace {

Answer Find(std::span<const Route> routes, const Services& services, const Request& request) {
  std::string allowed;
  std::string_view pattern;  // for the log: a path may hold anything
  try {
    for (const Route& route : routes) {
      auto captured = Match(route.pattern, request.path);
      if (captured && route.method == request.method) {
        pattern = route.pattern;
        return Run(route, services, request, std::move(*captured));
      }
      if (captured) {
        allowed += (allowed.empty() ? "" : ",") + std::string(NameOf(route.method));
      }
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) {
      Log(LogLevel::kError, "http.internal", {{"route", pattern}, {"fault", error.what()}});
    }
    return ProblemOf(error);
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "http.internal", {{"route", pattern}, {"fault", error.what()}});
    return Problem(500, "an internal error, see the log");
  }
  if (allowed.empty()) {
    return Problem(404, "no such path");
  }
  Answer answer = Problem(405, "this path takes " + allowed);
  answer.headers["Allow"] = allowed;
  return answer;
}

}  // namespace

Answer Dispatch(std::span<const Route> routes, const Services& services, const Request& request) {
  Answer answer = Find(routes, services, request);
  answer.headers.emplace("Cache-Control", "no-store");
  answer.headers.emplace("X-Content-Type-Options", "nosniff");
  return answer;
}

}  // namespace glossator::plugin
