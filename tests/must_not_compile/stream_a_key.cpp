// SPDX-License-Identifier: GPL-3.0-or-later
// refused: use of deleted function .*operator<<.*Key
#include <iostream>

#include "vault/key.h"

void Print(const glossator::vault::Key& key) {
#ifdef MUST_COMPILE
  std::cout << key.bytes().size();
#else
  std::cout << key;
#endif
}
