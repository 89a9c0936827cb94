# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads on their way through a real gate that removes faces, a real node, and kill -9."""
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time

import gate_alone
import head
import numpy
import pytest
import reader
from hospital_and_lab import NODE_AET, PROJECT, Site
from PIL import Image

COPIES = 6  # of each slice, as echoes have: enough images that a kill meets them half admitted


def deface(folder):
    path = folder / "deface.json"
    path.write_text(json.dumps({"name": "faceless", "version": 1, "options": [],
                                "faces": "deface"}))
    return str(path)


def send(port, called, folder):
    subprocess.run([gate_alone.program("glossator-send"), "--to", f"127.0.0.1:{port}", "--called",
                    called, "--calling", "PACS", str(folder)],
                   check=True, timeout=60, capture_output=True)


def is_faceless(file):
    """Says so, and is: the tip of the nose and the skin around it are air."""
    values = file.pixel_array.astype(int) - 1024
    z = -file.ImagePositionPatient[2]
    nose = head.is_head(z) & (numpy.arange(head.SIDE)[:, None] * head.SPACING - 130 < -95)
    codes = {item.CodeValue for item in file.DeidentificationMethodCodeSequence}
    return (file.RecognizableVisualFeatures == "NO" and "113102" in codes and
            ((values[nose] < -900).all() if 25 < z < 60 else True))


def brain_is_whole(file):
    z = -file.ImagePositionPatient[2]
    return z > -40 or (file.pixel_array == head.pixels(round((z + 100) / head.GAP))).all()


@pytest.fixture
def site(tmp_path):
    # A sender of its own: the PACS of the site would need each file uploaded.
    projects = [{"Id": PROJECT, "QuietSeconds": 1, "Destination": "pacs",
                 "Policy": deface(tmp_path)}]
    routes = [{"CalledAet": NODE_AET, "Project": PROJECT}]
    with Site(tmp_path / "site", section={"Projects": projects, "Routes": routes}) as made:
        yield made


def ask_gate(site, name, **fields):
    """Also of a gate that is starting."""
    def ask():
        try:
            return gate_alone.call(site.node.glossator, name, **fields)
        except (OSError, ValueError):
            return None
    return reader.wait_for("a gate that answers", 30, ask, pause=0.02)


def progress(site):
    rows = ask_gate(site, "studies", limit=10)["items"]
    return sum(row["instances"] for row in rows)


def shown(site, count):
    return reader.shown_objects(site.node, "manager", PROJECT, count)


def everything_in_orthanc(site):
    return site.node.rest_get("/statistics")["CountInstances"]


def cut_and_open(site):
    """How many images the gate has cut, and not released."""
    with contextlib.closing(sqlite3.connect(site.node.glossator / "gate" / "gate.db")) as database:
        return database.execute("SELECT COUNT(*) FROM quarantine WHERE face_cut = 1 "
                                "AND state = 'OPEN'").fetchone()[0]


def kill_half_way(site, wait):
    """The gate dies so long after the cut; True: before all images were admitted and released."""
    process = ask_gate(site, "hello")["pid"]
    reader.wait_for("the cut", 60, lambda: cut_and_open(site) or progress(site), pause=0.01)
    time.sleep(wait)
    os.kill(process, signal.SIGKILL)
    return cut_and_open(site) > 0


def test_a_gate_that_is_killed_half_way_loses_no_image_and_shows_no_face(site, tmp_path):
    count = head.SLICES * COPIES
    send(site.node.intake_port, NODE_AET, head.write(tmp_path / "head", copies=COPIES))
    half_way = 0
    for wait in (0, 0.05, 0.15):
        if not kill_half_way(site, wait):
            break
        half_way += 1
        assert everything_in_orthanc(site) == 0, "nothing is shown before all of it is cut"
    assert half_way > 0
    files = shown(site, count)
    assert len({file.SOPInstanceUID for file in files}) == count
    assert all(is_faceless(file) and brain_is_whole(file) for file in files)
    status, said = site.steward("--json", "quarantine", "list")
    assert {json.loads(line)["state"] for line in said.splitlines()} == {"RELEASED"}
    nose = next(file for file in files if file.ImagePositionPatient[2] == -45)
    picture = tmp_path / "mask.png"
    status, said = site.steward("face", "mask", nose.SOPInstanceUID, "--picture", str(picture))
    assert status == 0, said
    cut = numpy.array(Image.open(picture)) > 0
    assert 50 < cut.sum() < 1500 and not cut[40:].any()
    assert site.steward("face", "mask", nose.SOPInstanceUID)[0] == 2, "no file for the picture"


def test_killed_at_random_the_gate_gives_up_at_worst_and_loses_nothing(tmp_path):
    chance, count = random.Random(5), head.SLICES
    head.write(tmp_path / "head")
    section = {"Projects": [{"Id": gate_alone.PROJECT, "QuietSeconds": 0.2,
                             "Policy": deface(tmp_path)}]}
    with gate_alone.Gate(tmp_path / "gate", section) as gate:
        send(gate.port, gate_alone.AET, tmp_path / "head")
        for _ in range(6):
            time.sleep(chance.uniform(0.05, 0.5))
            gate.kill()
            gate.start()

        reader.wait_for("an end", 60, lambda: gate.studies()[0]["state"] != "RECEIVING")
        rows = gate.steward("quarantine.list")["items"]
        assert len(rows) == count
        released = sum(row["state"] == "RELEASED" for row in rows)
        assert released in (0, count)
        events = [event["type"] for event in gate.call("events", limit=1000)["items"]]
        assert events.count("series.defaced") == (released == count)
        assert gate.verify_journal().returncode == 0
