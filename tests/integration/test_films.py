# SPDX-License-Identifier: GPL-3.0-or-later
"""Films with a name in their user data, through the real gate and node."""
import json
import shutil
import subprocess

import film_files
import films
import gate_alone
import pydicom
import pytest
import reader
from hospital_and_lab import NODE_AET, PROJECT, Site

SECRET = film_files.SECRET


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("films") / "site", quiet_seconds=1) as made:
        yield made


def send(site, folder, *paths):
    """As the PACS would; Debian 12's Orthanc does not know the fragmentable syntaxes."""
    folder.mkdir()
    for path in paths:
        shutil.copy(path, folder)
    subprocess.run([gate_alone.program("glossator-send"), "--to",
                    f"127.0.0.1:{site.node.intake_port}", "--called", NODE_AET, "--calling",
                    site.pacs.aet, str(folder)], check=True, timeout=60, capture_output=True)


def quarantine(site):
    status, said = site.steward("--json", "quarantine", "list")
    assert status in (0, 3), said
    return [json.loads(line) for line in said.splitlines()]


def shown_study(site, count):
    """By instance number."""
    found = reader.shown_objects(site.node, "manager", PROJECT, count)
    return {int(file.InstanceNumber): file for file in found}


def assert_cleaned(syntax, before, after):
    """Same length, no word of the secret, pictures bit for bit."""
    assert len(after) == len(before)
    for word in SECRET.split():
        assert word.encode() not in after
    assert films.pictures(syntax, after) == films.pictures(syntax, before)
    assert films.decoded(after, films.FORMATS[syntax]) == films.decoded(
        before, films.FORMATS[syntax])


def test_films_reach_the_case_with_their_pictures_and_without_their_user_data(site, tmp_path):
    sent = {}
    paths = []
    for number, (syntax, pieces) in enumerate(
            [(films.MPEG2, 1), (films.H264, 1), (films.HEVC, 1), (films.H264, 5)], 1):
        stream = films.planted(syntax, SECRET)
        assert SECRET.encode() in stream
        paths.append(films.write(tmp_path / f"{number}.dcm", syntax, stream, number,
                                 pieces=pieces))
        sent[number] = syntax, films.stream_of(pydicom.dcmread(paths[-1]))
    send(site, tmp_path / "sent", *paths)
    shown = shown_study(site, len(sent))
    assert sorted(shown) == sorted(sent)
    for number, (syntax, before) in sent.items():
        assert_cleaned(syntax, before, films.stream_of(shown[number]))
    files = [file.read_bytes() for file in site.node.directory.rglob("*") if file.is_file()]
    assert not any(word.encode() in content for word in SECRET.split() for content in files)


def test_films_in_containers_reach_the_case_and_one_with_sound_does_not(site, tmp_path):
    before = {row["number"] for row in quarantine(site)}
    study = "1.2.826.89.3"
    sent = {}
    paths = []
    for number, ((coding, kind), content) in enumerate(film_files.FILES.items(), 1):
        assert film_files.TITLE.encode() in content or kind == "mpeg"
        syntax = getattr(films, coding)
        paths.append(films.write(tmp_path / f"{number}.dcm", syntax, content, number, study=study))
        sent[number] = kind, content
    loud = film_files.FILES["H264", "mp4"].replace(b"vide", b"soun")
    paths.append(films.write(tmp_path / "loud.dcm", films.H264, loud, 99, study=study))
    send(site, tmp_path / "sent", *paths)

    def sealed():
        return [row for row in quarantine(site) if row["number"] not in before
                and row["state"] == "OPEN" and row["reason"] == "WAVEFORM"]
    number = str(reader.wait_for("a sealed film with sound", 60, sealed)[0]["number"])
    status, said = site.steward("quarantine", "reject", number, "--why", "voices")
    assert status == 0, said
    shown = shown_study(site, len(sent))
    for number, (kind, content) in sent.items():
        after = films.stream_of(shown[number])[:len(content)]
        assert len(after) == len(content)
        for word in (*SECRET.split(), film_files.TITLE, "Lav", "x264", "x265"):
            assert word.encode() not in after, (kind, word)
        assert films.decoded(after, kind) == films.decoded(content, kind)


def test_a_film_of_a_scope_waits_for_a_rule_or_a_person_and_one_without_a_picture_for_nobody(
        site, tmp_path):
    before = {row["number"] for row in quarantine(site)}
    stream = films.planted(films.H264, SECRET)
    study = "1.2.826.89.2"
    scope = films.write(tmp_path / "scope.dcm", films.H264, stream, 1, films.ENDOSCOPY,
                        study=study)
    empty = films.write(tmp_path / "empty.dcm", films.H264, b"\0\0\1\x09\xf0", 2, study=study)
    send(site, tmp_path / "sent", scope, empty)

    def sealed():
        rows = [row for row in quarantine(site) if row["number"] not in before]
        return rows if len(rows) == 2 and {r["reason"] for r in rows} == {
            "BURNED_IN_RISK", "BITSTREAM"} else None
    rows = {row["reason"]: row for row in reader.wait_for("two sealed films", 60, sealed)}
    assert rows["BURNED_IN_RISK"]["path"] == "(0008,1090)"
    assert not rows["BITSTREAM"]["releasable"]
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"version": 1, "rules": [
        {"name": "a scope that writes nothing into its pictures",
         "match": {"Manufacturer": "ACME", "ManufacturerModelName": "Scope 1", "Modality": "ES"},
         "blank": [], "detect": False}]}))
    status, said = site.steward("rules", "add", str(rules), "--project", PROJECT)
    assert status == 0, said
    number = str(rows["BITSTREAM"]["number"])
    status, said = site.steward("quarantine", "reject", number, "--why", "no film")
    assert status == 0, said
    after = films.stream_of(shown_study(site, 1)[1])
    assert_cleaned(films.H264, stream + b"\0" * (len(stream) % 2), after)
