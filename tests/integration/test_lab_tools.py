# SPDX-License-Identifier: GPL-3.0-or-later
"""Segmentations made with other tools: by C-STORE to the lab's DICOM port and by STOW-RS."""
import io
import subprocess

import loop
import orthanc
import pydicom
import pydicom.uid
import pytest
import reader
import synthetic
import volume
from hospital_and_lab import PEOPLE, PROJECT, Site

AET, TOOL = "LABSIDE", "SLICER1"


@pytest.fixture(scope="module")
def port():
    return orthanc.free_port()


@pytest.fixture(scope="module")
def flow(port, tmp_path_factory):
    people = [dict(person) for person in PEOPLE]
    people[0]["AeTitle"] = TOOL
    people[1]["AeTitle"] = "SLICER2"
    section = {"Lab": {"Address": "127.0.0.1", "Port": port, "AeTitle": AET}, "Readers": people}
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1, section=section) as site:
        yield loop.Loop(site, seconds=60)


@pytest.fixture(scope="module")
def work(flow, tmp_path_factory):
    return drawn_and_returned(flow, tmp_path_factory.mktemp("study"), "lab-tools", "T-1")


def drawn_and_returned(flow, folder, seed, patient_id):
    """A case whose first submission was returned: its SEG stands for what a tool would make."""
    plan = synthetic.Plan(modality="CT", rows=17, columns=13, slices=5, spacing=5.0, seed=seed,
                          patient_id=patient_id)
    found = flow.bring(synthetic.write(plan, folder))
    flow.claim(found)
    flow.look(found, mask=volume.mask_to_the_edges)
    flow.submit(found)
    answer = flow.site.node.request(
        "GET", f"/glossator/api/v1/submissions/{found.submission}/files/seg", user="reader-1")
    assert answer.status == 200
    return_it(flow, found.submission)
    return found, answer.body


def return_it(flow, submission):
    answer = flow.site.node.request(
        "POST", f"/glossator/api/v1/submissions/{submission}/decisions",
        {"verdict": "RETURN", "reason": "once more, with the tool"}, user="reader-2")
    assert answer.status == 201, answer.body


def claim_again(flow, found):
    uid = reader.free_read(flow.site.node, "reader-1", found.case["id"])
    reader.claim(flow.site.node, "reader-1", uid)


def made_by_a_tool(segmentation, **attributes):
    data = pydicom.dcmread(io.BytesIO(segmentation))
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    data.SeriesInstanceUID = pydicom.uid.generate_uid()
    data.Manufacturer, data.SeriesDescription = "A tool", "Segmentation"
    for keyword, value in attributes.items():
        setattr(data, keyword, value)
    out = io.BytesIO()
    data.save_as(out, write_like_original=False)
    return out.getvalue()


def store(port, folder, segmentation, calling=TOOL, called=AET):
    path = folder / "seg.dcm"
    path.write_bytes(segmentation)
    return subprocess.run(["storescu", "-v", "-R", "-aet", calling, "-aec", called, "127.0.0.1",
                           str(port), str(path)], capture_output=True, text=True, timeout=60)


def tracked(segmentation, **names):
    """Each segment as the tool calls it: label -> (Tracking ID, Tracking UID)."""
    data = pydicom.dcmread(io.BytesIO(segmentation))
    for segment in data.SegmentSequence:
        segment.TrackingID, segment.TrackingUID = names[segment.SegmentLabel.replace(" ", "_")]
    out = io.BytesIO()
    data.save_as(out, write_like_original=False)
    return out.getvalue()


def tracking_of(objects):
    """Of SEG and of each SR: {Tracking ID: Tracking UID}."""
    found = []
    for data in objects:
        if data.Modality == "SEG":
            found.append({one.TrackingID: one.TrackingUID for one in data.SegmentSequence})
        elif data.Modality == "SR":
            groups = {}
            for element in data.iterall():
                if element.keyword != "ContentSequence":
                    continue
                named = {item.ConceptNameCodeSequence[0].CodeValue: item for item in element.value
                         if "ConceptNameCodeSequence" in item}
                if "112039" in named:
                    groups[named["112039"].TextValue] = named["112040"].UID
            found.append(groups)
    return found


def stow(flow, segmentation, user="reader-1", path="/glossator/dicom-web/studies"):
    body = (b"--b\r\nContent-Type: application/dicom\r\n\r\n" + segmentation + b"\r\n--b--")
    return flow.site.node.request("POST", path, body, user=user, headers={
        "Content-Type": 'multipart/related; type="application/dicom"; boundary=b'})


def submissions(flow, found):
    return reader.submissions(flow.site.node, "manager", found.case["id"])


def test_only_tools_of_readers_are_let_in(port, flow):
    def echo(calling, called):
        return subprocess.run(["echoscu", "-aet", calling, "-aec", called, "127.0.0.1", str(port)],
                              capture_output=True, timeout=60).returncode
    assert echo(TOOL, AET) == 0
    assert echo("NOBODY", AET) != 0
    assert echo(TOOL, "ANOTHER") != 0


def test_without_a_claim_nothing_is_taken(port, flow, work, tmp_path):
    found, segmentation = work
    before = submissions(flow, found)
    done = store(port, tmp_path, made_by_a_tool(segmentation))
    assert "0x124" in done.stdout + done.stderr or "0124" in done.stdout + done.stderr
    assert stow(flow, made_by_a_tool(segmentation)).status == 409
    assert submissions(flow, found) == before


def test_a_segmentation_of_a_tool_becomes_the_submission_of_the_claim(port, flow, work, tmp_path):
    found, segmentation = work
    claim_again(flow, found)
    before = submissions(flow, found)
    for wrong in ({"PatientID": "MRN-4711"}, {"StudyInstanceUID": pydicom.uid.generate_uid()},
                  {"FrameOfReferenceUID": pydicom.uid.generate_uid()}):
        done = store(port, tmp_path, made_by_a_tool(segmentation, **wrong))
        assert "Status: Success" not in done.stdout + done.stderr, wrong
    assert "Status: Success" not in store(
        port, tmp_path, made_by_a_tool(segmentation), calling="SLICER2").stderr
    assert submissions(flow, found) == before
    done = store(port, tmp_path, made_by_a_tool(segmentation))
    assert "Success" in done.stdout + done.stderr, done.stderr
    new = submissions(flow, found) - before
    assert len(new) == 1
    return_it(flow, new.pop())


def test_stow_does_the_same_and_the_result_reaches_the_pacs(flow, work):
    found, segmentation = work
    claim_again(flow, found)
    before = submissions(flow, found)
    assert stow(flow, segmentation, user="manager").status == 403
    assert stow(flow, segmentation, user="reader-2").status == 409
    assert stow(flow, made_by_a_tool(segmentation), path="/dicom-web/studies").status == 403
    elsewhere = stow(flow, made_by_a_tool(segmentation), path="/glossator/dicom-web/studies/2.25.1")
    assert elsewhere.status == 409
    assert elsewhere.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xA900]
    answer = stow(flow, made_by_a_tool(segmentation))
    assert answer.status == 200, answer.body
    assert "00081199" in answer.json()
    new = submissions(flow, found) - before
    assert len(new) == 1
    found.submission = new.pop()
    flow.accept(found)
    assert flow.wait_for_delivery(found) == "COMMITTED"
    flow.arrived(found)
    assert PROJECT == found.case["project"]


def test_a_tools_names_of_its_findings_reach_the_pacs_and_stay_in_a_new_version(
        flow, tmp_path_factory):
    found, drawn = drawn_and_returned(flow, tmp_path_factory.mktemp("study"), "lab-tracking", "T-2")
    labels = [one.SegmentLabel for one in pydicom.dcmread(io.BytesIO(drawn)).SegmentSequence]
    names = {label.replace(" ", "_"): (f"tool lesion {number}", pydicom.uid.generate_uid())
             for number, label in enumerate(labels, 7)}
    before, versions = {head.SOPInstanceUID for head in flow.site.pacs.heads(found.study_uid)}, []
    for _ in range(2):
        claim_again(flow, found)
        known = submissions(flow, found)
        answer = stow(flow, made_by_a_tool(tracked(drawn, **names)))
        assert answer.status == 200, answer.body
        found.submission = (submissions(flow, found) - known).pop()
        flow.accept(found)
        assert flow.wait_for_delivery(found) == "COMMITTED"
        flow.known_deliveries.add(found.delivery["id"])
        new = [head for head in flow.site.pacs.heads(found.study_uid)
               if head.SOPInstanceUID not in before]
        before |= {head.SOPInstanceUID for head in new}
        versions.append(tracking_of(new))
        answer = flow.site.node.request(
            "POST", f"/glossator/api/v1/cases/{found.case['id']}/amendment",
            {"reason": "once more, with the tool"}, user="manager")
        assert answer.status == 201, answer.body
    for version in versions:
        assert len(version) == 3  # the segmentation, the reader's report, that of the acceptance
        assert version[0] == version[1] == version[2]
        assert set(version[0]) == {name for name, _ in names.values()}
        assert not set(version[0].values()) & {uid for _, uid in names.values()}  # new at the PACS
    assert versions[0] == versions[1]
