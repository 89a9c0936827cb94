// SPDX-License-Identifier: GPL-3.0-or-later
// The second way in: a sealed object that a person or the pixel stage answers for is judged,
// cleaned and spooled like any other. Everything here can be done again after a crash.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "deid/reason.h"
#include "dicom/io.h"
#include "gate/intake.h"
#include "gate/ledger.h"
#include "store/gate_object.h"

namespace glossator::gate {

// The data set in front of the pixels of a sealed original.
std::string_view HeadPart(std::string_view bytes, const dicom::TransferSyntax& syntax);
const dicom::TransferSyntax& SyntaxOf(const store::QuarantineRow& row);

struct Decided {
  std::string event;  // of the journal
  std::string actor;  // "steward" or "gate"
  std::string why;    // a person's words
};

class Readmission {
 public:
  Readmission(const Config& config, store::Database& database, Intake& intake, Ledger& ledger)
      : config_(config), database_(database), intake_(intake), ledger_(ledger) {}

  // Throws kNotFound for what is not there and kConflict for what is decided.
  store::QuarantineRow OpenRow(int64_t number) const;
  const ProjectConfig& ProjectOf(const store::QuarantineRow& row) const;  // throws kNotFound

  // `plain` is the original, or what the pixel stage made of it; `work` says which, and what a
  // person has decided (its digests are filled in here). nullopt: durable in the spool, or
  // it was so already. Else why the original stays sealed. Throws kBusy: try again.
  std::optional<deid::Reason> Admit(const store::QuarantineRow& row, std::string_view plain,
                                    Readmitted work);
  // The original as it came, in bounded memory, whatever its size.
  std::optional<deid::Reason> AdmitOriginal(const store::QuarantineRow& row, Readmitted work);
  // The same for one of many: the caller flushes the ledger before the first and after the last.
  std::optional<deid::Reason> Put(const store::QuarantineRow& row, std::string_view plain,
                                  Readmitted work);
  // The row, the study's counters and the event, at once; then the original goes. Nothing when the
  // row is decided already.
  void Release(const store::QuarantineRow& row, const Decided& decided);
  // Several of one study and one reason, with one event of these fields, all or none. Throws kBusy
  // when what became of one of them is not in the database yet.
  void ReleaseAll(std::span<const store::QuarantineRow> rows, const std::string& event,
                  const Json::Value& fields);
  void KeepSealed(const store::QuarantineRow& row, const deid::Reason& reason,
                  const Decided& decided);

 private:
  void ComeToFace(store::Transaction& transaction, const store::QuarantineRow& row,
                  const Decided& decided) const;
  // Hands the object over piece by piece.
  using Source = std::function<void(const Ledger::Take& take)>;
  std::optional<deid::Reason> PutFrom(const store::QuarantineRow& row, const Source& source,
                                      Readmitted work);
  std::unique_ptr<ObjectWriter> Begin(const store::QuarantineRow& row, std::string_view head_bytes,
                                      const Readmitted& work);

  const Config& config_;
  store::Database& database_;
  Intake& intake_;
  Ledger& ledger_;
};

}  // namespace glossator::gate
