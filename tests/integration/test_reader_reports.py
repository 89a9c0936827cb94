# SPDX-License-Identifier: GPL-3.0-or-later
"""A project whose consensus is made by itself, and a destination that wants each reader's report."""
import dicom_tools
import loop
import numpy
import pytest
import reader
import synthetic
from hospital_and_lab import PEOPLE, PROJECT, Site
from test_readers import MORE, by_description, objects, people, post, read, seat

READERS = ("reader-1", "reader-3", "reader-4")
API = "/glossator/api/v1"


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    section = {"Readers": PEOPLE + MORE, "DeliveryRetrySeconds": 1,
               "Projects": [{"Id": PROJECT, "QuietSeconds": 1, "Destination": "pacs",
                             "Policy": "research", "Consensus": "majority"}]}
    passwords = {person["User"]: person["User"] + "-password" for person in PEOPLE + MORE}
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1, section=section,
              passwords=passwords, destination={"Helpers": ["READERS", "KO"]}) as site:
        yield loop.Loop(site, seconds=60)


@pytest.fixture(scope="module")
def story(flow, tmp_path_factory):
    plan = synthetic.Plan(modality="CT", rows=18, columns=21, slices=5, spacing=4.0,
                          seed="reports", patient_id="R-1")
    found = flow.bring(synthetic.write(plan, tmp_path_factory.mktemp("study")))
    flow.look(found)
    before = objects(flow, found)
    for _ in READERS[1:]:
        seat(flow, found)
    boxes = (numpy.s_[1:4, 4:10, 5:12], numpy.s_[1:4, 4:10, 5:12], numpy.s_[1:4, 5:10, 5:13])
    own = {}
    for user, box in zip(READERS, boxes):
        own[user] = read(flow, found, user, box)
    computed = reader.wait_for("the consensus", 60, lambda: consensus_of(flow, found, own))
    answer = reader.decide(flow.site.node, "reader-2", computed)
    assert answer.status == 201, answer.body
    assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery
    new = {uid: data for uid, data in objects(flow, found).items() if uid not in before}
    return {"found": found, "before": before, "new": new, "own": own}


def consensus_of(flow, found, own):
    ids = reader.submissions(flow.site.node, "manager", found.case["id"])
    return next(iter(ids - set(own.values())), None)


def test_the_consensus_is_made_when_the_last_reader_has_submitted(flow, story):
    events = flow.site.node.request("GET", f"{API}/events?limit=1000", user="auditor").json()
    made = [event for event in events["items"] if event["type"] == "consensus.computed"]
    assert [event["actor"] for event in made] == ["node"]
    assert sorted(made[0]["fields"]["of"]["submissions"]) == sorted(story["own"].values())


def test_each_readers_report_is_fetched_by_those_who_may_see_it(flow, story):
    def report(user, submission):
        return flow.site.node.request("GET", f"{API}/submissions/{submission}/files/sr", user=user)
    for user, submission in story["own"].items():
        for who in (user, "reader-2", "manager"):
            answer = report(who, submission)
            assert answer.status == 200
            assert dicom_tools.read(answer.body).SeriesDescription == "Measurements"
    assert report("reader-1", story["own"]["reader-3"]).status == 404  # an annotator, of another's
    assert report("auditor", story["own"]["reader-3"]).status == 404


def test_one_report_for_each_reader_one_for_the_consensus_one_for_the_result(story):
    kinds = sorted(dicom_tools.read_head(data).Modality for data in story["new"].values())
    assert kinds == ["KO"] + ["SEG"] * 4 + ["SR"] * 5
    reports = [dicom_tools.read(data) for data in story["new"].values()
               if dicom_tools.read_head(data).Modality == "SR"]
    named = [people(report) for report in reports if "Measurements" in report.SeriesDescription]
    assert sorted(map(sorted, named)) == [["Reading lab R1"], ["Reading lab R3"],
                                          ["Reading lab R4"]]
    consensus = by_description(story["new"], "Consensus")
    assert people(consensus) == {"Reading lab R1", "Reading lab R3", "Reading lab R4"}
    follows = {item.ReferencedSOPInstanceUID
               for study in consensus.PredecessorDocumentsSequence
               for series in study.ReferencedSeriesSequence
               for item in series.ReferencedSOPSequence}
    assert follows == {report.SOPInstanceUID for report in reports
                       if "Measurements" in report.SeriesDescription}


def test_every_reference_leads_to_what_the_pacs_has(story):
    there = set(story["before"]) | set(story["new"])
    for data in story["new"].values():
        for element in dicom_tools.read(data).iterall():
            if element.keyword == "ReferencedSOPInstanceUID":
                assert element.value in there


def test_dates_of_an_image_library_are_those_of_the_pacs(flow, story):
    """The lab's are moved by whole weeks."""
    original = dicom_tools.read_head(next(iter(story["before"].values())))
    lab = dicom_tools.read(flow.site.node.request(
        "GET", f"{API}/submissions/{story['own']['reader-1']}/files/sr", user="reader-1").body)
    assert dates(lab) and original.StudyDate not in dates(lab)
    for data in story["new"].values():
        if dicom_tools.read_head(data).Modality == "SR":
            assert dates(dicom_tools.read(data)) == {original.StudyDate}


def dates(report):
    return {element.value for element in report.iterall() if element.keyword == "Date"}


def test_the_judges_find_no_error_in_any_of_it(story):
    complaints = dicom_tools.new_complaints(list(story["new"].values()),
                                            list(story["before"].values()))
    assert not complaints, "\n".join(f"{tool}: {line}" for tool, line in complaints)


def test_a_withdrawal_takes_the_readers_reports_along(flow, story):
    found = story["found"]
    flow.known_deliveries.add(found.delivery["id"])
    answer = post(flow, "reader-2", f"cases/{found.case['id']}/withdrawal", {"reason": "wrong"})
    assert answer.status == 201, answer.body
    assert flow.wait_for_delivery(found) == "COMMITTED", found.delivery
    known = set(story["before"]) | set(story["new"])
    note, = (dicom_tools.read(data) for uid, data in objects(flow, found).items()
             if uid not in known)
    assert dicom_tools.evidence(note) == set(story["new"])
