// SPDX-License-Identifier: GPL-3.0-or-later
// refused: use of deleted function .*operator<<.*Hospital
#include <iostream>

#include "model/instance.h"

void Print(const glossator::Instance<glossator::Hospital>& instance) {
#ifdef MUST_COMPILE
  std::cout << instance.data_set().size();
#else
  std::cout << instance;
#endif
}
