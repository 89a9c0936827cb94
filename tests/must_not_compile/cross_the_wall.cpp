// SPDX-License-Identifier: GPL-3.0-or-later
// refused: could not convert .*Hospital.* to .*Lab
#include "model/instance.h"

using namespace glossator;

#ifdef MUST_COMPILE
Instance<Lab> Cross(const Instance<Lab>& instance) { return instance; }
#else
Instance<Lab> Cross(const Instance<Hospital>& instance) { return instance; }
#endif
