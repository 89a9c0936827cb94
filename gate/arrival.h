// SPDX-License-Identifier: GPL-3.0-or-later
// What the gate notes about one object. It stands, sealed, in the trailer of the object's spool
// record, so that the database can be caught up after a crash.
#pragma once

#include <string>
#include <vector>

#include "gate/content_digest.h"
#include "gate/keys.h"
#include "model/ports.h"

namespace glossator::gate {

struct Arrival {
  bool sealed = false;         // the original, for quarantine; else cleaned, for the lab
  int64_t study = 0;           // 0: none (no route)
  std::string project;         // empty: none
  std::string identity_index;  // of the original SOP Instance UID
  Digests digests;             // of the original
  std::string sop_class_uid;
  std::string transfer_syntax_uid;
  int64_t size = 0;
  int64_t arrived = 0;  // microseconds since 1970

  std::string series_instance_uid{};  // pseudonymous; of sealed objects too

  // Cleaned objects.
  std::string sop_instance_uid{};  // pseudonymous
  std::string seal{};              // of the record, hex
  int64_t head_size = 0;
  std::string identity{};    // original UIDs, sealed under the patient's key
  std::string dictionary{};  // identifiers that were new with this object, serialized
  std::string facts{};       // JSON, what the policy keeps for analysis by subgroup; "": nothing

  // Sealed objects.
  std::string reason{};
  std::string path{};
  std::string key{};  // wrapped, of this record
  bool quarantine_study = false;
  int64_t pixel_tries = 0;  // over 0: it waits for the pixel stage
  int64_t face_tries = 0;   // over 0: it waits until the face is removed from its series

  bool operator==(const Arrival&) const = default;
};

// How often the pixel stage takes an object in hand before it is left to a person.
inline constexpr int64_t kPixelTries = 3;
inline constexpr int64_t kFaceTries = 3;  // the same of a series and its faces

std::string SealArrival(const Keys& keys, Entropy& entropy, const Arrival& arrival);
Arrival OpenArrival(const Keys& keys, std::string_view trailer);  // throws Error{kInvalid}

// Where the key of a quarantined object is wrapped for.
inline constexpr std::string_view kQuarantineKeyPlace = "quarantine/key";

}  // namespace glossator::gate
