// SPDX-License-Identifier: GPL-3.0-or-later
// The gate's ear: decides for each association and each object what becomes of it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "deid/engine.h"
#include "dicom/error.h"
#include "dimse/handler.h"
#include "gate/held_instances.h"
#include "gate/ledger.h"
#include "gate/pixel_rules.h"
#include "gate/routes.h"
#include "gate/twins.h"
#include "model/config.h"
#include "model/instance.h"

namespace glossator::gate {

// What the rest of one data set goes into, once its head has been judged.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual void Write(std::string_view bytes) = 0;  // from the pixel element on
  virtual void Finish(dimse::Respond respond) = 0;
  // Why Finish refuses what has been written; "" when it does not.
  virtual std::string_view pixel_problem() const { return {}; }
  // Why it is written sealed; nullopt: it is cleaned, or refused.
  virtual std::optional<deid::Reason> sealed_for() const { return std::nullopt; }
};

// A data set that can be read and is not that of its command (PS3.4 B.2.3, A900).
struct Mismatch : Error {
  explicit Mismatch(const std::string& why) : Error(ErrorKind::kInvalid, why) {}
};

// An object that was sealed, on its second way in: what a person may decide is set aside.
struct Readmitted {
  Digests digests;            // of the original as it came
  bool pixels_ran = false;    // the pixel stage did, and what is admitted is what it made
  bool face_decided = false;  // a person has said that the face may pass
  bool face_removed = false;  // there is none any more
};
inline constexpr uint64_t kNoAssociation = 0;

struct IntakeCounters {
  std::atomic<uint64_t> cleaned{0};
  std::atomic<uint64_t> sealed{0};
  std::atomic<uint64_t> resent{0};
  std::atomic<uint64_t> renewed{0};  // only the identity was another
  std::atomic<uint64_t> conflicts{0};
  std::atomic<uint64_t> echoes{0};
  std::atomic<uint64_t> refused{0};
};

struct IntakeParts {
  const Config& config;
  store::Database& database;
  spool::Spool& spool;
  Identities& identities;
  Ledger& ledger;
  const Keys& keys;
  Entropy& entropy;
  const Clock& clock;
  const PixelRules& pixel_rules;
};

class Intake final : public dimse::Handler {
 public:
  // N-EVENT-REPORT of a storage commitment; called on a network thread.
  using OnCommitment = std::function<dimse::Status(const std::string& calling_aet, uint16_t type,
                                                   const dicom::DataSet& report)>;

  Intake(IntakeParts parts, OnCommitment on_commitment);

  // dimse::Handler
  std::optional<dimse::Rejection> Accept(const dimse::Association& association) override;
  bool Supports(const dimse::Association&, std::string_view abstract_syntax) override;
  std::unique_ptr<dimse::StoreSink> Store(const dimse::Association& association,
                                          const dimse::StoreRequest& request) override;
  dimse::Status EventReport(const dimse::Association& association, std::string_view sop_class_uid,
                            std::string_view sop_instance_uid, uint16_t event_type,
                            const dicom::DataSet& information) override;
  void Closed(const dimse::Association& association) override;

  // Judges a head; throws Mismatch or another dimse-mappable Error to refuse. `project` nullptr: no
  // route.
  std::unique_ptr<ObjectWriter> Admit(const ProjectConfig* project, std::string_view head,
                                      const dicom::TransferSyntax& syntax,
                                      const dimse::StoreRequest& request, uint64_t association,
                                      const std::optional<std::string>& assigning_authority = {},
                                      const Readmitted* again = nullptr);

  const deid::Engine& EngineOf(const std::string& project) const;
  // Does the project's policy ask for faces to be removed? Not that of a project that is gone.
  bool Defaces(const std::string& project) const;
  // What the engine of the project says about a head (Engine::Screen).
  std::vector<deid::Reason> Screen(const ProjectConfig& project, const dicom::DataSet& head,
                                   const dicom::TransferSyntax& syntax) const;

  const IntakeParts& parts() const { return parts_; }
  IntakeCounters& counters() { return counters_; }
  Twins& twins() { return twins_; }

 private:
  class Judgement;

  std::unique_ptr<ObjectWriter> Judge(const ProjectConfig& project,
                                      const Instance<Hospital>& instance,
                                      const dimse::StoreRequest& request, uint64_t association,
                                      const std::optional<std::string>& assigning_authority,
                                      const Readmitted* again);
  std::unique_ptr<ObjectWriter> JudgeWithoutProject(const Instance<Hospital>& instance,
                                                    std::string_view head,
                                                    const dimse::StoreRequest& request);
  bool IsReturned(const std::string& sop_instance_uid) const;
  void NoteSender(uint64_t association, const std::shared_ptr<Study>& study);

  IntakeParts parts_;
  OnCommitment on_commitment_;
  std::map<std::string, deid::Engine> engines_;
  Twins twins_;
  HeldInstances held_;
  std::mutex senders_mutex_;
  std::map<uint64_t, std::set<std::shared_ptr<Study>>> senders_;  // by association
  IntakeCounters counters_;
};

}  // namespace glossator::gate
