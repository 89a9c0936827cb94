# SPDX-License-Identifier: GPL-3.0-or-later
"""Several readers of one study: their consensus, an adjudicator, a second thought before it went."""
import json
import subprocess
import time

import dicom_tools
import loop
import numpy
import orthanc
import pytest
import reader
import synthetic
from hospital_and_lab import PEOPLE, PROJECT, Site

MORE = [{"User": name, "Id": code, "Name": f"Reader^{name[-1]}", "Organization": "Reading lab",
         "Roles": [role], "Projects": [PROJECT]}
        for name, code, role in (("reader-3", "R3", "annotator"), ("reader-4", "R4", "specialist"),
                                 ("reader-5", "R5", "clinician"))]
API = "/glossator/api/v1"


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    section = {"Readers": PEOPLE + MORE, "DeliveryRetrySeconds": 1}
    passwords = {person["User"]: person["User"] + "-password" for person in PEOPLE + MORE}
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1, section=section,
              passwords=passwords,
              destination={"RequireTest": True, "Helpers": ["KO", "PR"]}) as site:
        yield loop.Loop(site, seconds=60)


def opened(flow, folder, seed):
    plan = synthetic.Plan(modality="CT", rows=18, columns=21, slices=5, spacing=4.0, seed=seed,
                          patient_id="C-" + seed)
    found = flow.bring(synthetic.write(plan, folder / seed))
    flow.look(found)
    return found


def post(flow, user, path, body):
    return flow.site.node.request("POST", f"{API}/{path}", body, user=user)


def seat(flow, found):
    body = json.dumps([{
        "00741000": {"vr": "CS", "Value": ["SCHEDULED"]},
        "00741204": {"vr": "LO", "Value": ["READ"]},
        "00404021": {"vr": "SQ", "Value": [
            {"0020000D": {"vr": "UI", "Value": [found.case["studyInstanceUid"]]}}]}}])
    answer = flow.site.node.request("POST", "/dicom-web/workitems", body, user="manager", headers={
        "Content-Type": "application/dicom+json", "Accept": "application/dicom+json"})
    assert answer.status == 201, answer.body


def read(flow, found, user, box, workitem=None):
    """A box of the tissue, as that reader saw it."""
    found.labels = numpy.zeros(found.volume.shape, numpy.uint8)
    found.labels[box] = 1
    found.workitem = workitem or reader.free_read(flow.site.node, user, found.case["id"])
    found.transaction = reader.claim(flow.site.node, user, found.workitem)
    flow.submit(found, user)
    return found.submission


def accept(flow, found, user, submission):
    answer = reader.decide(flow.site.node, user, submission)
    assert answer.status == 201, answer.body


def three_reads(flow, found):
    """Two draw the same box, the third one row less and one column more."""
    same = numpy.s_[1:4, 4:10, 5:12]
    read(flow, found, "reader-1", same)
    for user, box in (("reader-3", same), ("reader-4", numpy.s_[1:4, 5:10, 5:13])):
        seat(flow, found)
        read(flow, found, user, box)


def delivered(flow, found, before):
    assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery
    flow.known_deliveries.add(found.delivery["id"])
    return {uid: data for uid, data in objects(flow, found).items() if uid not in before}


def objects(flow, found):
    return flow.site.pacs.objects(found.study_uid)


def by_description(found, word):
    return next(data for data in map(dicom_tools.read, found.values())
                if word in str(data.get("SeriesDescription", "")))


def people(data_set):
    return {str(element.value).strip("^") for element in data_set.iterall()
            if element.VR == "PN" and element.keyword == "PersonName"}


def values_by_reader(report, concept):
    """Of each reader the value of that concept in the report."""
    found = {}
    for group in report.iterall():
        if group.keyword != "ContentSequence":
            continue
        for item in group.value:
            named = item.get("ConceptNameCodeSequence")
            if item.get("ValueType") == "NUM" and named and named[0].CodeValue == concept:
                who = next(str(part.PersonName) for part in item.ContentSequence
                           if part.get("ValueType") == "PNAME")
                value = item.MeasuredValueSequence[0]
                found[who.strip("^")] = float(value.get("FloatingPointValue", value.NumericValue))
    return found


def test_what_is_withdrawn_while_it_is_held_never_leaves(flow, tmp_path):
    found = opened(flow, tmp_path, "held")
    accept(flow, found, "reader-2", read(flow, found, "reader-1", numpy.s_[1:3, 3:6, 3:6]))
    before = set(objects(flow, found))
    assert flow.wait_for_delivery(found) == "HELD"
    assert found.delivery["reason"] == "DESTINATION_UNTESTED"
    held = found.delivery["id"]
    answer = post(flow, "reader-2", f"cases/{found.case['id']}/withdrawal", {"reason": "too soon"})
    assert answer.status == 201, answer.body
    status, output = flow.site.steward("--json", "destination", "test", "pacs")
    assert status == 0 and json.loads(output.splitlines()[-1])["outcome"] == "STORED"

    def ended():
        items = [item for item in reader.deliveries(flow.site.node, "manager")
                 if item["case"] == found.case["id"]]
        return items if all(item["state"] == "FAILED" for item in items) else None

    items = {item["id"]: item["reason"] for item in reader.wait_for("an end", 60, ended)}
    assert items.pop(held) == "WITHDRAWN"
    assert list(items.values()) == ["NOTHING_SENT"]  # the note, about nothing
    time.sleep(2)  # twice the time after which a held delivery would be tried again
    assert set(objects(flow, found)) == before


def test_a_consensus_arrives_with_each_readers_agreement_and_who_decided(flow, tmp_path):
    found = opened(flow, tmp_path, "consensus")
    before = set(objects(flow, found))
    three_reads(flow, found)
    answer = post(flow, "manager", f"cases/{found.case['id']}/consensus", {"method": "staple"})
    assert answer.status == 201, answer.body
    again = post(flow, "manager", f"cases/{found.case['id']}/consensus", {"method": "staple"})
    assert (again.status, again.json()) == (200, answer.json())
    assert reader.decide(flow.site.node, "reader-4", answer.json()["id"]).status == 403
    accept(flow, found, "reader-2", answer.json()["id"])
    new = delivered(flow, found, before)
    segmentation = by_description(new, "Segmentation")
    segment = segmentation.SegmentSequence[0]
    assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName) == (
        "SEMIAUTOMATIC", "STAPLE")
    assert int(segmentation.pixel_array.sum()) == found.labels[1:4, 4:10, 5:12].size
    consensus = by_description(new, "Consensus")
    dice = values_by_reader(consensus, "Dice")
    both, third = 3 * 6 * 7, 3 * 5 * 8
    assert dice["Reading lab R1"] == dice["Reading lab R3"] == 1
    assert dice["Reading lab R4"] == pytest.approx(2 * 3 * 5 * 7 / (both + third))
    sensitivity = values_by_reader(consensus, "Sensitivity")
    assert sensitivity["Reading lab R4"] == pytest.approx(5 / 6, abs=1e-5)
    assert "PredecessorDocumentsSequence" not in consensus  # the readers' reports stay in the lab
    accepted = by_description(new, "Accepted")
    assert people(accepted) == {"Reading lab " + code for code in ("R1", "R2", "R3", "R4")}
    assert accepted.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0] \
        .ReferencedSOPSequence[0].ReferencedSOPInstanceUID == consensus.SOPInstanceUID
    assert {dicom_tools.read(data).Modality for data in new.values()} == {"SEG", "SR", "KO", "PR"}
    complaints = dicom_tools.new_complaints(list(new.values()),
                                            [objects(flow, found)[uid] for uid in before])
    assert not complaints, complaints


def test_an_adjudicators_drawing_arrives_and_names_all(flow, tmp_path):
    found = opened(flow, tmp_path, "adjudicated")
    before = set(objects(flow, found))
    three_reads(flow, found)
    answer = post(flow, "manager", f"cases/{found.case['id']}/adjudication",
                  {"reason": "they differ", "adjudicator": "R5"})
    assert answer.status == 201, answer.body
    workitem = answer.json()["workitem"]
    assert post(flow, "reader-4", f"cases/{found.case['id']}/adjudication",
                {"reason": "I know better"}).status == 409
    submission = read(flow, found, "reader-5", numpy.s_[1:4, 5:10, 5:13], workitem)
    assert reader.decide(flow.site.node, "reader-5", submission).status == 403
    accept(flow, found, "reader-2", submission)
    new = delivered(flow, found, before)
    report = by_description(new, "Adjudication")
    assert values_by_reader(report, "Dice")["Reading lab R4"] == 1
    assert values_by_reader(report, "Dice")["Reading lab R1"] < 1
    named = {"Reading lab " + code for code in ("R1", "R3", "R4", "R5")}
    assert people(report) == named
    assert people(by_description(new, "Accepted")) == named | {"Reading lab R2"}
    work = reader.case(flow.site.node, "manager", found.case["id"])["workitems"]
    assert not [item for item in work if item["state"] == "SCHEDULED"]
    answer = flow.site.node.request("GET", f"{API}/submissions/{submission}/files/acceptance",
                                    user="reader-2")
    assert answer.status == 200
    assert "Accepted" in dicom_tools.read(answer.body).SeriesDescription


@pytest.mark.parametrize("title, patient_id", (
    ("113038", "N-2008"), ("113039", "N-2009"),
    # the code stands in the patient's number, as a whole, as a part, and as one of its words
    ("113001", "113001"), ("113001", "1130011"), ("113037", "N-113037"), ("113038", "113038-2")))
def test_every_reason_of_a_rejection_note_is_understood(flow, tmp_path, title, patient_id):
    plan = synthetic.Plan(modality="CT", rows=12, columns=10, slices=3, spacing=4.0,
                          seed="note-" + patient_id, patient_id=patient_id)
    paths = synthetic.write(plan, tmp_path / "study")
    found = flow.bring(paths)
    flow.claim(found)
    note = tmp_path / "note.dcm"
    subprocess.run([str(orthanc.BUILD / "bin" / "glossator-result"), "reject", "--title", title,
                    "--reason", "wrong entry", "--creator", "Clerk^Carl", "--out", str(note),
                    *map(str, paths)], check=True, timeout=60)
    assert flow.site.pacs.upload(note.read_bytes())
    assert flow.site.pacs.send(found.study_uid) == 0
    node = flow.site.node
    reader.wait_for("the withdrawal", 60, lambda: reader.case(
        node, "manager", found.case["id"])["state"] == "WITHDRAWN")
    events = node.request("GET", f"{API}/events?limit=1000", user="auditor").json()["items"]
    told = [event["fields"] for event in events if event["type"] == "case.rejection"]
    assert told[-1]["code"] == title
    assert len(told[-1]["instances"]) == len(paths)
