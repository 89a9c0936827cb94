# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of an accepted result at the PACS: helpers, names, a new version, a withdrawal."""
import copy
import functools
import io
import subprocess

import dicom_tools
import loop
import numpy
import orthanc
import pydicom
import pytest
import reader
import studies
from hospital_and_lab import PEOPLE, Site

SAFETY = ("113037", "Rejected for Patient Safety Reasons")


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    section = {"Projects": [{"Id": "DEMO", "QuietSeconds": 1, "Destination": "pacs",
                             "Names": "name"}]}
    helpers = {"Helpers": ["KO", "PR", "RTSTRUCT", "SC"]}
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1, destination=helpers,
              section=section) as site:
        yield loop.Loop(site, seconds=90)


@pytest.fixture(scope="module")
def story(flow, tmp_path_factory):
    """One study: delivered and signed, then a new version, then all of it withdrawn."""
    given = next(studies.self_made(tmp_path_factory.mktemp("studies")))
    for path in given.paths:
        answer = flow.site.pacs.upload(path.read_bytes())
    study_uid = flow.site.pacs.study_uid(answer["ParentStudy"])
    seen = {"originals": objects(flow, study_uid)}
    found = flow.send(study_uid)
    assert flow.open(found)
    read(flow, found, sign=True)
    seen["first"] = new_objects(flow, study_uid, seen)
    answer = post(flow, "manager", f"cases/{found.case['id']}/amendment",
                  {"reason": "reached into the vessel"})
    assert answer.status == 201, answer.body
    read(flow, found, sign=False)
    seen["second"] = new_objects(flow, study_uid, seen)
    answer = post(flow, "reader-2", f"cases/{found.case['id']}/withdrawal",
                  {"reason": "wrong study", "code": "113037"})
    assert answer.status == 201, answer.body
    assert len(answer.json()["withdrawals"]) == 2
    flow.known_deliveries.add(found.delivery["id"])
    for _ in range(2):
        assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery
        flow.known_deliveries.add(found.delivery["id"])
    seen["notes"] = new_objects(flow, study_uid, seen)
    seen["case"] = reader.case(flow.site.node, "manager", found.case["id"])
    return seen


def post(flow, user, path, body):
    return flow.site.node.request("POST", f"/glossator/api/v1/{path}", body, user=user)


def read(flow, found, sign):
    work = reader.case(flow.site.node, "reader-1", found.case["id"])["workitems"]
    found.workitem = next(item["uid"] for item in work if item["state"] == "SCHEDULED")
    found.transaction = reader.claim(flow.site.node, "reader-1", found.workitem)
    flow.look(found)
    flow.submit(found)
    answer = post(flow, "reader-2", f"submissions/{found.submission}/decisions",
                  {"verdict": "ACCEPT", "sign": sign})
    assert answer.status == 201, answer.body
    if found.delivery:
        flow.known_deliveries.add(found.delivery["id"])
    assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery


def objects(flow, study_uid):
    return flow.site.pacs.objects(study_uid)


def new_objects(flow, study_uid, seen):
    known = set().union(*(seen[key] for key in seen))
    return {uid: data for uid, data in objects(flow, study_uid).items() if uid not in known}


def by_modality(found):
    sorted_objects = {}
    for data in found.values():
        sorted_objects.setdefault(dicom_tools.read_head(data).Modality, []).append(data)
    return sorted_objects


def reports(found):
    """(the reader's, that of the acceptance)"""
    both = [dicom_tools.read(data) for data in by_modality(found)["SR"]]
    return sorted(both, key=lambda report: "Accepted" in report.SeriesDescription)


def person_names(data_set):
    names = set()
    for element in data_set.iterall():
        if element.VR == "PN" and element.keyword in (
                "ContentCreatorName", "PersonName", "OperatorsName", "VerifyingObserverName",
                "ROIInterpreter"):
            values = element.value if element.VM > 1 else [element.value]
            names |= {str(value).strip("^") for value in values}
    return names


def test_helpers_arrive_with_the_result(story):
    found = by_modality(story["first"])
    assert {key: len(value) for key, value in found.items()} == {
        "SEG": 1, "SR": 2, "KO": 1, "PR": 1, "RTSTRUCT": 1, "OT": 1}
    for data in story["first"].values():
        assert "RESEARCH" in dicom_tools.read_head(data).SeriesDescription


def test_an_overlay_that_is_burned_in_says_so_at_the_pacs(story):
    """The relinker took the attribute away together with those of de-identification."""
    capture = dicom_tools.read(by_modality(story["first"])["OT"][0])
    assert capture.BurnedInAnnotation == "YES"
    assert "DERIVED" in capture.ImageType
    segmentation = dicom_tools.read(by_modality(story["first"])["SEG"][0])
    assert "BurnedInAnnotation" not in segmentation


def test_references_of_helpers_lead_to_what_the_pacs_has(story):
    there = set(story["originals"]) | set(story["first"])
    for modality in ("KO", "PR", "RTSTRUCT", "OT", "SR"):
        for data in by_modality(story["first"])[modality]:
            for element in dicom_tools.read(data).iterall():
                if element.keyword == "ReferencedSOPInstanceUID":
                    # RTSTRUCT names its study by UID in a reference of this keyword
                    assert element.value in there or modality == "RTSTRUCT", modality


def test_people_stand_by_name_where_the_project_gives_names(story):
    allowed = {person["Name"] for person in PEOPLE}
    named = set()
    for data in list(story["first"].values()) + list(story["notes"].values()):
        names = person_names(dicom_tools.read(data)) - {""}
        assert names <= allowed, names
        named |= names
    assert {"Reader^One", "Reader^Two"} <= named


def test_only_the_signed_acceptance_is_verified_and_by_name(story):
    mine, accepted = reports(story["first"])
    assert mine.VerificationFlag == "UNVERIFIED"
    assert accepted.VerificationFlag == "VERIFIED"
    assert str(accepted.VerifyingObserverSequence[0].VerifyingObserverName) == "Reader^Two"
    assert reports(story["second"])[1].VerificationFlag == "UNVERIFIED"


def texts(data_set):
    return {element.value for element in data_set.iterall() if element.keyword == "TextValue"}


def predecessor(report):
    item = report.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    return item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID


def tracking(item):
    """Tracking UIDs of a report, in the order of its groups."""
    found = []
    for child in item.get("ContentSequence", ()):
        name = child.get("ConceptNameCodeSequence")
        if name and name[0].CodeValue == "112040":
            found.append(child.UID)
        found += tracking(child)
    return found


def test_a_new_version_follows_the_report_that_the_pacs_has(story):
    first_mine, first_accepted = reports(story["first"])
    mine, accepted = reports(story["second"])
    assert predecessor(first_accepted) == first_mine.SOPInstanceUID
    assert predecessor(mine) == first_accepted.SOPInstanceUID
    assert predecessor(accepted) == mine.SOPInstanceUID
    assert "reached into the vessel" in texts(mine)
    assert tracking(mine) and tracking(mine) == tracking(first_mine)


def test_a_withdrawal_rejects_every_object_that_was_sent(story):
    assert story["case"]["state"] == "WITHDRAWN"
    assert len(story["notes"]) == 2
    rejected = set()
    for data in story["notes"].values():
        note = dicom_tools.read(data)
        title = note.ConceptNameCodeSequence[0]
        assert (title.CodeValue, title.CodeMeaning) == SAFETY
        assert "wrong study" in texts(note)
        rejected |= dicom_tools.evidence(note)
    assert rejected == set(story["first"]) | set(story["second"])


def test_the_judges_find_no_error_in_any_of_it(story):
    originals = list(story["originals"].values())
    for part in ("first", "second", "notes"):
        complaints = dicom_tools.new_complaints(list(story[part].values()), originals)
        assert not complaints, "\n".join(f"{tool}: {line}" for tool, line in complaints)


def test_the_journal_tells_all_of_it(flow, story):
    events = flow.site.node.request("GET", "/glossator/api/v1/events?limit=1000", user="auditor")
    types = {event["type"] for event in events.json()["items"]}
    assert {"result.accepted", "result.amending", "case.reopened", "result.withdrawn",
            "case.withdrawn"} <= types


@pytest.fixture(scope="module")
def rejected(flow, story, tmp_path_factory):
    """Another study: claimed, then its PACS rejects one image, and later all that are left."""
    folder = tmp_path_factory.mktemp("rejected")
    given = list(studies.self_made(folder / "studies"))[1]
    for path in given.paths:
        answer = flow.site.pacs.upload(path.read_bytes())
    study_uid = flow.site.pacs.study_uid(answer["ParentStudy"])
    found = flow.send(study_uid)
    assert flow.open(found)
    flow.claim(found)
    seen = {"images": found.case["instances"]}
    for count, (name, paths) in enumerate((("one", given.paths[:1]), ("all", given.paths)), 1):
        note = folder / f"{name}.dcm"
        subprocess.run([str(orthanc.BUILD / "bin" / "glossator-result"), "reject", "--title",
                        "113001", "--reason", "wrong patient", "--creator", "Clerk^Carl", "--out",
                        str(note), *map(str, paths)], check=True, timeout=60)
        assert flow.site.pacs.upload(note.read_bytes())
        assert flow.site.pacs.send(study_uid) == 0
        seen[name] = reader.wait_for("the note in the journal", 60,
                                     functools.partial(rejections, flow, found, count))
        seen[name + " case"] = reader.case(flow.site.node, "manager", found.case["id"])
    work = reader.case(flow.site.node, "manager", found.case["id"])["workitems"]
    seen["claim"] = next(item for item in work if item["uid"] == found.workitem)
    return seen


def rejections(flow, found, least):
    events = flow.site.node.request("GET", "/glossator/api/v1/events?limit=1000", user="auditor")
    told = [event["fields"] for event in events.json()["items"]
            if event["type"] == "case.rejection" and event["fields"]["case"] == found.case["id"]]
    return told if len(told) >= least else None


def test_a_note_of_the_pacs_takes_its_images_from_a_study_in_work(rejected):
    assert rejected["one case"]["state"] == "OPEN"
    told = rejected["one"][0]
    assert told["code"] == "113001"
    assert len(told["instances"]) == 1


def test_when_every_image_is_rejected_the_case_and_its_claim_end(rejected):
    assert rejected["all case"]["state"] == "WITHDRAWN"
    taken = [uid for told in rejected["all"] for uid in told["instances"]]
    assert len(taken) == len(set(taken)) == rejected["images"]
    assert rejected["claim"]["state"] == "CANCELED"


def with_holes(source):
    """Ones with a hole at every other pixel: the outline with its channels is longer than 64 kB."""
    labels = numpy.ones(source.shape, numpy.uint8)
    labels[:, 1:-1:2, 1:-1:2] = 0
    return labels


@pytest.fixture(scope="module")
def long_contours(flow, rejected, tmp_path_factory):
    """An RTSTRUCT of ours at the PACS, and one of somebody else that came to us from there."""
    given = next(studies.self_made(tmp_path_factory.mktemp("long")))
    answer = None
    for path in given.paths:
        file = pydicom.dcmread(path)
        file.StudyInstanceUID += ".77"
        file.SOPInstanceUID += ".77"
        file.SeriesInstanceUID += ".77"
        out = io.BytesIO()
        pydicom.dcmwrite(out, file)
        answer = flow.site.pacs.upload(out.getvalue())
    study_uid = flow.site.pacs.study_uid(answer["ParentStudy"])
    found = flow.send(study_uid)
    assert flow.open(found)
    flow.claim(found)
    flow.look(found, mask=with_holes)
    flow.submit(found)
    flow.accept(found)
    assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery
    ours = dicom_tools.read(by_modality(objects(flow, study_uid))["RTSTRUCT"][0])
    foreign = copy.deepcopy(ours)
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID"):
        setattr(foreign, keyword, pydicom.uid.generate_uid())
    foreign.file_meta.MediaStorageSOPInstanceUID = foreign.SOPInstanceUID
    foreign.SeriesDescription = "Contours"
    out = io.BytesIO()
    pydicom.dcmwrite(out, foreign)
    assert flow.site.pacs.upload(out.getvalue())
    assert flow.site.pacs.send(study_uid) == 0
    return ours, reader.wait_for("the foreign contours", 60, functools.partial(
        structure_set_in_the_lab, flow, found.case["studyInstanceUid"]))


def structure_set_in_the_lab(flow, study_uid):
    for data in reader.source_files(flow.site.node, "reader-1", study_uid):
        if dicom_tools.read_head(data).Modality == "RTSTRUCT":
            return dicom_tools.read(data)
    return None


def contours(structure_set):
    return [item.ContourData for roi in structure_set.ROIContourSequence
            for item in roi.ContourSequence]


def text_length(values):
    return len("\\".join(map(str, values)))


def test_a_contour_too_long_for_explicit_vr_goes_home_in_implicit_vr(long_contours):
    ours, _ = long_contours
    assert max(map(text_length, contours(ours))) > 65534
    assert ours.file_meta.TransferSyntaxUID == pydicom.uid.ImplicitVRLittleEndian


def test_a_contour_of_more_than_64_kb_comes_in_whole(long_contours):
    ours, foreign = long_contours
    assert foreign.SOPInstanceUID != ours.SOPInstanceUID
    assert [list(map(float, contour)) for contour in contours(foreign)] == [
        list(map(float, contour)) for contour in contours(ours)]
