# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop, step by step: from the PACS to the readers and back. Used by the demo and the tests."""
import dataclasses
import functools

import reader
import volume


class StepFailed(Exception):
    """A step of the loop went wrong; `step` is its name."""

    def __init__(self, step, text):
        super().__init__(f"{step}: {text}")
        self.step = step


class NothingToSee(StepFailed):
    """The case's images have no pixels."""


@dataclasses.dataclass
class Round:
    """What is known of one study on its way; all but `study_uid` is filled by the steps."""
    study_uid: str
    sent: int = 0
    refused: int = 0
    case: dict = None
    workitem: str = ""
    transaction: str = ""
    volume: object = None
    labels: object = None
    submission: int = 0
    delivery: dict = None
    returned: list = dataclasses.field(default_factory=list)


def step(name):
    """Every failure inside a step carries the step's name."""
    def wrap(function):
        @functools.wraps(function)
        def run(self, *arguments, **options):
            try:
                return function(self, *arguments, **options)
            except StepFailed:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it was, it broke this step
                raise StepFailed(name, f"{type(error).__name__}: {error}") from error
        return run
    return wrap


class Loop:
    """One study at a time on a site. `say` gets a readable line for each thing that happened."""

    def __init__(self, site, say=lambda text: None, seconds=180):
        self.site, self.say, self.seconds = site, say, seconds
        self.known_cases, self.known_deliveries = set(), set()

    def bring(self, paths):
        """Puts the files of one study into the PACS, which sends them; waits for the case."""
        for path in paths:
            answer = self.site.pacs.upload(path.read_bytes())
        found = self.send(self.site.pacs.study_uid(answer["ParentStudy"]))
        assert self.open(found)
        return found

    @step("send")
    def send(self, study_uid):
        """The PACS sends; an answer other than Success from the node is counted, not fatal."""
        self.known_cases = {case["id"] for case in reader.cases(self.site.node, "manager")}
        self.known_deliveries = {item["id"]
                                 for item in reader.deliveries(self.site.node, "manager")}
        found = Round(study_uid, sent=len(self.site.pacs.instances(study_uid)))
        found.refused = self.site.pacs.send(study_uid)
        self.say(f"PACS {self.site.pacs.aet} sent {found.sent - found.refused} of {found.sent} "
                 "instances to GLOSSATOR")
        return found

    @step("case")
    def open(self, found):
        """Waits for the pseudonymous case; False when it is in quarantine as a whole."""
        found.case = reader.wait_for_case(self.site.node, "manager", self.known_cases,
                                          seconds=self.seconds)
        self.say(f"case {found.case['id']} is {found.case['state']}: study "
                 f"{found.case['studyInstanceUid']}, {found.case['instances']} instances")
        return found.case["state"] == "OPEN"

    @step("claim")
    def claim(self, found, user="reader-1"):
        found.workitem = reader.wait_for("a workitem", 30, lambda: reader.workitem_uids(
            reader.case(self.site.node, user, found.case["id"])))[0]
        found.transaction = reader.claim(self.site.node, user, found.workitem)
        self.say(f"{user} claimed workitem {found.workitem}")

    @step("read")
    def look(self, found, user="reader-1", mask=None):
        """Fetches the pixels and draws; `mask` makes labels from a volume."""
        files = reader.source_files(self.site.node, user, found.case["studyInstanceUid"])
        volumes = volume.from_files(files)
        if not volumes:
            raise NothingToSee("read", "the case has no image")
        found.volume = volumes[0]
        if mask is None:
            level, found.labels = volume.threshold(found.volume)
            self.say(f"{user} segments what is brighter than {level:.0f}: "
                     f"{int(found.labels.sum())} voxels in {len(found.labels)} frames")
        else:
            found.labels = mask(found.volume)
        if not found.labels.any():
            found.labels[:, 0, 0] = 1

    @step("submit")
    def submit(self, found, user="reader-1", names=("bright tissue", "strokes")):
        submission = reader.description(found.volume, found.labels,
                                        names[:max(1, int(found.labels.max()))])
        answer = reader.submit(self.site.node, user, found.workitem, found.transaction, submission,
                               found.labels)
        if answer.status not in (200, 201):
            raise StepFailed("submit", f"HTTP {answer.status} {answer.body[:1500]!r}")
        found.submission = answer.json()["id"]
        measured = submission["measurements"]
        self.say(f"{user} submitted {found.submission}: a segmentation"
                 + (f", volume {measured[0]['value']:.0f} mm3" if measured else ""))
        return answer

    @step("accept")
    def accept(self, found, user="reader-2"):
        answer = reader.decide(self.site.node, user, found.submission)
        if answer.status not in (200, 201):
            raise StepFailed("accept", f"HTTP {answer.status} {answer.body[:800]!r}")
        self.say(f"{user} accepted it")

    @step("return")
    def wait_for_delivery(self, found, states=("COMMITTED", "HELD", "FAILED")):
        def look():
            for item in reader.deliveries(self.site.node, "manager"):
                if item["id"] in self.known_deliveries or item["state"] not in states:
                    continue
                if item.get("case") not in (None, found.case["id"]):
                    continue
                return item
            return None

        found.delivery = reader.wait_for(f"a delivery in {' or '.join(states)}", self.seconds, look)
        reason = found.delivery.get("reason")
        self.say(f"delivery {found.delivery['id']} is {found.delivery['state']}"
                 + (f" ({reason})" if reason else ""))
        return found.delivery["state"]

    @step("arrival")
    def arrived(self, found):
        """SEG and SR at the PACS, in the original study."""
        ours = [file for file in self.site.pacs.heads(found.study_uid)
                if file.get("Modality") in ("SEG", "SR")
                and "RESEARCH" in str(file.get("SeriesDescription", ""))]
        if {file.Modality for file in ours} != {"SEG", "SR"}:
            raise StepFailed("arrival", f"the PACS has {[f.Modality for f in ours]} in this study")
        found.returned = ours
        for file in ours:
            self.say(f"PACS has {file.Modality} \"{file.SeriesDescription}\" in the original study "
                     f"of {file.PatientID}")

    def run(self, study_uid, mask=None):
        """All steps; returns the round. A study that is in quarantine as a whole ends early."""
        found = self.send(study_uid)
        if not self.open(found):
            return found
        self.claim(found)
        self.look(found, mask=mask)
        self.submit(found)
        self.accept(found)
        if self.wait_for_delivery(found) != "COMMITTED":
            raise StepFailed("return", f"delivery {found.delivery['state']}: "
                                       f"{found.delivery.get('reason')}")
        self.arrived(found)
        return found
