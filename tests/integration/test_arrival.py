# SPDX-License-Identifier: GPL-3.0-or-later
"""The attack on a shift of dates: a study is made and received today. Who reads its images asks
every route that he may read for a time of today; found, it would tell by how much dates were moved."""
import datetime
import io
import json
import re
import time
import zipfile

import loop
import pydicom
import pytest
import reader
import synthetic
from hospital_and_lab import PROJECT, Site

DICOM_WEB = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
POLICY = {"name": "moved-dates", "version": 1,
          "options": ["retain-modified-dates", "retain-patient-characteristics",
                      "clean-descriptors"],
          "facts": ["age-band", "sex", "site", "manufacturer", "slice-thickness"],
          "remaining_risks": ["who watches the worklist sees when a study arrives"]}
READERS = ("reader-1", "reader-2")
LEVELS = ("patients", "studies", "series", "instances")
ORTHANC = ["/changes", "/changes?last", "/exports", "/jobs", "/jobs?expand", "/statistics",
           "/system", "/plugins", "/plugins/explorer.js", "/tools/metrics-prometheus",
           "/tools/now", "/modalities", "/peers", "/app/explorer.html", "/dicom-web/studies",
           "/dicom-web/series", "/dicom-web/instances", "/dicom-web/workitems", "/glossator",
           "/glossator/metrics", "/glossator/live", "/glossator/ready"]
BELOW = ["", "?expand", "/metadata", "/metadata?expand", "/metadata/ReceptionDate",
         "/metadata/LastUpdate", "/metadata/0", "/metadata/1", "/metadata/7", "/statistics",
         "/attachments", "/patient", "/study", "/series", "/studies", "/instances", "/module",
         "/shared-tags", "/archive", "/media", "/file", "/tags", "/simplified-tags", "/header",
         "/content", "/preview", "/attachments/dicom/data", "/attachments/dicom/info",
         "/attachments/dicom-as-json/data", "/instances-tags", "/protected", "/labels"]


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    policy = folder / "policy.json"
    policy.write_text(json.dumps(POLICY))
    section = {"Projects": [{"Id": PROJECT, "QuietSeconds": 1, "Destination": "pacs",
                             "Policy": str(policy)}]}
    with Site(folder / "node", quiet_seconds=1, section=section) as site:
        site.node.stop()
        site.node.config["Plugins"].append(DICOM_WEB)
        site.node.start()
        site.wait_until_ready()
        yield loop.Loop(site, seconds=90)


@pytest.fixture(scope="module")
def found(flow, tmp_path_factory):
    plan = synthetic.Plan(modality="CT", rows=16, columns=16, slices=3, spacing=5.0, seed="today",
                          patient_id="P-TODAY")
    for path in synthetic.write(plan, tmp_path_factory.mktemp("objects")):
        answer = flow.site.pacs.upload(of_today(path))
    sent = flow.send(flow.site.pacs.study_uid(answer["ParentStudy"]))
    assert flow.open(sent)
    time.sleep(4)  # so that the time of an answer is none of those that are looked for
    return sent


def of_today(path):
    """The object, as if it had been made today."""
    dataset = pydicom.dcmread(path)
    for element in dataset.iterall():
        if element.VR in ("DA", "DT") and element.value and element.keyword != "PatientBirthDate":
            element.value = datetime.date.today().strftime("%Y%m%d") + str(element.value)[8:]
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def spellings():
    """Today, as a time could be written; also seconds since 1970."""
    days = {datetime.datetime.now().date(), datetime.datetime.now(datetime.timezone.utc).date()}
    texts = set()
    for day in days:
        texts |= {day.strftime(form) for form in ("%Y%m%d", "%Y-%m-%d", "%d %b %Y", "%Y/%m/%d")}
    return re.compile("|".join([*sorted(texts), str(int(time.time()))[:6] + r"\d{4}"]).encode())


class Attack:
    """One user, every route; `leaks` maps a path to what was found there."""

    def __init__(self, node, user):
        self.node, self.user = node, user
        self.today, self.leaks, self.answered = spellings(), {}, 0

    def ask(self, path, method="GET", body=None):
        before = time.time()
        answer = self.node.request(method, path, body, user=self.user)
        if answer.status == 200:
            self.answered += 1
            self.look(path, answer, before)
        return answer

    def look(self, path, answer, before):
        headers = "\n".join(f"{name}: {value}" for name, value in dict(answer.headers).items()
                            if name.lower() != "date").encode()
        texts = [headers, answer.body]
        if answer.body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
                texts = [headers, *(packed.read(name) for name in packed.namelist())]
                # The time of packing, not of arrival; in steps of two seconds, by a clock that is
                # some milliseconds late.
                for entry in packed.infolist():
                    packed_at = datetime.datetime(*entry.date_time).timestamp()
                    if packed_at < before - 2.5:
                        self.leaks[path] = entry.date_time
        for hit in (hit for text in texts for hit in self.today.findall(text)):
            asked = hit.isdigit() and len(hit) == 10 and before - 2 < int(hit) < time.time() + 2
            if path != "/tools/now" and not asked:  # in UIDs that are made for the answer
                self.leaks[path] = hit

    def resources(self):
        for level in LEVELS:
            for query in ("", "?expand", "?expand&full", "?since=0&limit=9&expand"):
                self.ask(f"/{level}{query}")
            answer = self.ask("/tools/find", "POST", {"Level": level.title().rstrip("s")
                              if level != "studies" else "Study", "Expand": True, "Query": {}})
            self.ask("/tools/find", "POST", {"Level": "Series" if level == "series" else "Study",
                     "Expand": True, "Query": {}, "ResponseContent": ["Metadata", "IsStable"]})
            for item in answer.json() if answer.status == 200 else []:
                for below in BELOW:
                    self.ask(f"/{level}/{item['ID']}{below}")

    def ours(self):
        document = self.node.request("GET", "/glossator/openapi.json", user=self.user).json()
        numbers = {"id": range(1, 4), "uid": self.workitems(), "kind": ("seg", "sr")}
        for pattern, methods in document["paths"].items():
            for path in filled(pattern, numbers) if "get" in methods else []:
                self.ask(path)

    def workitems(self):
        answer = self.ask("/dicom-web/workitems")
        return [item["00080018"]["Value"][0] for item in answer.json() or []]

    def run(self):
        for path in ORTHANC:
            self.ask(path)
        self.resources()
        self.ours()
        return self


def filled(pattern, values):
    name = re.search(r"\{(\w+)\}", pattern)
    if not name:
        return [pattern]
    return [path for value in values[name[1]]
            for path in filled(pattern.replace(name[0], str(value), 1), values)]


def test_who_reads_the_images_cannot_find_when_they_came(flow, found):
    for user in READERS:
        attack = Attack(flow.site.node, user).run()
        assert attack.answered > 100, attack.answered
        assert not attack.leaks, (user, attack.leaks)


def test_the_same_attack_finds_it_for_a_manager(flow, found):
    attack = Attack(flow.site.node, "manager").run()
    for path in ("/changes", "/studies?expand", "/dicom-web/workitems", "/glossator/api/v1/cases/1"):
        assert path in attack.leaks, attack.leaks.keys()
    assert any(path.endswith("/metadata/ReceptionDate") for path in attack.leaks)


def test_what_the_policy_keeps_for_subgroups_is_there_for_the_manager_only(flow, found):
    case = reader.case(flow.site.node, "manager", found.case["id"])
    facts = case["subgroups"][0]["facts"]
    assert facts["sex"] == "F" and re.fullmatch(r"\d0-\d9", facts["age-band"]), facts
    assert re.fullmatch("SITE-[0-9a-f]{8}", facts["site"]) and "slice-thickness" in facts, facts
    for user in READERS:
        assert "subgroups" not in reader.case(flow.site.node, user, found.case["id"])


def test_a_reviewer_does_not_see_when_a_draft_was_drawn(flow, found):
    found.workitem = reader.workitem_uids(reader.case(flow.site.node, "reader-1",
                                                      found.case["id"]))[0]
    found.transaction = reader.claim(flow.site.node, "reader-1", found.workitem)
    flow.look(found)
    flow.submit(found)
    time.sleep(3)
    attack = Attack(flow.site.node, "reader-2").run()
    path = f"/glossator/api/v1/submissions/{found.submission}/files/seg"
    assert attack.ask(path).status == 200
    assert not attack.leaks, attack.leaks
    own = Attack(flow.site.node, "reader-1")
    own.ask(path)
    assert path in own.leaks, "the author's own object keeps its times"
