// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/node_case.h"

#include "dicom/json.h"

namespace glossator::store {
namespace {

constexpr const char* kSelectCase =
    "SELECT id, project, study_uid, patient_code, state, revision, instances, arriving, sealed,"
    " reasons, created, updated, patient_links, faces FROM study_case ";
constexpr const char* kSelectInstance =
    "SELECT sop_instance_uid, series_instance_uid, sop_class_uid, transfer_syntax_uid, modality,"
    " sha256, size, revision, image FROM instance ";

std::string ToText(const std::vector<std::string>& texts) {
  Json::Value json(Json::arrayValue);
  for (const std::string& text : texts) json.append(text);
  return dicom::WriteJson(json);
}

std::vector<std::string> TextsFrom(const std::string& text) {
  std::vector<std::string> texts;
  for (const Json::Value& item : dicom::ParseJson(text)) texts.push_back(item.asString());
  return texts;
}

Case CaseFrom(const Rows& row) {
  return {.id = row.Int64(0),
          .project = row.Text(1),
          .study_uid = row.Text(2),
          .patient_code = row.Text(3),
          .state = CaseStateFrom(row.Text(4)),
          .revision = row.Int64(5),
          .instances = row.Int64(6),
          .arriving = row.Int64(7),
          .sealed = row.Int64(8),
          .reasons = TextsFrom(row.Text(9)),
          .created = row.Text(10),
          .updated = row.Text(11),
          .patient_links = TextsFrom(row.Text(12)),
          .faces = row.Int64(13)};
}

CaseInstance InstanceFrom(const Rows& row) {
  return {.sop_instance_uid = row.Text(0),
          .series_instance_uid = row.Text(1),
          .sop_class_uid = row.Text(2),
          .transfer_syntax_uid = row.Text(3),
          .modality = row.Text(4),
          .sha256 = row.Text(5),
          .size = row.Int64(6),
          .revision = row.Int64(7),
          .image = row.Int64(8) != 0};
}

std::optional<Case> OneCase(Rows rows) {
  return rows.Next() ? std::optional(CaseFrom(rows)) : std::nullopt;
}

}  // namespace

std::optional<Case> FindCase(const Reader& reader, int64_t id) {
  return OneCase(reader.Query(std::string(kSelectCase) + "WHERE id = ?", {id}));
}

std::optional<Case> FindCaseOfStudy(const Reader& reader, std::string_view study_uid) {
  return OneCase(reader.Query(std::string(kSelectCase) + "WHERE study_uid = ?", {study_uid}));
}

std::vector<Case> ListCases(const Reader& reader, std::string_view project, std::string_view state,
                            int64_t after, size_t limit) {
  std::vector<Case> cases;
  Rows rows = reader.Query(std::string(kSelectCase) +
                               "WHERE id > ? AND (?2 = '' OR project = ?2)"
                               " AND (?3 = '' OR state = ?3) ORDER BY id LIMIT ?4",
                           {after, project, state, limit});
  while (rows.Next()) cases.push_back(CaseFrom(rows));
  return cases;
}

std::vector<Case> CasesOfPatient(const Reader& reader, std::string_view project,
                                 std::string_view patient_code) {
  std::vector<Case> cases;
  Rows rows =
      reader.Query(std::string(kSelectCase) + "WHERE project = ? AND patient_code = ? ORDER BY id",
                   {project, patient_code});
  while (rows.Next()) cases.push_back(CaseFrom(rows));
  return cases;
}

std::vector<std::pair<int64_t, std::string>> SeriesReadBy(const Reader& reader,
                                                          std::string_view project,
                                                          int64_t readers) {
  std::vector<std::pair<int64_t, std::string>> series;
  Rows rows = reader.Query(
      "SELECT c.id, s.series_instance_uid FROM study_case c JOIN submission s ON s.case_id = c.id"
      " WHERE c.project = ? AND c.state = 'OPEN'"
      " AND NOT EXISTS (SELECT 1 FROM workitem w WHERE w.case_id = c.id AND w.stage = 'READ'"
      "   AND w.state IN ('SCHEDULED','IN PROGRESS'))"
      " AND NOT EXISTS (SELECT 1 FROM result r WHERE r.case_id = c.id"
      "   AND r.id NOT IN (SELECT result FROM withdrawal))"
      " AND NOT EXISTS (SELECT 1 FROM adjudication a JOIN workitem w ON w.uid = a.workitem"
      "   WHERE w.case_id = c.id)"
      " GROUP BY c.id, s.series_instance_uid"
      " HAVING count(DISTINCT iif(s.state = 'SUBMITTED' AND s.author <> 'node', s.author, NULL))"
      "   >= ?"
      " AND max(iif(s.author <> 'node', s.id, 0)) > max(iif(s.author = 'node', s.id, 0))"
      " ORDER BY 1, 2",
      {project, readers});
  while (rows.Next()) series.emplace_back(rows.Int64(0), rows.Text(1));
  return series;
}

std::map<std::string, int64_t> CountCases(const Reader& reader, std::string_view project) {
  std::map<std::string, int64_t> counts;
  Rows rows = reader.Query(
      "SELECT state, count(*) FROM study_case WHERE ?1 = '' OR project = ?1 GROUP BY state",
      {project});
  while (rows.Next()) counts[rows.Text(0)] = rows.Int64(1);
  return counts;
}

int64_t InsertCase(Transaction& transaction, const Case& value) {
  return transaction.Insert(
      "INSERT INTO study_case (project, study_uid, patient_code, state, revision, instances,"
      " arriving, sealed, reasons, created, updated, patient_links, faces)"
      " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
      {value.project, value.study_uid, value.patient_code, NameOf(value.state), value.revision,
       value.instances, value.arriving, value.sealed, ToText(value.reasons), transaction.now(),
       transaction.now(), ToText(value.patient_links), value.faces});
}

void UpdateCase(Transaction& transaction, const Case& value) {
  transaction.Execute(
      "UPDATE study_case SET state = ?, revision = ?, instances = ?, arriving = ?, sealed = ?,"
      " reasons = ?, updated = ?, patient_links = ?, faces = ? WHERE id = ?",
      {NameOf(value.state), value.revision, value.instances, value.arriving, value.sealed,
       ToText(value.reasons), transaction.now(), ToText(value.patient_links), value.faces,
       value.id});
}

std::vector<CaseInstance> CaseInstances(const Reader& reader, int64_t case_id,
                                        std::string_view series_uid, int64_t revision_max) {
  std::vector<CaseInstance> instances;
  Rows rows = reader.Query(std::string(kSelectInstance) +
                               "WHERE case_id = ? AND (?2 = '' OR series_instance_uid = ?2)"
                               " AND revision <= ?3 ORDER BY sop_instance_uid",
                           {case_id, series_uid, revision_max});
  while (rows.Next()) instances.push_back(InstanceFrom(rows));
  return instances;
}

std::optional<CaseInstance> FindCaseInstance(const Reader& reader,
                                             std::string_view sop_instance_uid) {
  Rows rows =
      reader.Query(std::string(kSelectInstance) + "WHERE sop_instance_uid = ?", {sop_instance_uid});
  return rows.Next() ? std::optional(InstanceFrom(rows)) : std::nullopt;
}

void InsertCaseInstance(Transaction& transaction, int64_t case_id, const CaseInstance& instance) {
  transaction.Execute(
      "INSERT INTO instance (sop_instance_uid, case_id, series_instance_uid, sop_class_uid,"
      " transfer_syntax_uid, modality, sha256, size, revision, image)"
      " VALUES (?,?,?,?,?,?,?,?,?,?)",
      {instance.sop_instance_uid, case_id, instance.series_instance_uid, instance.sop_class_uid,
       instance.transfer_syntax_uid, instance.modality, instance.sha256, instance.size,
       instance.revision, instance.image});
}

bool SetNoImage(Transaction& transaction, int64_t case_id, std::string_view sop_instance_uid) {
  {
    Rows found = transaction.Query(
        "SELECT 1 FROM instance WHERE sop_instance_uid = ? AND case_id = ? AND image = 1",
        {sop_instance_uid, case_id});
    if (!found.Next()) return false;
  }
  transaction.Execute("UPDATE instance SET image = 0 WHERE sop_instance_uid = ?",
                      {sop_instance_uid});
  return true;
}

std::vector<std::string> InstanceUids(const Reader& reader, std::string_view after, size_t limit) {
  std::vector<std::string> uids;
  Rows rows = reader.Query(
      "SELECT sop_instance_uid FROM instance WHERE sop_instance_uid > ?"
      " ORDER BY sop_instance_uid LIMIT ?",
      {after, limit});
  while (rows.Next()) uids.push_back(rows.Text(0));
  return uids;
}

void PutSubgroup(Transaction& transaction, int64_t case_id, const Subgroup& subgroup) {
  transaction.Execute(
      "INSERT INTO subgroup (case_id, series_instance_uid, facts) VALUES (?,?,?)"
      " ON CONFLICT DO NOTHING",
      {case_id, subgroup.series_instance_uid, subgroup.facts});
}

std::vector<Subgroup> SubgroupsOf(const Reader& reader, int64_t case_id) {
  std::vector<Subgroup> found;
  Rows rows = reader.Query(
      "SELECT series_instance_uid, facts FROM subgroup WHERE case_id = ?"
      " ORDER BY series_instance_uid, facts",
      {case_id});
  while (rows.Next()) found.push_back({rows.Text(0), rows.Text(1)});
  return found;
}

bool HasBatch(const Reader& reader, std::string_view manifest) {
  return reader.Query("SELECT 1 FROM batch WHERE manifest = ?", {manifest}).Next();
}

void InsertBatch(Transaction& transaction, std::string_view manifest, int64_t number,
                 const Case& value, int64_t instances) {
  transaction.Execute(
      "INSERT INTO batch (manifest, number, case_id, revision, instances, imported)"
      " VALUES (?,?,?,?,?,?)",
      {manifest, number, value.id, value.revision, instances, transaction.now()});
}

std::optional<std::string> FindSetting(const Reader& reader, std::string_view name) {
  Rows rows = reader.Query("SELECT value FROM setting WHERE name = ?", {name});
  return rows.Next() ? std::optional(rows.Text(0)) : std::nullopt;
}

void InsertSetting(Transaction& transaction, std::string_view name, std::string_view value) {
  transaction.Execute("INSERT INTO setting (name, value) VALUES (?,?)", {name, value});
}

int64_t FeedPosition(const Reader& reader, std::string_view feed) {
  Rows rows = reader.Query("SELECT seq FROM feed WHERE name = ?", {feed});
  return rows.Next() ? rows.Int64(0) : 0;
}

void SetFeedPosition(Transaction& transaction, std::string_view feed, int64_t seq) {
  transaction.Execute(
      "INSERT INTO feed (name, seq) VALUES (?,?) ON CONFLICT (name) DO UPDATE SET seq ="
      " excluded.seq",
      {feed, seq});
}

}  // namespace glossator::store
