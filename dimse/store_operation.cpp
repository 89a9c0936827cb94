// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/store_operation.h"

#include "dimse/guard.h"

namespace glossator::dimse {

void StoreOperation::Refuse(Status status) {
  sink_.reset();
  if (!refusal_) refusal_ = std::move(status);
}

Flow StoreOperation::Data(std::string_view bytes) {
  bytes_ += bytes.size();
  if (bytes_ / 2 > bytes_max_) throw Error(ErrorKind::kInvalid, "object far beyond its limit");
  if (bytes_ > bytes_max_ && !refusal_) Refuse({kOutOfResources, "object larger than the limit"});
  if (!sink_) return Flow::kContinue;
  Flow flow = Flow::kContinue;
  if (auto failure = Guard([&] { flow = sink_->Data(bytes); })) Refuse(*failure);
  if (flow == Flow::kRefuse) Refuse(sink_->Refusal());
  return flow == Flow::kPause ? flow : Flow::kContinue;
}

void StoreOperation::End(const Respond& respond) {
  if (refusal_) return respond(*refusal_);
  if (auto failure = Guard([&] { sink_->End(respond); })) respond(*failure);
  sink_.reset();
}

}  // namespace glossator::dimse
