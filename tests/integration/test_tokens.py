# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens wherever a PACS can put text: not one byte of them on the lab side, nor in clear beside."""
import base64
import gzip
import json
import os
import zlib

import dimse_peer
import planted
import pytest
import reader
import synthetic
from hospital_and_lab import NODE_AET, PROJECT, Site

CT = "1.2.840.10008.5.1.4.1.1.2"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"


@pytest.fixture(scope="module")
def planted_site(tmp_path_factory):
    """A node that was sent everything; yields (site, tokens, answers of the DICOM side)."""
    folder = tmp_path_factory.mktemp("tokens")
    scratch = folder / "tmp"
    scratch.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(scratch)
    try:
        tokens = planted.Tokens()
        routes = [{"CalledAet": NODE_AET, "CallingAet": "*", "Project": PROJECT}]
        with Site(folder / "site", quiet_seconds=1, section={"Routes": routes}) as site:
            site.scratch = scratch
            yield site, tokens, send_everything(site, tokens)
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)


def images(tokens, count=4):
    """Slices of one study with tokens; the fourth is an ultrasound image."""
    plan = synthetic.Plan(rows=24, columns=20, slices=count, spacing=15, seed=tokens.stem)
    files = [file for _, file in synthetic.volume_files(plan)]
    first = planted.full_object(tokens, files[0])
    shared = {keyword: first[keyword].value for keyword in (
        "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "PatientID", "PatientName",
        "PatientBirthDate", "IssuerOfPatientID")}
    for file in files[1:]:
        planted.full_object(tokens, file)
        for keyword, value in shared.items():
            setattr(file, keyword, value)
    files[-1].SOPClassUID, files[-1].Modality = ULTRASOUND, "US"
    files[-1].SeriesInstanceUID = tokens.uid("SeriesInstanceUID of the ultrasound")
    return files


def send_everything(site, tokens):
    statuses, answers = [], b""
    peer = dimse_peer.Association(
        "127.0.0.1", site.node.intake_port, NODE_AET, tokens.text("calling AE title", 16),
        [(CT, [dimse_peer.EXPLICIT]), (ULTRASOUND, [dimse_peer.EXPLICIT])],
        user=(tokens.text("user").encode(), tokens.text("passcode").encode()),
        version=tokens.text("implementation version", 16))
    files = images(tokens)
    for file in files:
        statuses.append(peer.store(file.SOPClassUID, file.SOPInstanceUID, planted.encoded(file),
                                   move_originator=tokens.text("move originator", 16)))
    again = files[1]  # the same UID with other content, and other tokens in it
    again.PatientComments = tokens.text("conflicting re-send")
    again.ImageComments = tokens.text("conflicting re-send")
    pixels = bytearray(again.PixelData)
    pixels[0] ^= 1
    again.PixelData = bytes(pixels)
    statuses.append(peer.store(CT, again.SOPInstanceUID, planted.encoded(again)))
    peer.release()
    answers += peer.answers
    answers += refused_associations(site, tokens)
    return {"statuses": statuses, "answers": answers,
            "instances": [file.SOPInstanceUID for file in files]}


def refused_associations(site, tokens):
    try:
        dimse_peer.Association("127.0.0.1", site.node.intake_port,
                               tokens.text("called AE title", 16),
                               tokens.text("calling AE title", 16), [(CT, [dimse_peer.EXPLICIT])])
    except dimse_peer.Refused as refused:
        return refused.pdu[:6]  # the reserved part may echo what was sent (PS3.8 9.3.4)
    raise AssertionError("an unknown called AE title was accepted")


def say_where(tokens, found):
    text = json.dumps({path: [str(hit) for hit in hits] for path, hits in found.items()}, indent=1)
    for token in sorted(tokens.places, key=len, reverse=True):
        if token in text:
            text = text.replace(token, f"<{token}: {tokens.places[token]}>")
    return text[:6000]


def test_the_sender_gets_success(planted_site):
    _, _, sent = planted_site
    assert [f"{status:04X}" for status in sent["statuses"]] == ["0000"] * 5


def test_dimse_answers_hold_no_token(planted_site):
    """But for what the standard has the answer repeat to the sender.

    The AE titles of an accept (PS3.8 9.3.3), in front of its items, and the Affected SOP Instance
    UID of a C-STORE response (PS3.7 9.3.1.2).
    """
    site, tokens, sent = planted_site
    answers = sent["answers"][74:]
    for uid in sent["instances"]:
        answers = answers.replace(uid.encode(), b"")
    assert not list(planted.leaks_in(tokens, answers))


def test_the_search_finds_tokens_in_every_disguise(tmp_path):
    tokens = planted.Tokens()
    text = f"xx{tokens.text('here')}yy".encode()
    disguises = {"plain": text, "lower": text.lower(), "utf-16": text.decode().encode("utf-16-le"),
                 "gzip": gzip.compress(text), "zlib": b"junk" + zlib.compress(text),
                 "base64": base64.b64encode(b"a" + text), "hex": text.hex().encode()}
    for name, data in disguises.items():
        (tmp_path / name).write_bytes(data)
    assert len(planted.leaks_below(tokens, tmp_path)) == len(disguises)


def test_the_case_opens_and_http_answers_hold_no_token(planted_site):
    site, tokens, _ = planted_site
    case = reader.wait_for_case(site.node, "manager", set(), states=("OPEN", "QUARANTINED"),
                                seconds=60)
    assert case["state"] == "OPEN", case
    found = {}
    for user, path in every_answer(site, case):
        response = site.node.request("GET", path, user=user)
        hits = list(planted.leaks_in(tokens, response.body + str(response.headers).encode()))
        if hits:
            found[f"{user} {path}"] = hits[:5]
    assert not found, say_where(tokens, found)


def every_answer(site, case):
    """(user, path) of whatever the lab side can be asked."""
    api = reader.API
    paths = [f"{api}/{name}" for name in ("health", "projects", "cases", f"cases/{case['id']}",
                                          "deliveries", "quarantine", "events", "spool")]
    paths += ["/glossator/", "/glossator/metrics", "/glossator/live", "/glossator/ready",
              "/glossator/openapi.json", "/dicom-web/workitems", "/studies?expand",
              "/series?expand", "/instances?expand", "/patients?expand", "/changes", "/statistics",
              "/system"]
    paths += [f"/dicom-web/workitems/{uid}" for uid in reader.workitem_uids(case)]
    for item in site.node.rest_get("/instances?expand", user="manager") or []:
        for part in ("file", "tags", "header", "metadata?expand", "content"):
            paths.append(f"/instances/{item['ID']}/{part}")
    return [(user, path) for path in paths for user in ("manager", "reader-1", "auditor")]


def test_no_file_holds_a_token(planted_site):
    site, tokens, _ = planted_site
    found = planted.leaks_below(tokens, site.directory / "node")
    found |= planted.leaks_below(tokens, site.scratch)
    assert not found, say_where(tokens, found)


def test_the_sealed_objects_are_listed_without_identity(planted_site):
    site, tokens, _ = planted_site
    items = reader.quarantine(site.node, "manager")
    assert items, "the ultrasound image and the conflicting re-send should be in quarantine"
    assert not list(planted.leaks_in(tokens, json.dumps(items).encode()))


def test_no_file_holds_a_token_after_a_stop(planted_site):
    site, tokens, _ = planted_site
    site.node.stop()
    found = planted.leaks_below(tokens, site.directory / "node")
    assert not found, say_where(tokens, found)
