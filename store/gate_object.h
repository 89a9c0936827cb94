// SPDX-License-Identifier: GPL-3.0-or-later
// Objects of the hospital side: cleaned instances that wait in the spool, batches that the lab may
// import, and what is sealed in quarantine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sql.h"

namespace glossator::store {

struct InstanceRow {
  int64_t number = 0;
  int64_t study = 0;
  std::string identity_index;    // keyed: project, original SOP Instance UID
  std::string sop_instance_uid;  // pseudonymous, as are the next
  std::string series_instance_uid;
  std::string sop_class_uid;
  std::string transfer_syntax_uid;
  std::string digest;           // keyed, of the original content
  std::string identity_digest;  // keyed, of who it names now
  std::string seal;             // of the record with the cleaned Part 10 file
  int64_t size = 0;
  int64_t head_size = 0;  // bytes in front of the pixels
  std::string identity;   // sealed list of original and pseudonymous UIDs
  uint64_t segment = 0;
  uint64_t offset = 0;
  std::string state = "HELD";
  std::optional<int64_t> batch{};
  std::string facts{};  // JSON, for analysis by subgroup; "": none
};

struct BatchRow {
  int64_t number = 0;
  int64_t study = 0;
  int64_t revision = 0;
};

struct QuarantineRow {
  int64_t number = 0;
  std::string place;  // in the spool, unique for ever
  std::string project;
  std::optional<int64_t> study;
  std::string identity_index;
  std::string digest;
  std::string identity_digest;
  std::string reason;
  std::string path;
  std::string sop_class_uid;
  std::string transfer_syntax_uid;
  int64_t size = 0;
  std::string key;  // wrapped
  std::string state = "OPEN";
  std::string since{};
  int64_t pixel_tries = 0;    // over 0: the pixel stage will still try
  std::string series{};       // pseudonymous; "": not known
  bool text_decided = false;  // a person let the text in its pixels pass, whatever a stage finds
  int64_t face_tries = 0;     // over 0: the stage that removes faces will still try
  bool face_cut = false;      // the face was removed from its series with this one in it
};

// What a person said about the pixels of a device.
struct PixelRuleRow {
  int64_t number = 0;
  std::string project;
  std::string rule;  // sealed
  std::string since{};
};

std::optional<InstanceRow> FindInstance(const Reader& reader, std::string_view identity_index);

struct IndexRow {
  int64_t number = 0;
  std::string identity_index;
};
// In the order of their numbers, at most `limit` after `after`.
std::vector<IndexRow> InstanceIndexes(const Reader& reader, int64_t after, size_t limit);

std::vector<InstanceRow> InstancesOf(const Reader& reader, int64_t study);
std::vector<InstanceRow> InstancesOf(const Reader& reader, int64_t study, std::string_view state);
std::vector<InstanceRow> InstancesOfBatch(const Reader& reader, int64_t batch);
void InsertInstance(Transaction& transaction, const InstanceRow& instance);
// The instance was written anew: place, seal, sizes. Only while it is HELD.
void MoveInstance(Transaction& transaction, const InstanceRow& instance);
void SetInstanceIdentity(Transaction& transaction, int64_t number,
                         std::string_view identity_digest);

// Makes a batch of all HELD instances of the study, whose row is the caller's to write; returns its
// number.
int64_t InsertBatch(Transaction& transaction, int64_t study, int64_t revision);
std::vector<BatchRow> OpenBatches(const Reader& reader, size_t limit);
std::optional<BatchRow> FindBatch(const Reader& reader, int64_t number);
void SetBatchImported(Transaction& transaction, int64_t number);

// Returns the new number, or nullopt when a record with that salt is there already.
std::optional<int64_t> InsertQuarantine(Transaction& transaction, const QuarantineRow& row);
std::optional<QuarantineRow> FindQuarantine(const Reader& reader, int64_t number);
bool IsQuarantined(const Reader& reader, std::string_view identity_index, std::string_view digest,
                   std::string_view identity_digest);
std::vector<QuarantineRow> Quarantined(const Reader& reader, int64_t after, size_t limit);
// Sealed images of one series that nobody has decided about.
std::vector<QuarantineRow> OpenOfSeries(const Reader& reader, int64_t study,
                                        std::string_view series);
void SetQuarantineState(Transaction& transaction, int64_t number, std::string_view state);
void SetQuarantineReason(Transaction& transaction, int64_t number, std::string_view reason,
                         std::string_view path);
void SetPixelTries(Transaction& transaction, int64_t number, int64_t tries);
// Those that wait for the pixel stage, the oldest first.
std::vector<QuarantineRow> WaitingForPixels(const Reader& reader, size_t limit);
bool HasWaitingForPixels(const Reader& reader, int64_t study);
// What is sealed for its pixels and open is tried again: there is a new rule.
void TryPixelsAgain(Transaction& transaction, std::string_view project, int64_t tries);

int64_t InsertPixelRule(Transaction& transaction, const PixelRuleRow& row);
std::vector<PixelRuleRow> PixelRules(const Reader& reader);      // by number
bool DeletePixelRule(Transaction& transaction, int64_t number);  // false: no such rule

// Is an object of the study still sealed, and not yet decided, for that reason?
bool HasOpenQuarantine(const Reader& reader, int64_t study, std::string_view reason);

}  // namespace glossator::store
