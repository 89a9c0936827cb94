// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <json/value.h>

#include <cstdint>
#include <string>
#include <vector>

namespace glossator {

// A DICOM file that the lab side made; its bytes are in the blob store under their SHA-256.
struct MadeObject {
  std::string kind;  // "SEG", "SR"
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string series_instance_uid;
  int64_t size = 0;
  std::string sha256;
};

enum class SubmissionState { kSubmitted, kAccepted, kReturned, kRejected };

const char* NameOf(SubmissionState state);  // "SUBMITTED" ...
SubmissionState SubmissionStateFrom(const std::string& name);

// What a reader handed in for one workitem; immutable but for its state.
struct Submission {
  int64_t id = 0;
  std::string workitem_uid;
  int64_t case_id = 0;
  std::string author;  // reader's code; "node" when it was computed
  std::string series_instance_uid;
  std::string digest;   // SHA-256 over workitem, lock and content: the same again is the same
  Json::Value content;  // the `submission` part as it came
  SubmissionState state = SubmissionState::kSubmitted;
  std::string created;
  std::vector<MadeObject> objects;

  // By this node, out of the submissions that `content` names; a reader's may have any keys.
  bool computed() const {
    return author == "node" && content.isObject() && content.isMember("consensus");
  }
};

}  // namespace glossator
