# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths, self-made studies, and sites that several tests share."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "fixtures")]

import pytest  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "corpus: needs the corpus beside the repository")


@pytest.fixture(scope="session", autouse=True)
def built():
    import orthanc
    for name in ("lib/libOrthancGlossator.so", "bin/glossator-gate"):
        if not (orthanc.BUILD / name).exists():
            pytest.exit(f"{orthanc.BUILD / name} is not there; run ./glossator build first", 1)
