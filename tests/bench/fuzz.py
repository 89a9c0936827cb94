# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fuzzer for ten minutes (or --each SECONDS), under ASan and UBSan."""
import pathlib
import subprocess
import sys

FUZZ = pathlib.Path(__file__).resolve().parents[1] / "fuzz" / "run.py"

if __name__ == "__main__":
    given = sys.argv[1:]
    each = [] if "--each" in given else ["--each", "600"]
    sys.exit(subprocess.run([sys.executable, str(FUZZ), *each, *given]).returncode)
