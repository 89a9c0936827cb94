#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the fuzzers (clang, address and undefined-behavior sanitizers) and runs each for a while.

usage: run.py [--seconds TOTAL] [FUZZER...]      prints `ok NAME` or `not ok NAME` for each
Found inputs stay in build/fuzz/corpus; those that broke something in build/fuzz/broken.
"""
import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
REGRESS = ROOT / "tests" / "fuzz" / "regress"
FLAGS = ("-O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all "
         "-fno-sanitize=vptr -Wno-unknown-warning-option")
# What a first input may look like, by fuzzer; the others find their way alone.
SEEDS = {"fuzz_dicom_file": ["implicit", "big", "deflated", "rle", "explicit"]}


def build():
    configure = ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DGLOSSATOR_FUZZ=ON",
                 "-DGLOSSATOR_TESTS=OFF", "-DCMAKE_BUILD_TYPE=None",
                 "-DCMAKE_CXX_COMPILER=clang++", "-DCMAKE_C_COMPILER=clang",
                 f"-DCMAKE_CXX_FLAGS={FLAGS}", "-DPython3_EXECUTABLE=/usr/bin/python3"]
    for command in (configure, ["ninja", "-C", BUILD, "fuzzers"]):
        done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            print(done.stdout[-6000:])
            return False
    return True


def seed(name, folder):
    """A few small self-made files, once."""
    if name not in SEEDS or any(folder.iterdir()):
        return
    sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
    import synthetic
    for syntax in SEEDS[name]:
        plan = synthetic.Plan(rows=2, columns=2, slices=1, syntax=syntax)
        path = synthetic.write(plan, folder)[0]
        path.rename(folder / f"{syntax}.dcm")


def fuzz(program, seconds):
    name = program.name
    corpus, broken = BUILD / "corpus" / name, BUILD / "broken" / name
    for folder in (corpus, broken):
        folder.mkdir(parents=True, exist_ok=True)
    seed(name, corpus)
    known = sorted((REGRESS / name).glob("*")) if (REGRESS / name).is_dir() else []
    options = [f"-artifact_prefix={broken}/", "-timeout=20", "-rss_limit_mb=2048",
               "-max_len=65536", "-verbosity=0", "-print_final_stats=1"]
    environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}
    runs = [[program, *options, *known]] if known else []
    runs.append([program, *options, f"-max_total_time={max(1, int(seconds))}", corpus])
    for command in runs:
        done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace",
                              env=environment)
        if done.returncode:
            print(done.stderr[-4000:])
            print(f"not ok {name}", flush=True)
            return False
    print(f"ok {name}", flush=True)
    return True


# Have not had their first long run yet; run them by name before they guard every change.
NOT_YET = {"fuzz_seg_read", "fuzz_model_config"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=100)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if not build():
        print("not ok build of the fuzzers")
        return 3
    programs = [path for path in sorted((BUILD / "bin").glob("fuzz_*"))
                if path.name in options.names or not options.names and path.name not in NOT_YET]
    for name in sorted(NOT_YET - set(options.names)):
        print(f"skipped: {name} (run it by name)")
    share = options.seconds / max(1, len(programs))
    results = [fuzz(program, share) for program in programs]
    return 0 if all(results) else 3


if __name__ == "__main__":
    sys.exit(main())
