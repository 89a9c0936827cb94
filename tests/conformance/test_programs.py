# SPDX-License-Identifier: GPL-3.0-or-later
"""Every program keeps the manners that scripts rely on: --help, --version, status 2 on wrong use."""
import subprocess

import orthanc
import pytest

PROGRAMS = ("glossator-gate", "glossator-steward", "glossator-deid", "glossator-seg",
            "glossator-sr", "glossator-result", "glossator-codec", "glossator-journal",
            "glossator-send")


def run(name, *arguments):
    return subprocess.run([orthanc.BUILD / "bin" / name, *arguments], capture_output=True,
                          text=True, timeout=30, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_and_version(name):
    for option in ("--help", "--version"):
        done = run(name, option)
        assert done.returncode == 0
        assert done.stdout and not done.stderr
    assert name in run(name, "--version").stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_wrong_use_is_status_2(name):
    done = run(name, "--no-such-option")
    assert done.returncode == 2
    assert done.stderr and not done.stdout
