// SPDX-License-Identifier: GPL-3.0-or-later
// Patients and studies of the hospital side: who is bound to which secret.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"

namespace glossator::store {

struct PatientRow {
  int64_t number = 0;
  std::string project;
  std::string identity_index;  // keyed: project, issuer, Patient ID
  std::string secret;          // wrapped
  std::optional<int64_t> merged_into{};
};

struct StudyRow {
  int64_t number = 0;
  std::string project;
  std::string identity_index;  // keyed: project, Study Instance UID
  int64_t patient = 0;
  std::string patient_index;  // of the Patient ID that the study came with
  std::string uid;            // pseudonymous
  std::string patient_code;
  std::string data_key;    // wrapped
  std::string identity;    // sealed Patient and General Study attributes
  std::string dictionary;  // sealed
  std::string state = "RECEIVING";
  std::string reasons{};  // codes, separated by spaces
  int64_t revision = 0;
  int64_t instances = 0;
  int64_t sealed = 0;
  int64_t last_arrival = 0;  // microseconds since 1970
  bool release_requested = false;
  int64_t seq = 0;
  int64_t held = 0;  // of the instances, those in no batch yet
};

// A later identity of a study: what the archive has sent since the study was bound.
struct IdentityRow {
  int64_t study = 0;
  int64_t version = 0;   // from 2; the first stands with the study
  std::string digest;    // keyed
  std::string identity;  // sealed
};

std::optional<std::string> GetSetting(const Reader& reader, std::string_view name);
void PutSetting(Transaction& transaction, std::string_view name, std::string_view value);

std::optional<PatientRow> FindPatient(const Reader& reader, std::string_view identity_index);
std::optional<PatientRow> FindPatient(const Reader& reader, int64_t number);
// A merge is a link: codes stay. nullopt: undo it. Every study of those who are linked gets the
// next change number. Throws Error{kConflict} when the two are one already or the first is linked.
void LinkPatient(Transaction& transaction, const PatientRow& from, std::optional<int64_t> into);
// Codes of the other patients that stewards said to be the same person, in order.
std::vector<std::string> LinkedCodes(const Reader& reader, int64_t patient);
int64_t InsertPatient(Transaction& transaction, const PatientRow& patient);

std::optional<StudyRow> FindStudy(const Reader& reader, std::string_view identity_index);
std::optional<StudyRow> FindStudyByUid(const Reader& reader, std::string_view uid);
std::optional<StudyRow> FindStudy(const Reader& reader, int64_t number);
int64_t InsertStudy(Transaction& transaction, const StudyRow& study);
// Writes everything that changes after a study was made, and gives it the next change number.
void UpdateStudy(Transaction& transaction, const StudyRow& study);
// The study's dictionary alone; the lab does not hear of it.
void SetDictionary(Transaction& transaction, int64_t study, std::string_view dictionary);
std::optional<IdentityRow> LatestIdentity(const Reader& reader, int64_t study);
void InsertIdentity(Transaction& transaction, const IdentityRow& row);
// Ordered by change; the latest state of each study.
std::vector<StudyRow> ChangedStudies(const Reader& reader, int64_t after, size_t limit);
// Those with something HELD, or all of whose objects were sealed, but for the QUARANTINED.
std::vector<StudyRow> StudiesToRelease(const Reader& reader);
std::map<std::string, int64_t> CountOpenStudies(const Reader& reader);  // by state; not IMPORTED

}  // namespace glossator::store
