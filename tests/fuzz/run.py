#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the fuzzers (clang, address and undefined-behavior sanitizers) and runs each for a while.

usage: run.py [--total SECONDS | --each SECONDS] [--jobs N] [--keep] [FUZZER...]
--total: all of it, the build included (at least 5 seconds each); --each: so long for each one.
--keep: minimizes what was found into tests/fuzz/corpus. Prints `ok NAME` or `not ok NAME`, with the
number of runs and inputs. What broke something stays in build/fuzz/broken.
"""
import argparse
import concurrent.futures
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

import seeds

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "fuzz"
FLAGS = ("-O1 -gline-tables-only -fsanitize=fuzzer-no-link,address,undefined "
         "-fno-sanitize-recover=all -fno-sanitize=vptr -Wno-unknown-warning-option")
KEPT_BYTES = 6_000  # of one fuzzer's corpus in the repository
LEAST = 5  # seconds
# Their threads allocate while an input is not the reason; libFuzzer would look for leaks after each
# and stop them all for it. They are looked for at the end.
WITH_THREADS = {"fuzz_gate_line", "fuzz_gate_object", "fuzz_plugin_rest"}


def build(unity="ON"):
    """In few translation units; file by file where names of two files have come to collide."""
    configure = ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DGLOSSATOR_FUZZ=ON",
                 "-DGLOSSATOR_TESTS=OFF", "-DCMAKE_BUILD_TYPE=None",
                 "-DCMAKE_CXX_COMPILER=clang++", "-DCMAKE_C_COMPILER=clang",
                 f"-DCMAKE_CXX_FLAGS={FLAGS}", "-DPython3_EXECUTABLE=/usr/bin/python3",
                 f"-DGLOSSATOR_FUZZ_UNITY={unity}"]
    for command in (configure, ["ninja", "-C", BUILD, "fuzzers"]):
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if done.returncode == 0:
            continue
        print(done.stdout[-6000:])
        if unity == "OFF":
            return False
        print("names collide between files: built file by file, see tests/fuzz/CMakeLists.txt")
        return build("OFF")
    return True


class Fuzzer:
    def __init__(self, program):
        self.program, self.name = program, program.name
        self.found = BUILD / "corpus" / self.name
        self.broken = BUILD / "broken" / self.name
        self.archive = HERE / "corpus" / f"{self.name}.tar.xz"
        self.kept = BUILD / "kept" / self.name
        self.known = [HERE / "regress" / self.name, self.kept]
        shutil.rmtree(self.kept, ignore_errors=True)
        for folder in (self.found, self.broken, self.kept):
            folder.mkdir(parents=True, exist_ok=True)
        if self.archive.exists():
            with tarfile.open(self.archive) as archive:
                archive.extractall(self.kept)

    def call(self, *arguments):
        """(status, talk) of one run; what it writes to files goes to memory."""
        scratch = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.TemporaryDirectory(dir=scratch) as temporary:
            environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1",
                           "TMPDIR": temporary}
            command = [self.program, f"-artifact_prefix={self.broken}/", "-timeout=20",
                       "-rss_limit_mb=2048", "-max_len=65536", "-verbosity=0",
                       "-print_final_stats=1",
                       f"-detect_leaks={int(self.name not in WITH_THREADS)}", *arguments]
            done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True, errors="replace",
                                  env=environment)
        return done.returncode, done.stderr

    def run(self, seconds):
        """The line to print, and whether all is well."""
        known = [path for folder in self.known if folder.is_dir() for path in sorted(folder.iterdir())]
        status, talk = self.call(*known) if known else (0, "")
        if status == 0:
            if not any(self.found.iterdir()):
                seeds.plant(self.name, self.found)
            more = [folder for folder in self.known if folder.is_dir()]
            status, talk = self.call(f"-max_total_time={max(1, int(seconds))}", self.found, *more)
        if status != 0:
            return f"{talk[-4000:]}\nnot ok {self.name}", False
        runs = re.search(r"number_of_executed_units:\s*(\d+)", talk)[1]
        return f"ok {self.name}   {runs} runs, {len(list(self.found.iterdir()))} inputs", True

    def keep(self):
        """What covers most in few bytes, the smallest inputs first."""
        merged = BUILD / "merged" / self.name
        shutil.rmtree(merged, ignore_errors=True)
        merged.mkdir(parents=True)
        status, talk = self.call("-merge=1", merged, self.kept, self.found)
        if status != 0:
            return print(f"{talk[-2000:]}\nnot kept: {self.name}")
        size = 0
        self.archive.parent.mkdir(exist_ok=True)
        with tarfile.open(self.archive, "w:xz", format=tarfile.USTAR_FORMAT) as archive:
            for path in sorted(merged.iterdir(), key=lambda one: (one.stat().st_size, one.name)):
                size += path.stat().st_size
                if size <= KEPT_BYTES:
                    entry = tarfile.TarInfo(path.name[:12])
                    entry.size = path.stat().st_size
                    archive.addfile(entry, io.BytesIO(path.read_bytes()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    time_of = parser.add_mutually_exclusive_group()
    time_of.add_argument("--total", type=float, default=240)
    time_of.add_argument("--each", type=float)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    began = time.monotonic()
    if not build():
        print("not ok build of the fuzzers")
        return 3
    print(f"built in {time.monotonic() - began:.0f} s", flush=True)
    paths = {path.name: path for path in sorted((BUILD / "bin").glob("fuzz_*"))}
    if unknown := [name for name in options.names if name not in paths]:
        print(f"no such fuzzer: {', '.join(unknown)}; there are {', '.join(paths)}")
        return 2
    fuzzers = [Fuzzer(path) for name, path in paths.items()
               if not options.names or name in options.names]
    left = options.total - (time.monotonic() - began)
    share = options.each or max(LEAST, options.jobs * left / max(1, len(fuzzers)) - 1)
    good = True
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for line, fine in pool.map(lambda fuzzer: fuzzer.run(share), fuzzers):
            print(line, flush=True)
            good = good and fine
    for fuzzer in fuzzers if options.keep else []:
        fuzzer.keep()
    return 0 if good else 3


if __name__ == "__main__":
    sys.exit(main())
