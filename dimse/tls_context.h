// SPDX-License-Identifier: GPL-3.0-or-later
// Internal: includes Asio. Secure transport by BCP 195 (PS3.15 B.12): TLS 1.2 or 1.3, forward
// secrecy and authenticated encryption only, certificates on both sides.
#pragma once

#include <utility>
// <utility> first: Boost 1.74 needs it with C++20.
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "model/config.h"

namespace glossator::dimse {

using TlsContext = boost::asio::ssl::context;

// Throws Error{kInvalid}, naming which of the three files cannot be used.
std::shared_ptr<TlsContext> MakeTlsContext(const TlsConfig& config);
std::string SubjectOf(SSL* connection);  // of the peer's certificate, RFC 2253

}  // namespace glossator::dimse
