// SPDX-License-Identifier: GPL-3.0-or-later
// What the plugin hands to the gate in spool/return, one record for a delivery:
//
//   chunk 1    JSON manifest: {"result","delivery_key","project","study_uid","destination",
//              "reader":{"code","name","organization"},"reviewer":{the same},
//              "people":[{the same}]  (whoever may be named in the files by code),
//              "earlier"?:{"result","withdrawn":bool,"objects":[{as in "files"}],
//                          "before":[{"result","report":{as in "files"}}]},
//              "staying":[UIDs of reports that the files follow and that do not leave the lab],
//              "files":[{"sop_class_uid","sop_instance_uid","series_instance_uid","size","sha256"}]}
//   chunks 2.. the files' Part 10 bytes one after the other, in the order of "files", cut anywhere
//   trailer    the delivery_key: the same record twice has the same
//
// "earlier" is the result that this one amends, "before" the versions before that, newest first;
// with "withdrawn" the only file is the rejection note of that result, and "result" is the
// withdrawal's own UID. All UIDs are the lab's (pseudonymous or our own).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/case.h"
#include "model/config.h"
#include "model/decision.h"
#include "model/result.h"
#include "model/submission.h"

namespace glossator::node {

inline constexpr size_t kReturnChunkBytes = 1u << 20;

struct EarlierResult {
  std::string uid;
  bool withdrawn = false;
  std::vector<MadeObject> objects;
  struct Version {
    std::string uid;
    MadeObject report;
  };
  std::vector<Version> before{};
};

struct ReturnRecord {
  const Case& the_case;
  const Delivery& delivery;
  const std::vector<MadeObject>& objects;
  ReaderConfig reader;    // the author; `name` may be empty when they are no longer configured
  ReaderConfig reviewer;  // who accepted, or withdrew
  std::vector<ReaderConfig> others;  // readers whom the files name beside these two
  std::optional<EarlierResult> earlier;
  std::vector<std::string> staying;  // SOP Instance UIDs
};

std::string ManifestOf(const ReturnRecord& record);
// Views into `manifest` and `files`.
std::vector<std::string_view> ChunksOf(std::string_view manifest,
                                       const std::vector<std::string>& files);

}  // namespace glossator::node
