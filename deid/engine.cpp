// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/engine.h"

#include "deid/cleaner.h"
#include "deid/face.h"
#include "deid/pixel_stage.h"

namespace glossator::deid {

Engine::Engine(Policy policy) : policy_(std::move(policy)) {}

Cleaned Engine::Clean(const Instance<Hospital>& head, const Pseudonyms& pseudonyms,
                      const Dictionary& dictionary, HeadMemo* memo, PixelWork pixels) const {
  const auto identifiers = dictionary.Compile(policy_.options);
  if (memo != nullptr) {
    memo->Begin(head.data_set());
    memo->Use(identifiers);
  }
  Cleaner cleaner(policy_, pseudonyms, *identifiers, head.data_set(), head.syntax(), memo);
  dicom::DataSet out = cleaner.Run();
  if (pixels.text_cleaned) StampCleanPixels(out);
  StampFace(head.data_set(), pixels.face_removed, out);
  Cleaned cleaned{Instance<Lab>(Permit<Lab>(), std::move(out), head.syntax()), {}, {}, {}};
  cleaned.uids = cleaner.values().uids();
  cleaned.actions = cleaner.actions();
  if (dictionary.overflowed())
    cleaned.problems.push_back({std::string(reasons::kDictionaryFull), ""});
  if (!cleaner.pixel_problem().empty()) {
    cleaned.problems.push_back({std::string(cleaner.pixel_problem()), "(7FE0,0010)"});
  }
  return cleaned;
}

dicom::DataSet Engine::CleanTail(const dicom::DataSet&) const { return {}; }

}  // namespace glossator::deid
