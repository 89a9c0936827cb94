// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/release.h"

#include "deid/sentinel.h"
#include "dicom/io.h"
#include "model/error.h"
#include "model/log.h"
#include "store/journal.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

std::vector<store::StudyRow> Waiting(const store::Reader& reader) {
  std::vector<store::StudyRow> studies;
  auto rows = reader.Query(
      "SELECT number FROM study WHERE (state <> 'QUARANTINED' AND number IN "
      "(SELECT study FROM instance WHERE state = 'HELD')) OR state = 'RECEIVING' ORDER BY number");
  while (rows.Next()) {
    if (auto study = store::FindStudy(reader, rows.Int64(0))) studies.push_back(std::move(*study));
  }
  return studies;
}

Json::Value Fields(const store::StudyRow& study) {
  Json::Value fields;
  fields["study"] = Json::Int64(study.number);
  fields["study_uid"] = study.uid;
  fields["instances"] = Json::Int64(study.instances);
  fields["sealed"] = Json::Int64(study.sealed);
  return fields;
}

}  // namespace

Releaser::Releaser(const Config& config, store::Database& database, Identities& identities,
                   FileSystem& files, const std::filesystem::path& spool_directory,
                   const Clock& clock)
    : config_(config),
      database_(database),
      identities_(identities),
      reader_(files, spool_directory),
      clock_(clock) {}

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
  database_.Read([&](const store::Reader& reader) { studies = Waiting(reader); });
  for (const auto& study : studies) {
    if (IsDue(study)) Decide(study);
  }
}

bool Releaser::IsDue(const store::StudyRow& study) const {
  const auto* project = config_.FindProject(study.project);
  const double quiet = project ? project->quiet_seconds : 60;
  const double waited =
      static_cast<double>(clock_.Now().time_since_epoch().count() - study.last_arrival) / 1e6;
  return study.release_requested || waited >= quiet;
}

void Releaser::Decide(const store::StudyRow& study) {
  const auto known = identities_.Find(study.number);
  if (known->in_flight > 0) return;
  // Whoever sent part of it and is still connected may be slow; a manager need not wait for that.
  if (known->senders > 0 && !study.release_requested) return;
  std::vector<store::InstanceRow> held;
  database_.Read([&](const store::Reader& reader) {
    held = store::InstancesOf(reader, study.number, "HELD");
  });
  if (held.empty()) {
    // Nothing that the lab could see: wholly sealed, or bound by an object that never came.
    if (study.sealed > 0 && study.instances == 0) Quarantine(study, {study.reasons, ""});
    return;
  }
  if (const auto reason = Search(*known, held)) {
    Quarantine(study, *reason);
  } else {
    Open(study);
  }
}

std::string Releaser::HeadOf(const Study& study, const store::InstanceRow& instance) const {
  vault::ChunkOpener opener(study.data_key());
  std::string head;
  const auto size = static_cast<size_t>(instance.head_size);
  const auto* syntax = dicom::FindTransferSyntax(instance.transfer_syntax_uid);
  const bool deflated = syntax && syntax->deflated;
  reader_.ReadWhile({instance.segment, instance.offset}, [&](std::string_view chunk, bool last) {
    head += opener.Open(chunk, last);
    return deflated || head.size() < size;
  });
  if (deflated) {
    const auto file = dicom::ReadFile(std::string_view(head));
    head = dicom::Write(file.data_set, dicom::kExplicitLittleEndian);
  }
  if (head.size() > size && size > 0) head.resize(size);
  return head;
}

std::optional<deid::Reason> Releaser::Search(const Study& study,
                                             const std::vector<store::InstanceRow>& held) const {
  const auto dictionary = study.dictionary();
  const auto* project = config_.FindProject(study.project());
  const auto policy = deid::LoadPolicy(project ? project->policy : "basic");
  if (dictionary->overflowed())
    return deid::Reason{std::string(deid::reasons::kDictionaryFull), ""};
  const auto sentinel = dictionary->Compile(policy.options);
  for (const auto& instance : held) {
    if (sentinel->Finds(HeadOf(study, instance))) {
      return deid::Reason{std::string(deid::reasons::kIdentifierFound), ""};
    }
  }
  return std::nullopt;
}

void Releaser::Open(const store::StudyRow& study) {
  database_.Write([&](store::Transaction& transaction) {
    auto row = store::FindStudy(transaction, study.number).value();
    // Something arrived between the search and now: it has not been searched.
    if (row.last_arrival != study.last_arrival || row.state == "QUARANTINED") return;
    row.revision += 1;
    row.state = "RELEASED";
    row.release_requested = false;
    const auto batch = store::InsertBatch(transaction, row.number, row.revision);
    store::UpdateStudy(transaction, row);
    auto fields = Fields(row);
    fields["batch"] = Json::Int64(batch);
    fields["revision"] = Json::Int64(row.revision);
    store::Append(transaction, "study.released", "gate", fields);
  });
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
