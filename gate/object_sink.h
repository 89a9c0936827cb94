// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the bytes of one C-STORE: inflates what is deflated, collects the head (at most 64 MiB) and
// hands the rest to the object's writer while it streams.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dimse/handler.h"
#include "gate/deflate_stage.h"
#include "gate/intake.h"

namespace glossator::gate {

class ObjectSink final : public dimse::StoreSink {
 public:
  ObjectSink(Intake& intake, RouteMatch route, dimse::StoreRequest request, uint64_t association);

  void Begin(std::function<void()> resume) override { resume_ = std::move(resume); }
  dimse::Flow Data(std::string_view bytes) override;
  dimse::Status Refusal() const override { return failure_.value_or(dimse::Status{}); }
  void End(dimse::Respond respond) override;

 private:
  void Take(std::string_view bytes);
  void TakeHead(std::string_view bytes);
  void Complete();
  dimse::Flow Refuse(const Error& error);

  Intake& intake_;
  RouteMatch route_;
  dimse::StoreRequest request_;
  uint64_t association_;
  const dicom::TransferSyntax& inner_syntax_;  // of the inflated bytes
  std::unique_ptr<Inflater> inflater_;
  dicom::HeadScanner scanner_;
  std::string head_;
  std::unique_ptr<ObjectWriter> writer_;
  std::optional<dimse::Status> failure_;
  std::function<void()> resume_;
};

// An object that the PACS sends back to us: said thanks for and dropped.
class EchoSink final : public dimse::StoreSink {
 public:
  dimse::Flow Data(std::string_view) override { return dimse::Flow::kContinue; }
  void End(dimse::Respond respond) override { respond({}); }
};

}  // namespace glossator::gate
