#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the loop: a stand-in PACS, a node, two scripted readers. ./glossator demo --help"""
import argparse
import json
import os
import pathlib
import secrets
import shutil
import signal
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "fixtures")]
import loop  # noqa: E402
import orthanc  # noqa: E402
import reader  # noqa: E402
import synthetic  # noqa: E402
from hospital_and_lab import NODE_AET, PEOPLE, PROJECT, Site  # noqa: E402


class Failed(Exception):
    """The demo cannot go on; the text names the step."""


def say(text):
    print(text, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="./glossator demo", description=__doc__)
    parser.add_argument("--study", metavar="DIR", help="any folder; a synthetic CT without it")
    parser.add_argument("--once", action="store_true", help="end after the loop")
    parser.add_argument("--json", metavar="FILE", help="write what there is to know, as JSON")
    options = parser.parse_args()
    if options.study and not pathlib.Path(options.study).is_dir():
        parser.error(f"no folder {options.study}")
    return options


def studies_of(folder, pacs):
    """Puts the folder's objects into the PACS; returns the Study Instance UIDs."""
    studies, skipped = pacs.upload_folder(folder)
    for name, why in skipped:
        say(f"  skipped {name}: {why}")
    nameless = [uid for uid in studies if not uid]
    for _ in nameless:
        say("  skipped: objects without a Study Instance UID")
    return [uid for uid in studies if uid]


def say_quarantine(site, seen, found):
    """What is new in quarantine, and why; in opaque numbers, as the lab side sees it."""
    for item in reader.quarantine(site.node, "manager"):
        if item["id"] not in seen:
            seen.add(item["id"])
            say(f"  quarantine {item['id']}: {item['reason']} at {item.get('path') or '-'} "
                f"(class {item.get('sopClassUid') or '?'})")
    if found.refused:
        say(f"  {found.refused} instances were refused with a DIMSE status (see the PACS's log)")


def one_study(site, flow, study_uid, seen):
    """Returns (round or None, None or what went wrong)."""
    found = flow.send(study_uid)
    try:
        opened = found.sent > found.refused and flow.open(found)
    except loop.StepFailed:
        opened = False
        if not reader.quarantine(site.node, "manager"):
            raise
        say("  no case opens: nothing of this study can be shown to readers yet")
    say_quarantine(site, seen, found)
    if found.sent == found.refused:
        return found
    if not opened:
        say("  the whole study waits in quarantine for a person (glossator-steward quarantine)")
        return found
    if not any(series.get("image", True) for series in case_series(site, found)):
        say("  the case has no image to annotate; it stays open")
        return found
    flow.claim(found)
    try:
        flow.look(found)
    except loop.NothingToSee:
        say("  its images have no pixels; it stays open")
        return found
    flow.submit(found)
    flow.accept(found)
    state = flow.wait_for_delivery(found)
    if state == "HELD" and found.delivery.get("reason") == "SEVERAL_MATCHES":
        say("  the PACS has several studies of this UID: a person must decide (glossator-steward "
            "held list)")
        return found
    if state != "COMMITTED":
        raise loop.StepFailed("return", f"delivery {state} ({found.delivery.get('reason')})")
    flow.arrived(found)
    return found


def case_series(site, found):
    return reader.case(site.node, "manager", found.case["id"]).get("series") or [{}]


def describe(site, rounds):
    """Everything that one needs to look at the demo by oneself."""
    def one(found):
        case = found.case or {}
        return {"studyInstanceUid": found.study_uid, "sent": found.sent, "refused": found.refused,
                "case": case.get("id"), "caseState": case.get("state"),
                "pseudonymousStudyInstanceUid": case.get("studyInstanceUid"),
                "workitem": found.workitem or None, "submission": found.submission or None,
                "delivery": found.delivery,
                "returned": [{"modality": f.Modality, "sopInstanceUid": f.SOPInstanceUID,
                              "seriesInstanceUid": f.SeriesInstanceUID} for f in found.returned]}
    node, pacs = site.node, site.pacs
    return {
        "pacs": {"url": pacs.url, "aet": pacs.aet, "dicomPort": pacs.dicom_port,
                 "host": "127.0.0.1"},
        "node": {"url": node.url, "status": node.url + "/glossator/", "aet": NODE_AET,
                 "intakePort": node.intake_port, "host": "127.0.0.1", "project": PROJECT,
                 "api": node.url + reader.API, "directory": str(node.glossator),
                 "stewardSocket": str(node.glossator / "steward.sock")},
        "credentials": {p["User"]: {"password": site.passwords[p["User"]], "roles": p["Roles"]}
                        for p in PEOPLE},
        "studies": [one(found) for found in rounds],
    }


def write_json(path, content):
    path = pathlib.Path(path)
    draft = path.with_name(path.name + ".part")
    draft.touch(mode=0o600)  # it holds passwords
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.replace(path)


def show_urls(site):
    say("")
    say(f"PACS    {site.pacs.url}/app/explorer.html   AE {site.pacs.aet}, port "
        f"{site.pacs.dicom_port}")
    say(f"node    {site.node.url}/glossator/   AE {NODE_AET}, port {site.node.intake_port}")
    for person in PEOPLE:
        say(f"        {person['User']} / {site.passwords[person['User']]}   "
            f"({', '.join(person['Roles'])})")


def fill(site, options, folder):
    """The study or studies to show, in the PACS."""
    source = options.study
    if not source:
        source = folder / "synthetic"
        synthetic.write(synthetic.Plan(), source)
        say("made a synthetic CT: 60 slices of a torso phantom")
    uids = studies_of(source, site.pacs)
    if not uids:
        raise Failed("step study failed: no DICOM study in the folder")
    say(f"the PACS holds {len(uids)} {'study' if len(uids) == 1 else 'studies'}")
    return uids


def show(options, folder):
    passwords = {person["User"]: secrets.token_hex(6) for person in PEOPLE}
    try:
        site = Site(folder, passwords=passwords)
    except orthanc.StartFailed as error:
        raise Failed(f"step start failed: {str(error)[-1500:]}") from error
    with site:
        say(f"PACS and node are up (node {site.node.url}, PACS {site.pacs.url})")
        flow, rounds, failures, seen = loop.Loop(site, lambda text: say("  " + text)), [], [], set()
        for number, uid in enumerate(fill(site, options, folder), 1):
            say(f"study {number}: {uid}")
            try:
                rounds.append(one_study(site, flow, uid, seen))
            except loop.StepFailed as error:
                failures.append(error)
                say(f"  step {error.step} failed: {error}")
            if options.json:
                write_json(options.json, describe(site, rounds))
        back = sum(bool(found.returned) for found in rounds)
        say(f"{back} of {len(rounds) + len(failures)} studies came back with SEG and SR, committed")
        show_urls(site)
        if not options.once:
            say("\nCtrl-C ends the demo.")
            while site.node.process.poll() is None:
                time.sleep(0.5)
    if failures:
        raise Failed(f"step {failures[0].step} failed")


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    base = orthanc.BUILD / "demo"
    base.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=base))
    try:
        show(options, folder)
    except KeyboardInterrupt:
        say("\nended")
    except Failed as error:
        print(f"glossator demo: {error}", file=sys.stderr)
        return 1
    finally:
        if not os.environ.get("GLOSSATOR_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
