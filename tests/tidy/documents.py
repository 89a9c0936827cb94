# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about documents and data tables."""
import pathlib
import re

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def titles(tree):
    for name, text in tree.files(".md"):
        count = sum(line.startswith("# ") for line in without_code(text).splitlines())
        if name != "CHANGELOG.md" and count != 1 or not text.startswith("# "):
            yield f"{name}: {count} titles, or not in the first line"


def targets(name, text):
    for link in LINK.findall(without_code(text)):
        if "://" in link or link.startswith("mailto:"):
            continue
        path = pathlib.PurePosixPath(name).parent / link
        parts = []
        for part in path.parts:
            if part == ".." and parts:
                parts.pop()
            elif part != ".":
                parts.append(part)
        yield link, "/".join(parts)


def links(tree):
    for name, text in tree.files(".md"):
        for link, path in targets(name, text):
            if not (tree.root / path).exists():
                yield f"{name}: {link}"


def dead(tree):
    reached, new = set(), {"README.md"}
    while new:
        reached |= new
        found = {path for name in new for _, path in targets(name, tree.texts.get(name, ""))}
        listed = {path for path in found if path.endswith(".md")}
        for folder in found - listed:  # a link to a folder shows what is in it
            listed |= {n for n in tree.texts if n.endswith(".md")
                       and str(pathlib.PurePosixPath(n).parent) == folder.rstrip("/")}
        new = listed - reached
    for name, _ in tree.files(".md"):
        if name not in reached and name != "CHANGELOG.md":
            yield name


def tables(tree):
    documents = "\n".join(text for _, text in tree.files(".md"))
    for name, text in tree.files(".tsv"):
        if not text.startswith("#") and pathlib.PurePosixPath(name).name not in documents:
            yield f"{name}: begins with no # line and no document names it"
