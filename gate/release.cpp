// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/release.h"

#include <algorithm>
#include <chrono>

#include "deid/rejection_titles.h"
#include "deid/sentinel.h"
#include "gate/at_rest.h"
#include "model/error.h"
#include "model/log.h"
#include "store/gate_face.h"
#include "store/journal.h"

namespace glossator::gate {
namespace {

constexpr int kBackOffMax = 6;  // 64 s

Json::Value Fields(const store::StudyRow& study) {
  Json::Value fields;
  fields["study"] = Json::Int64(study.number);
  fields["study_uid"] = study.uid;
  fields["instances"] = Json::Int64(study.instances);
  fields["sealed"] = Json::Int64(study.sealed);
  return fields;
}

}  // namespace

Releaser::Releaser(const ReleaserParts& parts)
    : config_(parts.config),
      database_(parts.database),
      identities_(parts.identities),
      reader_(parts.files, parts.spool_directory),
      second_pass_(parts.database, parts.spool, reader_, parts.keys, parts.entropy),
      clock_(parts.clock) {}

void Releaser::Request(const std::string& study_uid) {
  database_.Write([&](store::Transaction& transaction) {
    auto study = store::FindStudyByUid(transaction, study_uid);
    if (!study) throw Error(ErrorKind::kNotFound, "no such study");
    study->release_requested = true;
    store::UpdateStudy(transaction, *study);
    store::Append(transaction, "study.release-requested", "gate", Fields(*study));
  });
}

void Releaser::Round() {
  std::vector<store::StudyRow> studies;
  database_.Read([&](const store::Reader& reader) { studies = store::StudiesToRelease(reader); });
  for (const auto& study : studies) {
    if (IsDue(config_, clock_, study)) Try(study);
  }
}

// One study that cannot be read (a damaged record, a destroyed secret) must not keep back those
// after it.
void Releaser::Try(const store::StudyRow& study) {
  const auto failed = failures_.find(study.number);
  if (failed != failures_.end() && clock_.Now() < failed->second.next_try) return;
  try {
    Decide(study);
    failures_.erase(study.number);
  } catch (const std::exception& error) {
    auto& failure = failures_[study.number];
    failure.times = std::min(failure.times + 1, kBackOffMax);
    failure.next_try = clock_.Now() + std::chrono::seconds(int64_t{1} << failure.times);
    Log(LogLevel::kError, "gate.release-failed", {{"study", study.number}, {"why", error.what()}});
  }
}

void Releaser::Decide(const store::StudyRow& study) {
  const auto known = identities_.Find(study.number);
  if (!IsAtRest(study, *known) || WaitsForStage(study)) return;
  const auto held = HeldOf(study);
  if (held.empty()) {
    // Nothing that the lab could see: wholly sealed, or bound by an object that never came.
    if (study.sealed > 0 && study.instances == 0) Quarantine(study, {study.reasons, ""});
    return;
  }
  auto reason = Search(*known, held);
  if (reason && reason->code == deid::reasons::kIdentifierFound &&
      CleanAgain(study, *known, held)) {
    reason = Search(*known, HeldOf(study));
  }
  if (reason) {
    Quarantine(study, *reason);
  } else if (Open(study)) {
    known->ForgetSearched();
  }
}

// What a stage makes of an object belongs to the case; it tries a few times at most.
bool Releaser::WaitsForStage(const store::StudyRow& study) const {
  bool waits = false;
  database_.Read([&](const store::Reader& reader) {
    waits = store::HasWaitingForPixels(reader, study.number) ||
            store::HasWaitingForFaces(reader, study.number);
  });
  return waits;
}

std::vector<store::InstanceRow> Releaser::HeldOf(const store::StudyRow& study) const {
  std::vector<store::InstanceRow> held;
  database_.Read([&](const store::Reader& reader) {
    held = store::InstancesOf(reader, study.number, "HELD");
  });
  return held;
}

bool Releaser::CleanAgain(const store::StudyRow& row, const Study& study,
                          const std::vector<store::InstanceRow>& held) {
  const auto dictionary = study.dictionary();
  const auto sentinel = dictionary->Compile(PolicyOf(study).options);
  return second_pass_.Clean(row, study, held, *sentinel) > 0;
}

deid::Policy Releaser::PolicyOf(const Study& study) const {
  const auto* project = config_.FindProject(study.project());
  return deid::LoadPolicy(project ? project->policy : "basic");
}

std::optional<deid::Reason> Releaser::Search(const Study& study,
                                             const std::vector<store::InstanceRow>& held) const {
  const auto dictionary = study.dictionary();
  if (dictionary->overflowed())
    return deid::Reason{std::string(deid::reasons::kDictionaryFull), ""};
  const auto sentinel = dictionary->Compile(PolicyOf(study).options);
  for (const auto& instance : held) {
    if (study.WasSearched(instance.identity_index)) continue;
    if (deid::FindsBesideTitles(*sentinel, HeadOf(reader_, study, instance))) {
      return deid::Reason{std::string(deid::reasons::kIdentifierFound), ""};
    }
  }
  return std::nullopt;
}

bool Releaser::Open(const store::StudyRow& study) {
  bool opened = false;
  database_.Write([&](store::Transaction& transaction) {
    auto row = store::FindStudy(transaction, study.number).value();
    // Something arrived between the search and now: it has not been searched.
    if (row.last_arrival != study.last_arrival || row.state == "QUARANTINED") return;
    row.revision += 1;
    row.state = "RELEASED";
    row.held = 0;
    row.release_requested = false;
    const auto batch = store::InsertBatch(transaction, row.number, row.revision);
    store::UpdateStudy(transaction, row);
    auto fields = Fields(row);
    fields["batch"] = Json::Int64(batch);
    fields["revision"] = Json::Int64(row.revision);
    store::Append(transaction, "study.released", "gate", fields);
    opened = true;
  });
  return opened;
}

void Releaser::Quarantine(const store::StudyRow& study, const deid::Reason& reason) {
  database_.Write([&](store::Transaction& transaction) {
    auto row = store::FindStudy(transaction, study.number).value();
    row.state = "QUARANTINED";
    row.release_requested = false;
    if (row.reasons.find(reason.code) == std::string::npos) {
      row.reasons += row.reasons.empty() ? reason.code : " " + reason.code;
    }
    store::UpdateStudy(transaction, row);
    auto fields = Fields(row);
    fields["reasons"] = row.reasons;
    store::Append(transaction, "study.quarantined", "gate", fields);
  });
  Log(LogLevel::kWarning, "gate.study-quarantined",
      {{"study", study.number}, {"reasons", reason.code}});
}

}  // namespace glossator::gate
