# SPDX-License-Identifier: GPL-3.0-or-later
"""Burned-in text on its way through the real gate and node, and through kill -9."""
import json
import pathlib
import random
import subprocess
import time

import gate_alone
import pydicom
import pytest
import reader
from hospital_and_lab import NODE_AET, PROJECT, Site
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
ROWS, COLUMNS, TOP = 120, 160, 40
NAME = "ZEBRAFISCH^QUENTIN"


def text_rows():
    """The name as a device writes it, in the rows above the region."""
    picture = Image.new("L", (COLUMNS, TOP), 0)
    ImageDraw.Draw(picture).text((6, 12), NAME, fill=250)
    return picture.tobytes()


def ultrasound(path, number, region=True, study="1.2.826.88.1"):
    """One image; the lower part is tissue, the upper part shows the name."""
    file = Dataset()
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    file.file_meta.MediaStorageSOPClassUID = file.SOPClassUID = ULTRASOUND
    file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID = f"{study}.1.{number}"
    file.StudyInstanceUID, file.SeriesInstanceUID = study, f"{study}.1"
    file.PatientName, file.PatientID, file.PatientBirthDate = NAME, "MRN-778812", "19510203"
    file.PatientSex, file.StudyDate, file.StudyTime = "M", "20240102", "101112"
    file.AccessionNumber, file.ReferringPhysicianName, file.StudyID = "ACC998877", "", "S1"
    file.Modality, file.Manufacturer, file.ManufacturerModelName = "US", "ACME", "Sono 1"
    file.ImageType, file.SeriesNumber, file.InstanceNumber = ["ORIGINAL", "PRIMARY"], 1, number
    file.PatientOrientation = ""
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.Rows, file.Columns = ROWS, COLUMNS
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 8, 8, 7, 0
    chance = random.Random(number)
    tissue = bytes(chance.randrange(20, 120) for _ in range((ROWS - TOP) * COLUMNS))
    file.PixelData = text_rows() + tissue
    if region:
        item = Dataset()
        item.RegionLocationMinX0, item.RegionLocationMinY0 = 0, TOP
        item.RegionLocationMaxX1, item.RegionLocationMaxY1 = COLUMNS - 1, ROWS - 1
        file.SequenceOfUltrasoundRegions = Sequence([item])
    file.is_little_endian, file.is_implicit_VR = True, False
    file.save_as(path, write_like_original=False)
    return path


def send_from_pacs(site, *paths):
    for path in paths:
        study = site.pacs.upload(pathlib.Path(path).read_bytes())["ParentStudy"]
    site.pacs.rest_put("/modalities/node", {"AET": NODE_AET, "Host": "127.0.0.1",
                                            "Port": site.node.intake_port})
    site.pacs.rest_post("/modalities/node/store", {"Resources": [study]})


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("pixels") / "site", quiet_seconds=1) as made:
        yield made


def shown_objects(site, count):
    return reader.shown_objects(site.node, "manager", PROJECT, count)


def test_an_ultrasound_with_text_outside_its_regions_reaches_the_case_blanked(site, tmp_path):
    path = ultrasound(tmp_path / "one.dcm", 1)
    send_from_pacs(site, path)
    [shown] = shown_objects(site, 1)
    assert shown.PixelData[:TOP * COLUMNS] == bytes(TOP * COLUMNS)
    assert shown.PixelData[TOP * COLUMNS:] == pydicom.dcmread(path).PixelData[TOP * COLUMNS:]
    assert shown.BurnedInAnnotation == "NO"
    assert "113101" in [code.CodeValue for code in shown.DeidentificationMethodCodeSequence]
    ink = text_rows()[14 * COLUMNS:20 * COLUMNS]
    files = [file.read_bytes() for file in site.node.directory.rglob("*") if file.is_file()]
    for secret in (b"ZEBRAFISCH", b"MRN-778812", b"ACC998877", ink):
        assert not any(secret in content for content in files), secret


def test_an_unknown_device_stays_sealed_until_a_steward_says_it_once_for_all(site, tmp_path):
    def listed():
        status, said = site.steward("--json", "quarantine", "list")
        assert status in (0, 3), said
        return [json.loads(line) for line in said.splitlines()]
    before = {row["number"] for row in listed()}
    send_from_pacs(site, *(ultrasound(tmp_path / f"{n}.dcm", n, False, "1.2.826.88.2")
                           for n in (1, 2)))

    def two_open():
        rows = [row for row in listed() if row["number"] not in before]
        return rows if len(rows) == 2 else None
    for row in reader.wait_for("two sealed objects", 60, two_open):
        assert (row["state"], row["reason"], row["path"]) == (
            "OPEN", "BURNED_IN_RISK", "(0008,1090)")
    number = str(reader.wait_for("two sealed objects", 60, two_open)[0]["number"])
    picture = tmp_path / "seen.png"
    status, said = site.steward("quarantine", "show", number, "--picture", str(picture))
    assert status == 0, said
    assert Image.open(picture).size == (COLUMNS, ROWS)
    assert picture.stat().st_mode & 0o77 == 0, "for the eyes of who asked"
    status, said = site.steward("quarantine", "redact", number, f"0,0,{COLUMNS},{TOP}", "--device",
                                "--why", "the banner of this scanner")
    assert status == 0 and "RELEASED" in said, said
    for shown in shown_objects(site, 2):
        assert shown.PixelData[:TOP * COLUMNS] == bytes(TOP * COLUMNS)
        assert shown.BurnedInAnnotation == "NO"
    status, said = site.steward("rules", "list")
    assert status == 0 and "Sono 1" in said
    assert site.steward("quarantine", "redact", number)[0] == 2, "no rectangle"
    assert site.steward("quarantine", "redact", number, "1,2,3,4")[0] == 1, "decided already"


def test_killed_again_and_again_the_stage_does_each_object_once(tmp_path):
    count = 24
    folder = tmp_path / "objects"
    folder.mkdir()
    for number in range(1, count + 1):
        ultrasound(folder / f"{number}.dcm", number)
    chance = random.Random(3)
    with gate_alone.Gate(tmp_path / "gate") as gate:
        subprocess.run([gate_alone.program("glossator-send"), "--to", f"127.0.0.1:{gate.port}",
                        "--called", gate_alone.AET, "--calling", "PACS", str(folder)],
                       check=True, timeout=60, capture_output=True)
        for _ in range(6):
            time.sleep(chance.uniform(0.01, 0.15))
            gate.kill()
            gate.start()
        reader.wait_for("all cleaned", 60, lambda: gate.instances() == (count, 0) or None)
        rows = gate.steward("quarantine.list")["items"]
        assert {row["state"] for row in rows} == {"RELEASED"} and len(rows) == count
        sealed = gate.directory / "gate" / "quarantine"
        reader.wait_for("the end of the originals", 10, lambda: not list(sealed.iterdir()) or None)
        events = [event["type"] for event in gate.call("events", limit=1000)["items"]]
        assert events.count("quarantine.cleaned") == count
        verified = gate.verify_journal()
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_an_orderly_end_does_not_wait_for_the_stage(tmp_path):
    folder = tmp_path / "objects"
    folder.mkdir()
    for number in range(1, 40):
        ultrasound(folder / f"{number}.dcm", number)
    with gate_alone.Gate(tmp_path / "gate") as gate:
        subprocess.run([gate_alone.program("glossator-send"), "--to", f"127.0.0.1:{gate.port}",
                        "--called", gate_alone.AET, "--calling", "PACS", str(folder)],
                       check=True, timeout=60, capture_output=True)
        assert gate.stop() < 8
        gate.start()
        reader.wait_for("all cleaned", 60, lambda: gate.instances() == (39, 0) or None)
