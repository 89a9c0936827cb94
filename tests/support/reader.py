# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do on the lab side, over HTTP: see cases, claim, submit, decide."""
import gzip
import io
import json
import time
import uuid

import pydicom

API = "/glossator/api/v1"
TISSUE = {"code": "85756007", "scheme": "SCT", "meaning": "Tissue"}
STRUCTURE = {"code": "123037004", "scheme": "SCT", "meaning": "Anatomical Structure"}
VOLUME = {"code": "118565006", "scheme": "SCT", "meaning": "Volume"}
CUBIC_MM = {"code": "mm3", "scheme": "UCUM", "meaning": "cubic millimeter"}
TRANSACTION_UID, STATE = "00081195", "00741000"


class TimedOut(Exception):
    """Something did not happen in time; the text says what was seen last."""


def wait_for(what, seconds, look, pause=0.25):
    """`look` until it returns something true; what it returned."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise TimedOut(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(pause)


def new_uid():
    return f"2.25.{uuid.uuid4().int}"


def cases(node, user, **filters):
    query = "&".join(f"{key}={value}" for key, value in filters.items())
    items, after = [], None
    while True:
        page = f"&after={after}" if after else ""
        answer = node.rest_get(f"{API}/cases?{query}{page}", user=user)
        items += answer["items"]
        after = answer.get("next")
        if not after or not answer["items"]:
            return items


def wait_for_case(node, user, known, states=("OPEN", "QUARANTINED"), seconds=120):
    """The next case whose id is not in `known` and that has reached one of `states`."""
    def look():
        return next((case for case in cases(node, user)
                     if case["id"] not in known and case["state"] in states), None)
    return wait_for(f"a new case in state {' or '.join(states)}", seconds, look)


def case(node, user, identifier):
    return node.rest_get(f"{API}/cases/{identifier}", user=user)


def submissions(node, user, identifier):
    """Identifiers of the case's submissions that the user sees."""
    return {item["id"] for item in case(node, user, identifier)["submissions"]}


def free_read(node, user, identifier):
    """UID of the first read of the case that nobody has claimed."""
    return next(item["uid"] for item in case(node, user, identifier)["workitems"]
                if item["state"] == "SCHEDULED" and item["stage"] == "READ")


def workitem_uids(found):
    return [item if isinstance(item, str) else item.get("uid") for item in found["workitems"]]


def source_files(node, user, study_uid):
    """The case's objects out of Orthanc, as bytes."""
    for study in node.rest_get("/studies?expand", user=user):
        if study["MainDicomTags"].get("StudyInstanceUID") == study_uid:
            items = node.rest_get(f"/studies/{study['ID']}/instances", user=user)
            return [node.request("GET", f"/instances/{item['ID']}/file", user=user).body
                    for item in items]
    raise LookupError("the case's study is not in Orthanc")


def shown_objects(node, user, project, count):
    """The objects of the open case that has so many, as Orthanc shows them."""
    def look():
        return next((case for case in cases(node, user, project=project)
                     if case["state"] == "OPEN" and case["instances"] == count), None)
    uid = wait_for(f"a case of {count}", 60, look)["studyInstanceUid"]
    return [pydicom.dcmread(io.BytesIO(content)) for content in source_files(node, user, uid)]


def claim(node, user, workitem):
    """Returns the Transaction UID that now locks the workitem."""
    transaction = new_uid()
    change_state(node, user, workitem, transaction, "IN PROGRESS")
    return transaction


def change_state(node, user, workitem, transaction, state):
    body = json.dumps([{TRANSACTION_UID: {"vr": "UI", "Value": [transaction]},
                        STATE: {"vr": "CS", "Value": [state]}}])
    return node.rest_put(f"/dicom-web/workitems/{workitem}/state", body, user=user,
                         headers={"Content-Type": "application/dicom+json",
                                  "Accept": "application/dicom+json"})


def description(volume, labels, names, measured=True):
    """The JSON part of a submission for `labels`; the volume of each label where it is known."""
    present = [number for number in range(1, len(names) + 1) if (labels == number).any()]
    segments = [{"number": number, "label": names[number - 1], "category": STRUCTURE,
                 "type": TISSUE, "algorithm": "MANUAL"} for number in present]
    measurements = []
    cubic = voxel_volume(volume)
    for number in present if measured and cubic else []:
        measurements.append({
            "trackingIdentifier": names[number - 1], "concept": VOLUME, "unit": CUBIC_MM,
            "value": round(float((labels == number).sum()) * cubic, 3), "finding": TISSUE,
            "segment": number})
    return {"seriesInstanceUid": volume.series_uid, "shape": list(labels.shape),
            "dtype": labels.dtype.name, "segments": segments, "measurements": measurements}


def voxel_volume(volume):
    """Cubic millimeters; None where the source says nothing of it."""
    places = [frame.position for frame in volume.frames]
    if not (volume.spacing and volume.in_one_stack) or None in places[:2] or len(places) < 2:
        return None
    gap = sum((a - b) ** 2 for a, b in zip(places[0], places[1])) ** 0.5
    return volume.spacing[0] * volume.spacing[1] * gap or None


def multipart(parts):
    boundary = "glossator-" + uuid.uuid4().hex
    body = b""
    for name, content_type, content in parts:
        body += (f"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; "
                 f"filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n").encode()
        body += content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def submit(node, user, workitem, transaction, submission, labels, zipped=True):
    """Returns HTTP's answer: 201 new, 200 the same again, 422 with findings."""
    raw = labels.astype(labels.dtype.newbyteorder("<")).tobytes()
    content_type, body = multipart([
        ("submission", "application/json", json.dumps(submission).encode()),
        ("labels", "application/octet-stream", gzip.compress(raw, 1) if zipped else raw)])
    return node.request("POST", f"{API}/workitems/{workitem}/submissions", body, user=user,
                        headers={"Content-Type": content_type, "Transaction-UID": transaction},
                        timeout=300)


def decide(node, user, submission, verdict="ACCEPT", reason="agreed"):
    return node.request("POST", f"{API}/submissions/{submission}/decisions",
                        {"verdict": verdict, "reason": reason}, user=user, timeout=120)


def deliveries(node, user):
    return node.rest_get(f"{API}/deliveries", user=user)["items"]


def quarantine(node, user):
    return node.rest_get(f"{API}/quarantine", user=user)["items"]
