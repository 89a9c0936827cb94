#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants identifiers into every file of a corpus, cleans, and counts what is left.

plant.py [--tool PROGRAM] [--corpus DIR] [--policy NAME ...] [--keep DIR]

Two kinds of tokens: the identity of a made-up patient in the attributes where it belongs and, in
many spellings, where it does not; and tokens that stand nowhere else, so that only denying by
default can stop them. A leak is a token that is found in an output file outside its pixels, in
ASCII, UTF-8, UTF-16 or Latin-1, whatever its case.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import warnings

import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

warnings.simplefilter("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "fixtures"))
import films  # noqa: E402

CORPUS = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))
KEY = "07" * 32

PEOPLE = [  # surname, given name
    ("Kaufman", "Scott"), ("Peeperkorn", "Pieter"), ("O'Shaughnessy", "Siobhan"),
    ("Müller-Lüdenscheidt", "Jörg"), ("Wałęsa", "Łucja"), ("Øverland", "Åse"),
    ("Nuñez", "Begoña"), ("Şahin", "Gülşen"), ("Dvořáková", "Kateřina"), ("Люксембург", "Роза"),
    ("Παπαδόπουλος", "Γιώργος"), ("山田", "太郎"), ("김", "희중"), ("王", "小东"),
    ("سعيد", "قباني"), ("שרון", "דבורה"), ("Nguyễn", "Thị Hoa"), ("Young", "Rose"),
    ("Head", "Axial"), ("Ng", "Wei")]

# Attributes outside and inside of Table E.1-1 that people type into.
TYPED = """InstitutionName InstitutionAddress StationName StudyDescription SeriesDescription
InstitutionalDepartmentName AdmittingDiagnosesDescription ManufacturerModelName Manufacturer
DerivationDescription PatientAddress MilitaryRank BranchOfService MedicalAlerts Allergies
CountryOfResidence RegionOfResidence PatientTelephoneNumbers EthnicGroup Occupation
AdditionalPatientHistory PatientComments ContrastBolusAgent Radiopharmaceutical
InterventionDrugName DeviceSerialNumber PlateID SecondaryCaptureDeviceManufacturer
SoftwareVersions ProtocolName ConvolutionKernel SequenceName ReceiveCoilName DeviceDescription
AcquisitionComments DetectorID ContributionDescription ImageComments RequestedProcedureDescription
ReasonForStudy RequestedContrastAgent StudyComments AdmissionID ServiceEpisodeID SpecialNeeds
PatientState VisitComments PerformedProcedureStepDescription PerformedLocation PerformedStationName
RequestedProcedureID RequestedProcedureComments TextComments LUTExplanation RescaleType
WindowCenterWidthExplanation FrameOfInterestDescription PositionReferenceIndicator
CollimatorGridName FilterType AttenuationCorrectionMethod OverlayLabel ContentLabel
ContentDescription TimezoneOffsetFromUTC AccessionNumber StudyID RetrieveAETitle
PerformedStationAETitle ReferringPhysicianTelephoneNumbers StageName ViewName EventTimerNames
NetworkID OtherPatientIDs IssuerOfPatientID MedicalRecordLocator InsurancePlanIdentification
PersonAddress RequestingService OrderCallbackPhoneNumber ClinicalTrialSponsorName
ClinicalTrialSiteName ClinicalTrialSubjectID CurrentPatientLocation ConfidentialityCode
RadiationMachineName TreatmentMachineName BeamName StackID DimensionDescriptionLabel""".split()
PERSONS = """ReferringPhysicianName OperatorsName PerformingPhysicianName PhysiciansOfRecord
NameOfPhysiciansReadingStudy RequestingPhysician OtherPatientNames PatientBirthName
PatientMotherBirthName ResponsiblePerson ScheduledPerformingPhysicianName
NamesOfIntendedRecipientsOfResults ContentCreatorName ReviewerName ConsultingPhysicianName
PersonName""".split()
# Codes and terms whose change makes another object of it, not another identity.
STRUCTURE = {"SOPClassUID", "SpecificCharacterSet", "ImageType", "Modality", "TransferSyntaxUID",
             "BurnedInAnnotation", "PhotometricInterpretation", "MediaStorageSOPClassUID",
             "ReferencedSOPClassUID"}


SECRET = re.compile(rb"(?=([a-z]{8}q\d\d))")  # what Planter.secret makes, wherever it begins


class Planter:
    """One file's answer key: token to location."""

    def __init__(self, ordinal):
        self.random = random.Random(ordinal)
        self.ordinal = ordinal
        self.key = {}
        surname, given = PEOPLE[ordinal % len(PEOPLE)]
        self.surname, self.given = surname, given
        self.mrn = f"MRN{7000000 + ordinal * 7919 % 999983}"
        self.digits = str(60000000 + ordinal * 104729 % 9999991)
        self.phone = f"+49-441-{1000000 + ordinal * 31337 % 8999999}"
        self.birth = f"19{40 + ordinal % 50:02d}{1 + ordinal % 12:02d}{1 + ordinal % 28:02d}"

    def secret(self, where):
        """A word that stands nowhere else."""
        letters = "".join(self.random.choice("bcdfghjklmnpqrstvwz") + self.random.choice("aeiou")
                          for _ in range(4)).capitalize()
        token = letters + "q" + str(self.random.randrange(10, 99))
        self.key[token] = where
        return token

    def identity(self):
        y, m, d = self.birth[:4], self.birth[4:6], self.birth[6:]
        spellings = [f"{self.given} {self.surname}", f"{self.surname.upper()}, {self.given}",
                     f"{self.surname} {self.given[:1]}.", self.mrn, self.digits, self.phone,
                     f"{d}.{m}.{y}", f"{y}-{m}-{d}", f"{m}/{d}/{y}", self.birth]
        return self.random.choice(spellings)

    def tokens(self):
        """Everything that must not be found, with its location."""
        found = dict(self.key)
        for word in [self.surname, self.given, *self.surname.replace("'", "-").split("-"),
                     *self.given.split()]:
            if len(word) > 3 or (len(word) > 1 and not word.isascii()):
                if word.lower() not in ("head", "axial", "young", "rose"):
                    found[word] = "identity: name"
        for word, what in [(self.mrn, "MRN"), (self.digits, "ID"), (self.phone, "phone"),
                           (self.birth, "birth date")]:
            found[word] = "identity: " + what
        return found


def fits(vr, text):
    return text[:{"SH": 16, "AE": 16, "CS": 16, "LO": 64, "PN": 64}.get(vr, 10000)]


def plant_existing(planter, dataset, depth, path):
    for element in list(dataset):
        where = f"{path}{element.keyword or 'private' if not element.tag.is_private else 'private'}"
        if element.VR == "SQ":
            for item in element.value or []:
                plant_existing(planter, item, depth + 1, where + ">")
        elif element.keyword in STRUCTURE or element.tag.group == 0x7FE0:
            continue
        elif element.VR in ("SH", "LO", "ST", "LT", "UT", "UC") and depth < 6:
            secret = planter.secret(f"{element.VR} depth {depth} {where}")
            keep = str(element.value or "")
            element.value = (keep + " " + secret)[-60:] if element.VR in ("ST", "LT", "UT", "UC") \
                else fits(element.VR, secret + " " + planter.identity())
        elif element.VR == "PN":
            element.value = planter.secret(f"PN depth {depth} {where}") + "^" + planter.given


def plant_added(planter, dataset):
    for keyword in TYPED:
        tag = pydicom.datadict.tag_for_keyword(keyword)
        if tag is None:
            continue
        vr = pydicom.datadict.dictionary_VR(tag)
        if vr in ("CS", "SQ"):
            continue
        secret = planter.secret(f"{vr} added {keyword}")
        text = secret if vr in ("SH", "AE") else f"{secret} for {planter.identity()}"
        dataset.add_new(tag, vr, fits(vr, text))
    for keyword in PERSONS:
        tag = pydicom.datadict.tag_for_keyword(keyword)
        if tag is not None:
            dataset.add_new(tag, "PN", planter.secret("PN added " + keyword) + "^" + planter.given)
    for keyword in ("BodyPartExamined", "ViewPosition", "FilterMaterial", "ScanOptions"):
        if keyword not in dataset:
            secret = planter.secret("CS added " + keyword)
            del planter.key[secret]
            planter.key[secret.upper()] = "CS added " + keyword
            setattr(dataset, keyword, secret.upper())


def nest(planter, dataset):
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = planter.secret("code value"), "99LOCAL"
    code.CodeMeaning = planter.secret("code meaning") + " chest"
    dataset.ProcedureCodeSequence = Sequence([code])
    inner, middle, outer = Dataset(), Dataset(), Dataset()
    inner.PersonName = planter.secret("PN nested 3")
    inner.TextValue = planter.secret("UT nested 3") + " " + planter.identity()
    inner.PatientID = planter.mrn
    inner.CodeMeaning = planter.secret("meaning nested 3")
    middle.PurposeOfReferenceCodeSequence = Sequence([inner])
    middle.InstitutionName = planter.secret("LO nested 2")
    outer.SourceImageSequence = Sequence([middle])
    outer.DerivationDescription = planter.secret("ST nested 1")
    outer.FrameComments = planter.secret("LT nested 1")
    dataset.DerivationImageSequence = Sequence([outer])
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = planter.mrn, planter.secret("issuer nested")
    dataset.OtherPatientIDsSequence = Sequence([other])


def hide(planter, dataset):
    block = dataset.private_block(0x0099, "GLOSS PLANTER " + planter.secret("private creator"),
                                  create=True)
    for offset, vr in enumerate(["LO", "SH", "LT", "PN", "UT", "ST"]):
        block.add_new(offset, vr, planter.secret("private " + vr))
    block.add_new(0x20, "OB", planter.secret("private OB").encode() + b" ")
    block.add_new(0x21, "UN", planter.secret("private UN").encode() + b" ")
    item = Dataset()
    item.PatientName = planter.secret("PN in private SQ")
    block.add_new(0x22, "SQ", Sequence([item]))
    safe = dataset.private_block(0x0019, "GEMS_ACQU_01", create=True)
    safe.add_new(0x9E, "LO", planter.secret("safe private LO") + " chest")
    for tag, vr in [(0x60000022, "LO"), (0x60001500, "LO"), (0x50000030, "SH")]:
        dataset.add_new(tag, vr, fits(vr, planter.secret("overlay or curve text")))
    dataset.add_new(0x60003000, "OW", planter.secret("overlay data").encode() + b" ")
    dataset.add_new(0x50003000, "OW", planter.secret("curve data").encode() + b" ")
    dataset.add_new(0x0018FFEE, "UN", planter.secret("unknown public").encode() + b" ")
    dataset.add_new(0x00089999, "UN", planter.identity().encode("utf-8"))
    dataset.add_new(0xFFFCFFFC, "OB", planter.secret("trailing padding").encode() + b" ")
    icon = Dataset()
    icon.ImageComments = planter.secret("icon")
    dataset.IconImageSequence = Sequence([icon])


def comment_into(pixels, marker, secret):
    """A comment behind the first marker of the first frame; pixels are encapsulated bytes."""
    start = pixels.find(b"\xff\xd8\xff" if marker == b"\xff\xfe" else b"\xff\x4f\xff\x51")
    if start < 8:
        return None
    at = start + 2
    if marker == b"\xff\x64":  # behind the size marker
        at += 2 + int.from_bytes(pixels[start + 4:start + 6], "big")
    text = secret.encode() + b" " * (len(secret) % 2)
    extra = marker + (len(text) + (4 if marker == b"\xff\x64" else 2)).to_bytes(2, "big")
    extra += (b"\0\1" if marker == b"\xff\x64" else b"") + text
    size = int.from_bytes(pixels[start - 4:start], "little") + len(extra)
    return pixels[:start - 4] + size.to_bytes(4, "little") + pixels[start:at] + extra + pixels[at:]


def plant_pixels(planter, dataset):
    if "PixelData" not in dataset:
        return
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax in films.STREAMS:
        stream = films.planted(syntax, planter.secret("bitstream user data"))
        dataset.PixelData = encapsulate([stream + b"\0" * (len(stream) % 2)], has_bot=False)
    elif syntax.is_compressed and not syntax.is_deflated:
        marker = b"\xff\x64" if ".4.9" in syntax else b"\xff\xfe"
        secret = planter.secret("bitstream comment")
        changed = None if syntax.endswith("2.5") else comment_into(dataset.PixelData, marker, secret)
        if changed is None:
            del planter.key[secret]
        else:
            dataset.PixelData = changed
    elif (expected := native_size(dataset)) and expected == len(dataset.PixelData):
        dataset.PixelData += (planter.secret("behind the pixels") + "  ").encode()[:14]


def native_size(dataset):
    try:
        size = (dataset.Rows * dataset.Columns * dataset.get("SamplesPerPixel", 1)
                * int(dataset.get("NumberOfFrames", 1) or 1) * dataset.BitsAllocated // 8)
        return size + size % 2
    except (AttributeError, TypeError):
        return 0


def plant(source, target, ordinal, more=None):
    """The answer key, or None when pydicom cannot carry the file; `more` plants on top."""
    dataset = pydicom.dcmread(source, force=True)
    if "TransferSyntaxUID" not in dataset.get("file_meta", Dataset()):
        return None
    planter = Planter(ordinal)
    dataset.decode()
    if not (planter.surname + planter.given).isascii():
        dataset.SpecificCharacterSet = "ISO_IR 192"
    plant_existing(planter, dataset, 0, "")
    plant_added(planter, dataset)
    nest(planter, dataset)
    hide(planter, dataset)
    plant_pixels(planter, dataset)
    dataset.PatientName = planter.surname + "^" + planter.given
    dataset.PatientID = planter.mrn
    dataset.OtherPatientIDs = planter.digits
    dataset.PatientBirthDate = planter.birth
    dataset.PatientTelephoneNumbers = planter.phone[:16]
    if more:
        more(planter, dataset)
    # Each file its own study: the identity belongs to it alone.
    dataset.StudyInstanceUID = f"1.2.826.0.1.3680043.8.498.77.{ordinal}"
    dataset.file_meta.SourceApplicationEntityTitle = planter.secret("meta AE title")
    dataset.preamble = (planter.secret("preamble").encode() * 16)[:128].ljust(128, b"\0")
    dataset.save_as(target, write_like_original=True)
    # Some plants were overwritten by later ones: only what is in the file counts.
    words = set(re.findall(r"[\w'+-]+", target.read_bytes().decode("utf-8", "replace").lower()))
    return {token: where for token, where in planter.tokens().items() if token.lower() in words}


def head_bytes(path):
    """The file without its pixel values, fragments' first kilobytes included."""
    dataset = pydicom.dcmread(path, force=True)
    whole = path.read_bytes()
    if "PixelData" not in dataset or not dataset.PixelData:
        return whole
    pixels = dataset.PixelData
    at = len(whole) - len(pixels)  # cleaned objects end with their pixels
    if whole[at:at + 64] != pixels[:64]:
        return whole
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        return whole  # comments hide anywhere
    expected = native_size(dataset) or len(pixels)
    return whole[:at] + whole[at + min(expected, len(pixels)):] if at > 0 else whole


def leaks_in(path, tokens):
    lowered = head_bytes(path).lower()
    narrow = lowered.replace(b"\0", b"")  # UTF-16 of ASCII
    secrets = {found.decode() for text in (lowered, narrow) for found in SECRET.findall(text)}
    return [where for token, where in tokens.items()
            if (token.lower() in secrets if SECRET.match(token.lower().encode())
                else any(form in text for form in forms(token) for text in (lowered, narrow)))]


def forms(token):
    """An identity as bytes: UTF-8, UTF-16 without zeros, Latin-1."""
    found = [token.lower().encode("utf-8"), token.encode("utf-8")]
    if len(token) > 3 and not token.isascii():
        found += [token.encode(name, "ignore") for name in ("utf-16-le", "utf-16-be")]
        latin = token.encode("latin-1", "ignore")
        found += [latin] if latin.decode("latin-1") == token else []
    return found


def plant_corpus(corpus, folder):
    keys, skipped = {}, 0
    for ordinal, source in enumerate(sorted(p for p in corpus.rglob("*") if p.is_file()), 1):
        target = folder / f"{ordinal:05d}.dcm"
        try:
            key = plant(source, target, ordinal)
        except Exception:  # pylint: disable=broad-except  # the corpus has broken files on purpose
            key = None
        if key is None:
            skipped += 1
            target.unlink(missing_ok=True)
        else:
            keys[target.name] = key
    return keys, skipped


def score(tool, policy, planted, keys, folder):
    report, key = folder / f"{policy}.json", folder / "key"
    key.write_text(KEY)
    out = folder / ("clean-" + policy)
    subprocess.run([tool, "--policy", policy, "--key-file", str(key), "--report", str(report),
                    "--report-input-names", str(planted), str(out)], check=False,
                   stderr=subprocess.DEVNULL)
    status, leaks, reasons, tokens = collections.Counter(), collections.Counter(), collections.Counter(), 0
    for entry in json.loads(report.read_text())["files"]:
        status[entry["status"]] += 1
        if entry["status"] != "clean":
            reasons.update({r["code"] for r in entry["reasons"]})
            continue
        answer = keys[pathlib.Path(entry["name"]).name]
        tokens += len(answer)
        leaks.update(leaks_in(out / entry["output"], answer))
    return {"policy": policy, "files": dict(status), "quarantined_for": dict(reasons),
            "tokens_in_clean_files": tokens, "leaked": sum(leaks.values()),
            "leaked_at": dict(leaks.most_common(40))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", default=str(ROOT / "build" / "bin" / "glossator-deid"))
    parser.add_argument("--corpus", default=CORPUS, type=pathlib.Path)
    parser.add_argument("--policy", nargs="+", default=["basic", "research"])
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    leaked = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or pathlib.Path(temporary)
        planted = folder / "planted"
        planted.mkdir(parents=True, exist_ok=True)
        keys, skipped = plant_corpus(arguments.corpus, planted)
        print(json.dumps({"planted": len(keys), "not_plantable": skipped,
                          "tokens": sum(map(len, keys.values()))}))
        for policy in arguments.policy:
            result = score(arguments.tool, policy, planted, keys, folder)
            leaked += result["leaked"]
            print(json.dumps(result, ensure_ascii=False))
    return 3 if leaked else 0


if __name__ == "__main__":
    sys.exit(main())
