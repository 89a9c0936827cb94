// SPDX-License-Identifier: GPL-3.0-or-later
// Brings accepted results to the PACS: takes them from the return spool, asks the PACS who the
// patient is now, stores, and sees to it that the PACS commits. Nothing ends in limbo: every
// delivery is under way, done, HELD for a person, or FAILED, with a reason.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dimse/scu.h"
#include "gate/product.h"
#include "gate/relinker.h"
#include "model/config.h"
#include "spool/reader.h"
#include "store/gate_delivery.h"

namespace glossator::gate {

struct CourierParts {
  const Config& config;
  store::Database& database;
  Relinker& relinker;
  const ProductReleases& products;
  Identities& identities;
  FileSystem& files;
  std::filesystem::path return_directory;
  std::filesystem::path outbox;
  UidSource& uids;
  const Clock& clock;
};

class Courier {
 public:
  explicit Courier(CourierParts parts) : parts_(std::move(parts)) {}

  // Takes over every new record of the return spool; durable when it returns.
  void TakeReturned();
  // One round over the deliveries that are due.
  void Round();
  // A storage commitment report (PS3.4 J.3.3).
  dimse::Status Committed(const std::string& calling_aet, uint16_t event_type,
                          const dicom::DataSet& report);
  // A person decided: deliver under the study's present identity, try again, or give up.
  void Resolve(int64_t number, const std::string& decision);
  // A test object has arrived there: what waited for that goes on.
  void GoOn(const std::string& destination);
  // Patient and General Study attributes of the vault, for the steward's eyes.
  dicom::DataSet IdentityOf(const store::DeliveryRow& row) const;

 private:
  struct Package {
    Json::Value manifest;
    std::vector<dicom::DataSet> objects;  // with their pixels
  };
  struct Outcome {
    std::string state;
    std::string reason;
    double retry_seconds = 0;
  };

  // The gate's own file of a record.
  void KeepCopy(const std::string& delivery_key, const std::string& bytes);
  void Enqueue(const std::string& delivery_key, const Json::Value& manifest);
  void Deliver(store::DeliveryRow row);
  Outcome Attempt(store::DeliveryRow& row);
  bool IsTestMissing(const std::string& name, const DestinationConfig& destination) const;
  Qualification QualificationOf(const store::DeliveryRow& row) const;
  // A note stops what has not left yet of the result that it withdraws, a new version the version
  // before when nothing of that has left; an outcome when a note has nothing to reject.
  std::optional<Outcome> StopEarlier(const store::DeliveryRow& row, const EarlierResult& earlier);
  Outcome AskAndSend(store::DeliveryRow& row, dimse::Scu& scu, const Package& package,
                     const DestinationConfig& destination);
  Outcome Send(store::DeliveryRow& row, dimse::Scu& scu,
               const std::vector<Instance<Hospital>>& objects, Qualification qualification,
               const DestinationConfig& destination);
  Outcome RequestCommitment(store::DeliveryRow& row, dimse::Scu& scu);
  Outcome Verify(store::DeliveryRow& row, dimse::Scu& scu);
  dimse::ScuOptions OptionsFor(const DestinationConfig& destination, const Package& package);
  Package Open(const store::DeliveryRow& row) const;
  std::filesystem::path FileOf(const std::string& delivery_key) const;
  void Set(store::DeliveryRow& row, const Outcome& outcome);

  CourierParts parts_;
};

}  // namespace glossator::gate
