// SPDX-License-Identifier: GPL-3.0-or-later
// Several readers, one result: a consensus that this node computes, which is then decided on like
// any submission, or a read by an adjudicator who sees what they drew.
#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/consensus.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/digest.h"
#include "store/node_case.h"
#include "store/node_result.h"
#include "store/node_submission.h"
#include "store/node_withdrawal.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

constexpr size_t kSummaryMax = 1024;

void RequireMayResolve(const Person& who) {
  if (worklist::MayOverrule(who)) return;
  throw Error(ErrorKind::kForbidden, "your roles do not include deciding among readers");
}

// Whoever has a result that stands amends it instead.
Case OpenCaseFor(const store::Reader& reader, const Person& who, int64_t case_id) {
  Case the_case = RequireVisibleCase(reader, who, case_id);
  if (the_case.state != CaseState::kOpen) throw Error(ErrorKind::kConflict, "the case is not open");
  for (const Result& result : store::ResultsOfCase(reader, case_id)) {
    if (store::FindWithdrawalOf(reader, result.id)) continue;
    throw Error(ErrorKind::kConflict, "the case has a result: amend it");
  }
  return the_case;
}

std::string TextAt(const Json::Value& json, const char* key, const char* fallback) {
  const Json::Value value = json.get(key, fallback);
  if (value.isString() && value.asString().size() <= kSummaryMax) return value.asString();
  throw Error(ErrorKind::kInvalid, std::string(key) + ": expected a text");
}

Json::Value ParseBody(std::string_view body) {
  Json::Value json = dicom::ParseJson(body.empty() ? "{}" : body, 64u << 10);
  if (!json.isObject()) throw Error(ErrorKind::kInvalid, "expected an object");
  return json;
}

// Of each reader the newest submission that waits for a decision; all about one series.
std::vector<Submission> ReadsOf(const store::Reader& reader, int64_t case_id,
                                const std::string& series_uid) {
  std::vector<Submission> reads = NewestReads(reader, case_id, series_uid);
  std::erase_if(reads,
                [](const Submission& one) { return one.state != SubmissionState::kSubmitted; });
  const auto other_series = [&](const Submission& one) {
    return one.series_instance_uid != reads.front().series_instance_uid;
  };
  if (std::ranges::any_of(reads, other_series)) {
    throw Error(ErrorKind::kInvalid, "seriesInstanceUid: there is work on several series");
  }
  if (reads.empty()) throw Error(ErrorKind::kConflict, "nobody's work waits for a decision");
  return reads;
}

// Asks like a manager of that project.
Person TheNode(const std::string& project) {
  Person node;
  node.id = kNodeActor;
  node.roles = {"manager"};
  node.projects = {project};
  return node;
}

// All must have seen the same images.
std::vector<CaseInstance> ImagesOf(const store::Reader& reader,
                                   const std::vector<Submission>& reads) {
  std::vector<CaseInstance> images;
  for (const Submission& read : reads) {
    const int64_t revision = RequireWorkitem(reader, read.workitem_uid).revision;
    auto seen = store::CaseInstances(reader, read.case_id, read.series_instance_uid, revision);
    std::erase_if(seen, [](const CaseInstance& one) { return !one.image; });
    if (!images.empty() && seen.size() != images.size()) {
      throw Error(ErrorKind::kConflict, "the readers saw different images of the series");
    }
    images = std::move(seen);
  }
  return images;
}

std::string DigestOf(ConsensusMethod method, const std::vector<Submission>& reads) {
  std::string text = std::string("consensus\n") + NameOf(method);
  for (const Submission& read : reads) text += "\n" + std::to_string(read.id);
  return store::Sha256Hex(text);
}

// What is kept of it, and shown: which submissions, not whose.
Json::Value ContentOf(ConsensusMethod method, const std::vector<Submission>& reads) {
  Json::Value content(Json::objectValue);
  content["consensus"]["method"] = NameOf(method);
  content["consensus"]["submissions"] = Json::Value(Json::arrayValue);
  for (const Submission& read : reads) {
    content["consensus"]["submissions"].append(Json::Int64(read.id));
  }
  return content;
}

int64_t NextSeat(const store::Reader& reader, int64_t case_id) {
  int64_t seat = 1;
  for (const Workitem& other : store::WorkitemsOf(reader, case_id)) {
    seat = std::max(seat, other.seat + 1);
  }
  return seat;
}

// Another reader has submitted since: nobody decides on what was computed without them.
void EndEarlierConsensus(Transaction& transaction, const Cases& cases,
                         const Submission& submission) {
  for (const Workitem& workitem : store::WorkitemsOf(transaction, submission.case_id)) {
    if (!worklist::IsOpen(workitem) || workitem.stage != Stage::kReview) continue;
    const Submission other = RequireSubmission(transaction, workitem.submission.value_or(0));
    const bool same = other.series_instance_uid == submission.series_instance_uid;
    const bool older =
        same && other.computed() &&
        other.content["consensus"]["submissions"] != submission.content["consensus"]["submissions"];
    if (older) cases.End(transaction, workitem, WorkitemState::kCanceled, "superseded", kNodeActor);
  }
}

// The node's own read, done as soon as it is there, and its review.
int64_t SaveComputed(Transaction& transaction, const Cases& cases, const std::string& lock,
                     Submission submission, const std::string& actor) {
  const Case the_case = RequireCase(transaction, submission.case_id);
  EndEarlierConsensus(transaction, cases, submission);
  Workitem read = worklist::MakeRead(the_case, NextSeat(transaction, the_case.id));
  read.scheduled_performer = kNodeActor;
  read.uid = submission.workitem_uid = cases.Schedule(transaction, read, actor);
  cases.Claim(transaction, read, lock, kNodeActor);
  submission.id = store::InsertSubmission(transaction, submission);
  read.submission = submission.id;
  Tell(transaction, "consensus.computed", actor,
       {{"submission", submission.id},
        {"workitem", read.uid},
        {"case", the_case.id},
        {"series", submission.series_instance_uid},
        {"digest", submission.digest},
        {"of", submission.content["consensus"]},
        {"objects", ToJson(submission.objects)}});
  cases.End(transaction, read, WorkitemState::kCompleted, "", kNodeActor);
  cases.Schedule(transaction, worklist::MakeReview(read, submission.id), kNodeActor);
  return submission.id;
}

// The report that a result stands for: that of the acceptance, which comes last.
std::string DigestOfReport(const store::Reader& reader, const Result& result) {
  std::string digest;
  for (const MadeObject& object : RequireSubmission(reader, result.submission).objects) {
    if (object.kind == "SR") digest = object.sha256;
  }
  for (const MadeObject& object : store::ResultObjects(reader, result.id)) digest = object.sha256;
  return digest;
}

// The one whom a manager names, or who asks.
ReaderConfig AdjudicatorOf(const Config& config, const Person& who, const std::string& code) {
  if (!worklist::IsManager(who) && !code.empty() && code != who.id) {
    throw Error(ErrorKind::kForbidden, "only managers name another adjudicator");
  }
  const ReaderConfig adjudicator = code.empty() ? who : PersonOf(config, code);
  if (worklist::MayPerform(adjudicator, Stage::kReview)) return adjudicator;
  throw Error(ErrorKind::kInvalid, "adjudicator: expected a specialist or a clinician");
}

}  // namespace

// Each series of each case by itself: what fails is tried again later and stops no other.
bool Node::ConsensusByPolicy() {
  bool any = false;
  for (const ProjectConfig& project : impl_->config.projects) {
    if (project.consensus == "none") continue;
    const auto least = static_cast<int64_t>(ReadersFor(ConsensusMethodFrom(project.consensus)));
    std::vector<std::pair<int64_t, std::string>> ready;
    impl_->database.Read([&](const store::Reader& reader) {
      ready = store::SeriesReadBy(reader, project.id, least);
    });
    for (const auto& [id, series] : ready) {
      Json::Value words;
      words["method"] = project.consensus;
      words["seriesInstanceUid"] = series;
      any |= impl_->Attempt("consensus " + std::to_string(id) + " " + series, [&, id = id] {
        return Consensus(TheNode(project.id), id, dicom::WriteJson(words)).created;
      });
    }
  }
  return any;
}

SubmitReply Node::Consensus(const Person& who, int64_t case_id, std::string_view body) {
  const Json::Value words = ParseBody(body);
  const ConsensusMethod method = ConsensusMethodFrom(TextAt(words, "method", "majority"));
  RequireMayResolve(who);
  Case the_case;
  std::vector<Submission> reads;
  std::vector<CaseInstance> images;
  std::optional<Submission> known;
  impl_->database.Read([&](const store::Reader& reader) {
    the_case = OpenCaseFor(reader, who, case_id);
    reads = ReadsOf(reader, case_id, TextAt(words, "seriesInstanceUid", ""));
    images = ImagesOf(reader, reads);
    known = store::FindSubmissionByDigest(reader, DigestOf(method, reads));
  });
  if (known) return {.id = known->id, .created = false, .findings = {}};
  Submission submission{.workitem_uid = "",
                        .case_id = case_id,
                        .author = kNodeActor,
                        .series_instance_uid = reads.front().series_instance_uid,
                        .digest = DigestOf(method, reads),
                        .content = ContentOf(method, reads),
                        .created = {},
                        .objects = {}};
  SubmitReply reply;
  for (BuiltObject& built : impl_->Agree(the_case, reads, images, method, reply.findings)) {
    built.object.sha256 = impl_->blobs.Put(built.file);
    submission.objects.push_back(built.object);
  }
  impl_->database.Write([&](Transaction& transaction) {
    OpenCaseFor(transaction, who, case_id);
    const auto twin = store::FindSubmissionByDigest(transaction, submission.digest);
    reply.created = !twin;
    reply.id = twin
                   ? twin->id
                   : SaveComputed(transaction, impl_->cases, impl_->uids.New(), submission, who.id);
  });
  return reply;
}

std::vector<OtherRead> Node::Impl::ReadersOf(const std::vector<Submission>& submissions) {
  std::vector<OtherRead> reads;
  for (const Submission& submission : submissions) {
    OtherRead read{PersonOf(config, submission.author), {}, std::nullopt};
    for (const MadeObject& object : submission.objects) {
      if (object.kind == "SEG") read.segmentations.push_back(blobs.Get(object.sha256));
      if (object.kind == "SR") read.report = object;
    }
    reads.push_back(std::move(read));
  }
  return reads;
}

std::vector<BuiltObject> Node::Impl::Agree(const Case& the_case,
                                           const std::vector<Submission>& reads,
                                           const std::vector<CaseInstance>& images,
                                           ConsensusMethod method, std::vector<Finding>& findings) {
  const ReaderConfig nobody;
  Assignment assignment{the_case, nobody, images, TakesLabelMaps(config, the_case.project),
                        SplitOf(config, the_case.project)};
  assignment.others = ReadersOf(reads);
  const auto source = builder.SourceOf(assignment, findings);
  if (!source) throw Error(ErrorKind::kConflict, "the images are not there any more");
  ConsensusDrawing made = ConsensusOf(assignment.others, *source, method);
  assignment.computed = made.computation;
  auto objects = builder.Build(assignment, made.form,
                               builder.Fit(assignment, std::move(made.labels)), findings);
  if (!objects.empty()) return objects;
  throw Error(ErrorKind::kInternal, "the consensus cannot be written");
}

std::vector<KnownFinding> Node::Impl::EarlierFindings(const Case& the_case) {
  std::vector<std::string> digests;
  database.Read([&](const store::Reader& reader) {
    for (const Case& other :
         store::CasesOfPatient(reader, the_case.project, the_case.patient_code)) {
      if (other.id == the_case.id) continue;
      for (const Result& result : store::ResultsOfCase(reader, other.id)) {
        if (store::FindWithdrawalOf(reader, result.id)) continue;
        digests.insert(digests.begin(), DigestOfReport(reader, result));
      }
    }
  });
  std::vector<KnownFinding> known;
  std::set<std::string> seen;
  for (const std::string& digest : digests) {
    if (digest.empty()) continue;
    for (KnownFinding& finding : FindingsIn(blobs.Get(digest))) {
      if (seen.insert(finding.uid).second) known.push_back(std::move(finding));
    }
  }
  return known;
}

Json::Value Node::Findings(const Person& who, int64_t case_id) {
  Case the_case;
  impl_->database.Read(
      [&](const store::Reader& reader) { the_case = RequireVisibleCase(reader, who, case_id); });
  Json::Value json(Json::objectValue);
  json["items"] = Json::Value(Json::arrayValue);
  for (const KnownFinding& known : impl_->EarlierFindings(the_case)) {
    json["items"].append(ToJson(known));
  }
  json["next"] = Json::Value();
  return json;
}

std::string Node::Adjudicate(const Person& who, int64_t case_id, std::string_view body) {
  const Json::Value words = ParseBody(body);
  const std::string reason = TextAt(words, "reason", "");
  if (reason.empty()) throw Error(ErrorKind::kInvalid, "reason: expected a text");
  RequireMayResolve(who);
  const ReaderConfig adjudicator =
      AdjudicatorOf(impl_->config, who, TextAt(words, "adjudicator", ""));
  std::string uid;
  impl_->database.Write([&](Transaction& transaction) {
    const Case the_case = OpenCaseFor(transaction, who, case_id);
    if (!adjudicator.Sees(the_case.project)) {
      throw Error(ErrorKind::kInvalid, "adjudicator: not of this project");
    }
    const std::vector<Submission> reads = NewestReads(transaction, case_id, "");
    if (reads.empty()) throw Error(ErrorKind::kConflict, "nobody has submitted");
    if (std::ranges::find(reads, adjudicator.id, &Submission::author) != reads.end()) {
      throw Error(ErrorKind::kConflict, "the adjudicator is one of the readers");
    }
    Workitem read = worklist::MakeRead(the_case, NextSeat(transaction, case_id));
    read.scheduled_performer = adjudicator.id;
    read.reason = "adjudication";
    uid = impl_->cases.Schedule(transaction, read, who.id);
    store::InsertAdjudication(transaction, {uid, reason, who.id, ""});
    Tell(transaction, "case.adjudication", who.id,
         {{"case", case_id},
          {"workitem", uid},
          {"adjudicator", adjudicator.id},
          {"reason", reason}});
  });
  return uid;
}

}  // namespace glossator::node
