// SPDX-License-Identifier: GPL-3.0-or-later
#include "spool/spool.h"

#include "dicom/error.h"
#include "spool/core.h"

namespace glossator::spool {

struct Writer::State {
  std::shared_ptr<Spool::Core> core;
  std::shared_ptr<Growing> record;
  bool spent = false;
};

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Writer::~Writer() {
  if (!state_->spent) state_->core->Abandon(state_->record);
}

uint64_t Writer::record_id() const { return state_->record->id; }

void Writer::Append(std::string chunk) {
  if (state_->spent) throw Error(ErrorKind::kInternal, "append after commit");
  state_->core->Append({ItemKind::kChunk, state_->record, std::move(chunk)});
}

void Writer::Append(Buffer chunk) {
  if (state_->spent) throw Error(ErrorKind::kInternal, "append after commit");
  Item item{ItemKind::kChunk, state_->record, {}};
  item.buffer = std::move(chunk);
  state_->core->Append(std::move(item));
}

Buffer Writer::NewBuffer() { return state_->core->buffers().Take(); }

void Writer::Commit(std::string trailer, Done done) {
  if (state_->spent) throw Error(ErrorKind::kInternal, "a second commit");
  state_->spent = true;
  state_->core->Commit(state_->record, std::move(trailer), std::move(done));
}

Spool::Spool(FileSystem& files, std::filesystem::path directory, Options options)
    : core_(std::make_shared<Core>(files, directory, options)) {}

Spool::~Spool() { Stop(); }

void Spool::Stop() { core_->Stop(); }

RecoveryReport Spool::Recover(const std::function<void(const Recovered&)>& visit) {
  return core_->Recover(visit);
}

std::unique_ptr<Writer> Spool::Begin() {
  auto state = std::make_unique<Writer::State>();
  state->core = core_;
  state->record = core_->Begin();
  return std::unique_ptr<Writer>(new Writer(std::move(state)));
}

bool Spool::Congested() const { return core_->Congested(); }
void Spool::OnRoom(std::function<void()> callback) { core_->OnRoom(std::move(callback)); }
bool Spool::has_room() const { return core_->has_room(); }
uint64_t Spool::bytes() const { return core_->bytes(); }
void Spool::Release(Place place) { core_->Release(place); }

}  // namespace glossator::spool
