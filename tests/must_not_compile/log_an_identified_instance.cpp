// SPDX-License-Identifier: GPL-3.0-or-later
// refused: use of deleted function .*LogValue.*Hospital
#include "model/log.h"

void Tell(const glossator::Instance<glossator::Hospital>& instance) {
#ifdef MUST_COMPILE
  glossator::Log(glossator::LogLevel::kInfo, "taken", {{"elements", instance.data_set().size()}});
#else
  glossator::Log(glossator::LogLevel::kInfo, "taken", {{"instance", instance}});
#endif
}
