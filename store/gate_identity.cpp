// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/gate_identity.h"

#include "dicom/error.h"
#include "store/gate_schema.h"

namespace glossator::store {
namespace {

constexpr std::string_view kPatientColumns =
    "SELECT number, project, identity_index, secret, merged_into FROM patient ";
constexpr std::string_view kStudyColumns =
    "SELECT number, project, identity_index, patient, patient_index, uid, patient_code, data_key, "
    "identity, dictionary, state, reasons, revision, instances, sealed, last_arrival, "
    "release_requested, seq, held FROM study ";

std::string Select(std::string_view columns, std::string_view where) {
  return std::string(columns).append(where);
}

PatientRow ToPatient(const Rows& rows) {
  return {rows.Int64(0), rows.Text(1), rows.Text(2), rows.Blob(3), rows.OptionalInt64(4)};
}

StudyRow ToStudy(const Rows& rows) {
  return {rows.Int64(0),  rows.Text(1),        rows.Text(2),   rows.Int64(3),  rows.Text(4),
          rows.Text(5),   rows.Text(6),        rows.Blob(7),   rows.Blob(8),   rows.Blob(9),
          rows.Text(10),  rows.Text(11),       rows.Int64(12), rows.Int64(13), rows.Int64(14),
          rows.Int64(15), rows.Int64(16) != 0, rows.Int64(17), rows.Int64(18)};
}

template <class Row, class Convert>
std::optional<Row> One(Rows rows, Convert convert) {
  if (!rows.Next()) return std::nullopt;
  return convert(rows);
}

std::vector<StudyRow> Studies(Rows rows) {
  std::vector<StudyRow> studies;
  while (rows.Next()) studies.push_back(ToStudy(rows));
  return studies;
}

}  // namespace

std::optional<std::string> GetSetting(const Reader& reader, std::string_view name) {
  auto rows = reader.Query("SELECT value FROM setting WHERE name = ?", {name});
  if (!rows.Next()) return std::nullopt;
  return rows.Text(0);
}

void PutSetting(Transaction& transaction, std::string_view name, std::string_view value) {
  transaction.Execute("INSERT OR REPLACE INTO setting(name, value) VALUES (?, ?)", {name, value});
}

std::optional<PatientRow> FindPatient(const Reader& reader, std::string_view identity_index) {
  return One<PatientRow>(
      reader.Query(Select(kPatientColumns, "WHERE identity_index = ?"), {identity_index}),
      ToPatient);
}

std::optional<PatientRow> FindPatient(const Reader& reader, int64_t number) {
  return One<PatientRow>(reader.Query(Select(kPatientColumns, "WHERE number = ?"), {number}),
                         ToPatient);
}

namespace {

// Everybody who is linked with ?1, up to the one into whom all were merged and down again.
constexpr std::string_view kLinked =
    "WITH RECURSIVE up(n) AS (SELECT ?1 UNION SELECT merged_into FROM patient JOIN up ON number = n"
    " WHERE merged_into IS NOT NULL),"
    " linked(n) AS (SELECT n FROM up UNION SELECT number FROM patient JOIN linked ON merged_into = "
    "n) ";

std::string Linked(std::string_view then) { return std::string(kLinked).append(then); }

void TouchLinked(Transaction& transaction, int64_t patient) {
  std::vector<int64_t> studies;
  auto rows = transaction.Query(
      Linked("SELECT number FROM study WHERE patient IN (SELECT n FROM linked)"), {patient});
  while (rows.Next()) studies.push_back(rows.Int64(0));
  for (const int64_t study : studies) {
    transaction.Execute("UPDATE study SET seq = ? WHERE number = ?",
                        {NextChange(transaction), study});
  }
}

}  // namespace

void LinkPatient(Transaction& transaction, const PatientRow& from, std::optional<int64_t> into) {
  if (into && from.merged_into) {
    throw Error(ErrorKind::kConflict, "the patient is merged already; split it first");
  }
  if (into &&
      transaction.Query(Linked("SELECT 1 FROM linked WHERE n = ?2"), {from.number, *into}).Next()) {
    throw Error(ErrorKind::kConflict, "the two are already one");
  }
  TouchLinked(transaction, from.number);
  transaction.Execute("UPDATE patient SET merged_into = ? WHERE number = ?", {into, from.number});
  if (into) TouchLinked(transaction, *into);
}

std::vector<std::string> LinkedCodes(const Reader& reader, int64_t patient) {
  std::vector<std::string> codes;
  auto rows = reader.Query(
      Linked("SELECT DISTINCT patient_code FROM study WHERE patient <> ?1 AND patient IN"
             " (SELECT n FROM linked) ORDER BY patient_code"),
      {patient});
  while (rows.Next()) codes.push_back(rows.Text(0));
  return codes;
}

int64_t InsertPatient(Transaction& transaction, const PatientRow& patient) {
  return transaction.Insert(
      "INSERT INTO patient(project, identity_index, secret, merged_into) VALUES (?, ?, ?, ?)",
      {patient.project, patient.identity_index, Blob{patient.secret}, patient.merged_into});
}

std::optional<StudyRow> FindStudy(const Reader& reader, std::string_view identity_index) {
  return One<StudyRow>(
      reader.Query(Select(kStudyColumns, "WHERE identity_index = ?"), {identity_index}), ToStudy);
}

std::optional<StudyRow> FindStudyByUid(const Reader& reader, std::string_view uid) {
  return One<StudyRow>(reader.Query(Select(kStudyColumns, "WHERE uid = ?"), {uid}), ToStudy);
}

std::optional<StudyRow> FindStudy(const Reader& reader, int64_t number) {
  return One<StudyRow>(reader.Query(Select(kStudyColumns, "WHERE number = ?"), {number}), ToStudy);
}

int64_t InsertStudy(Transaction& transaction, const StudyRow& study) {
  return transaction.Insert(
      "INSERT INTO study(project, identity_index, patient, patient_index, uid, patient_code, "
      "data_key, identity, dictionary, state, reasons, last_arrival, seq) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {study.project, study.identity_index, study.patient, study.patient_index, study.uid,
       study.patient_code, Blob{study.data_key}, Blob{study.identity}, Blob{study.dictionary},
       study.state, study.reasons, study.last_arrival, NextChange(transaction)});
}

void UpdateStudy(Transaction& transaction, const StudyRow& study) {
  transaction.Execute(
      "UPDATE study SET identity = ?, dictionary = ?, state = ?, reasons = ?, revision = ?, "
      "instances = ?, sealed = ?, last_arrival = ?, release_requested = ?, held = ?, seq = ? "
      "WHERE number = ?",
      {Blob{study.identity}, Blob{study.dictionary}, study.state, study.reasons, study.revision,
       study.instances, study.sealed, study.last_arrival, study.release_requested ? 1 : 0,
       study.held, NextChange(transaction), study.number});
}

void SetDictionary(Transaction& transaction, int64_t study, std::string_view dictionary) {
  transaction.Execute("UPDATE study SET dictionary = ? WHERE number = ?",
                      {Blob{dictionary}, study});
}

std::optional<IdentityRow> LatestIdentity(const Reader& reader, int64_t study) {
  auto rows = reader.Query(
      "SELECT study, version, digest, identity FROM identity_version WHERE study = ? "
      "ORDER BY version DESC LIMIT 1",
      {study});
  if (!rows.Next()) return std::nullopt;
  return IdentityRow{rows.Int64(0), rows.Int64(1), rows.Text(2), rows.Blob(3)};
}

void InsertIdentity(Transaction& transaction, const IdentityRow& row) {
  transaction.Execute(
      "INSERT INTO identity_version(study, version, digest, identity, since) "
      "VALUES (?, ?, ?, ?, ?)",
      {row.study, row.version, row.digest, Blob{row.identity}, transaction.now()});
}

std::vector<StudyRow> ChangedStudies(const Reader& reader, int64_t after, size_t limit) {
  return Studies(
      reader.Query(Select(kStudyColumns, "WHERE seq > ? ORDER BY seq LIMIT ?"), {after, limit}));
}

// Word for word the condition of the index study_to_release, or SQLite would not use it.
std::vector<StudyRow> StudiesToRelease(const Reader& reader) {
  return Studies(
      reader.Query(Select(kStudyColumns,
                          "WHERE state <> 'QUARANTINED' AND "
                          "(held > 0 OR (state = 'RECEIVING' AND sealed > 0 AND instances = 0)) "
                          "ORDER BY number")));
}

std::map<std::string, int64_t> CountOpenStudies(const Reader& reader) {
  std::map<std::string, int64_t> counts;
  auto rows =
      reader.Query("SELECT state, count(*) FROM study WHERE state <> 'IMPORTED' GROUP BY state");
  while (rows.Next()) counts[rows.Text(0)] = rows.Int64(1);
  return counts;
}

}  // namespace glossator::store
