// SPDX-License-Identifier: GPL-3.0-or-later
// Requests of a peer, one at a time (asynchronous window 1,1), and their responses.
#include "dicom/io.h"
#include "dicom/uid.h"
#include "dimse/guard.h"
#include "dimse/scp_session.h"

namespace glossator::dimse {

struct ScpSession::OperationRow {
  Operation operation;
  void (ScpSession::*run)();
};

const ScpSession::OperationRow ScpSession::kOperationRows[] = {
    {Operation::kStore, &ScpSession::Store},
    {Operation::kEcho, &ScpSession::Echo},
    {Operation::kFind, &ScpSession::Find},
    {Operation::kAction, &ScpSession::Action},
    {Operation::kEventReport, &ScpSession::EventReport},
    {Operation::kCancelFind, &ScpSession::Ignore},  // nothing is left to cancel, no response
};

namespace {

// Shared by all copies of one Respond; the last one to go answers if nobody did.
class AnswerOnce {
 public:
  explicit AnswerOnce(std::function<void(Status)> answer) : answer_(std::move(answer)) {}
  ~AnswerOnce() { (*this)({kProcessingFailure, "no answer"}); }
  void operator()(Status status) {
    if (!done_.exchange(true)) answer_(std::move(status));
  }

 private:
  std::function<void(Status)> answer_;
  std::atomic<bool> done_{false};
};

NextChunk WholeOf(std::string bytes) {
  auto owned = std::make_shared<std::string>(std::move(bytes));
  return [owned] { return Chunk{*owned, true}; };
}

}  // namespace

void ScpSession::OnCommand(uint8_t context, const Command& command) {
  if (command.is_response()) throw Error(ErrorKind::kInvalid, "response without a request");
  ++request_number_;
  context_ = context;
  command_ = command;
  data_set_.clear();
  data_set_bytes_ = 0;
  early_ = answered_ = false;
  if (command.operation() == Operation::kStore) return BeginStore();
  if (command.has_data_set && !FindOperation()) AnswerEarly({kUnrecognizedOperation});
}

const ScpSession::OperationRow* ScpSession::FindOperation() const {
  for (const OperationRow& row : kOperationRows) {
    if (row.operation == command_.operation()) return &row;
  }
  return nullptr;
}

// A failed response may come before the data set has (PS3.7 9.1.1.3). A peer that is quick hears it
// in the usual order all the same; one that stalls, or goes on for long, hears it within a second.
void ScpSession::AnswerEarly(const Status& fault) {
  if (early_) return;
  early_ = true;
  constexpr std::chrono::milliseconds kPatience{400};
  upper_->StartTimer(kPatience, [self = shared_from_this(), fault] {
    self->answered_ = true;
    self->Send(Command::Response(self->command_, fault));
  });
}

std::optional<Status> ScpSession::StoreFault() const {
  const AcceptedContext& context = contexts_.at(context_);
  if (!dicom::IsBearableUid(command_.sop_instance_uid)) {
    return Status{kInvalidObjectInstance, "Affected SOP Instance UID missing or invalid"};
  }
  if (command_.sop_class_uid != context.abstract_syntax) {
    return Status{kSopClassNotSupported, "SOP Class differs from presentation context"};
  }
  if (!command_.has_data_set) return Status{kCannotUnderstand, "no data set"};
  return std::nullopt;
}

void ScpSession::BeginStore() {
  std::unique_ptr<StoreSink> sink;
  std::optional<Status> fault = StoreFault();
  if (!fault) {
    const StoreRequest request{command_.sop_class_uid, command_.sop_instance_uid,
                               contexts_.at(context_).transfer_syntax, command_.move_originator_aet,
                               command_.move_originator_message_id};
    fault = Guard([&] {
      sink = core_->handler.Store(association_, request);
      if (!sink) throw Error(ErrorKind::kUnsupported, "SOP Class not stored here");
      sink->Begin([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self) self->upper_->Post([self] { self->Resume(); });
      });
    });
  }
  store_.emplace(std::move(sink), core_->options.object_bytes_max);
  if (!fault) return;
  store_->Refuse(*fault);
  if (command_.has_data_set) AnswerEarly(*fault);
}

void ScpSession::OnDataSet(std::string_view bytes) {
  if (store_) {
    if (store_->Data(bytes) == Flow::kPause) Pause();
    if (store_->refusal()) AnswerEarly(*store_->refusal());
    return;
  }
  const uint64_t most = core_->options.message_bytes_max;
  data_set_bytes_ += bytes.size();
  if (data_set_bytes_ / 2 > most) throw Error(ErrorKind::kInvalid, "data set far too long");
  if (data_set_bytes_ > most) return AnswerEarly({kOutOfResources, "data set too long"});
  if (!early_) data_set_ += bytes;
}

// Not reading is how the sender is slowed down; it never lasts longer than pause_max.
void ScpSession::Pause() {
  paused_ = true;
  upper_->SetReading(Reading::kNone);
  upper_->StartTimer(core_->options.pause_max, [self = shared_from_this()] {
    self->store_->Refuse({kOutOfResources, "too busy"});
    self->Resume();
    if (self->store_) self->AnswerEarly(*self->store_->refusal());
  });
}

void ScpSession::Resume() {
  if (!paused_) return;
  paused_ = false;
  upper_->StopTimer();
  if (end_after_pause_) EndMessage();
  if (!awaiting_) upper_->SetReading(Reading::kAll);
}

void ScpSession::OnMessageEnd() {
  end_after_pause_ = paused_;
  if (!paused_) EndMessage();
}

void ScpSession::EndMessage() {
  end_after_pause_ = false;
  if (early_) upper_->StopTimer();
  if (answered_) {
    store_.reset();
    return EndRequest();
  }
  if (const OperationRow* row = FindOperation()) return (this->*row->run)();
  Send(Command::Response(command_, {kUnrecognizedOperation}));
  EndRequest();
}

// Aborts and releases are still noticed while the answer is awaited.
void ScpSession::Store() {
  awaiting_ = true;
  upper_->SetReading(Reading::kNoData);
  const auto self = shared_from_this();
  upper_->StartTimer(core_->options.answer_max, [self, request = request_number_] {
    self->Answer(request, {kOutOfResources, "no answer in time"});
  });
  store_->End(MakeRespond());
  store_.reset();
}

Respond ScpSession::MakeRespond() {
  auto once = std::make_shared<AnswerOnce>(
      [weak = weak_from_this(), request = request_number_](Status status) {
        const auto self = weak.lock();
        if (!self) return;
        self->upper_->Post([self, request, status] { self->Answer(request, status); });
      });
  return [once](Status status) { (*once)(std::move(status)); };
}

void ScpSession::Answer(uint64_t request, const Status& status) {
  if (!awaiting_ || request != request_number_) return;
  awaiting_ = false;
  upper_->StopTimer();
  const StatusKind kind = KindOf(status.code);
  if (kind == StatusKind::kSucceeded || kind == StatusKind::kWarned) {
    ++stored_;
    ++core_->stored;
  }
  Send(Command::Response(command_, status));
  EndRequest();
  upper_->SetReading(Reading::kAll);
}

void ScpSession::Send(const Command& response, std::string data_set) {
  NextChunk next;
  if (response.has_data_set) next = WholeOf(std::move(data_set));
  upper_->SendMessage(context_, Encode(response), std::move(next));
}

void ScpSession::EndRequest() {
  data_set_ = {};
  if (releasing_) return upper_->RespondRelease();
  MaybeShutdown();
}

dicom::DataSet ScpSession::ReadDataSet() const {
  if (data_set_bytes_ > core_->options.message_bytes_max) {
    throw Error(ErrorKind::kBusy, "data set larger than the limit");
  }
  if (!command_.has_data_set) return {};
  return dicom::Read(data_set_, *contexts_.at(context_).transfer_syntax);
}

void ScpSession::Echo() {
  Status status;
  if (auto failure = Guard([&] { status.code = core_->handler.Echo(association_); })) {
    status = *failure;
  }
  Send(Command::Response(command_, status));
  EndRequest();
}

void ScpSession::Find() {
  FindAnswer answer;
  const AcceptedContext& context = contexts_.at(context_);
  if (auto failure = Guard([&] {
        answer = core_->handler.Find(association_, command_.sop_class_uid, ReadDataSet());
      })) {
    answer = {*failure, {}};
  }
  for (const dicom::DataSet& match : answer.matches) {
    Command pending = Command::Response(command_, {kPending});
    pending.has_data_set = true;
    Send(pending, dicom::Write(match, *context.transfer_syntax));
  }
  Send(Command::Response(command_, answer.status));
  EndRequest();
}

void ScpSession::Action() {
  Status status;
  if (auto failure = Guard([&] {
        status = core_->handler.Action(association_, command_.sop_class_uid,
                                       command_.sop_instance_uid, command_.type, ReadDataSet());
      })) {
    status = *failure;
  }
  Send(Command::Response(command_, status));
  EndRequest();
}

void ScpSession::EventReport() {
  Status status;
  if (auto failure = Guard([&] {
        status =
            core_->handler.EventReport(association_, command_.sop_class_uid,
                                       command_.sop_instance_uid, command_.type, ReadDataSet());
      })) {
    status = *failure;
  }
  Send(Command::Response(command_, status));
  EndRequest();
}

}  // namespace glossator::dimse
