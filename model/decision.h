// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace glossator {

enum class Verdict { kAccept, kReturn, kReject };

const char* NameOf(Verdict verdict);           // "ACCEPT", "RETURN", "REJECT"
Verdict VerdictFrom(const std::string& name);  // throws kInvalid

struct Decision {
  int64_t id = 0;
  int64_t submission = 0;
  std::string workitem_uid;  // the REVIEW that it completed
  std::string reader;        // code
  Verdict verdict = Verdict::kReturn;
  std::string reason;
  std::string created;
};

}  // namespace glossator
