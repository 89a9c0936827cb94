// SPDX-License-Identifier: GPL-3.0-or-later
// Which of Orthanc's HTTP doors stay open. The list is of what may pass; the rest is shut.
#pragma once

#include "plugin/http.h"

namespace glossator::plugin {

// Reads pass, but for those that make Orthanc call elsewhere; writes pass only on our own paths and
// for searches. WebDAV never passes.
bool DoorIsOpen(Method method, std::string_view path);

}  // namespace glossator::plugin
