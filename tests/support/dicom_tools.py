# SPDX-License-Identifier: GPL-3.0-or-later
"""Independent judges of our objects: dciodvfy, dcentvfy, dsrdump, dcmtk, pydicom."""
import io
import pathlib
import re
import subprocess
import tempfile

import pydicom

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOISE = ROOT / "tests" / "conformance" / "noise_floor.txt"


class ToolDied(Exception):
    """A judge ended by a signal: that says nothing about the file."""


def noise_floor():
    """(tool, pattern) of complaints that the documented tool versions make about right objects."""
    rules = []
    for line in NOISE.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            tool, pattern = line.split(None, 1)
            rules.append((tool, re.compile(pattern)))
    return rules


def run(tool, *arguments):
    """(exit status, lines) of a tool; ToolDied when a signal or an assertion ended it."""
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True,
                          errors="replace", timeout=300)
    if done.returncode < 0 or done.returncode in (134, 139):
        raise ToolDied(f"{tool} ended by signal, status {done.returncode}")
    return done.returncode, (done.stdout + done.stderr).splitlines()


def errors(tool, lines):
    """Error lines that are not in the noise floor."""
    floor = [pattern for name, pattern in noise_floor() if name == tool]
    return [line for line in lines if re.match(r"\s*(Error|E:|F:)", line)
            and not any(pattern.search(line) for pattern in floor)]


def judge(path):
    """Every complaint about one file: [(tool, line)]; died tools under 'died'."""
    path = pathlib.Path(path)
    complaints = []
    tools = [("dciodvfy", []), ("dcmdump", ["-q"])]
    if pydicom.dcmread(path, stop_before_pixels=True).get("Modality") == "SR":
        tools.append(("dsrdump", ["+Pl"]))
    for tool, arguments in tools:
        try:
            status, lines = run(tool, *arguments, path)
        except ToolDied as died:
            complaints.append(("died", str(died)))
            continue
        found = errors(tool, lines)
        complaints += [(tool, line) for line in found]
        if tool != "dciodvfy" and status and not found:
            complaints.append((tool, f"exit status {status}"))
    return complaints


def judge_together(paths):
    """dcentvfy: the same entity described in the same way in all files."""
    try:
        _, lines = run("dcentvfy", *paths)
    except ToolDied as died:
        return [("died", str(died))]
    return [("dcentvfy", line) for line in errors("dcentvfy", lines)]


def judge_bytes(objects):
    """judge() and judge_together() over objects that are bytes."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, data in enumerate(objects):
            path = pathlib.Path(folder, f"{number}.dcm")
            path.write_bytes(data)
            paths.append(path)
        found = [complaint for path in paths for complaint in judge(path)]
        return found + judge_together(paths)


INHERITED = ("StudyInstanceUID", "FrameOfReferenceUID", "StudyDate", "StudyTime", "StudyID",
             "PatientBirthDate", "PatientSex", "PatientName", "PatientID", "AccessionNumber",
             "ReferringPhysicianName", "StudyDescription")
SUMMARY = "contains invalid data values for Value Representations"


def new_complaints(objects, images):
    """Complaints about returned objects, but for those about values that the study itself has.

    Patient and study attributes go back as the PACS has them, right or wrong; UIDs of the study's
    own images stand in the references. `images` are those of the study.
    """
    heads = [read_head(image) for image in images]
    values = {str(heads[0].get(keyword) or "") for keyword in INHERITED}
    for head in heads:
        values |= {head.SeriesInstanceUID, head.SOPInstanceUID}
    of_image = {line for _, line in judge_bytes(images[:1])}
    found = []
    for tool, line in judge_bytes(objects):
        quoted = re.findall(r"[<\"]([^<>\"]*)[>\"]", line)
        theirs = tool != "died" and (line in of_image or any(q and q in values for q in quoted))
        if not theirs:
            found.append((tool, line))
    if all(SUMMARY in line for _, line in found):
        return []  # it sums up what was set aside
    return found


def evidence(document):
    """SOP Instance UIDs of the Current Requested Procedure Evidence Sequence."""
    return {item.ReferencedSOPInstanceUID
            for study in document.CurrentRequestedProcedureEvidenceSequence
            for series in study.ReferencedSeriesSequence
            for item in series.ReferencedSOPSequence}


def read_head(data):
    return pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True, force=True)


def read(data):
    return pydicom.dcmread(io.BytesIO(data))
