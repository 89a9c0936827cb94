// SPDX-License-Identifier: GPL-3.0-or-later
// refused: use of deleted function .*Key::Key\(const
#include "vault/key.h"

using glossator::vault::Key;

#ifdef MUST_COMPILE
Key Copy(const Key& key) { return key.Clone(); }
#else
Key Copy(const Key& key) { return key; }
#endif
