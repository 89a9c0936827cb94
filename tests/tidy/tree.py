# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the repository, read once."""
import pathlib

ROOMS = ("dicom", "model", "agreement", "pixels", "codec", "deid", "vault", "worklist", "seg",
         "structured-report", "results", "helpers", "dimse", "spool", "store", "gate", "node",
         "plugin")
CODE = (".h", ".cpp")
SCRIPTS = (".py", ".sh")


class Tree:
    def __init__(self, root, names):
        self.root = root
        self.texts = {}
        for name in sorted(filter(None, names)):
            path = root / name
            if not path.is_file() or path.is_symlink():
                continue
            try:
                self.texts[name] = path.read_text()
            except UnicodeDecodeError:
                continue

    def files(self, *suffixes):
        for name, text in self.texts.items():
            if pathlib.PurePath(name).suffix in suffixes:
                yield name, text

    def scripts(self):
        """Python and shell, by suffix or by their first line."""
        for name, text in self.texts.items():
            if pathlib.PurePath(name).suffix in SCRIPTS or text.startswith("#!"):
                yield name, text


def room_of(name):
    """The room that a file belongs to; None outside the rooms."""
    first = name.split("/", 1)[0]
    return first if first in ROOMS and "/" in name else None
