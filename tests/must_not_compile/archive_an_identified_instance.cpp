// SPDX-License-Identifier: GPL-3.0-or-later
// refused: (cannot convert|invalid initialization|no known conversion).*
#include "node/ports.h"

using namespace glossator;

#ifdef MUST_COMPILE
using Side = Lab;
#else
using Side = Hospital;
#endif

void Keep(node::Archive& archive, const Instance<Side>& instance) { archive.Put(instance, ""); }
