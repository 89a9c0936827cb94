# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects full of tokens, and a search for them in bytes of any kind."""
import base64
import copy
import gzip
import io
import pathlib
import re
import secrets
import zlib

import pydicom
from pydicom.datadict import DicomDictionary, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

TEXT = {"AE": 16, "CS": 16, "LO": 64, "LT": 90, "PN": 64, "SH": 16, "ST": 90, "UC": 90, "UR": 90,
        "UT": 90}
# Elements that say how to read the object, or by which the node finds it, stay as they are.
STRUCTURE = {"SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID",
             "SeriesInstanceUID", "Modality", "PhotometricInterpretation", "ImageType",
             "TransferSyntaxUID", "BurnedInAnnotation", "PixelPresentation",
             "VolumetricProperties", "LossyImageCompression"}
DEPTH = 12


class Tokens:
    """Tokens of one run share a random stem, so one search finds them all."""

    def __init__(self):
        alphabet = "BCDFGHJKLMNPQRSTVWXZ"
        self.stem = "ZQ" + "".join(secrets.choice(alphabet) for _ in range(6))
        self.digits = "9" + "".join(secrets.choice("123456789") for _ in range(15))
        self.count = 0
        self.places = {}

    def text(self, place, limit=64):
        self.count += 1
        token = f"{self.stem}{self.count:06d}"[:limit]
        self.places[token] = place
        return token

    def uid(self, place):
        self.count += 1
        self.places[f"{self.digits}.{self.count}"] = place
        return f"1.2.826.{self.digits}.{self.count}"

    def patterns(self):
        """Bytes of the stems in every plain encoding that a store might use."""
        found = []
        for stem in (self.stem, self.stem.lower(), self.stem.capitalize(), self.digits):
            found += [stem.encode(), stem.encode("utf-16-le"), stem.encode("utf-16-be")]
            for shift in range(3):  # base64 depends on the position
                text = base64.b64encode(b"\0" * shift + stem.encode()).decode()
                found.append(text[4 if shift else 0:-4].encode())
            found.append(stem.encode().hex().encode())
        return [re.escape(pattern) for pattern in found]


def value(tokens, vr, place):
    if vr == "PN":
        return "^".join(tokens.text(place, 30) for _ in range(2))
    if vr == "UI":
        return tokens.uid(place)
    return tokens.text(place, TEXT[vr])


def standard_elements():
    """(tag, VR) of what the dictionary knows outside of groups 0000, 0002 and pixel data."""
    for number, entry in sorted(DicomDictionary.items()):
        tag = Tag(number)
        if 8 <= tag.group < 0x7F00 and entry[4] not in STRUCTURE and tag.element != 0:
            yield tag, entry[0].split(" ")[0], entry[4]


def plant(tokens, data_set, place=""):
    """Every text and UID element of the dictionary; every sequence with an item of its own."""
    for tag, vr, keyword in standard_elements():
        where = f"{place}/{keyword or tag}"
        if vr in TEXT or vr == "UI":
            data_set.add_new(tag, vr, value(tokens, vr, where))
        elif vr == "SQ" and not place:
            data_set.add_new(tag, "SQ", Sequence([small_item(tokens, where)]))
    return data_set


def small_item(tokens, place):
    item = Dataset()
    for keyword in ("PatientName", "PatientID", "InstitutionName", "CodeMeaning", "CodeValue",
                    "TextValue", "PersonName", "Manufacturer", "ReferencedSOPInstanceUID"):
        vr = dictionary_VR(keyword)
        item.add_new(keyword, vr, value(tokens, vr, f"{place}/{keyword}"))
    private(tokens, item, place)
    return item


def private(tokens, data_set, place):
    block = data_set.private_block(0x0099, tokens.text(place + "/creator"), create=True)
    for offset, vr in enumerate(("LO", "UT", "PN", "OB", "UN")):
        text = tokens.text(f"{place}/private {vr}")
        data_set_value = text.encode() if vr in ("OB", "UN") else text
        block.add_new(offset, vr, data_set_value)


def chain(tokens, depth):
    """A tower of sequences with tokens on every floor."""
    item = small_item(tokens, f"depth {depth}")
    for level in range(depth - 1, 0, -1):
        floor = small_item(tokens, f"depth {level}")
        floor.ContentSequence = Sequence([item])
        item = floor
    return item


def full_object(tokens, image):
    """`image` (a data set with pixels) with tokens wherever text can stand."""
    keep = {keyword: copy.deepcopy(image[keyword]) for keyword in (
        "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "ImageType",
        "FrameOfReferenceUID", "PatientPosition") if keyword in image}
    plant(tokens, image)
    for keyword, element in keep.items():
        image[keyword] = element
    image.FrameOfReferenceUID = tokens.uid("FrameOfReferenceUID")
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(image, keyword, tokens.uid(keyword))
    image.ContentSequence = Sequence([chain(tokens, DEPTH)])
    private(tokens, image, "top")
    image.add_new(0x60003000, "OW", tokens.text("overlay").encode() + b"\0" * 16)
    image.add_new(0x60000022, "LO", tokens.text("overlay description"))
    image.add_new(0x50000022, "LO", tokens.text("curve description"))
    image.add_new(0xFFFCFFFC, "OB", tokens.text("trailing padding").encode())
    image.add_new(0x0009FF01, "UN", tokens.text("private without a creator").encode())
    image.SOPInstanceUID = tokens.uid("SOPInstanceUID")
    return image


def encoded(data_set, implicit=False):
    """The data set without file meta, as C-STORE carries it."""
    out = pydicom.filebase.DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, implicit
    pydicom.filewriter.write_dataset(out, data_set)
    return out.getvalue()


def inflated(data):
    """What compressed parts of `data` hold: gzip, zlib, deflated DICOM."""
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    for match in re.finditer(rb"\x78[\x01\x9c\xda]", data):
        try:
            yield zlib.decompressobj().decompress(data[match.start():], 1 << 24)
        except zlib.error:
            continue
    if data[128:132] == b"DICM":
        try:
            meta = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
        except Exception:  # noqa: BLE001 - not every file of a store is DICOM
            return
        if meta.file_meta.get("TransferSyntaxUID") == "1.2.840.10008.1.2.1.99":
            yield encoded(pydicom.dcmread(io.BytesIO(data)))


def leaks_in(tokens, data):
    """Token texts found in bytes, with a little of what surrounds them."""
    pattern = re.compile(b"|".join(tokens.patterns()))
    for part in (data, *inflated(data)):
        for match in pattern.finditer(part):
            yield part[max(0, match.start() - 40):match.end() + 40]


def leaks_below(tokens, folder):
    """{path: [surroundings]} over every file below a folder."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file() and not path.is_symlink():
            hits = list(leaks_in(tokens, path.read_bytes()))
            if hits:
                found[str(path)] = hits[:5]
            if tokens.stem.lower() in path.name.lower() or tokens.digits in path.name:
                found.setdefault(str(path), []).append(b"(its name)")
    return found
