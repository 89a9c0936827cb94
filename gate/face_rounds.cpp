// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/face_rounds.h"

#include <algorithm>
#include <numeric>

#include "deid/face.h"
#include "dicom/io.h"
#include "gate/at_rest.h"
#include "model/error.h"
#include "model/log.h"
#include "pixels/stoppable.h"
#include "store/journal.h"
#include "vault/hmac.h"

namespace glossator::gate {
namespace {

// Where an image that came after the others were cut says so; else deid::kFacePath.
constexpr const char* kSeriesPath = "(0020,000E)";
constexpr int kFlushesMax = 30;  // of two seconds each at most
constexpr size_t kSeedDigits = 16;

// A secret of the patient, the same for each try. The depth of the cut depends on it.
uint64_t SeedOf(const Study& study, const std::string& series) {
  const auto digest = vault::IndexOf(vault::MacKey(study.identity_key()), {"face", series});
  return std::stoull(digest.substr(0, kSeedDigits), nullptr, 16);
}

// Masks end with the patient's secret.
std::string MaskKey(const Study& study) {
  const auto key = vault::Derive(study.identity_key(), "glossator face mask");
  return {key.bytes().begin(), key.bytes().end()};
}

bool SameRows(const std::vector<store::QuarantineRow>& one,
              const std::vector<store::QuarantineRow>& other) {
  return std::ranges::equal(one, other, {}, &store::QuarantineRow::number,
                            &store::QuarantineRow::number);
}

}  // namespace

// One series on its way.
struct FaceRounds::Series {
  struct Image {
    dicom::DataSet object;
    bool pixels_ran = false;
    std::string mask;
  };

  std::shared_ptr<Study> study;
  std::string uid;  // pseudonymous
  int64_t tries = 0;
  std::vector<store::QuarantineRow> rows;
  std::vector<Image> images;  // of the rows
  uint64_t replaced = 0;      // voxels
  bool resumed = false;       // cut before, by a gate that was killed while it admitted them
};

void FaceRounds::Round() {
  std::vector<store::StudyRow> studies;
  parts_.database.Read([&](const store::Reader& reader) {
    for (const auto number : store::StudiesWithFaces(reader)) {
      if (store::HasWaitingForPixels(reader, number)) continue;
      if (auto row = store::FindStudy(reader, number)) studies.push_back(std::move(*row));
    }
  });
  for (const auto& study : studies) {
    if (stop_ || !parts_.spool.has_room()) return;
    if (IsDue(parts_.config, parts_.clock, study)) TryStudy(study);
  }
}

// One study whose secret is gone, or for which memory does not suffice, must not keep back others.
void FaceRounds::TryStudy(const store::StudyRow& row) {
  try {
    WorkOn(row);
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "gate.faces-failed", {{"study", row.number}, {"why", error.what()}});
    parts_.database.Write(
        [&](store::Transaction& transaction) { store::SpendFaceTries(transaction, row.number); });
  }
}

void FaceRounds::WorkOn(const store::StudyRow& row) {
  const auto study = parts_.identities.Find(row.number);
  if (!IsAtRest(row, *study)) return;
  const Working working(study);
  std::vector<std::string> waiting;
  parts_.database.Read(
      [&](const store::Reader& reader) { waiting = store::SeriesWithFaces(reader, row.number); });
  for (const auto& uid : waiting) {
    if (!stop_) TrySeries(study, uid);
  }
}

void FaceRounds::SetTries(const Series& series, int64_t tries) {
  parts_.database.Write([&](store::Transaction& transaction) {
    store::SetFaceTries(transaction, series.study->number(), series.uid, tries);
  });
}

// The try is counted before it is made: a series that kills the gate does so three times at most.
void FaceRounds::TrySeries(const std::shared_ptr<Study>& study, const std::string& uid) {
  Series series{study, uid, 0, {}, {}, 0, false};
  if (!Choose(series)) return;
  SetTries(series, series.tries - 1);
  try {
    Work(series);
  } catch (const Error& error) {
    Log(LogLevel::kWarning, "gate.faces-failed",
        {{"study", study->number()}, {"images", series.rows.size()}, {"why", error.what()}});
    // Others have come meanwhile, or the gate ends: no fault of this series.
    if (error.kind() == ErrorKind::kBusy || stop_) SetTries(series, series.tries);
  }
}

bool FaceRounds::Choose(Series& series) {
  store::FaceSeriesRows found;
  parts_.database.Read([&](const store::Reader& reader) {
    found = store::FindFaceSeries(reader, series.study->number(), series.uid);
  });
  using Rows = std::vector<store::QuarantineRow>;
  for (const auto& row : found.faces) series.tries = std::max(series.tries, row.face_tries);
  const auto late = std::stable_partition(found.faces.begin(), found.faces.end(),
                                          [](const auto& row) { return row.face_cut; });
  const Rows rest(late, found.faces.end());
  series.rows = Rows(found.faces.begin(), late);
  series.resumed = !series.rows.empty();
  const char* why = nullptr;
  if (!parts_.intake.Defaces(series.study->project())) why = "the policy does not ask for it";
  if (found.incomplete) why = "another image of the series is sealed for another reason";
  if (found.shown || series.resumed) why = "the series is shown already without this image";
  const bool shown = found.shown || series.resumed;
  if (why != nullptr) Keep(series, rest, shown ? kSeriesPath : deid::kFacePath, why);
  if (!series.resumed && why == nullptr) series.rows = rest;
  return !series.rows.empty();
}

void FaceRounds::Work(Series& series) {
  const auto bytes = std::accumulate(series.rows.begin(), series.rows.end(), int64_t{0},
                                     [](int64_t sum, const auto& row) { return sum + row.size; });
  if (bytes > static_cast<int64_t>(pixels::kSeriesBytesMax)) {
    return Keep(series, series.rows, deid::kFacePath, "too large a series");
  }
  Load(series);
  if (!Cut(series)) return;
  Begin(series);
  Admit(series);
  Finish(series);
}

void FaceRounds::Load(Series& series) const {
  for (const auto& row : series.rows) {
    auto looked = parts_.pixels.LookedAt(row);
    if (stop_) throw Error(ErrorKind::kUnavailable, "stopped");
    series.images.push_back({dicom::Read(looked.bytes, SyntaxOf(row)), looked.ran, {}});
  }
}

bool FaceRounds::Cut(Series& series) {
  std::vector<pixels::SeriesImage> objects;
  for (size_t i = 0; i < series.images.size(); ++i) {
    objects.push_back({&series.images[i].object, &SyntaxOf(series.rows[i])});
  }
  pixels::Worker worker(parts_.worker);
  pixels::Stoppable stoppable(worker, &stop_);
  auto result = pixels::DefaceSeries(objects, SeedOf(*series.study, series.uid), stoppable);
  if (stop_) throw Error(ErrorKind::kUnavailable, "stopped");
  if (!result.fault.empty()) {
    Keep(series, series.rows, deid::kFacePath, result.fault);
    return false;
  }
  for (size_t i = 0; i < series.images.size(); ++i) {
    series.images[i].mask = std::move(result.masks[i]);
  }
  series.replaced = result.replaced;
  return true;
}

// The try is given back: what could fail by the images themselves has not, and what follows may be
// done as often as the gate is killed.
void FaceRounds::Begin(const Series& series) {
  const auto key = MaskKey(*series.study);
  std::vector<store::FaceMaskRow> masks;
  for (const auto& image : series.images) {
    const auto uid = series.study->Uid(image.object.GetString(dicom::tags::SOPInstanceUID));
    masks.push_back({uid, series.study->number(), deid::SealMask(key, uid, image.mask)});
  }
  const auto number = series.study->number();
  parts_.ledger.Flush();
  parts_.database.Write([&](store::Transaction& transaction) {
    const auto now = store::FindFaceSeries(transaction, number, series.uid);
    const bool same = !now.incomplete && !now.shown && SameRows(now.faces, series.rows);
    const bool alone = series.study->in_flight == 1;  // the one is this work
    if (!series.resumed && !(same && alone)) {
      throw Error(ErrorKind::kBusy, "the series is another now");
    }
    for (const auto& mask : masks) store::PutFaceMask(transaction, mask);
    for (const auto& row : series.rows) store::SetFaceCut(transaction, row.number);
    store::SetFaceTries(transaction, number, series.uid, series.tries);
  });
}

void FaceRounds::Admit(Series& series) {
  std::vector<store::QuarantineRow> admitted;
  parts_.ledger.Flush();
  for (size_t i = 0; i < series.rows.size(); ++i) {
    if (stop_) throw Error(ErrorKind::kUnavailable, "stopped");
    const auto& row = series.rows[i];
    auto& image = series.images[i];
    const auto reason = parts_.readmission.Put(
        row, dicom::Write(image.object, SyntaxOf(row)),
        {.digests = {}, .pixels_ran = image.pixels_ran, .face_removed = true});
    image = {};
    if (!reason) {
      admitted.push_back(row);
    } else {
      parts_.readmission.KeepSealed(row, *reason, {"quarantine.kept", "gate", ""});
    }
  }
  series.rows = std::move(admitted);
}

void FaceRounds::Finish(const Series& series) {
  Json::Value fields;
  fields["study"] = Json::Int64(series.study->number());
  fields["series"] = series.uid;
  fields["images"] = Json::UInt64(series.rows.size());
  fields["voxels"] = Json::UInt64(series.replaced);
  for (int left = kFlushesMax; !stop_; --left) {
    parts_.ledger.Flush();
    try {
      return parts_.readmission.ReleaseAll(series.rows, "series.defaced", fields);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kBusy || left == 0) throw;
    }
  }
}

void FaceRounds::Keep(const Series& series, const std::vector<store::QuarantineRow>& rows,
                      const char* path, const std::string& why) {
  if (rows.empty()) return;
  parts_.database.Write([&](store::Transaction& transaction) {
    for (const auto& row : rows) store::KeepFace(transaction, row.number, path);
    Json::Value fields;
    fields["study"] = Json::Int64(series.study->number());
    fields["series"] = series.uid;
    fields["images"] = Json::UInt64(rows.size());
    fields["why"] = why;
    store::Append(transaction, "series.kept", "gate", fields);
  });
}

std::string FaceRounds::MaskOf(const std::string& sop_instance_uid) const {
  std::optional<store::FaceMaskRow> row;
  parts_.database.Read(
      [&](const store::Reader& reader) { row = store::FindFaceMask(reader, sop_instance_uid); });
  if (!row) throw Error(ErrorKind::kNotFound, "no face was removed from such an image");
  return deid::OpenMask(MaskKey(*parts_.identities.Find(row->study)), row->mask);
}

}  // namespace glossator::gate
