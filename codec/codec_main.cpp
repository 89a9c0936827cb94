// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-codec: started by the gate with a socket as its only descriptor (pixels/worker.h).
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "codec/jail.h"
#include "codec/serve.h"
#include "dicom/io.h"

namespace {

using namespace glossator;

constexpr const char* kHelp =
    "usage: glossator-codec\n"
    "Decodes, searches and blanks frames for glossator-gate and glossator-deid, which start it "
    "with\n"
    "a socket as standard input. It reads no file and is of no use by hand.\n"
    "exit status: 0 the socket was closed, 1 failed, 2 wrong use\n";

bool ReadAll(char* at, size_t size) {
  while (size > 0) {
    const ssize_t got = read(STDIN_FILENO, at, size);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool WriteAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(STDIN_FILENO, bytes.data(), bytes.size());
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

int Run() {
  codec::EnterJail();
  std::string prefix(pixels::kLengthBytes, '\0');
  while (ReadAll(prefix.data(), prefix.size())) {
    const uint64_t size = pixels::ReadLength(prefix);
    if (size > pixels::kMessageBytesMax) return 1;
    std::string request(size, '\0');
    if (!ReadAll(request.data(), size)) return 1;
    const std::string reply = codec::ServeBytes(request);
    if (!WriteAll(pixels::LengthPrefix(reply.size())) || !WriteAll(reply)) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const std::string_view word = argv[1];
    if (word == "--help") return std::fputs(kHelp, stdout) < 0;
    if (word == "--version") {
      return std::printf("glossator-codec %s\n", dicom::kImplementationVersionName.data()) < 0;
    }
    std::fputs(kHelp, stderr);
    return 2;
  }
  try {
    return Run();
  } catch (const std::exception&) {
    return 1;
  }
}
