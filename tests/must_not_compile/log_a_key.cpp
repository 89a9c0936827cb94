// SPDX-License-Identifier: GPL-3.0-or-later
// refused: (could not convert|no matching function).*
#include "model/log.h"
#include "vault/key.h"

void Tell(const glossator::vault::Key& key) {
#ifdef MUST_COMPILE
  glossator::Log(glossator::LogLevel::kInfo, "key", {{"size", key.bytes().size()}});
#else
  glossator::Log(glossator::LogLevel::kInfo, "key", {{"value", key}});
#endif
}
