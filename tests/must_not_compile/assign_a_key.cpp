// SPDX-License-Identifier: GPL-3.0-or-later
// refused: use of deleted function .*Key::operator=\(const
#include <utility>

#include "vault/key.h"

using glossator::vault::Key;

#ifdef MUST_COMPILE
void Assign(Key& to, Key& from) { to = std::move(from); }
#else
void Assign(Key& to, Key& from) { to = from; }
#endif
