# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of the shared support and the fixtures."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "fixtures")]
