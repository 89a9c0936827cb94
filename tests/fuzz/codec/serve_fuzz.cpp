// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a request, or as a frame of any codec: a reply or an Error, and what was cleaned
// reads back. (The process around it is confined; here its inside is tried.)
#include <cstdint>
#include <cstdlib>

#include "codec/codec.h"
#include "codec/serve.h"
#include "dicom/error.h"

namespace {

using namespace glossator;

constexpr std::string_view kSyntaxes[] = {
    "",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.91",
};
constexpr size_t kPixelsMax = 1 << 16;

void OneFrame(const uint8_t* data, size_t size) {
  pixels::Request request;
  request.syntax = kSyntaxes[data[0] % std::size(kSyntaxes)];
  request.format.columns = 1u + data[1];
  request.format.rows = 1u + data[2];
  request.format.samples = data[3] & 1 ? 3 : 1;
  request.format.bits_allocated = request.format.bits_stored = data[3] & 2 ? 16 : 8;
  if (data[3] & 4) request.format.bits_stored -= 4;
  request.format.is_signed = data[3] & 8;
  if (data[3] & 1) request.format.photometric = pixels::Photometric::kYbrFull;
  request.frame.assign(reinterpret_cast<const char*>(data) + 4, size - 4);
  request.blank = {{1, 1, 3, 2}};
  for (const auto action : {pixels::Action::kLook, pixels::Action::kClean}) {
    request.action = action;
    const auto reply = codec::Serve(request);
    if (action != pixels::Action::kClean || !reply.fault.empty()) continue;
    request.frame = reply.frame;
    request.action = pixels::Action::kPicture;
    if (!codec::Serve(request).fault.empty()) abort();
  }
}

void OneRequest(std::string_view bytes) {
  try {
    const auto request = pixels::ReadRequest(bytes);
    if (request.format.pixels() > kPixelsMax) return;
    if (pixels::Write(request) != bytes) abort();
    pixels::ReadReply(codec::ServeBytes(bytes));
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 5) return 0;
  if (data[0] == 0xFF) {
    OneRequest({reinterpret_cast<const char*>(data) + 1, size - 1});
  } else {
    OneFrame(data, size);
  }
  return 0;
}
