// SPDX-License-Identifier: GPL-3.0-or-later
// What REST and UPS-RS answer. Everything is filtered by who asks: a reader sees the projects that
// are theirs and of a case's work only what blinding allows. Things out of sight throw kNotFound.
//
// Lists are {"items":[...],"next":...}; `next` is null at the end, else the `after` of the next
// call. Names are camelCase as in the contracts.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "model/config.h"
#include "store/sql.h"

namespace glossator::node {

class GateLink;

struct CaseFilter {
  std::string project;  // empty: all that are visible
  std::string state;    // empty: all
  int64_t after = 0;
  size_t limit = 100;  // at most 1000
};

// Search for Workitems (PS3.18 11.9). `match` holds the matching keys; understood are
// ProcedureStepState, WorklistLabel, ProcedureStepLabel, SOPInstanceUID, StudyInstanceUID and
// PatientID; others match everything.
struct WorkitemFilter {
  dicom::DataSet match;
  size_t offset = 0;
  size_t limit = 100;  // at most 1000
};

class Queries {
 public:
  Queries(const Config& config, const store::Database& database, GateLink& gate)
      : config_(config), database_(database), gate_(gate) {}

  // {id, policy, protocol, destination, cases:{STATE:n}}
  Json::Value Projects(const ReaderConfig& who) const;
  // {id, project, state, studyInstanceUid, patientId, patientLinks, revision, instances, sealed,
  // reasons, recognizableFaces,
  //  series:[{seriesInstanceUid, modality, instances, image}],
  //  workitems:[{uid, stage, state, revision, submission?, performer?}], submissions:[...] }
  Json::Value Cases(const ReaderConfig& who, const CaseFilter& filter) const;
  Json::Value Case(const ReaderConfig& who, int64_t id) const;
  // {id, workitem, case, author?, state, created, seriesInstanceUid, content, objects:[{kind,
  //  sopClassUid, sopInstanceUid, size, sha256}]}
  Json::Value Submission(const ReaderConfig& who, int64_t id) const;
  // {id, result, case, project, destination, state, reason, attempts, created, updated}
  Json::Value Deliveries(const ReaderConfig& who, int64_t after, size_t limit) const;
  Json::Value Delivery(const ReaderConfig& who, int64_t id) const;
  // Managers and auditors. {id, project, reason, path, sopClassUid, state, since} from the gate.
  Json::Value Quarantine(const ReaderConfig& who, int64_t after, size_t limit) const;
  // Auditors and managers. {seq, time, type, actor, fields, hash}
  Json::Value Events(const ReaderConfig& who, int64_t after, size_t limit) const;

  // The gate's status and our own numbers: {cases:{STATE:n}, workitems:{STATE:n}, deliveries:
  // {STATE:n}, submissions, results, events, gate:{...} or null}. No person: for health, metrics.
  Json::Value Health() const;
  // {intake:{bytes, bytesMax, receiving, released}, return:{waiting}}
  Json::Value Spool() const;
  // True when the study came through the gate (the plugin's check of what Orthanc holds).
  bool KnowsStudy(const std::string& study_uid) const;
  // The project of the study's case; "": no such case.
  std::string ProjectOfStudy(const std::string& study_uid) const;
  bool KnowsInstance(const std::string& sop_instance_uid) const;

  // UPS attributes (PS3.4 CC.2.5), never the Transaction UID.
  std::vector<dicom::DataSet> Workitems(const ReaderConfig& who,
                                        const WorkitemFilter& filter) const;
  dicom::DataSet Workitem(const ReaderConfig& who, const std::string& uid) const;

 private:
  const Config& config_;
  const store::Database& database_;
  GateLink& gate_;
};

}  // namespace glossator::node
