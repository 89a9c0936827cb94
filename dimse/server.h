// SPDX-License-Identifier: GPL-3.0-or-later
// The SCP: a listening socket and at most 2 + cores threads that drive all associations.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dimse/handler.h"
#include "model/config.h"

namespace glossator::dimse {

struct ServerOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6; never guessed
  uint16_t port = 0;                  // 0: a free one, see Server::port
  std::optional<TlsConfig> tls;       // then 1.2 or 1.3 with a client certificate, nothing else

  uint32_t max_pdu = 128 * 1024;                 // of P-DATA-TF that we take
  uint64_t object_bytes_max = 4ull << 30;        // beyond: 0xA700; beyond twice that: A-ABORT
  uint32_t message_bytes_max = 16u << 20;        // identifiers and N-service data sets
  unsigned associations_max = 1000;              // beyond: A-ASSOCIATE-RJ local limit exceeded
  unsigned connections_max = 2000;               // beyond: closed at once
  unsigned threads = 0;                          // 0: 2 + cores
  std::chrono::milliseconds artim{30'000};       // PS3.8 9.1.5; TLS handshake included
  std::chrono::milliseconds idle{60'000};        // without one complete PDU
  std::chrono::milliseconds pause_max{5'000};    // how long a sink may hold a sender
  std::chrono::milliseconds answer_max{60'000};  // until respond; then 0xA700
  std::chrono::milliseconds stop_grace{3'000};   // for objects under way at Stop
};

struct ServerCounters {
  uint64_t associations_open = 0;  // negotiated
  uint64_t connections_open = 0;   // all
  uint64_t accepted = 0;
  uint64_t rejected = 0;
  uint64_t aborted = 0;  // by either side, connection losses included
  uint64_t stored = 0;   // C-STORE answered with Success or Warning
};

class Server {
 public:
  // `handler` must outlive the server. Throws kInvalid (address, certificates).
  Server(ServerOptions options, Handler& handler);
  ~Server();  // Stop()
  Server(const Server&) = delete;

  void Start();  // binds and listens; throws kUnavailable when the port is taken
  // Refuses new connections, lets objects under way finish for stop_grace, aborts the rest, joins
  // the threads. Never called from a handler. No handler call comes after it returns.
  void Stop();
  uint16_t port() const;  // valid after Start
  ServerCounters counters() const;
  // While true every new association is rejected as transient, temporary congestion.
  void SetCongested(bool congested);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace glossator::dimse
