// SPDX-License-Identifier: GPL-3.0-or-later
// Command sets from anybody: what can be read is written so that it reads back the same.
#include <cstdint>
#include <cstdlib>

#include "dimse/command.h"

namespace dimse = glossator::dimse;

namespace {

bool Same(const dimse::Command& one, const dimse::Command& two) {
  return one.field == two.field && one.message_id == two.message_id &&
         one.has_data_set == two.has_data_set &&
         (!one.is_response() || one.status.code == two.status.code);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dimse::Command command;
  try {
    command = dimse::ParseCommand({reinterpret_cast<const char*>(data), size});
  } catch (const glossator::Error&) {
    return 0;
  }
  if (!Same(command, dimse::ParseCommand(dimse::Encode(command)))) abort();
  return 0;
}
