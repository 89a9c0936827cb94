// SPDX-License-Identifier: GPL-3.0-or-later
// refused: could not convert .*Lab.* to .*Hospital
#include "model/instance.h"

using namespace glossator;

#ifdef MUST_COMPILE
Instance<Hospital> Cross(const Instance<Hospital>& instance) { return instance; }
#else
Instance<Hospital> Cross(const Instance<Lab>& instance) { return instance; }
#endif
