// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/object_sink.h"

#include "model/error.h"
#include "model/log.h"

namespace glossator::gate {
namespace {

constexpr size_t kHeadBytesMax = 64u << 20;

dicom::Limits HeadLimits() {
  dicom::Limits limits;
  limits.element_bytes_max = kHeadBytesMax;
  limits.even_lengths = true;
  return limits;
}

const dicom::TransferSyntax& Inner(const dicom::TransferSyntax& syntax) {
  return syntax.deflated ? dicom::kExplicitLittleEndian : syntax;
}

}  // namespace

ObjectSink::ObjectSink(Intake& intake, RouteMatch route, dimse::StoreRequest request,
                       uint64_t association)
    : intake_(intake),
      route_(std::move(route)),
      request_(std::move(request)),
      association_(association),
      inner_syntax_(Inner(*request_.transfer_syntax)),
      inflater_(request_.transfer_syntax->deflated ? std::make_unique<Inflater>() : nullptr),
      scanner_(inner_syntax_, HeadLimits()) {}

dimse::Flow ObjectSink::Refuse(const Error& error) {
  // Bytes that cannot be understood are C000 (PS3.4 B.2.3), also behind the head; a readable data
  // set that is not that of its command is A900.
  const bool mismatch = dynamic_cast<const Mismatch*>(&error) != nullptr;
  const auto code = error.kind() == ErrorKind::kInvalid && !mismatch ? dimse::kCannotUnderstand
                                                                     : DimseStatusOf(error.kind());
  failure_ = dimse::Status{code, error.what()};
  writer_.reset();
  ++intake_.counters().refused;
  Log(LogLevel::kWarning, "intake.refused", {{"status", code}, {"why", error.what()}});
  return dimse::Flow::kRefuse;
}

dimse::Flow ObjectSink::Data(std::string_view bytes) {
  try {
    Take(inflater_ ? std::string_view(inflater_->Take(bytes)) : bytes);
  } catch (const Error& error) {
    return Refuse(error);
  }
  if (failure_) return dimse::Flow::kRefuse;
  auto& spool = intake_.parts().spool;
  if (!spool.Congested()) return dimse::Flow::kContinue;
  spool.OnRoom(resume_);
  return dimse::Flow::kPause;
}

void ObjectSink::Take(std::string_view bytes) {
  if (writer_) {
    writer_->Write(bytes);
  } else {
    TakeHead(bytes);
  }
}

void ObjectSink::TakeHead(std::string_view bytes) {
  head_.append(bytes);
  const bool complete = scanner_.Scan(head_) == dicom::HeadScanner::State::kAtPixelData;
  if (!complete && head_.size() > kHeadBytesMax) {
    throw Error(ErrorKind::kBusy, "the data set in front of the pixels is over 64 MiB");
  }
  if (complete) Complete();
}

// The head is there: judge it, then pass on what has already come of the pixels.
void ObjectSink::Complete() {
  const auto size = scanner_.head_size();
  writer_ = intake_.Admit(route_.project, std::string_view(head_).substr(0, size), inner_syntax_,
                          request_, association_, route_.assigning_authority);
  if (size < head_.size()) writer_->Write(std::string_view(head_).substr(size));
  head_.clear();
  head_.shrink_to_fit();
}

void ObjectSink::End(dimse::Respond respond) {
  try {
    if (!failure_ && inflater_ && !inflater_->complete()) {
      throw Error(ErrorKind::kInvalid, "the deflated data set ends too early");
    }
    if (!failure_ && !writer_) {
      if (!scanner_.at_boundary(head_.size())) {
        throw Error(ErrorKind::kInvalid, "the data set ends inside an element");
      }
      writer_ = intake_.Admit(route_.project, head_, inner_syntax_, request_, association_,
                              route_.assigning_authority);
    }
    if (!failure_) writer_->Finish(respond);
  } catch (const Error& error) {
    Refuse(error);
  }
  if (failure_) respond(*failure_);
}

}  // namespace glossator::gate
