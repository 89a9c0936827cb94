// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/lab_port.h"

#include <algorithm>
#include <chrono>

#include "dicom/error.h"
#include "dicom/io.h"
#include "model/error.h"
#include "model/log.h"

namespace glossator::plugin {
namespace {

constexpr uint64_t kObjectBytesMax = 512u << 20;  // it is collected in memory
constexpr unsigned kAssociationsMax = 16;
constexpr unsigned kThreads = 2;
constexpr std::chrono::milliseconds kStopGrace{1000};

constexpr std::string_view kSegmentations[] = {
    "1.2.840.10008.5.1.4.1.1.66.4",  // Segmentation Storage
    "1.2.840.10008.5.1.4.1.1.66.7",  // Label Map Segmentation Storage
};

dimse::ServerOptions OptionsOf(const Config& config) {
  dimse::ServerOptions options;
  options.address = config.lab->address;
  options.port = config.lab->port;
  options.tls = config.lab->tls;
  options.object_bytes_max = std::min(config.object_bytes_max, kObjectBytesMax);
  options.associations_max = kAssociationsMax;
  options.threads = kThreads;
  options.idle =
      std::chrono::milliseconds(static_cast<int64_t>(config.association_idle_seconds * 1000));
  options.stop_grace = kStopGrace;
  return options;
}

// PS3.4 B.2.3. A tool shows its user the comment: the first fault, without a value.
dimse::Status StatusOf(const node::SubmitReply& reply) {
  if (reply.id != 0) return {};
  const auto fault = std::ranges::find(reply.findings, kFindingError, &Finding::severity);
  return {dimse::kDataSetMismatch, fault == reply.findings.end() ? "" : fault->code};
}

dimse::Status StatusOf(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kForbidden:
    case ErrorKind::kNotFound:
      return {dimse::kNotAuthorized, error.what()};
    case ErrorKind::kInvalid:
    case ErrorKind::kUnsupported:
      return {dimse::kCannotUnderstand, error.what()};
    default:
      return {DimseStatusOf(error.kind()), error.what()};
  }
}

}  // namespace

// Collects one object; the server bounds its size.
class LabPort::Sink final : public dimse::StoreSink {
 public:
  Sink(LabPort& port, const ReaderConfig& who, const dimse::StoreRequest& request)
      : port_(port), who_(who) {
    file_ =
        dicom::FileMeta(request.sop_class_uid, request.sop_instance_uid, *request.transfer_syntax);
  }
  dimse::Flow Data(std::string_view bytes) override {
    file_ += bytes;
    return dimse::Flow::kContinue;
  }
  void End(dimse::Respond respond) override { respond(port_.Submit(who_, std::move(file_))); }

 private:
  LabPort& port_;
  const ReaderConfig& who_;
  std::string file_;
};

LabPort::LabPort(const Config& config, node::Node& node, std::function<void()> submitted)
    : config_(config),
      node_(node),
      submitted_(std::move(submitted)),
      server_(OptionsOf(config), *this) {}

void LabPort::Start() {
  server_.Start();
  Log(LogLevel::kInfo, "lab.listening", {{"port", server_.port()}});
}

void LabPort::Stop() { server_.Stop(); }

const ReaderConfig* LabPort::ReaderOf(const std::string& aet) const {
  const auto found = std::ranges::find(config_.readers, aet, &ReaderConfig::aet);
  return aet.empty() || found == config_.readers.end() ? nullptr : &*found;
}

std::optional<dimse::Rejection> LabPort::Accept(const dimse::Association& association) {
  if (association.called_aet != config_.lab->aet) return dimse::kCalledAeNotRecognized;
  if (ReaderOf(association.calling_aet) == nullptr) return dimse::kCallingAeNotRecognized;
  return std::nullopt;
}

bool LabPort::Supports(const dimse::Association&, std::string_view abstract_syntax) {
  return std::ranges::find(kSegmentations, abstract_syntax) != std::end(kSegmentations);
}

std::unique_ptr<dimse::StoreSink> LabPort::Store(const dimse::Association& association,
                                                 const dimse::StoreRequest& request) {
  return std::make_unique<Sink>(*this, *ReaderOf(association.calling_aet), request);
}

dimse::Status LabPort::Submit(const ReaderConfig& who, std::string part10_bytes) {
  dimse::Status status;
  try {
    status = StatusOf(node_.SubmitObject(who, std::move(part10_bytes)));
    if (status.code == dimse::kSuccess) submitted_();
  } catch (const Error& error) {
    status = StatusOf(error);
  }
  if (status.code != dimse::kSuccess) {
    Log(LogLevel::kWarning, "lab.refused",
        {{"reader", who.id}, {"status", status.code}, {"why", status.comment}});
  }
  return status;
}

}  // namespace glossator::plugin
