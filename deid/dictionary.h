// SPDX-License-Identifier: GPL-3.0-or-later
// The identifiers of one study, collected from what the PACS sent, to be searched for in what
// leaves the gate. Identified material: seal what Serialize gives, never log it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "deid/policy.h"
#include "model/instance.h"

namespace glossator::deid {

class HeadMemo;
class Sentinel;

enum class IdentifierKind : uint8_t {
  kName = 'N',         // a component of a person's name
  kId = 'I',           // patient, accession, order, visit ... numbers
  kDate = 'D',         // birth date in its spellings
  kAddress = 'A',      // words of an address
  kPhone = 'P',        // digits of a telephone number
  kInstitution = 'O',  // institution, department
  kDevice = 'S',       // serial numbers, stations, AE titles, hosts
};

class Dictionary {
 public:
  using Entry = std::pair<IdentifierKind, std::string>;  // text is UTF-8, trimmed

  Dictionary() = default;
  Dictionary(const Dictionary& other);
  Dictionary& operator=(const Dictionary& other);

  // Everything identifying in the head, at every depth. Returns true when something was new. What
  // `memo` knows was collected before and is passed over.
  bool Collect(const Instance<Hospital>& instance, HeadMemo* memo = nullptr);
  // Splits into tokens; drops what is too short or, in places, an everyday word of the
  // trade. Called AE title and order data come in here.
  bool Add(IdentifierKind kind, std::string_view utf8);
  bool Merge(const Dictionary& other);

  const std::set<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  // More identifiers than we are willing to search for: treat the study as unsafe.
  bool overflowed() const { return overflowed_; }

  std::string Serialize() const;
  static Dictionary Parse(std::string_view bytes);  // throws Error{kInvalid}

  // The compiled search over these entries, made once and shared until an entry is added.
  // Thread-safe as long as nobody adds at the same time.
  std::shared_ptr<const Sentinel> Compile(const Options& options = {}) const;

 private:
  bool Insert(IdentifierKind kind, std::string text);
  bool AddName(std::string_view utf8);
  bool AddId(IdentifierKind kind, std::string_view utf8);
  bool AddPlace(IdentifierKind kind, std::string_view utf8);

  std::set<Entry> entries_;
  size_t bytes_ = 0;
  bool overflowed_ = false;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Sentinel> compiled_;
  mutable Options compiled_for_;
};

}  // namespace glossator::deid
