// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/gate_face.h"

#include <algorithm>

namespace glossator::store {
namespace {

constexpr const char* kFace = "RECOGNIZABLE_FACE";

}  // namespace

std::vector<int64_t> StudiesWithFaces(const Reader& reader) {
  std::vector<int64_t> studies;
  auto rows = reader.Query(
      "SELECT DISTINCT study FROM quarantine WHERE face_tries > 0 AND state = 'OPEN' "
      "ORDER BY study");
  while (rows.Next()) studies.push_back(rows.Int64(0));
  return studies;
}

bool HasWaitingForFaces(const Reader& reader, int64_t study) {
  return reader
      .Query("SELECT 1 FROM quarantine WHERE face_tries > 0 AND state = 'OPEN' AND study = ?",
             {study})
      .Next();
}

std::vector<std::string> SeriesWithFaces(const Reader& reader, int64_t study) {
  std::vector<std::string> series;
  auto rows = reader.Query(
      "SELECT DISTINCT series FROM quarantine WHERE face_tries > 0 AND state = 'OPEN' "
      "AND study = ? ORDER BY series",
      {study});
  while (rows.Next()) series.push_back(rows.Text(0));
  return series;
}

FaceSeriesRows FindFaceSeries(const Reader& reader, int64_t study, const std::string& series) {
  FaceSeriesRows found;
  found.faces = OpenOfSeries(reader, study, series);
  const auto shows_face = [](const QuarantineRow& row) { return row.reason == kFace; };
  const auto others = std::partition(found.faces.begin(), found.faces.end(), shows_face);
  // A conflict is another version of one that is counted.
  found.incomplete = std::any_of(others, found.faces.end(),
                                 [](const QuarantineRow& row) { return row.reason != "CONFLICT"; });
  found.faces.erase(others, found.faces.end());
  std::ranges::sort(found.faces, {}, &QuarantineRow::number);
  found.shown = reader
                    .Query("SELECT 1 FROM instance WHERE study = ? AND series_instance_uid = ?",
                           {study, series})
                    .Next();
  return found;
}

void SetFaceTries(Transaction& transaction, int64_t study, const std::string& series,
                  int64_t tries) {
  transaction.Execute(
      "UPDATE quarantine SET face_tries = ? "
      "WHERE study = ? AND series = ? AND state = 'OPEN' AND reason = ?",
      {tries, study, series, kFace});
}

void SetFaceTries(Transaction& transaction, int64_t quarantine, int64_t tries) {
  transaction.Execute("UPDATE quarantine SET face_tries = ? WHERE number = ?", {tries, quarantine});
}

void SpendFaceTries(Transaction& transaction, int64_t study) {
  transaction.Execute(
      "UPDATE quarantine SET face_tries = face_tries - 1 "
      "WHERE study = ? AND face_tries > 0 AND state = 'OPEN'",
      {study});
}

void KeepFace(Transaction& transaction, int64_t quarantine, std::string_view path) {
  transaction.Execute(
      "UPDATE quarantine SET face_tries = 0, path = ? "
      "WHERE number = ? AND state = 'OPEN' AND reason = ?",
      {path, quarantine, kFace});
}

void SetFaceCut(Transaction& transaction, int64_t quarantine) {
  transaction.Execute("UPDATE quarantine SET face_cut = 1 WHERE number = ?", {quarantine});
}

void SetTextDecided(Transaction& transaction, int64_t quarantine) {
  transaction.Execute("UPDATE quarantine SET text_decided = 1 WHERE number = ?", {quarantine});
}

void PutFaceMask(Transaction& transaction, const FaceMaskRow& row) {
  transaction.Execute(
      "INSERT OR REPLACE INTO face_mask(sop_instance_uid, study, mask) VALUES (?, ?, ?)",
      {row.sop_instance_uid, row.study, Blob{row.mask}});
}

std::optional<FaceMaskRow> FindFaceMask(const Reader& reader, std::string_view sop_instance_uid) {
  auto rows =
      reader.Query("SELECT sop_instance_uid, study, mask FROM face_mask WHERE sop_instance_uid = ?",
                   {sop_instance_uid});
  if (!rows.Next()) return std::nullopt;
  return FaceMaskRow{rows.Text(0), rows.Int64(1), rows.Blob(2)};
}

}  // namespace glossator::store
