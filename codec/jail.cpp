// SPDX-License-Identifier: GPL-3.0-or-later
#include "codec/jail.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "dicom/error.h"

namespace glossator::codec {
namespace {

constexpr int kAllowed[] = {
    SCMP_SYS(read),   SCMP_SYS(write),      SCMP_SYS(brk),          SCMP_SYS(munmap),
    SCMP_SYS(mremap), SCMP_SYS(madvise),    SCMP_SYS(futex),        SCMP_SYS(clock_gettime),
    SCMP_SYS(exit),   SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
};

void Require(bool good) {
  if (!good) throw Error(ErrorKind::kUnavailable, "the codec worker cannot be confined");
}

void Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  Require(setrlimit(resource, &limit) == 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(GLOSSATOR_NO_JAIL)
void Filter() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  Require(filter != nullptr);
  bool good = true;
  for (const int call : kAllowed) {
    good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  }
  // Memory without a file behind it, never executable.
  good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0),
                                  SCMP_A4(SCMP_CMP_EQ, 0xFFFFFFFF)) == 0;
  good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0),
                                  SCMP_A4(SCMP_CMP_EQ, 0xFFFFFFFFFFFFFFFF)) == 0;
  good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0)) == 0;
  good = good && seccomp_load(filter) == 0;
  seccomp_release(filter);
  Require(good);
}
constexpr bool kConfines = true;
#else
void Filter() {}
constexpr bool kConfines = false;
#endif

}  // namespace

void EnterJail() {
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_FSIZE, 0);
  Limit(RLIMIT_CPU, kCpuSecondsMax);
  if (kConfines) Limit(RLIMIT_AS, kMemoryBytesMax);
  Limit(RLIMIT_NOFILE, 1);  // those that are open stay
  Require(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
  Require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  Filter();
}

}  // namespace glossator::codec
