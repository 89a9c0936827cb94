# SPDX-License-Identifier: GPL-3.0-or-later
"""Studies of a corpus beside the repository, chosen by rule from its catalog."""
import collections
import csv
import dataclasses
import os
import pathlib

import pydicom

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))

MODALITIES = {"CT": "CT", "MR": "MR", "PT": "PET", "NM": "NM", "CR": "radiograph",
              "DX": "radiograph", "MG": "radiograph"}
SYNTAXES = {
    "1.2.840.10008.1.2": "implicit", "1.2.840.10008.1.2.2": "big endian",
    "1.2.840.10008.1.2.1.99": "deflated", "1.2.840.10008.1.2.5": "RLE",
    "1.2.840.10008.1.2.4.50": "JPEG", "1.2.840.10008.1.2.4.51": "JPEG",
    "1.2.840.10008.1.2.4.57": "JPEG", "1.2.840.10008.1.2.4.70": "JPEG",
    "1.2.840.10008.1.2.4.90": "JPEG 2000", "1.2.840.10008.1.2.4.91": "JPEG 2000",
}
# What the chosen studies must show between them; a number: in so many studies.
WANTED = {
    "CT": 2, "MR": 2, "PET": 1, "NM": 1, "radiograph": 1, "multi-frame": 1, "20 instances": 3,
    "implicit": 1, "big endian": 1, "deflated": 1, "RLE": 1, "JPEG": 1, "JPEG 2000": 1,
}
VENDORS = 5
STUDIES = 10


@dataclasses.dataclass
class Study:
    name: str
    paths: list
    features: set
    vendor: str
    size: int


def vendor_of(text):
    """The maker's first word that tells makers apart."""
    text = text.lower().replace("_", " ")
    for name in ("ge ", "genesis", "siemens", "philips", "toshiba", "canon", "fuji", "agfa", "adac",
                 "hitachi", "cps", "elscint", "picker", "kodak", "carestream", "hologic", "acme"):
        if text.startswith(name) or f" {name}" in text:
            return {"genesis": "ge", "ge ": "ge"}.get(name, name)
    return ""


def rows():
    with open(FOLDER / "CATALOG.tsv", newline="") as catalog:
        return list(csv.DictReader(catalog, delimiter="\t"))


def fit(row):
    """A file that the loop must take: a plain image, nothing wrong with it, no burned-in risk."""
    return (row["modality"] in MODALITIES and row["study"] and row["series"] and row["instance"]
            and not row["problems"] and row["burned_in_attr"] != "YES"
            and row["dcmtk_parse"] in ("", "ok", "OK", "0")
            and row["sop_class"].startswith("1.2.840.10008.5.1.4.1.1.")
            and row["rows"] and int(row["rows"]) > 4 and row["overlays"] in ("", "0"))


def candidates():
    """One study in one transfer syntax and one folder is a candidate; each instance only once."""
    groups = collections.defaultdict(dict)
    for row in rows():
        if fit(row):
            key = (row["study"], row["series"], row["transfer_syntax"], os.path.dirname(row["path"]))
            groups[key].setdefault(row["instance"], row)
    for key, found in sorted(groups.items()):
        files = sorted(found.values(), key=lambda row: row["path"])
        if len({(row["rows"], row["cols"]) for row in files}) == 1:
            yield describe(key, files)


def describe(key, files):
    features = {MODALITIES[files[0]["modality"]]}
    features.add(SYNTAXES.get(key[2], ""))
    if any(row["frames"] and int(row["frames"]) > 1 for row in files):
        features.add("multi-frame")
    if len(files) >= 20:
        features.add("20 instances")
    features.discard("")
    return Study(files[0]["path"], [FOLDER / row["path"] for row in files], features,
                 vendor_of(files[0]["manufacturer"]), sum(int(row["size"]) for row in files))


def worth(study, missing, vendors, used):
    if study.name.split("/", 1)[0] == "" or study.paths[0] in used:
        return -1
    new = sum(1 for feature in study.features if missing.get(feature, 0) > 0)
    return 2 * new + (study.vendor not in vendors and study.vendor != "")


def choose():
    """Greedy: the study that shows most of what is still missing, the smaller one of equals."""
    pool = [study for study in candidates() if study.size < 40_000_000]
    missing, vendors, chosen, studies = dict(WANTED), set(), [], set()
    while pool and (any(n > 0 for n in missing.values()) or len(vendors) < VENDORS
                    or len(chosen) < STUDIES):
        best = max(pool, key=lambda s: (worth(s, missing, vendors, set()), -s.size, s.name))
        if worth(best, missing, vendors, set()) == 0 and len(chosen) >= STUDIES:
            break
        pool.remove(best)
        uid = study_uid(best)
        if uid in studies:
            continue  # the same study in another encoding would be a re-send
        studies.add(uid)
        chosen.append(best)
        vendors.add(best.vendor)
        for feature in best.features:
            missing[feature] = missing.get(feature, 0) - 1
    return chosen


def study_uid(study):
    return pydicom.dcmread(study.paths[0], stop_before_pixels=True, force=True).StudyInstanceUID


def shortfall(chosen):
    """What WANTED asks for and `chosen` does not show."""
    count = collections.Counter(feature for study in chosen for feature in study.features)
    lacking = [f"{feature}: {count[feature]} of {number}" for feature, number in WANTED.items()
               if count[feature] < number]
    vendors = {study.vendor for study in chosen} - {""}
    if len(vendors) < VENDORS:
        lacking.append(f"vendors: {sorted(vendors)}")
    if len(chosen) < STUDIES:
        lacking.append(f"studies: {len(chosen)}")
    return lacking


def deflated(chosen, folder):
    """A study that was not chosen, written again in Deflated Explicit VR Little Endian.

    The corpus holds deflated objects only of kinds that go to quarantine.
    """
    taken = {study_uid(study) for study in chosen}
    native = (study for study in candidates() if len(study.paths) <= 4 and study.vendor
              and study.features == {"MR"} and study_uid(study) not in taken)
    study = min(native, key=lambda study: (study.size, study.name))
    paths = []
    for number, path in enumerate(study.paths):
        file = pydicom.dcmread(path)
        file.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
        file.is_implicit_VR, file.is_little_endian = False, True
        paths.append(pathlib.Path(folder, f"deflated-{number}.dcm"))
        pydicom.dcmwrite(paths[-1], file, write_like_original=False)
    return Study("deflated again: " + study.name, paths, {"MR", "deflated"}, study.vendor, study.size)
