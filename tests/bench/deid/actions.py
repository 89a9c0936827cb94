# SPDX-License-Identifier: GPL-3.0-or-later
# The answer key in MIDI-B's words (text_removed, date_shifted, uid_changed, tag_retained ...) and the
# score by stratum. Stricter than the original: a token must be gone from the whole file, in any
# encoding, and pixels must be the same values.
import collections
import hashlib
import re

import plant
import presets
import pydicom

STRATA = {
    "S1": "standard attributes", "S2": "dates and intervals", "S3": "UIDs and references",
    "S4": "descriptions and free text", "S5": "nested sequences, functional groups",
    "S6": "private attributes", "S7": "reports, waveforms, presentation, RT, slides",
    "S8": "pixel values untouched", "S9": "file level, overlays, bitstream", "S10": "usefulness"}
HIPAA = {"text_removed", "date_shifted", "uid_changed"}
UIDS = ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"]
KEPT = """SOPClassUID StudyInstanceUID SeriesInstanceUID SOPInstanceUID Modality PatientName PatientID
Rows Columns BitsAllocated BitsStored PixelRepresentation PhotometricInterpretation SamplesPerPixel
NumberOfFrames PixelSpacing ImagePositionPatient ImageOrientationPatient SliceThickness KVP
RescaleSlope RescaleIntercept EchoTime RepetitionTime FlipAngle MagneticFieldStrength ImageType
InstanceNumber ContentSequence WaveformSequence GraphicAnnotationSequence SegmentSequence
StructureSetROISequence BeamSequence DoseGridScaling PatientIdentityRemoved""".split()
SAME = """Rows Columns BitsAllocated BitsStored PixelRepresentation SamplesPerPixel NumberOfFrames
PixelSpacing ImagePositionPatient ImageOrientationPatient SliceThickness KVP RescaleSlope
RescaleIntercept EchoTime RepetitionTime FlipAngle MagneticFieldStrength SOPClassUID Modality""".split()
SPECIAL = re.compile(r"\.(88|11|9|481|91|66|67|77\.1\.6)(\.|$)")


def stratum_of(where, sop_class):
    if re.search(r"overlay|curve|bitstream|preamble|meta AE|padding|behind the pixels|icon", where):
        return "S9"
    if "private" in where:
        return "S6"
    if SPECIAL.search(sop_class[len("1.2.840.10008.5.1.4.1.1"):]):
        return "S7"
    if re.search(r"depth [1-9]|nested", where):
        return "S5"
    if re.search(r"\b(ST|LT|UT|UC)\b|Description|Comments|meaning|History|variant|groups", where):
        return "S4"
    return "S2" if "date" in where else "S1"


def read(path):
    return pydicom.dcmread(path, force=True)


def pixel_digest(dataset):
    """Of native values, without what stands behind them."""
    if "PixelData" not in dataset or dataset.file_meta.TransferSyntaxUID.is_compressed:
        return None
    size = plant.native_size(dataset)
    return hashlib.md5(dataset.PixelData[:size]).hexdigest() if size else None


def digits_of(dataset):
    """The digits of each text, so that a number in groups is found."""
    found = []
    for element in dataset.iterall():
        if element.VR in ("LO", "SH", "ST", "LT", "UT", "UC", "PN"):
            found.append(re.sub(r"\D", "", str(element.value or "")))
    return "\n".join(found)


class Score:
    def __init__(self):
        self.tokens = self.leaked = self.variants = self.variants_left = self.hipaa_failed = 0
        self.strata, self.failed = {}, collections.Counter()
        self.by_action = collections.defaultdict(lambda: [0, 0])
        self.words = [0, 0]

    def note(self, action, stratum, good, where):
        for place in (self.by_action[action], self.strata.setdefault(stratum, [0, 0])):
            place[0] += bool(good)
            place[1] += 1
        if not good:
            self.failed[f"{action} {where}"] += 1
            self.hipaa_failed += action in HIPAA

    def add(self, other):
        for name in ("tokens", "leaked", "variants", "variants_left", "hipaa_failed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failed += other.failed
        self.words = [a + b for a, b in zip(self.words, other.words)]
        for mine, theirs in ((self.strata, other.strata), (self.by_action, other.by_action)):
            for key, (good, all_) in theirs.items():
                old = mine.get(key, [0, 0])
                mine[key] = [old[0] + good, old[1] + all_]

    def percent(self, *names):
        pairs = [v for k, v in self.by_action.items() if not names or k in names]
        return 100 * sum(g for g, _ in pairs) / max(1, sum(n for _, n in pairs))

    def retained_percent(self):
        return self.percent("tag_retained", "text_notnull", "value_retained", "pixels_retained")

    def clinical_percent(self):
        return 100 * self.words[0] / max(1, self.words[1])


class Answers:
    """What must hold of the cleaned form of one planted file."""

    def __init__(self, path, tokens, extra):
        if tokens is None:
            raise ValueError("cannot be planted into")
        before = read(path)
        self.sop_class = str(before.get("SOPClassUID", ""))
        self.tokens, self.extra = tokens, extra
        self.uids = {k: str(before[k].value) for k in UIDS if before.get(k)}
        self.kept = [k for k in KEPT if k in before and before[k].value not in (None, "")]
        self.same = {k: str(before[k].value) for k in SAME if k in self.kept}
        self.pixels = pixel_digest(before)

    def judge(self, path, preset=None):
        """`preset`: what ours was told to do; the tools of others are asked for less."""
        score, after = Score(), read(path)
        self._removed(score, path, after)
        for keyword, value in self.uids.items():
            score.note("uid_changed", "S3", value not in str(after.get(keyword, "")), keyword)
        self._dates(score, after, preset)
        self._kept(score, after)
        if preset:
            self._person(score, after, preset)
            score.note("says_so", "S10", presets.says_so(preset, after), "codes and (0028,0303)")
        if not preset or preset.texts:
            self._words(score, after)
        else:
            self._no_words(score, after)
        return score

    def _dates(self, score, after, preset):
        found = {keyword: str(after.get(keyword, "")) for keyword in self.extra.dates}
        rule = preset.dates if preset else presets.gone
        action = "value_retained" if rule is presets.same else "date_shifted"
        for keyword, good in rule(self.extra.dates, found).items():
            score.note(action, "S2", good, keyword)

    def _person(self, score, after, preset):
        for keyword, (value, may_stay) in self.extra.person.items():
            found = str(after.get(keyword, "") or "")
            if preset.person:
                score.note("value_retained", "S10", found == may_stay, keyword)
            else:
                score.note("text_removed", "S1", found not in (value, may_stay), keyword)

    def _removed(self, score, path, after):
        leaks = collections.Counter(plant.leaks_in(path, self.tokens))
        score.tokens, score.leaked = len(self.tokens), sum(leaks.values())
        for where in self.tokens.values():
            good = leaks[where] <= 0
            leaks[where] -= 1
            score.note("text_removed", stratum_of(where, self.sop_class), good, where)
        head = plant.head_bytes(path).lower()
        digits = digits_of(after)
        left = [w for v, w in self.extra.variants.items() if v.encode() in head]
        left += [w for v, w in self.extra.digits.items() if v in digits]
        score.variants = len(self.extra.variants) + len(self.extra.digits)
        score.variants_left = len(left)
        for where in left:
            score.failed["left: " + where] += 1

    def _kept(self, score, after):
        for keyword in self.kept:
            score.note("tag_retained", "S10", keyword in after, keyword)
        for keyword in ("PatientID", "PatientName"):
            score.note("text_notnull", "S10", str(after.get(keyword, "")), keyword)
        for keyword, value in self.same.items():
            score.note("value_retained", "S10", str(after.get(keyword, "")) == value, keyword)
        if self.pixels:
            score.note("pixels_retained", "S8", pixel_digest(after) == self.pixels, "pixels")

    def _no_words(self, score, after):
        for keyword, text in self.extra.keep.items():
            there = str(after.get(keyword, "")).lower().split()
            score.note("text_removed", "S4", not set(text.lower().split()) & set(there), keyword)

    def _words(self, score, after):
        for keyword, text in self.extra.keep.items():
            there = str(after.get(keyword, "")).lower().split()
            for word in text.lower().split():
                score.words[0] += word in there
                score.words[1] += 1
                if word not in there:
                    score.failed["lost the word " + word] += 1
