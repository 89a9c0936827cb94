# SPDX-License-Identifier: GPL-3.0-or-later
"""The package, and the five minutes of the README with what it ships."""
import json
import re
import subprocess

import orthanc
import pytest


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The package's control fields and the folder that it was unpacked into."""
    # A bare machine had no dpkg-shlibdeps: the packing ended there without a word.
    done = subprocess.run([orthanc.ROOT / "packaging" / "make-package"], capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    package = done.stdout.split()[-1]
    folder = tmp_path_factory.mktemp("package")
    subprocess.run(["dpkg-deb", "-R", package, folder], check=True, timeout=60)
    return (folder / "DEBIAN" / "control").read_text(), folder


def test_the_package_names_the_libraries_that_it_needs(unpacked):
    depends = re.search("^Depends: (.*)$", unpacked[0], re.MULTILINE).group(1)
    for library in ("libc6", "libssl3", "libsqlite3-0", "libjsoncpp25", "orthanc"):
        assert re.search(rf"(^|, ){re.escape(library)}( |,|$)", depends), depends


def test_the_package_makes_its_folders_for_orthanc_alone(unpacked):
    text = (unpacked[1] / "DEBIAN" / "postinst").read_text()
    assert "/etc/glossator /var/lib/glossator" in text and "-o orthanc -g orthanc -m 0750" in text


def sample(folder, root):
    """The shipped configuration with its places below `root`, and free ports."""
    path = folder / "usr/share/doc/orthanc-glossator/examples/glossator.json"
    text = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)
    config = json.loads(text)
    for key in ("StorageDirectory", "IndexDirectory"):
        config[key] = str(root / "db")
    config["Plugins"] = [str(folder / place[1:]) for place in config["Plugins"]]
    section = config["Glossator"]
    section.update({"Directory": str(root / "node"), "KeyFile": str(root / "key"),
                    "GateProgram": str(folder / "usr/bin/glossator-gate")})
    (root / "node").mkdir(mode=0o700)
    (root / "key").touch(mode=0o600)
    (root / "key").write_text("5" * 64)
    section["Intake"] = {"Address": "127.0.0.1", "Port": orthanc.free_port()}
    config["HttpPort"] = orthanc.free_port()
    return config


def test_orthanc_starts_from_the_shipped_sample_and_only_after_the_password_was_changed(
        unpacked, tmp_path):
    config = sample(unpacked[1], tmp_path)
    with pytest.raises(orthanc.StartFailed, match="still has the sample's password"):
        orthanc.Orthanc(config, plugin=True, directory=tmp_path)
    users = {name: orthanc.PASSWORDS["eve"] for name in config["RegisteredUsers"]}
    with orthanc.Orthanc(orthanc.merge(config, {"RegisteredUsers": users}), plugin=True,
                         directory=tmp_path) as node:
        node.passwords, reader = users, next(iter(users))
        assert node.request("GET", "/glossator/api/v1/cases", user=reader).status == 200
        assert node.request("GET", "/glossator/api/v1/cases", user=False).status == 401
