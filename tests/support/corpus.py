# SPDX-License-Identifier: GPL-3.0-or-later
"""Studies of a corpus beside the repository, chosen by rule from its catalog."""
import collections
import csv
import dataclasses
import os
import pathlib
import re
import subprocess

import pydicom
import pydicom.config

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
UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
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
            and not row["sop_class"].startswith("1.2.840.10008.5.1.4.1.1.7")
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


def as_written(path):
    """The file with UN where the file says UN; None when pydicom cannot make sense of it."""
    before = pydicom.config.replace_un_with_known_vr
    pydicom.config.replace_un_with_known_vr = False
    try:
        head = pydicom.dcmread(path, force=True)
        for keyword in UIDS:
            head[keyword]  # resolved now, not when it is first looked at
        return head
    except (TypeError, KeyError):
        return None
    finally:
        pydicom.config.replace_un_with_known_vr = before


def plain(study):
    """What the catalog does not tell: pixels of an original or vouched-for image, one image a place,
    and UIDs that a PACS can send.
    """
    places = set()
    for path in study.paths:
        head = as_written(path)
        if head is None or "PixelData" not in head:
            return False
        if not all(re.fullmatch(r"[0-9.]{1,64}", str(head[uid].value)) for uid in UIDS):
            return False
        kind = list(head.get("ImageType") or [])[:2]
        if kind == ["DERIVED", "SECONDARY"] and head.get("BurnedInAnnotation") != "NO":
            return False  # the text in its pixels nobody knows: it waits in quarantine
        if head.get("ConversionType"):
            return False
        places.add(str(head.get("ImagePositionPatient")))
    return len(places) == len(study.paths)


def worth(study, missing, vendors, rarity):
    """What is rare counts more, so that nothing common takes a rare study's place."""
    new = sum(rarity[feature] for feature in study.features if missing.get(feature, 0) > 0)
    return new + (0.05 if study.vendor and study.vendor not in vendors else 0)


def choose():
    """Greedy: the study that shows most of what is still missing, the smaller one of equals."""
    pool = [study for study in candidates() if study.size < 40_000_000 and plain(study)]
    count = collections.Counter(feature for study in pool for feature in study.features)
    rarity = {feature: WANTED[feature] / number for feature, number in count.items()}
    missing, vendors, chosen, studies = dict(WANTED), set(), [], set()
    while pool:
        best = max(pool, key=lambda s: (worth(s, missing, vendors, rarity), -s.size, s.name))
        if worth(best, missing, vendors, rarity) == 0 and len(chosen) >= STUDIES:
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


def missing_syntaxes(chosen):
    shown = set().union(*(study.features for study in chosen))
    return [name for name in ("deflated", "RLE", "big endian") if name not in shown]


RECODERS = {"RLE": ["dcmcrle"], "big endian": ["dcmconv", "+tb"]}


def recoded(chosen, folder, name):
    """A study that was not chosen, written again in a transfer syntax that the corpus holds only in
    objects that go to quarantine, or in a study that was chosen in another one.
    """
    taken = {study_uid(study) for study in chosen}
    native = (study for study in sorted(candidates(), key=lambda s: (s.size, s.name))
              if len(study.paths) <= 4 and study.vendor and study.features == {"MR"}
              and study_uid(study) not in taken)
    study = next(study for study in native if plain(study))
    paths = []
    for number, path in enumerate(study.paths):
        paths.append(pathlib.Path(folder, f"{name}-{number}.dcm"))
        if name in RECODERS:
            subprocess.run([*RECODERS[name], str(path), str(paths[-1])], check=True)
            continue
        file = pydicom.dcmread(path)
        file.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
        file.is_implicit_VR, file.is_little_endian = False, True
        pydicom.dcmwrite(paths[-1], file, write_like_original=False)
    return Study(f"{name} again: {study.name}", paths, {"MR", name}, study.vendor, study.size)
