// SPDX-License-Identifier: GPL-3.0-or-later
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "model/config.h"

namespace glossator {
namespace {

// IPv4 is held as IPv4-mapped IPv6 (RFC 4291 2.5.5.2), so that both compare alike.
using Address = std::array<uint8_t, 16>;
constexpr int kMappedBits = 96;

struct Network {
  Address address;
  int bits;
};

std::optional<Address> ParseAddress(const std::string& text) {
  Address address{};
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) {
    return address;
  }
  address[10] = address[11] = 0xFF;
  if (inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) {
    return address;
  }
  return std::nullopt;
}

std::optional<Network> ParseNetwork(const std::string& text) {
  const size_t slash = text.find('/');
  const auto address = ParseAddress(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  if (slash == std::string::npos) {
    return Network{*address, 128};
  }
  const int offset = text.find(':') == std::string::npos ? kMappedBits : 0;
  int bits = -1;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
  if (parsed.ec != std::errc() || parsed.ptr != end || bits < 0 || bits + offset > 128) {
    return std::nullopt;
  }
  return Network{*address, bits + offset};
}

bool Contains(const Network& network, const Address& address) {
  const int whole = network.bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, network.address.begin())) {
    return false;
  }
  const int rest = network.bits % 8;
  const auto mask = static_cast<uint8_t>(0xFF00 >> rest);
  return rest == 0 || ((address[whole] ^ network.address[whole]) & mask) == 0;
}

}  // namespace

bool IsAddress(const std::string& text) { return ParseAddress(text).has_value(); }

bool IsNetwork(const std::string& text) { return ParseNetwork(text).has_value(); }

bool InNetworks(const std::string& address, const std::vector<std::string>& networks) {
  const auto parsed = ParseAddress(address);
  if (!parsed) {
    return false;
  }
  const auto holds = [&](const std::string& text) {
    const auto network = ParseNetwork(text);
    return network && Contains(*network, *parsed);
  };
  return holds("127.0.0.0/8") || holds("::1") || std::ranges::any_of(networks, holds);
}

}  // namespace glossator
