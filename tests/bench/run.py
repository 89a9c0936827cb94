#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""./glossator bench [NAME [ARGUMENTS...]]: runs one benchmark; without a name, lists them.

A benchmark is NAME.py in this folder or below it, or a program bench_NAME that CMake makes when
GLOSSATOR_BENCHMARKS is on.
"""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"


def scripts():
    found = {path.stem: path for path in sorted(HERE.rglob("*.py")) if path.name != "run.py"}
    return {name: path for name, path in found.items() if "__main__" in path.read_text()}


def programs():
    """Names in the CMake files, so that nothing must be built to list them."""
    text = "".join(path.read_text() for path in HERE.rglob("CMakeLists.txt"))
    names = set(re.findall(r"add_executable\((bench_\w+|\w+_bench)", text))
    return {re.sub(r"^bench_|_bench$", "", name): name for name in sorted(names)}


def first_line(path):
    match = re.search(r'^"""(.*?)(?:"""|$)', path.read_text(), re.MULTILINE)
    return match[1] if match else ""


def build(target):
    commands = (["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DGLOSSATOR_BENCHMARKS=ON"],
                ["ninja", "-C", BUILD, target])
    for command in commands:
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return next(path for path in BUILD.rglob(target) if path.is_file())


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.splitlines()[0])
        for name, path in scripts().items():
            print(f"  {name:<12} {first_line(path)}")
        for name in programs():
            print(f"  {name:<12} (C++)")
        return 0
    name, *rest = arguments
    if name in scripts():
        return subprocess.run(["/usr/bin/python3", str(scripts()[name]), *rest]).returncode
    if name in programs():
        return subprocess.run([str(build(programs()[name])), *rest]).returncode
    print(f"no benchmark '{name}'; ./glossator bench lists them", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
