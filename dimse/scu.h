// SPDX-License-Identifier: GPL-3.0-or-later
// The SCU: one association, blocking calls, for a worker thread. Not thread-safe.
// Every call may throw Error{kUnavailable} (peer away, silent, aborted); the association is then
// gone and open() is false. Failure statuses are return values.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/error.h"
#include "dicom/transfer_syntax.h"
#include "dimse/association.h"
#include "dimse/status.h"
#include "model/config.h"

namespace glossator::dimse {

inline constexpr std::string_view kVerification = "1.2.840.10008.1.1";
inline constexpr std::string_view kStorageCommitment = "1.2.840.10008.1.20.1";
inline constexpr std::string_view kStorageCommitmentInstance = "1.2.840.10008.1.20.1.1";
inline constexpr std::string_view kPatientRootFind = "1.2.840.10008.5.1.4.1.2.1.1";
inline constexpr std::string_view kStudyRootFind = "1.2.840.10008.5.1.4.1.2.2.1";

struct ScuContext {
  std::string abstract_syntax;
  std::vector<std::string> transfer_syntaxes;  // empty: explicit and implicit little endian
  bool as_scp = false;  // propose that we are the SCP (role selection), as a PACS that reports does
};

struct ScuOptions {
  std::string host;  // name or numeric address
  uint16_t port = 0;
  std::string called_aet;
  std::string calling_aet;
  std::optional<TlsConfig> tls;
  std::vector<ScuContext> contexts;  // at most 128
  std::optional<UserIdentity> user_identity;
  std::chrono::milliseconds connect_timeout{10'000};  // TCP and TLS
  std::chrono::milliseconds associate_timeout{15'000};
  std::chrono::milliseconds response_timeout{60'000};  // also for each stalled write
  uint32_t max_pdu = 128 * 1024;                       // of P-DATA-TF that we take
  // N-EVENT-REPORT requests that arrive on this association, during any call. Status to answer;
  // none set: 0x0211.
  std::function<Status(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                       uint16_t event_type, const dicom::DataSet& information)>
      on_event_report;
};

// A-ASSOCIATE-RJ. kind() is kBusy for transient rejections, kUnavailable for permanent ones.
class Rejected : public Error {
 public:
  explicit Rejected(const Rejection& rejection);
  const Rejection& rejection() const { return rejection_; }

 private:
  Rejection rejection_;
};

struct FindResult {
  std::vector<dicom::DataSet> matches;  // at most what was asked for; the rest is cancelled
  Status status;                        // final; 0xFE00 when cancelled by us
};

class Scu {
 public:
  explicit Scu(ScuOptions options);  // connects and negotiates; also throws Rejected
  ~Scu();                            // aborts unless released
  Scu(const Scu&) = delete;

  bool open() const;
  const Association& association() const;  // the peer's implementation identity
  // What the peer took for this abstract syntax: the first accepted context, nullptr when refused.
  const dicom::TransferSyntax* Accepted(std::string_view abstract_syntax) const;
  // All accepted contexts of it.
  std::vector<const dicom::TransferSyntax*> AllAccepted(std::string_view abstract_syntax) const;

  Status Echo();
  // `data_set` is encoded in `syntax`, without File Meta. kUnsupported when no context fits.
  Status Store(std::string_view sop_class_uid, std::string_view sop_instance_uid,
               const dicom::TransferSyntax& syntax, std::string_view data_set);
  // Streams: next() returns the following bytes (any length, valid until the next call), empty at
  // the end.
  Status Store(std::string_view sop_class_uid, std::string_view sop_instance_uid,
               const dicom::TransferSyntax& syntax, std::function<std::string_view()> next);
  FindResult Find(std::string_view model_uid, const dicom::DataSet& keys, size_t matches_max);
  Status Action(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                uint16_t action_type, const dicom::DataSet& information);
  Status EventReport(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                     uint16_t event_type, const dicom::DataSet& information);
  // Waits for requests of the peer (on_event_report) until one has been answered, the time is over
  // or the association ends. True when one was answered since the last Serve, in any call.
  bool Serve(std::chrono::milliseconds duration);
  void Release();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace glossator::dimse
