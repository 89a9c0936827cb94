// SPDX-License-Identifier: GPL-3.0-or-later
// What a server asks the room above it. Every call comes on one of the server's few threads, one
// call at a time per association; different associations call at once. A handler that blocks holds
// one of the 2 + cores threads. An exception becomes a status (model/error.h) for the peer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"
#include "dimse/association.h"
#include "dimse/status.h"

namespace glossator::dimse {

struct StoreRequest {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  const dicom::TransferSyntax* transfer_syntax;  // of the data set bytes, never nullptr
  std::string move_originator_aet;               // empty unless a C-MOVE caused it
  uint16_t move_originator_message_id = 0;
};

// Answers one request, once, from any thread, at once or later; further calls do nothing. It may
// outlive the association. When every copy is gone without a call the peer gets 0x0110.
using Respond = std::function<void(Status)>;

enum class Flow {
  kContinue,
  kPause,   // no Data until `resume` is called; after pause_max the peer gets 0xA700
  kRefuse,  // no more Data and no End: Refusal tells the status, the rest is read and dropped
};

// Takes one C-STORE data set as it arrives. Life: Begin, Data*, End, destructor. Destroyed without
// End: aborted (peer gone, or paused too long); keep nothing of the object.
class StoreSink {
 public:
  virtual ~StoreSink() = default;
  // `resume` may be called from any thread at any time; needed only by a sink that pauses.
  virtual void Begin(std::function<void()> resume) { (void)resume; }
  virtual Flow Data(std::string_view bytes) = 0;
  // Asked once when Data said kRefuse; a failure. The sink is destroyed next.
  virtual Status Refusal() const { return {kProcessingFailure, "refused"}; }
  // Every byte is there. The sink is destroyed as soon as End returns, so what `respond` needs
  // later lives elsewhere.
  virtual void End(Respond respond) = 0;
};

struct FindAnswer {
  Status status{};                      // final response
  std::vector<dicom::DataSet> matches;  // sent as pending responses
};

class Handler {
 public:
  virtual ~Handler() = default;

  // Before negotiation; the rejection goes to the peer as it is.
  virtual std::optional<Rejection> Accept(const Association&) { return std::nullopt; }
  // Is this abstract syntax served here? No: the context is refused (abstract syntax). Verification
  // is always served.
  virtual bool Supports(const Association&, std::string_view abstract_syntax) = 0;
  // One of `offered`, or nullptr to refuse (transfer syntaxes). The default takes the first that
  // dicom::FindTransferSyntax knows.
  virtual const dicom::TransferSyntax* Choose(const Association&, std::string_view abstract_syntax,
                                              const std::vector<std::string>& offered);
  // May the requestor be the SCP of it (role selection, PS3.7 D.3.3.4)? Default: Storage Commitment
  // only, whose reports come on an association opened by the PACS.
  virtual bool MayBeScp(std::string_view abstract_syntax);

  virtual uint16_t Echo(const Association&) { return kSuccess; }
  // nullptr: 0x0122.
  virtual std::unique_ptr<StoreSink> Store(const Association&, const StoreRequest&) {
    return nullptr;
  }
  virtual FindAnswer Find(const Association&, std::string_view model_uid,
                          const dicom::DataSet& keys);
  virtual Status Action(const Association&, std::string_view sop_class_uid,
                        std::string_view sop_instance_uid, uint16_t action_type,
                        const dicom::DataSet& information);
  virtual Status EventReport(const Association&, std::string_view sop_class_uid,
                             std::string_view sop_instance_uid, uint16_t event_type,
                             const dicom::DataSet& information);
  // The association ended, however it did. The last call for it.
  virtual void Closed(const Association&) {}
};

}  // namespace glossator::dimse
