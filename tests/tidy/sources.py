# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about sources. Each takes the tree and yields its faults as lines."""
import ast
import pathlib
import re

from tree import CODE, ROOMS, room_of

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
# Spelled in pieces so that this file passes its own rule.
BANNED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:work|home|root|Users|mnt)/\w|(?<![\w.])/tmp/[bg]\b")


def read_arrows(text):
    allowed, only = {}, {}
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        left, right = line.split(":", 1)
        (only if left.startswith("<") else allowed)[left.strip("<>")] = right.split()
    return allowed, only


def arrows(tree):
    allowed, only = read_arrows(tree.texts["docs/arrows.txt"])
    for room in ROOMS:
        if room not in allowed:
            yield f"docs/arrows.txt: no line for {room}"
    for name, text in tree.files(*CODE):
        room = room_of(name)
        if room is None:
            continue
        for kind, target in INCLUDE.findall(text):
            used = room_of(target)
            if used and used != room and used not in allowed[room]:
                yield f"{name}: {room} may not include {target}"
            for prefix, rooms in only.items():
                if kind == "<" and target.startswith(prefix) and room not in rooms:
                    yield f"{name}: <{target}> is only for {' '.join(rooms) or 'nobody'}"
            if kind == '"' and not used and "/" not in target:
                yield f"{name}: include \"{target}\" from the root of the repository"


def cpp_functions(text):
    """(first line, lines) of each function, by the indentation that clang-format guarantees."""
    lines = text.splitlines()
    start = re.compile(r"^( {0,2})\S.*\)( const)?( noexcept)?( override)?( mutable)?( ->.*)? \{$|"
                       r"^( {0,2})(    )\S.*\)( const)?( noexcept)?( override)? \{$")
    skip = re.compile(r"^\s*(namespace|class|struct|enum|union|if|for|while|switch|else|do|catch)\b")
    for number, line in enumerate(lines):
        if not start.match(line) or skip.match(line):
            continue
        first = number
        while first and lines[first].startswith("    ") and lines[first - 1].strip():
            first -= 1  # the signature went over several lines
        indent = len(lines[first]) - len(lines[first].lstrip())
        if indent > 2:
            continue
        closing = " " * indent + "}"
        for end in range(number + 1, len(lines)):
            if lines[end].startswith(closing):
                yield first + 1, end - first + 1
                break


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def long_functions(tree):
    for name, text in tree.files(*CODE, ".py"):
        functions = python_functions if name.endswith(".py") else cpp_functions
        for line, length in functions(text):
            if length > FUNCTION_LINES_MAX:
                yield f"{name}:{line}: {length} lines"


def long_files(tree):
    for name, text in [*tree.files(*CODE, ".sql", ".cmake", ".css", ".js", ".ts"), *tree.scripts()]:
        lines = text.count("\n")
        if lines > FILE_LINES_MAX:
            yield f"{name}: {lines} lines"


def license_lines(tree):
    for name, text in [*tree.files(*CODE), *tree.scripts()]:
        if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line
                   for line in text.splitlines()[:3]):
            yield name


def banned_words(tree):
    for name, text in tree.texts.items():
        if name == "LICENSE" or name.endswith((".tsv", ".json")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if BANNED.search(line):
                yield f"{name}:{number}: {BANNED.search(line).group()}"


def machine_paths(tree):
    for name, text in tree.texts.items():
        if name == "tests/tidy/sources.py":
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                yield f"{name}:{number}: {line.strip()[:80]}"


def dead_headers(tree):
    included = {}
    for name, text in tree.files(*CODE):
        for _, target in INCLUDE.findall(text):
            beside = str(pathlib.PurePosixPath(name).parent / target)
            for path in (target, beside):
                included.setdefault(path, set()).add(name)
    for name, _ in tree.files(".h"):
        if not included.get(name, set()) - {name}:
            yield name


def dead_modules(tree):
    everything = "\n".join(text for name, text in tree.texts.items() if not name.endswith(".md"))
    for name, text in tree.files(".py"):
        stem = pathlib.PurePath(name).stem
        if ("__main__" in text or stem.startswith("test_")
                or stem in ("conftest", "__init__")):
            continue
        if not re.search(rf"(import|from)\s+(\w+\.)*{stem}\b|import .*\b{stem}\b|{stem}\.py",
                         everything):
            yield name


def odd_names(tree):
    for name in tree.texts:
        if re.search(r"[^\w./+@-]", name):
            yield name
