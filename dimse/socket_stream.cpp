// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/socket_stream.h"

#include <netinet/tcp.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace glossator::dimse {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using TlsSocket = asio::ssl::stream<TcpSocket>;
using Done = std::function<void(bool)>;

// DCMTK writes a PDU's header and body apart: with delayed acknowledgements or Nagle's algorithm
// on either side each instance waits 40 ms. The kernel forgets TCP_QUICKACK, hence after each read.
void AcknowledgeAtOnce(TcpSocket& socket) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void Prepare(TcpSocket& socket) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  AcknowledgeAtOnce(socket);
}

PeerName NameOf(const TcpSocket& socket) {
  error_code failed;
  const auto end = socket.remote_endpoint(failed);
  if (failed) return {};
  return {end.address().to_string(), end.port(), ""};
}

TcpSocket& LowestOf(TcpSocket& socket) { return socket; }
TcpSocket& LowestOf(TlsSocket& socket) { return socket.next_layer(); }

struct Target {
  std::string host;
  uint16_t port = 0;
};

template <class Socket>
class SocketStream final : public Stream {
 public:
  template <class... Rest>
  SocketStream(IoContext context, std::shared_ptr<TlsContext> tls, std::optional<Target> target,
               TcpSocket socket, Rest&... rest)
      : context_(std::move(context)),
        tls_(std::move(tls)),
        target_(std::move(target)),
        socket_(std::move(socket), rest...),
        resolver_(socket_.get_executor()),
        timers_{asio::steady_timer(socket_.get_executor()),
                asio::steady_timer(socket_.get_executor())} {}

  void Open(Done done) override {
    if (!target_) return Connected(std::move(done));
    resolver_.async_resolve(
        target_->host, std::to_string(target_->port),
        [this, done = std::move(done)](error_code failed, const auto& found) mutable {
          if (failed) return done(false);
          asio::async_connect(LowestOf(socket_), found,
                              [this, done = std::move(done)](error_code refused, auto) mutable {
                                if (refused) return done(false);
                                Connected(std::move(done));
                              });
        });
  }

  void Read(std::span<char> into, std::function<void(bool, size_t)> done) override {
    socket_.async_read_some(asio::buffer(into.data(), into.size()),
                            [this, into, done = std::move(done)](error_code failed, size_t size) {
                              // A full buffer: more lies there, and nobody waits yet.
                              if (!failed && size < into.size()) {
                                AcknowledgeAtOnce(LowestOf(socket_));
                              }
                              done(!failed, size);
                            });
  }

  void Write(const std::vector<std::string_view>& pieces, Done done) override {
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(pieces.size());
    for (std::string_view piece : pieces) buffers.emplace_back(piece.data(), piece.size());
    asio::async_write(socket_, buffers,
                      [done = std::move(done)](error_code failed, size_t) { done(!failed); });
  }

  void Close() override {
    error_code ignored;
    LowestOf(socket_).shutdown(TcpSocket::shutdown_both, ignored);
    LowestOf(socket_).close(ignored);
    resolver_.cancel();
    for (auto& timer : timers_) timer.cancel(ignored);
  }

  void Post(std::function<void()> task) override {
    asio::post(socket_.get_executor(), std::move(task));
  }

  void StartTimer(Timer timer, std::chrono::milliseconds after,
                  std::function<void()> expired) override {
    asio::steady_timer& clock = timers_[static_cast<size_t>(timer)];
    const uint64_t round = ++rounds_[static_cast<size_t>(timer)];
    clock.expires_after(after);
    clock.async_wait([this, timer, round, expired = std::move(expired)](error_code failed) {
      // A timer that went off before it was stopped is still on its way here.
      if (!failed && round == rounds_[static_cast<size_t>(timer)]) expired();
    });
  }

  void StopTimer(Timer timer) override {
    error_code ignored;
    ++rounds_[static_cast<size_t>(timer)];
    timers_[static_cast<size_t>(timer)].cancel(ignored);
  }

  PeerName peer() const override { return peer_; }

 private:
  void Connected(Done done) {
    Prepare(LowestOf(socket_));
    peer_ = NameOf(LowestOf(socket_));
    if constexpr (std::is_same_v<Socket, TlsSocket>) {
      const auto role = target_ ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
      socket_.async_handshake(role, [this, done = std::move(done)](error_code failed) {
        if (!failed) peer_.tls_subject = SubjectOf(socket_.native_handle());
        done(!failed);
      });
    } else {
      Post([done = std::move(done)] { done(true); });
    }
  }

  const IoContext context_;
  const std::shared_ptr<TlsContext> tls_;
  const std::optional<Target> target_;
  Socket socket_;
  asio::ip::tcp::resolver resolver_;
  std::array<asio::steady_timer, 2> timers_;
  std::array<uint64_t, 2> rounds_{};
  PeerName peer_;
};

std::unique_ptr<Stream> MakeStream(IoContext context, TcpSocket socket,
                                   std::shared_ptr<TlsContext> tls, std::optional<Target> target) {
  if (!tls) {
    return std::make_unique<SocketStream<TcpSocket>>(std::move(context), nullptr, std::move(target),
                                                     std::move(socket));
  }
  TlsContext& settings = *tls;
  return std::make_unique<SocketStream<TlsSocket>>(std::move(context), std::move(tls),
                                                   std::move(target), std::move(socket), settings);
}

}  // namespace

std::unique_ptr<Stream> AcceptedStream(IoContext context, TcpSocket socket,
                                       std::shared_ptr<TlsContext> tls) {
  return MakeStream(std::move(context), std::move(socket), std::move(tls), std::nullopt);
}

std::unique_ptr<Stream> ConnectingStream(IoContext context, const std::string& host, uint16_t port,
                                         std::shared_ptr<TlsContext> tls) {
  TcpSocket socket(asio::make_strand(*context));
  return MakeStream(std::move(context), std::move(socket), std::move(tls), Target{host, port});
}

}  // namespace glossator::dimse
