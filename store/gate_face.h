// SPDX-License-Identifier: GPL-3.0-or-later
// Sealed images that show a face, by series, and the masks of what was removed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/gate_object.h"

namespace glossator::store {

// Studies with images that wait for the stage, the oldest first.
std::vector<int64_t> StudiesWithFaces(const Reader& reader);
bool HasWaitingForFaces(const Reader& reader, int64_t study);
// Of those that wait in the study.
std::vector<std::string> SeriesWithFaces(const Reader& reader, int64_t study);

// One series as the stage finds it.
struct FaceSeriesRows {
  std::vector<QuarantineRow> faces;  // sealed for the face and open, by number, tried before or not
  bool shown = false;                // images of it have been admitted
  bool incomplete = false;           // others of it are sealed for something else, and open
};
FaceSeriesRows FindFaceSeries(const Reader& reader, int64_t study, const std::string& series);

// For all that is sealed for the face in the series and open; for one.
void SetFaceTries(Transaction& transaction, int64_t study, const std::string& series,
                  int64_t tries);
void SetFaceTries(Transaction& transaction, int64_t quarantine, int64_t tries);
// One try less for all of a study.
void SpendFaceTries(Transaction& transaction, int64_t study);
// It waits for a person, where the reason is still the face.
void KeepFace(Transaction& transaction, int64_t quarantine, std::string_view path);
void SetFaceCut(Transaction& transaction, int64_t quarantine);
void SetTextDecided(Transaction& transaction, int64_t quarantine);

struct FaceMaskRow {
  std::string sop_instance_uid;  // pseudonymous
  int64_t study = 0;
  std::string mask;  // sealed (deid/face.h)
};
void PutFaceMask(Transaction& transaction, const FaceMaskRow& row);  // replaces
std::optional<FaceMaskRow> FindFaceMask(const Reader& reader, std::string_view sop_instance_uid);

}  // namespace glossator::store
