// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/node_submission.h"

#include "dicom/json.h"

namespace glossator::store {
namespace {

constexpr const char* kSelect =
    "SELECT id, workitem_uid, case_id, author, series_instance_uid, digest, content, state, created"
    " FROM submission ";

std::vector<MadeObject> ObjectsOf(const Reader& reader, int64_t submission) {
  std::vector<MadeObject> objects;
  Rows row = reader.Query(
      "SELECT kind, sop_class_uid, sop_instance_uid, series_instance_uid, size, sha256"
      " FROM submission_object WHERE submission = ? ORDER BY ordinal",
      {submission});
  while (row.Next()) {
    objects.push_back(
        {row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int64(4), row.Text(5)});
  }
  return objects;
}

std::vector<Submission> All(const Reader& reader, Rows row) {
  std::vector<Submission> submissions;
  while (row.Next()) {
    submissions.push_back({.id = row.Int64(0),
                           .workitem_uid = row.Text(1),
                           .case_id = row.Int64(2),
                           .author = row.Text(3),
                           .series_instance_uid = row.Text(4),
                           .digest = row.Text(5),
                           .content = dicom::ParseJson(row.Text(6)),
                           .state = SubmissionStateFrom(row.Text(7)),
                           .created = row.Text(8),
                           .objects = ObjectsOf(reader, row.Int64(0))});
  }
  return submissions;
}

std::optional<Submission> One(const Reader& reader, Rows rows) {
  std::vector<Submission> all = All(reader, std::move(rows));
  return all.empty() ? std::nullopt : std::optional(std::move(all.front()));
}

void InsertObject(Transaction& transaction, int64_t submission, size_t ordinal,
                  const MadeObject& object) {
  transaction.Execute(
      "INSERT INTO submission_object (submission, ordinal, kind, sop_class_uid, sop_instance_uid,"
      " series_instance_uid, size, sha256) VALUES (?,?,?,?,?,?,?,?)",
      {submission, ordinal, object.kind, object.sop_class_uid, object.sop_instance_uid,
       object.series_instance_uid, object.size, object.sha256});
}

}  // namespace

std::optional<Submission> FindSubmission(const Reader& reader, int64_t id) {
  return One(reader, reader.Query(std::string(kSelect) + "WHERE id = ?", {id}));
}

std::optional<Submission> FindSubmissionByDigest(const Reader& reader, std::string_view digest) {
  return One(reader, reader.Query(std::string(kSelect) + "WHERE digest = ?", {digest}));
}

std::vector<Submission> SubmissionsOf(const Reader& reader, int64_t case_id) {
  return All(reader,
             reader.Query(std::string(kSelect) + "WHERE case_id = ? ORDER BY id", {case_id}));
}

int64_t CountSubmissions(const Reader& reader) {
  Rows rows = reader.Query("SELECT count(*) FROM submission");
  rows.Next();
  return rows.Int64(0);
}

int64_t InsertSubmission(Transaction& transaction, const Submission& submission) {
  const int64_t id = transaction.Insert(
      "INSERT INTO submission (workitem_uid, case_id, author, series_instance_uid, digest, content,"
      " state, created) VALUES (?,?,?,?,?,?,?,?)",
      {submission.workitem_uid, submission.case_id, submission.author,
       submission.series_instance_uid, submission.digest, dicom::WriteJson(submission.content),
       NameOf(submission.state), transaction.now()});
  for (size_t i = 0; i < submission.objects.size(); ++i) {
    InsertObject(transaction, id, i, submission.objects[i]);
  }
  return id;
}

void SetSubmissionState(Transaction& transaction, int64_t id, SubmissionState state) {
  transaction.Execute("UPDATE submission SET state = ? WHERE id = ?", {NameOf(state), id});
}

std::vector<std::string> BlobDigests(const Reader& reader) {
  std::vector<std::string> digests;
  Rows rows = reader.Query(
      "SELECT sha256 FROM submission_object UNION SELECT sha256 FROM result_object ORDER BY 1");
  while (rows.Next()) digests.push_back(rows.Text(0));
  return digests;
}

std::optional<Decision> FindDecisionOn(const Reader& reader, int64_t submission) {
  Rows row = reader.Query(
      "SELECT id, submission, workitem_uid, reader, verdict, reason, created FROM decision"
      " WHERE submission = ?",
      {submission});
  if (!row.Next()) return std::nullopt;
  return Decision{.id = row.Int64(0),
                  .submission = row.Int64(1),
                  .workitem_uid = row.Text(2),
                  .reader = row.Text(3),
                  .verdict = VerdictFrom(row.Text(4)),
                  .reason = row.Text(5),
                  .created = row.Text(6)};
}

int64_t InsertDecision(Transaction& transaction, const Decision& decision) {
  return transaction.Insert(
      "INSERT INTO decision (submission, workitem_uid, reader, verdict, reason, created)"
      " VALUES (?,?,?,?,?,?)",
      {decision.submission, decision.workitem_uid, decision.reader, NameOf(decision.verdict),
       decision.reason, transaction.now()});
}

}  // namespace glossator::store
