// SPDX-License-Identifier: GPL-3.0-or-later
#include "vault/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "dicom/error.h"

namespace glossator::vault {

void HardenProcess() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    throw Error(ErrorKind::kUnavailable, "cannot forbid core dumps");
  }
}

}  // namespace glossator::vault
