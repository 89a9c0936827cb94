# SPDX-License-Identifier: GPL-3.0-or-later
"""The closed loop with real Orthanc processes: in from the PACS, work, back, committed.

Each study goes three times: as it is; with the patient renamed at the PACS between intake and
return; and with the patient merged into another one (another Patient ID: a person must decide).
"""
import json

import compare
import dicom_tools
import loop
import pytest
import reader
import studies
import volume
from hospital_and_lab import Site

RENAMED = {"PatientName": "Renamed^Ruth", "PatientBirthDate": "19610203"}
MERGED = {"PatientID": "MERGED-77", "PatientName": "Merged^Mira"}
# Patient and General Study attributes that must equal the PACS's present answer.
IDENTITY = ("PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate", "PatientSex",
            "AccessionNumber", "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime",
            "StudyDescription", "ReferringPhysicianName")


@pytest.fixture(scope="session")
def given(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies")
    found = {study.name: study for study in studies.self_made(folder)}
    if studies.have_corpus():
        found |= {f"corpus-{n}": study for n, study in enumerate(studies.from_corpus(folder))}
    return found


def corpus_names():
    """As many names as the rule will choose; the studies themselves are made in the fixture."""
    if not studies.have_corpus():
        return []
    chosen = studies.corpus.choose()
    return [f"corpus-{n}"
            for n in range(len(chosen) + len(studies.corpus.missing_syntaxes(chosen)))]


NAMES = list(studies.SELF_MADE) + corpus_names()


@pytest.fixture(scope="module", params=["as-is", "renamed", "merged"])
def flow(request, tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1) as site:
        flow = loop.Loop(site, seconds=90)
        flow.variant = request.param
        yield flow


def put_into_pacs(pacs, given):
    uids = set()
    for path in given.paths:
        answer = pacs.upload(path.read_bytes())
        assert answer, "the stand-in PACS refused a file"
        uids.add(pacs.study_uid(answer["ParentStudy"]))
    assert len(uids) == 1
    return uids.pop()


def resolve_held(flow, found):
    """What a person on the hospital side does after a merge."""
    status, output = flow.site.steward("--json", "held", "list")
    assert status in (0, 3), output
    held = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert held, "nothing is held"
    status, output = flow.site.steward(
        "held", "resolve", str(held[-1]["number"]), "accept-current")
    assert status == 0, output


def originals(flow, study_uid):
    return [data for data in flow.site.pacs.files(study_uid)
            if dicom_tools.read_head(data).get("Modality") not in ("SEG", "SR")]


def returned(flow, study_uid):
    files = {}
    for data in flow.site.pacs.files(study_uid):
        head = dicom_tools.read_head(data)
        if head.get("Modality") in ("SEG", "SR") and "RESEARCH" in str(head.SeriesDescription):
            files[head.Modality] = data
    return files


def check_identity(flow, found, objects):
    """Patient and study attributes equal those of the PACS's own images now."""
    present = dicom_tools.read_head(originals(flow, found.study_uid)[0])
    for data in objects.values():
        head = dicom_tools.read_head(data)
        for keyword in IDENTITY:
            assert str(head.get(keyword) or "") == str(present.get(keyword) or ""), keyword


def check_no_lab_uid(flow, found, objects):
    files = reader.source_files(flow.site.node, "reader-1", found.case["studyInstanceUid"])
    uids = set()
    for data in files:
        head = dicom_tools.read_head(data)
        uids |= {head.StudyInstanceUID, head.SeriesInstanceUID, head.SOPInstanceUID,
                 str(head.get("FrameOfReferenceUID") or "")}
    for data in objects.values():
        for uid in uids - {""}:
            assert uid.encode() not in data, "a lab UID reached the PACS"


def check_voxels(flow, found, segmentation):
    file = dicom_tools.read(segmentation)
    series = file.ReferencedSeriesSequence[0].SeriesInstanceUID
    volumes = volume.from_files(originals(flow, found.study_uid))
    original = next(v for v in volumes if v.series_uid == series)
    compare.check(file, original, found.labels)


def check_tools(flow, found, objects):
    """The judges find no error, but for what they already say about the PACS's own images."""
    complaints = dicom_tools.new_complaints(list(objects.values()),
                                            originals(flow, found.study_uid))
    assert not complaints, "\n".join(f"{tool}: {line}" for tool, line in complaints)


@pytest.mark.parametrize("name", NAMES)
def test_loop(flow, given, name):
    study_uid = put_into_pacs(flow.site.pacs, given[name])
    found = flow.send(study_uid)
    assert found.refused == 0
    assert flow.open(found), found.case
    if flow.variant != "as-is":
        flow.site.pacs.change_identity(
            study_uid, **(RENAMED if flow.variant == "renamed" else MERGED))
    flow.claim(found)
    flow.look(found, mask=volume.mask_to_the_edges)
    flow.submit(found)
    flow.accept(found)
    state = flow.wait_for_delivery(found)
    if flow.variant == "merged":
        assert state == "HELD", found.delivery
        assert not returned(flow, study_uid), "a held result reached the PACS"
        resolve_held(flow, found)
        state = flow.wait_for_delivery(found, states=("COMMITTED", "FAILED"))
    assert state == "COMMITTED", found.delivery
    objects = returned(flow, study_uid)
    assert set(objects) == {"SEG", "SR"}
    check_identity(flow, found, objects)
    check_no_lab_uid(flow, found, objects)
    check_voxels(flow, found, objects["SEG"])
    check_tools(flow, found, objects)


@pytest.fixture(scope="module")
def label_map_flow(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1,
              destination={"LabelMap": True}) as site:
        yield loop.Loop(site, seconds=90)


def test_a_labelmap_goes_to_a_destination_that_is_configured_for_it(label_map_flow, given):
    flow = label_map_flow
    study_uid = put_into_pacs(flow.site.pacs, given[NAMES[0]])
    found = flow.send(study_uid)
    assert flow.open(found), found.case
    flow.claim(found)
    flow.look(found, mask=volume.mask_to_the_edges)
    flow.submit(found)
    flow.accept(found)
    assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery
    check_voxels(flow, found, returned(flow, study_uid)["SEG"])


@pytest.mark.skipif(studies.have_corpus(), reason="the corpus is there")
def test_corpus_studies():
    pytest.skip("corpus studies of the loop: no catalog beside the repository")
