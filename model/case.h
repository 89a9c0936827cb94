// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glossator {

enum class CaseState { kReceiving, kOpen, kAccepted, kReturned, kQuarantined, kWithdrawn };

const char* NameOf(CaseState state);               // "RECEIVING" ...
CaseState CaseStateFrom(const std::string& name);  // throws kInvalid

// One pseudonymous study in one project. All UIDs are pseudonymous.
struct Case {
  int64_t id = 0;
  std::string project;
  std::string study_uid;
  std::string patient_code;
  CaseState state = CaseState::kReceiving;
  int64_t revision = 0;   // 0 until the first batch is imported; late images raise it
  int64_t instances = 0;  // imported
  int64_t arriving = 0;   // as the gate counts them
  int64_t sealed = 0;     // objects of the study that the gate holds in quarantine
  std::vector<std::string> reasons;
  std::string created;  // ISO 8601
  std::string updated;
  std::vector<std::string> patient_links{};  // codes that stewards said to be the same person
  int64_t faces = 0;                         // imported images that may show a face
};

// One imported object.
struct CaseInstance {
  std::string sop_instance_uid;
  std::string series_instance_uid;
  std::string sop_class_uid;
  std::string transfer_syntax_uid;
  std::string modality;
  std::string sha256;  // of the Part 10 file, hex
  int64_t size = 0;    // bytes
  int64_t revision = 1;
  bool image = true;  // false: context (SEG, SR, PR, KO ...), nothing to annotate
  bool face = false;  // Recognizable Visual Features YES; counted in its case, not kept
};

}  // namespace glossator
