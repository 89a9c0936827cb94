// SPDX-License-Identifier: GPL-3.0-or-later
// Internal: includes Asio. Streams over TCP and TLS.
#pragma once

#include <utility>
// <utility> first: Boost 1.74 needs it with C++20.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <memory>
#include <string>

#include "dimse/stream.h"
#include "dimse/tls_context.h"

namespace glossator::dimse {

// Every stream holds the context it runs on, so that a late answer finds one.
using IoContext = std::shared_ptr<boost::asio::io_context>;
using TcpSocket = boost::asio::ip::tcp::socket;

// `socket` is connected and runs on a strand. `tls` may be null.
std::unique_ptr<Stream> AcceptedStream(IoContext context, TcpSocket socket,
                                       std::shared_ptr<TlsContext> tls);
// Open resolves and connects.
std::unique_ptr<Stream> ConnectingStream(IoContext context, const std::string& host, uint16_t port,
                                         std::shared_ptr<TlsContext> tls);

}  // namespace glossator::dimse
