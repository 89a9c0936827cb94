// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace glossator::vault {

// No core dumps (RLIMIT_CORE 0) and no ptrace or /proc/PID/mem by the same user (PR_SET_DUMPABLE
// 0). First call of main(), before a key is read. Throws Unavailable.
void HardenProcess();

}  // namespace glossator::vault
