# SPDX-License-Identifier: GPL-3.0-or-later
"""A result is replaced or taken back before it left: while its delivery is HELD, and while its PACS
is away."""
import json
import time

import dicom_tools
import loop
import numpy
import pytest
import reader
import synthetic
from hospital_and_lab import Site

API = "/glossator/api/v1"
FIRST, SECOND = numpy.s_[1:3, 3:6, 3:6], numpy.s_[1:4, 4:9, 5:11]
RETRY = 1  # seconds


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1,
              section={"DeliveryRetrySeconds": RETRY}, destination={"RequireTest": True}) as site:
        yield loop.Loop(site, seconds=60)


@pytest.fixture
def opened(flow, tmp_path, request):
    """A case of its own, and what the PACS had before."""
    seed = request.node.name
    plan = synthetic.Plan(modality="CT", rows=18, columns=21, slices=5, spacing=4.0, seed=seed,
                          patient_id=f"S-{sum(seed.encode())}")
    found = flow.bring(synthetic.write(plan, tmp_path / "study"))
    flow.look(found)
    return found, set(objects(flow, found))


@pytest.fixture
def tested(flow):
    """The destination has its test object, whichever test ran first."""
    status, output = flow.site.steward("--json", "destination", "test", "pacs")
    assert status == 0 and json.loads(output.splitlines()[-1])["outcome"] == "STORED"


@pytest.fixture
def away(flow, tested, opened):
    """The PACS is stopped; what is called starts it again."""
    flow.site.pacs.stop()
    yield flow.site.pacs.start
    if flow.site.pacs.process.poll() is not None:
        flow.site.pacs.start()


def post(flow, user, path, body):
    answer = flow.site.node.request("POST", f"{API}/{path}", body, user=user)
    assert answer.status == 201, answer.body
    return answer.json()


def read_and_accept(flow, found, box):
    found.labels = numpy.zeros(found.volume.shape, numpy.uint8)
    found.labels[box] = 1
    work = reader.case(flow.site.node, "reader-1", found.case["id"])["workitems"]
    found.workitem = next(item["uid"] for item in work if item["state"] == "SCHEDULED")
    found.transaction = reader.claim(flow.site.node, "reader-1", found.workitem)
    flow.submit(found)
    flow.accept(found)


def amend(flow, found, box):
    post(flow, "manager", f"cases/{found.case['id']}/amendment", {"reason": "the other vessel"})
    read_and_accept(flow, found, box)


def withdraw(flow, found):
    return post(flow, "reader-2", f"cases/{found.case['id']}/withdrawal",
                {"reason": "wrong study"})["withdrawals"]


def deliveries(flow, found):
    """The case's, oldest first, as (state, reason)."""
    items = [item for item in reader.deliveries(flow.site.node, "manager")
             if item["case"] == found.case["id"]]
    return [(item["state"], item["reason"] or "") for item in sorted(items, key=lambda one: one["id"])]


def wait_for_deliveries(flow, found, *expected):
    seen = []

    def look():
        seen[:] = deliveries(flow, found)
        return seen == list(expected)

    try:
        reader.wait_for(f"deliveries {expected}", 60, look)
    except reader.TimedOut:
        assert seen == list(expected)


def objects(flow, found):
    return flow.site.pacs.objects(found.study_uid)


def new_objects(flow, found, before):
    return [dicom_tools.read(data) for uid, data in objects(flow, found).items()
            if uid not in before]


def only_the_second_version_is_there(flow, found, before):
    new = new_objects(flow, found, before)
    assert sorted(one.Modality for one in new) == ["SEG", "SR", "SR"]
    segmentation = next(one for one in new if one.Modality == "SEG")
    assert int(segmentation.pixel_array.sum()) == found.labels[SECOND].size
    accepted = next(one for one in new if "Accepted" in one.SeriesDescription)
    report = next(one for one in new if one.Modality == "SR" and one is not accepted)
    assert "PredecessorDocumentsSequence" not in report  # this PACS never had the first version
    follows = accepted.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    assert follows.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == report.SOPInstanceUID
    assert [item.TextValue for item in report.iterall() if item.keyword == "ContentSequence"
            for item in item.value if item.get("TextValue") == "the other vessel"]
    return new


# Runs first: only before the test object has arrived is a delivery held for that.
def test_of_a_result_that_is_amended_while_held_only_the_new_version_leaves(flow, opened):
    found, before = opened
    read_and_accept(flow, found, FIRST)
    held = ("HELD", "DESTINATION_UNTESTED")
    wait_for_deliveries(flow, found, held)
    amend(flow, found, SECOND)
    wait_for_deliveries(flow, found, ("FAILED", "SUPERSEDED"), held)
    _, output = flow.site.steward("--json", "held", "list")
    assert len(output.splitlines()) == 1  # nobody can send the first one any more
    status, output = flow.site.steward("--json", "destination", "test", "pacs")
    assert status == 0 and json.loads(output.splitlines()[-1])["outcome"] == "STORED"
    wait_for_deliveries(flow, found, ("FAILED", "SUPERSEDED"), ("COMMITTED", ""))
    new = only_the_second_version_is_there(flow, found, before)
    node = flow.site.node
    assert reader.case(node, "manager", found.case["id"])["state"] == "RETURNED"
    assert "FAILED" not in node.rest_get(f"{API}/health", user="manager")["deliveries"]

    assert len(withdraw(flow, found)) == 2
    wait_for_deliveries(flow, found, ("FAILED", "SUPERSEDED"), ("COMMITTED", ""),
                        ("FAILED", "NOTHING_SENT"), ("COMMITTED", ""))
    note = new_objects(flow, found, before | {one.SOPInstanceUID for one in new})
    assert [one.Modality for one in note] == ["KO"]
    assert dicom_tools.evidence(note[0]) == {one.SOPInstanceUID for one in new}


def test_what_is_withdrawn_while_its_pacs_is_away_never_leaves(flow, opened, away):
    found, before = opened
    read_and_accept(flow, found, FIRST)
    wait_for_deliveries(flow, found, ("QUEUED", "DESTINATION_AWAY"))
    assert len(withdraw(flow, found)) == 1
    ended = (("FAILED", "WITHDRAWN"), ("FAILED", "NOTHING_SENT"))
    wait_for_deliveries(flow, found, *ended)
    away()
    time.sleep(3 * RETRY)
    assert tuple(deliveries(flow, found)) == ended
    assert set(objects(flow, found)) == before


def test_of_a_result_that_is_amended_while_its_pacs_is_away_only_the_new_version_leaves(
        flow, opened, away):
    found, before = opened
    read_and_accept(flow, found, FIRST)
    wait_for_deliveries(flow, found, ("QUEUED", "DESTINATION_AWAY"))
    amend(flow, found, SECOND)
    wait_for_deliveries(flow, found, ("FAILED", "SUPERSEDED"), ("QUEUED", "DESTINATION_AWAY"))
    away()
    wait_for_deliveries(flow, found, ("FAILED", "SUPERSEDED"), ("COMMITTED", ""))
    time.sleep(3 * RETRY)
    only_the_second_version_is_there(flow, found, before)


def test_a_new_version_that_is_withdrawn_while_held_leaves_the_first_to_be_rejected(
        flow, tested, opened):
    """The first version is at the PACS, the second is held since the study has gone from there."""
    found, before = opened
    read_and_accept(flow, found, FIRST)
    wait_for_deliveries(flow, found, ("COMMITTED", ""))
    kept = objects(flow, found)
    pacs = flow.site.pacs
    pacs.rest_delete(f"/studies/{pacs.find(found.study_uid)}")
    amend(flow, found, SECOND)
    wait_for_deliveries(flow, found, ("COMMITTED", ""), ("HELD", "STUDY_GONE"))
    for data in kept.values():
        assert pacs.upload(data)
    withdraw(flow, found)
    wait_for_deliveries(flow, found, ("COMMITTED", ""), ("FAILED", "WITHDRAWN"),
                        ("COMMITTED", ""), ("FAILED", "NOTHING_SENT"))
    note = new_objects(flow, found, set(kept))
    assert [one.Modality for one in note] == ["KO"]
    assert dicom_tools.evidence(note[0]) == set(kept) - before


def test_a_third_version_follows_the_first_when_the_second_never_left(flow, tested, opened):
    found, before = opened
    read_and_accept(flow, found, FIRST)
    wait_for_deliveries(flow, found, ("COMMITTED", ""))
    kept = objects(flow, found)
    first = next(report for report in map(dicom_tools.read, kept.values())
                 if "Accepted" in str(report.get("SeriesDescription", "")))
    pacs = flow.site.pacs
    pacs.rest_delete(f"/studies/{pacs.find(found.study_uid)}")
    amend(flow, found, FIRST)
    wait_for_deliveries(flow, found, ("COMMITTED", ""), ("HELD", "STUDY_GONE"))
    for data in kept.values():
        assert pacs.upload(data)
    amend(flow, found, SECOND)
    wait_for_deliveries(flow, found, ("COMMITTED", ""), ("FAILED", "SUPERSEDED"), ("COMMITTED", ""))
    new = new_objects(flow, found, set(kept))
    assert sorted(one.Modality for one in new) == ["SEG", "SR", "SR"]
    report = next(one for one in new if "Measurements" in one.SeriesDescription)
    item = report.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    assert item.SeriesInstanceUID == first.SeriesInstanceUID
    assert item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert item.ReferencedSOPSequence[0].ReferencedSOPClassUID == first.SOPClassUID
    complaints = dicom_tools.new_complaints(
        [objects(flow, found)[one.SOPInstanceUID] for one in new],
        [kept[uid] for uid in before])
    assert not complaints, complaints
