#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second planter: other people, other spellings, other places than plant.py knows.

elsewhere.py [--sample N] [--policy NAME ...] [--show N]

What it plants is made of phrases as people type them, each with the parts that must not be found
in the cleaned file, in any encoding.
"""
import argparse
import collections
import json
import pathlib
import sys

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import deid  # noqa: E402
import plant  # noqa: E402
import yardstick  # noqa: E402

PEOPLE = [  # PN with its groups, and other forms of it
    ("Vandenbroucke^Maarten^J.^Dr.^jr.", ["Vandenbroucke", "Maarten", "M.J. Vandenbroucke"]),
    ("Hjelmqvist-Öberg^Åsa", ["Hjelmqvist", "Öberg", "Hjelmqvist Oeberg", "ÅSA H-Ö"]),
    ("Tanaka^Hanako=田中^花子=たなか^はなこ", ["Tanaka", "Hanako", "田中", "花子", "たなか"]),
    ("Kim^Jiwoo=金^智友=김^지우", ["Jiwoo", "金智友", "김지우"]),
    ("MacGillivray^William", ["MacGillivray", "Mac Gillivray", "Billy MacGillivray"]),
    ("D'Angelantonio^Giuseppina", ["D'Angelantonio", "DAngelantonio", "Giuseppina", "Giusy"]),
    ("Grzegorzewski^Zbigniew", ["Grzegorzewski", "Zbigniew", "Z. Grzegorzewski", "Zbyszek"]),
    ("Щербаков^Вячеслав", ["Щербаков", "Вячеслав", "Shcherbakov"]),
    ("Nakhleh^Ghassan^^Prof=نخلة^غسان", ["Nakhleh", "Ghassan", "نخلة"]),
    ("Ng^Xiuling", ["Xiuling", "Wei Ng", "NG, XIULING"]),
    ("Ng^Xiu Li", ["Xiu", "Xiu Ng", "NG, XIU LI"]),
    ("Papadimitriou^Ελένη", ["Papadimitriou", "Ελένη", "Papadimitriu"]),
    ("Yılmazoğlu^İbrahim", ["Yılmazoğlu", "İbrahim", "Yilmazoglu", "IBRAHIM"])]
DATES = ["3. März 1951", "03.03.51", "le 3 mars 1951", "1951年3月3日", "昭和26年3月3日", "3-MAR-1951",
         "1951-03-03T07:05:00", "March 3rd, 1951", "3 марта 1951", "03/03/51", "3 mrt. 1951",
         "March 3", "3rd of March", "3. März", "19510303", "1951.03.03", "3.III.1951", "03MAR1951"]
PHONES = ["0441 / 99 83 27-0", "(02) 9374 4000", "+44 20 7946 0958", "555.867.5309", "06-12345678",
          "tel:+331-42-68-53-00", "555-867-5309 x4471", "0049(0)441 9983270", "八六七五三〇九"]
OTHERS = ["C:\\Users\\mvandenb\\Desktop\\scan.dcm", "/export/hquist/pat/4711", "\\\\srv-radio7\\export",
          "smb://pacs.kliniken-west.example/in", "h.quist@kliniken-west.example", "10.44.7.201",
          "pacs07.kliniken-west.local", "00:1B:44:11:3A:B7", "SSN 078-05-1120", "NHS 943 476 5919",
          "DE89 3704 0044 0532 0130 00", "V123456789", "Kaiserstraße 44a, 26122 Oldenburg",
          "1600 Pennsylvania Ave NW", "12 bis rue des Lilas", "Apt. 4B", "P.O. Box 7731",
          "wife of Thorvald Quist", "seen by Dr. Quistgaard-Olesen", "pt. Quistgaard", "s/p MVA, J.Q.",
          "room 714B bed 2", "SN:KX7719-22", "MRN:0044718", "#0044718", "No. 44718-C",
          "94 yo female", "age 97 years", "93-jährig"]
TEXTS = """ImageComments DerivationDescription AcquisitionComments PatientComments StudyComments
AdditionalPatientHistory ReasonForStudy FrameComments InterpretationText TextString
AcquisitionDeviceProcessingDescription ContributionDescription StudyDescription SeriesDescription
ProtocolName PerformedProcedureStepDescription ContrastBolusAgent SequenceName SoftwareVersions
ManufacturerModelName ConvolutionKernel LUTExplanation UnformattedTextValue ContentDescription
LensDescription SpecimenShortDescription SpecimenDetailedDescription DeviceDescription
ReasonForTheRequestedProcedure DetectorConfiguration ImplantName TriggerSourceOrType
UniqueDeviceIdentifier AcquisitionProtocolDescription LossyImageCompressionMethod
RadiopharmaceuticalCodeSequence ROIDescription SegmentDescription EntityDescription
RescaleType PixelDataProviderURL RetrieveURL PresentationLabel ReferencedDateTime""".split()
SAFE_PRIVATE = [(0x0019, "GEMS_ACQU_01", 0x9E, "LO"), (0x2001, "Philips Imaging DD 001", 0x3F, "CS"),
                (0x0019, "SIEMENS MR HEADER", 0x0A, "US"), (0x0019, "SIEMENS MR HEADER", 0x0D, "CS"),
                (0x7053, "Philips PET Private Group", 0x00, "DS"), (0x0021, "SIEMENS MED PT", 0x10, "LO"),
                (0x00E1, "ELSCINT1", 0x21, "DS"), (0x0043, "GEMS_PARM_01", 0x39, "IS")]


class Planter:
    """One file's phrases and the parts of each that must go."""

    def __init__(self, ordinal):
        self.ordinal, self.at, self.tokens = ordinal, ordinal * 7, {}
        self.person, self.forms = PEOPLE[ordinal % len(PEOPLE)]
        self.pool = self.forms + DATES + PHONES + OTHERS

    def phrase(self, where):
        """The next of the pool, in a sentence of the trade; noted with its place."""
        self.at += 1
        said = self.pool[self.at % len(self.pool)]
        self.tokens[said] = f"{said!r} in {where}"
        frame = ["chest {} with contrast", "{}", "axial, {}; no lesion", "see {} (left knee)"]
        return frame[self.at % len(frame)].format(said)


def put(dataset, keyword, planter):
    tag = pydicom.datadict.tag_for_keyword(keyword)
    vr = pydicom.datadict.dictionary_VR(tag) if tag is not None else "SQ"
    if vr not in ("SQ", "CS", "DT"):
        dataset.add_new(tag, vr, planter.phrase(keyword)[:400 if vr[0] in "UL" or vr == "ST" else 64])


def code(planter):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = "44718", "99KLINIKW"
    item.CodingSchemeVersion = planter.phrase("scheme version")[:16]
    item.CodeMeaning = planter.phrase("code meaning")[:64]
    item.ContextGroupExtensionCreatorUID = "1.2.276.0.44718.7"
    return item


def nested(planter, depth=5):
    item = Dataset()
    for keyword in TEXTS[planter.at % 5::6]:
        put(item, keyword, planter)
    item.PersonName = planter.person
    item.ConceptNameCodeSequence = Sequence([code(planter)])
    if depth:
        item.PurposeOfReferenceCodeSequence = Sequence([nested(planter, depth - 1)])
    return item


def overlay(dataset, planter):
    dataset.add_new(0x60020010, "US", 8)
    dataset.add_new(0x60020011, "US", 8)
    dataset.add_new(0x60023000, "OW", planter.phrase("overlay").encode("utf-8").ljust(400)[:400])
    icon = Dataset()
    icon.Rows = icon.Columns = 16
    icon.BitsAllocated, icon.PixelRepresentation = 8, 0
    icon.PixelData = planter.phrase("icon").encode("utf-8").ljust(256)[:256]
    dataset.IconImageSequence = Sequence([icon])


def private(dataset, planter):
    for group, creator, element, vr in SAFE_PRIVATE:
        block = dataset.private_block(group, creator, create=True)
        block.add_new(element, "LO" if vr in ("US", "DS", "IS", "CS") else vr,
                      planter.phrase("safe private row")[:64])
    block = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(0x10, "OB", b"SV10\4\3\2\1" + planter.phrase("CSA").encode("utf-8").ljust(512)[:512])


def plant_file(source, target, ordinal):
    dataset = pydicom.dcmread(source, force=True)
    if "TransferSyntaxUID" not in dataset.get("file_meta", Dataset()):
        return None
    dataset.decode()
    planter = Planter(ordinal)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = planter.person, "0044718"
    dataset.OperatorsName, dataset.DeviceSerialNumber = "Quistgaard^Olesen", "KX7719-22"
    dataset.PatientBirthDate = "19510303"
    for keyword in TEXTS:
        put(dataset, keyword, planter)
    dataset.ProcedureCodeSequence = Sequence([code(planter), code(planter)])
    dataset.ReferencedStudySequence = Sequence([nested(planter)])
    dataset.RequestAttributesSequence = Sequence([nested(planter)])
    overlay(dataset, planter)
    private(dataset, planter)
    dataset.save_as(target, write_like_original=True)
    raw = bytearray(target.read_bytes())
    if raw[128:132] == b"DICM":
        raw[:128] = planter.phrase("preamble").encode("utf-8")[:128].ljust(128, b"\0")
        target.write_bytes(raw)
    return planter.tokens


def without_frames(path):
    """Three bytes stand in any compressed image: names of three letters are looked for beside it."""
    whole = path.read_bytes()
    pixels = pydicom.dcmread(path, force=True).get("PixelData") or b""
    at = whole.rfind(pixels) if pixels else -1
    return whole if at < 0 else whole[:at] + whole[at + len(pixels):]


def leaks_in(path, tokens):
    texts = [text for whole in (plant.head_bytes(path), without_frames(path))
             for text in (whole.lower(), whole.lower().replace(b"\0", b""))]
    return [where for token, where in tokens.items()
            if any(form in text for form in plant.forms(token)
                   for text in texts[2 * (len(token.encode("utf-8")) <= 3):])]


def plant_all(corpus, folder, step):
    keys = {}
    sources = sorted(p for p in corpus.rglob("*") if p.is_file())[::step]
    for ordinal, source in enumerate(sources, 1):
        target = folder / f"{ordinal:05d}.dcm"
        try:
            keys[target.name] = plant_file(source, target, ordinal)
        except Exception:  # pylint: disable=broad-except  # the corpus has broken files on purpose
            keys[target.name] = None
        if keys[target.name] is None:
            target.unlink(missing_ok=True)
            del keys[target.name]
    return keys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=1, help="every N-th file of the corpus")
    parser.add_argument("--corpus", type=pathlib.Path, default=plant.CORPUS)
    parser.add_argument("--policy", nargs="+", default=["research"])
    parser.add_argument("--show", type=int, default=40)
    options = parser.parse_args()
    leaked = 0
    with yardstick.scratch() as folder:
        planted = folder / "planted"
        planted.mkdir()
        keys = plant_all(options.corpus, planted, options.sample)
        for policy in options.policy:
            outputs, sealed, _ = deid.run_ours(planted, folder, policy)
            leaks, tokens = collections.Counter(), 0
            for name, path in outputs.items():
                tokens += len(keys[name])
                leaks.update(leaks_in(path, keys[name]))
            leaked += sum(leaks.values())
            reasons = collections.Counter(code for codes in sealed.values() for code in set(codes))
            print(json.dumps({"policy": policy, "files": len(outputs), "sealed": dict(reasons),
                              "phrases": tokens, "left": sum(leaks.values())}))
            for where, count in leaks.most_common(options.show):
                print(f"  {count} {where}")
    return 3 if leaked else 0


if __name__ == "__main__":
    sys.exit(main())
