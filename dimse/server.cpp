// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "dimse/scp_session.h"
#include "dimse/socket_stream.h"
#include "model/log.h"

namespace glossator::dimse {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(ServerOptions options, Handler& handler)
      : core(std::make_shared<ServerCore>(std::move(options), handler)),
        context(std::make_shared<asio::io_context>()),
        work(asio::make_work_guard(*context)),
        acceptor(asio::make_strand(*context)),
        retry(acceptor.get_executor()) {
    if (core->options.tls) tls = MakeTlsContext(*core->options.tls);
  }

  void Bind();
  void Accept();
  void Welcome(TcpSocket socket);
  void OnAccepted(const error_code& failed, TcpSocket socket);
  void Forget(uint64_t number);
  void Run();
  bool AllGoneWithin(std::chrono::milliseconds time);
  std::map<uint64_t, std::shared_ptr<ScpSession>> Sessions();

  const std::shared_ptr<ServerCore> core;
  const IoContext context;
  std::shared_ptr<TlsContext> tls;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  tcp::acceptor acceptor;
  asio::steady_timer retry;
  uint16_t bound_port = 0;
  std::vector<std::thread> threads;

  std::mutex mutex;
  std::condition_variable gone;
  std::map<uint64_t, std::shared_ptr<ScpSession>> sessions;
  uint64_t last_number = 0;
};

void Server::Impl::Bind() {
  error_code failed;
  const auto address = asio::ip::make_address(core->options.address, failed);
  if (failed) throw Error(ErrorKind::kInvalid, "not a numeric address to listen on");
  const tcp::endpoint end(address, core->options.port);
  acceptor.open(end.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(end, failed);
  if (!failed) acceptor.listen(1024, failed);
  if (failed) {
    throw Error(ErrorKind::kUnavailable, "cannot listen on " + core->options.address + ":" +
                                             std::to_string(core->options.port) + ": " +
                                             failed.message());
  }
  bound_port = acceptor.local_endpoint().port();
}

void Server::Impl::Accept() {
  acceptor.async_accept(asio::make_strand(*context),
                        [self = shared_from_this()](const error_code& failed, TcpSocket socket) {
                          self->OnAccepted(failed, std::move(socket));
                        });
}

// Out of file descriptors is no reason to stop listening.
void Server::Impl::OnAccepted(const error_code& failed, TcpSocket socket) {
  if (core->stopping) return;
  if (!failed) {
    Welcome(std::move(socket));
    return Accept();
  }
  retry.expires_after(std::chrono::milliseconds(100));
  retry.async_wait([self = shared_from_this()](const error_code& canceled) {
    if (!canceled && !self->core->stopping) self->Accept();
  });
}

void Server::Impl::Welcome(TcpSocket socket) {
  if (core->connections_open >= core->options.connections_max) return;  // closes it
  std::shared_ptr<ScpSession> session;
  {
    const std::lock_guard lock(mutex);
    if (core->stopping) return;  // Stop has already counted the sessions
    const uint64_t number = ++last_number;
    session = std::make_shared<ScpSession>(
        core, number, [self = shared_from_this(), number] { self->Forget(number); });
    sessions[number] = session;
  }
  session->Start(AcceptedStream(context, std::move(socket), tls));
}

void Server::Impl::Forget(uint64_t number) {
  const std::lock_guard lock(mutex);
  sessions.erase(number);
  gone.notify_all();
}

void Server::Impl::Run() {
  for (;;) {
    try {
      context->run();
      return;
    } catch (...) {
      Log(LogLevel::kError, "wire-thread-exception");
    }
  }
}

bool Server::Impl::AllGoneWithin(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex);
  return gone.wait_for(lock, time, [&] { return sessions.empty(); });
}

std::map<uint64_t, std::shared_ptr<ScpSession>> Server::Impl::Sessions() {
  const std::lock_guard lock(mutex);
  return sessions;
}

Server::Server(ServerOptions options, Handler& handler)
    : impl_(std::make_shared<Impl>(std::move(options), handler)) {}

Server::~Server() { Stop(); }

void Server::Start() {
  impl_->Bind();
  const unsigned wanted = impl_->core->options.threads;
  const unsigned count = wanted ? wanted : 2 + std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) {
    impl_->threads.emplace_back([impl = impl_.get()] { impl->Run(); });
  }
  asio::post(impl_->acceptor.get_executor(), [impl = impl_] { impl->Accept(); });
}

void Server::Stop() {
  if (impl_->core->stopping.exchange(true) || impl_->threads.empty()) return;
  asio::post(impl_->acceptor.get_executor(), [impl = impl_] {
    error_code ignored;
    impl->acceptor.close(ignored);
    impl->retry.cancel(ignored);
  });
  for (const auto& [number, session] : impl_->Sessions()) session->Shutdown();
  if (!impl_->AllGoneWithin(impl_->core->options.stop_grace)) {
    for (const auto& [number, session] : impl_->Sessions()) session->Kill();
  }
  impl_->work.reset();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

uint16_t Server::port() const { return impl_->bound_port; }

void Server::SetCongested(bool congested) { impl_->core->congested = congested; }

ServerCounters Server::counters() const {
  const ServerCore& core = *impl_->core;
  return {core.associations_open, core.connections_open, core.accepted,
          core.rejected,          core.aborted,          core.stored};
}

}  // namespace glossator::dimse
