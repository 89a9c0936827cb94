// SPDX-License-Identifier: GPL-3.0-or-later
// The writer thread with its group commit, and the pool of readers.
#include "store/sql.h"

#include <cassert>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "dicom/error.h"
#include "store/migrations.h"
#include "store/sql_session.h"

namespace glossator::store {
namespace {

constexpr size_t kGroupMax = 256;   // pieces of work that share one COMMIT
constexpr size_t kQueueMax = 4096;  // then WriteLater waits
constexpr size_t kReadersMax = 16;  // then Read waits

struct Work {
  std::function<void(Transaction&)> work;
  std::function<void(std::exception_ptr)> done;
  std::exception_ptr failure;
};

}  // namespace

struct Database::Impl {
  Impl(const std::filesystem::path& file, const Clock& the_clock)
      : path(file), clock(the_clock), session(file, Mode::kWriter) {}

  void Loop();
  void Commit(std::deque<Work>& group);
  void RunOne(Transaction& transaction, Work& work);
  std::unique_ptr<Session> Borrow();
  void Return(std::unique_ptr<Session> reader);

  const std::filesystem::path path;
  const Clock& clock;
  Session session;  // the writer thread's

  std::mutex mutex;  // guards what follows
  std::condition_variable work_came;
  std::condition_variable work_taken;
  std::condition_variable reader_came;  // apart: a read must not wake the writer's thread
  std::deque<Work> queue;
  bool stopping = false;
  std::vector<std::unique_ptr<Session>> idle_readers;
  size_t busy_readers = 0;

  std::thread writer;
};

void Database::Impl::Loop() {
  for (;;) {
    std::deque<Work> group;
    {
      std::unique_lock lock(mutex);
      work_came.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) return;
      while (!queue.empty() && group.size() < kGroupMax) {
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    work_taken.notify_all();
    Commit(group);
  }
}

// One transaction for all; each piece of work in its own savepoint, so that a failing one undoes
// itself alone.
void Database::Impl::Commit(std::deque<Work>& group) {
  try {
    session.RunAgain("BEGIN IMMEDIATE");
    Transaction transaction(session, clock.Now());
    for (Work& work : group) RunOne(transaction, work);
    session.RunAgain("COMMIT");
  } catch (...) {
    if (sqlite3_get_autocommit(session.handle()) == 0) {
      sqlite3_exec(session.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    for (Work& work : group) {
      if (!work.failure) work.failure = std::current_exception();
    }
  }
  for (Work& work : group) work.done(work.failure);
}

void Database::Impl::RunOne(Transaction& transaction, Work& work) {
  session.RunAgain("SAVEPOINT one");
  try {
    work.work(transaction);
  } catch (...) {
    work.failure = std::current_exception();
    session.RunAgain("ROLLBACK TO one");
  }
  session.RunAgain("RELEASE one");
}

std::unique_ptr<Session> Database::Impl::Borrow() {
  std::unique_lock lock(mutex);
  reader_came.wait(lock, [this] { return busy_readers < kReadersMax; });
  ++busy_readers;
  if (idle_readers.empty()) {
    lock.unlock();
    return std::make_unique<Session>(path, Mode::kReader);
  }
  auto reader = std::move(idle_readers.back());
  idle_readers.pop_back();
  return reader;
}

void Database::Impl::Return(std::unique_ptr<Session> reader) {
  {
    const std::lock_guard lock(mutex);
    --busy_readers;
    if (reader) idle_readers.push_back(std::move(reader));
  }
  reader_came.notify_one();
}

Database::Database(const std::filesystem::path& path, const Clock& clock,
                   std::span<const Migration> migrations)
    : impl_(std::make_unique<Impl>(path, clock)) {
  // The writer thread is not there yet: the session is ours.
  Transaction transaction(impl_->session, clock.Now());
  Migrate(impl_->session, transaction, migrations);
  impl_->writer = std::thread([impl = impl_.get()] { impl->Loop(); });
}

Database::~Database() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work_came.notify_one();
  impl_->writer.join();
}

void Database::WriteLater(std::function<void(Transaction&)> work,
                          std::function<void(std::exception_ptr)> done) {
  assert(std::this_thread::get_id() != impl_->writer.get_id());
  {
    std::unique_lock lock(impl_->mutex);
    impl_->work_taken.wait(lock, [this] { return impl_->queue.size() < kQueueMax; });
    impl_->queue.push_back({std::move(work), std::move(done), nullptr});
  }
  impl_->work_came.notify_one();
}

void Database::Write(const std::function<void(Transaction&)>& work) {
  // Shared: the writer may still be inside set_value when this call returns.
  const auto promise = std::make_shared<std::promise<void>>();
  WriteLater(work, [promise](std::exception_ptr failure) {
    failure ? promise->set_exception(failure) : promise->set_value();
  });
  promise->get_future().get();
}

namespace {

void ReadWith(Session& session, const std::function<void()>& work) {
  session.RunAgain("BEGIN");
  try {
    work();
  } catch (...) {
    session.RunAgain("ROLLBACK");
    throw;
  }
  session.RunAgain("ROLLBACK");
}

}  // namespace

void Database::Read(const std::function<void(const Reader&)>& work) const {
  struct Loan {
    Impl& impl;
    std::unique_ptr<Session> session;
    ~Loan() { impl.Return(std::move(session)); }
  };
  Loan loan{*impl_, nullptr};
  loan.session = impl_->Borrow();
  const Reader reader(*loan.session, impl_->clock.Now());
  ReadWith(*loan.session, [&] { work(reader); });
}

const std::filesystem::path& Database::path() const { return impl_->path; }

void ReadOnly(const std::filesystem::path& path, const std::function<void(const Reader&)>& work) {
  Session session(path, Mode::kReader);
  const Reader reader(session, Time{});
  ReadWith(session, [&] { work(reader); });
}

}  // namespace glossator::store
