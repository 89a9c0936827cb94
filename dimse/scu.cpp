// SPDX-License-Identifier: GPL-3.0-or-later
// Blocking calls: the caller's own thread runs the association until its answer is there.
#include "dimse/scu.h"

#include <algorithm>
#include <array>

#include "dicom/io.h"
#include "dimse/scu_session.h"
#include "dimse/socket_stream.h"

namespace glossator::dimse {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kStreamBuffer = 256 * 1024;
constexpr size_t kIgnoredMatchesMax = 10'000;  // after C-CANCEL

ErrorKind KindOfRejection(const Rejection& rejection) {
  return rejection.result == 2 ? ErrorKind::kBusy : ErrorKind::kUnavailable;
}

NextChunk OneChunk(std::string_view bytes) {
  return [bytes] { return Chunk{bytes, true}; };
}

// Fills buffers from `next`, always one ahead, so that the last one is known as such.
class Ahead {
 public:
  explicit Ahead(std::function<std::string_view()> next) : next_(std::move(next)) { Fill(); }
  Chunk operator()() {
    current_.swap(following_);
    const bool last = ended_;
    if (!last) Fill();
    return {current_, last || (ended_ && following_.empty())};
  }

 private:
  // Fragments have even length.
  void Fill() {
    following_.clear();
    while (!ended_ && (following_.size() < kStreamBuffer || following_.size() % 2 != 0)) {
      const std::string_view more = next_();
      ended_ = more.empty();
      following_ += more;
    }
    if (following_.size() % 2 != 0) throw Error(ErrorKind::kInvalid, "data set of odd length");
  }

  std::function<std::string_view()> next_;
  std::string current_;
  std::string following_;
  bool ended_ = false;
};

}  // namespace

Rejected::Rejected(const Rejection& rejection)
    : Error(KindOfRejection(rejection), "association rejected: " + ToString(rejection)),
      rejection_(rejection) {}

struct Scu::Impl {
  explicit Impl(ScuOptions given)
      : options(std::move(given)),
        context(std::make_shared<boost::asio::io_context>()),
        session(std::make_shared<ScuSession>(options)) {}
  ~Impl() {
    if (upper) Close();
  }

  struct Unfinished;

  void Open();
  // Runs the association until `done`; throws when it ended or nothing moved for `patience`.
  template <class Done>
  void Wait(Done done, milliseconds patience, const char* what);
  template <class Done>
  bool RunUntil(Done done, milliseconds patience);
  void Abort();
  void Close();
  [[noreturn]] void Lost(const char* what);
  void CheckOpen() const;
  uint8_t ContextFor(std::string_view abstract_syntax, const dicom::TransferSyntax* syntax) const;
  Response Exchange(uint8_t id, Command command, NextChunk data);
  Response NextResponse(uint16_t message_id);
  Status Notify(Operation operation, std::string_view sop_class_uid,
                std::string_view sop_instance_uid, uint16_t type, const dicom::DataSet& set);
  Command Request(Operation operation, std::string_view sop_class_uid,
                  std::string_view sop_instance_uid);

  const ScuOptions options;
  const IoContext context;
  const std::shared_ptr<ScuSession> session;
  std::shared_ptr<UpperLayer> upper;
  uint16_t last_message_id = 0;
  unsigned requests_told = 0;  // by Serve
};

// A message that was not sent to its end leaves nothing but A-ABORT.
struct Scu::Impl::Unfinished {
  Impl& impl;
  bool done = false;
  ~Unfinished() {
    if (!done) impl.Abort();
  }
};

void Scu::Impl::Open() {
  const auto tls = options.tls ? MakeTlsContext(*options.tls) : nullptr;
  upper = std::make_shared<UpperLayer>(
      Role::kRequestor, ConnectingStream(context, options.host, options.port, tls),
      UpperLayerOptions{options.max_pdu, milliseconds(2'000), milliseconds(0)}, session);
  session->Attach(*upper);
  upper->Associate(session->MakeRequest());
  Wait([&] { return upper->state() != State::Sta4; }, options.connect_timeout, "connection");
  Wait([&] { return session->established; }, options.associate_timeout, "association");
}

template <class Done>
bool Scu::Impl::RunUntil(Done done, milliseconds patience) {
  auto deadline = steady_clock::now() + patience;
  uint64_t seen = upper->writes();
  while (!done() && !session->closed) {
    if (context->stopped()) context->restart();
    if (context->run_one_until(deadline) == 0 && steady_clock::now() >= deadline) return false;
    if (upper->writes() == seen) continue;
    seen = upper->writes();
    deadline = steady_clock::now() + patience;
  }
  return done();
}

template <class Done>
void Scu::Impl::Wait(Done done, milliseconds patience, const char* what) {
  if (RunUntil(done, patience)) return;
  if (session->rejection) throw Rejected(*session->rejection);
  Lost(what);
}

void Scu::Impl::Lost(const char* what) {
  std::string text = session->fault.empty() ? "no answer in time" : session->fault;
  Abort();
  throw Error(ErrorKind::kUnavailable, text + " (waiting for " + what + ")");
}

// Afterwards nothing points at the caller's bytes any more, and no handler holds the association.
void Scu::Impl::Close() {
  upper->Drop();
  context->restart();
  context->poll();
}

void Scu::Impl::Abort() {
  if (session->closed) return;
  upper->AbortByUser();
  RunUntil([] { return false; }, milliseconds(200));
  Close();
}

void Scu::Impl::CheckOpen() const {
  if (upper->state() == State::Sta6) return;
  throw Error(ErrorKind::kUnavailable,
              session->fault.empty() ? "the association is over" : session->fault);
}

uint8_t Scu::Impl::ContextFor(std::string_view abstract_syntax,
                              const dicom::TransferSyntax* syntax) const {
  const uint8_t id = session->FindContext(abstract_syntax, syntax);
  if (id == 0) throw Error(ErrorKind::kUnsupported, "no accepted presentation context");
  return id;
}

Command Scu::Impl::Request(Operation operation, std::string_view sop_class_uid,
                           std::string_view sop_instance_uid) {
  Command command = Command::Request(operation, ++last_message_id);
  command.sop_class_uid = sop_class_uid;
  command.sop_instance_uid = sop_instance_uid;
  return command;
}

Response Scu::Impl::NextResponse(uint16_t message_id) {
  Wait([&] { return !session->responses.empty(); }, options.response_timeout, "response");
  Response response = std::move(session->responses.front());
  session->responses.pop_front();
  if (response.command.message_id != message_id) {
    session->fault = "the peer answered another message";
    Lost("response");
  }
  return response;
}

Response Scu::Impl::Exchange(uint8_t id, Command command, NextChunk data) {
  CheckOpen();
  command.has_data_set = static_cast<bool>(data);
  session->responses.clear();
  Unfinished unfinished{*this};  // `data` may throw
  upper->SendMessage(id, Encode(command), std::move(data));
  Response response = NextResponse(command.message_id);
  unfinished.done = true;
  return response;
}

Status Scu::Impl::Notify(Operation operation, std::string_view sop_class_uid,
                         std::string_view sop_instance_uid, uint16_t type,
                         const dicom::DataSet& set) {
  const uint8_t id = ContextFor(sop_class_uid, nullptr);
  const std::string bytes = dicom::Write(set, *session->contexts.at(id).transfer_syntax);
  Command command = Request(operation, sop_class_uid, sop_instance_uid);
  command.type = type;
  NextChunk data;
  if (!bytes.empty()) data = OneChunk(bytes);
  return Exchange(id, command, data).command.status;
}

Scu::Scu(ScuOptions options) : impl_(std::make_shared<Impl>(std::move(options))) { impl_->Open(); }

Scu::~Scu() {
  if (impl_->upper) impl_->Abort();
}

bool Scu::open() const { return impl_->upper->state() == State::Sta6; }
const Association& Scu::association() const { return impl_->session->association; }

const dicom::TransferSyntax* Scu::Accepted(std::string_view abstract_syntax) const {
  const uint8_t id = impl_->session->FindContext(abstract_syntax);
  return id == 0 ? nullptr : impl_->session->contexts.at(id).transfer_syntax;
}

std::vector<const dicom::TransferSyntax*> Scu::AllAccepted(std::string_view abstract_syntax) const {
  std::vector<const dicom::TransferSyntax*> all;
  for (const auto& [id, context] : impl_->session->contexts) {
    if (context.abstract_syntax == abstract_syntax) all.push_back(context.transfer_syntax);
  }
  return all;
}

Status Scu::Echo() {
  const uint8_t id = impl_->ContextFor(kVerification, nullptr);
  return impl_->Exchange(id, impl_->Request(Operation::kEcho, kVerification, ""), {})
      .command.status;
}

Status Scu::Store(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                  const dicom::TransferSyntax& syntax, std::string_view data_set) {
  if (data_set.size() % 2 != 0) throw Error(ErrorKind::kInvalid, "data set of odd length");
  const uint8_t id = impl_->ContextFor(sop_class_uid, &syntax);
  const Command command = impl_->Request(Operation::kStore, sop_class_uid, sop_instance_uid);
  return impl_->Exchange(id, command, OneChunk(data_set)).command.status;
}

Status Scu::Store(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                  const dicom::TransferSyntax& syntax, std::function<std::string_view()> next) {
  const uint8_t id = impl_->ContextFor(sop_class_uid, &syntax);
  const Command command = impl_->Request(Operation::kStore, sop_class_uid, sop_instance_uid);
  auto ahead = std::make_shared<Ahead>(std::move(next));
  return impl_->Exchange(id, command, [ahead] { return (*ahead)(); }).command.status;
}

FindResult Scu::Find(std::string_view model_uid, const dicom::DataSet& keys, size_t matches_max) {
  const uint8_t id = impl_->ContextFor(model_uid, nullptr);
  const dicom::TransferSyntax& syntax = *impl_->session->contexts.at(id).transfer_syntax;
  const std::string bytes = dicom::Write(keys, syntax);
  const Command command = impl_->Request(Operation::kFind, model_uid, "");
  Response response = impl_->Exchange(id, command, OneChunk(bytes));
  FindResult result;
  size_t ignored = 0;
  while (dimse::KindOf(response.command.status.code) == StatusKind::kContinues) {
    if (result.matches.size() < matches_max) {
      result.matches.push_back(dicom::Read(response.data_set, syntax));
    } else if (ignored++ == 0) {
      const auto cancel = Command::Request(Operation::kCancelFind, command.message_id);
      impl_->upper->SendMessage(id, Encode(cancel), {});
    } else if (ignored > kIgnoredMatchesMax) {
      impl_->session->fault = "the peer does not heed C-CANCEL";
      impl_->Lost("response");
    }
    response = impl_->NextResponse(command.message_id);
  }
  result.status = response.command.status;
  return result;
}

Status Scu::Action(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                   uint16_t action_type, const dicom::DataSet& information) {
  return impl_->Notify(Operation::kAction, sop_class_uid, sop_instance_uid, action_type,
                       information);
}

Status Scu::EventReport(std::string_view sop_class_uid, std::string_view sop_instance_uid,
                        uint16_t event_type, const dicom::DataSet& information) {
  return impl_->Notify(Operation::kEventReport, sop_class_uid, sop_instance_uid, event_type,
                       information);
}

bool Scu::Serve(milliseconds duration) {
  const bool served = impl_->RunUntil(
      [&] { return impl_->session->requests_served != impl_->requests_told; }, duration);
  impl_->requests_told = impl_->session->requests_served;
  return served;
}

// What was answered is safe, so a release that fails is of no interest.
void Scu::Release() {
  if (!open()) return;
  impl_->upper->Release();
  impl_->RunUntil([] { return false; }, impl_->options.associate_timeout);
  impl_->Close();
}

}  // namespace glossator::dimse
