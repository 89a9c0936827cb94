// SPDX-License-Identifier: GPL-3.0-or-later
// A peer that sends any bytes at all, over a plain blocking socket.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "samples.h"

namespace glossator::dimse {

class RawPeer {
 public:
  explicit RawPeer(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  explicit RawPeer(int accepted, bool) : socket_(accepted), connected_(true) {}
  ~RawPeer() { ::close(socket_); }
  RawPeer(const RawPeer&) = delete;

  bool connected() const { return connected_; }
  void Send(std::string_view bytes) const {
    ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // False when the peer has taken nothing for a while.
  bool SendNow(std::string_view bytes) const {
    while (!bytes.empty()) {
      pollfd waiting{socket_, POLLOUT, 0};
      if (::poll(&waiting, 1, 500) != 1) return false;
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  // One PDU, header included; "" when the peer closed or was silent for that long.
  std::string Receive(int milliseconds = 3000) const {
    std::string pdu = Exactly(kPduHeader, milliseconds);
    if (pdu.size() < kPduHeader) return "";
    uint32_t length = 0;
    for (int i = 2; i < 6; ++i) length = length << 8 | static_cast<uint8_t>(pdu[i]);
    return pdu + Exactly(length, milliseconds);
  }
  bool Closed(int milliseconds = 3000) const { return Exactly(1, milliseconds).empty(); }
  void Associate() const {
    Send(Encode(SampleRequest()));
    Receive();
  }

 private:
  std::string Exactly(size_t size, int milliseconds) const {
    std::string bytes;
    while (bytes.size() < size) {
      pollfd waiting{socket_, POLLIN, 0};
      char byte = 0;
      if (::poll(&waiting, 1, milliseconds) != 1 || ::recv(socket_, &byte, 1, 0) != 1) break;
      bytes.push_back(byte);
    }
    return bytes;
  }

  int socket_;
  bool connected_ = false;
};

// Accepts one connection on a free port.
class RawListener {
 public:
  RawListener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 1);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~RawListener() { ::close(socket_); }
  RawListener(const RawListener&) = delete;
  uint16_t port() const { return port_; }
  int Accept() const { return ::accept(socket_, nullptr, nullptr); }

 private:
  int socket_;
  uint16_t port_ = 0;
};

}  // namespace glossator::dimse
