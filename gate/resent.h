// SPDX-License-Identifier: GPL-3.0-or-later
// An instance that we hold already, or that is coming in on another association at this moment. It
// is written sealed while it comes; what becomes of that is decided at its end, when nobody else
// has the instance in hand.
#pragma once

#include <memory>
#include <string>

#include "gate/identities.h"
#include "gate/objects.h"

namespace glossator::gate {

class ResentObject final : public ObjectWriter {
 public:
  // `hold` claims the instance or, when a twin is under way, does not.
  ResentObject(Intake& intake, Binding binding, std::shared_ptr<Hold> hold, std::string_view head,
               const dicom::DataSet& original, const dicom::TransferSyntax& syntax,
               Arrival arrival);

  void Write(std::string_view bytes) override;
  void Finish(dimse::Respond respond) override;
  std::optional<deid::Reason> sealed_for() const override {
    return deid::Reason{std::string(deid::reasons::kConflict), ""};
  }

 private:
  // Lives until the answer, which another thread may give.
  struct Resend;
  static void AfterTwin(const std::shared_ptr<Resend>& resend) noexcept;
  static void Settle(const std::shared_ptr<Resend>& resend);
  static void Answer(Resend& resend, dimse::Status status);
  static void KeepAsConflict(Resend& resend);
  static void RenewIdentity(const std::shared_ptr<Resend>& resend,
                            const store::InstanceRow& instance);

  std::shared_ptr<Resend> resend_;
};

}  // namespace glossator::gate
