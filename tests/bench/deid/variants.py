# SPDX-License-Identifier: GPL-3.0-or-later
# Spellings that a dictionary does not have literally, and words that must stay.
import pydicom
from pydicom.sequence import Sequence

CLINICAL = ["chest with contrast", "axial bone window", "liver lesion in segment VII",
            "status post lobectomy", "no pleural effusion", "arterial phase",
            "left knee sagittal proton density", "brain tumor follow up", "lumbar spine L4/5"]


def typos(name):
    """One letter lost, doubled, swapped or changed; only of names that are long enough."""
    if len(name) < 6:
        return []
    middle = len(name) // 2
    swapped = name[:middle] + name[middle + 1] + name[middle] + name[middle + 2:]
    return [name[:middle] + name[middle + 1:], name + name[-1],
            swapped if swapped != name else name[1:], name[:middle] + "x" + name[middle + 1:]]


class Extra:
    """What variants.plant put into one file: lower-case variants, and the words to keep."""

    def __init__(self):
        self.variants, self.digits, self.keep, self.dates = {}, {}, {}, {}
        self.person = {}  # {keyword: (value, what may stay of it)}

    def plant(self, planter, dataset):
        self._names(planter, dataset)
        self._numbers(planter, dataset)
        self._clinical(planter, dataset)
        self._dates(dataset)
        self._person(dataset)

    def _names(self, planter, dataset):
        surname, given = planter.surname, planter.given
        choices = typos(surname) + typos(given)
        choices += [f"{given[:1]}.{surname}x", f"{surname}-{given}son"] if len(surname) > 4 else []
        if not choices:
            return
        picked = [choices[(planter.ordinal + i) % len(choices)] for i in range(3)]
        dataset.ImageComments = "seen with " + ", ".join(picked)
        dataset.AcquisitionDeviceProcessingDescription = picked[0][:60]
        for word in picked:
            self.variants[word.lower()] = "variant of a name"

    def _numbers(self, planter, dataset):
        mrn = planter.mrn[3:]
        forms = [f"{mrn[:3]} {mrn[3:]}", f"{mrn[:3]}-{mrn[3:]}", f"{mrn[:3]}.{mrn[3:]}",
                 f"MRN#{mrn}", " ".join(mrn)]
        phone = planter.phone.replace("-", " ")
        dataset.PatientComments = f"number {forms[planter.ordinal % len(forms)]} call {phone}"
        dataset.AdditionalPatientHistory = f"lives at {planter.ordinal % 90 + 10} Elmwood Street"
        self.digits[mrn] = "number in groups"
        self.digits[planter.phone.replace("-", "").replace("+", "")[2:]] = "phone in groups"
        self.variants["elmwood"] = "address"

    def _clinical(self, planter, dataset):
        first = CLINICAL[planter.ordinal % len(CLINICAL)]
        second = CLINICAL[(planter.ordinal + 4) % len(CLINICAL)]
        dataset.StudyDescription = f"{first} for {planter.given}"[:64]
        dataset.SeriesDescription = second
        code = pydicom.Dataset()
        code.CodeValue, code.CodingSchemeDesignator = "4711", "99SITE"
        code.CodeMeaning = f"chest {planter.secret('meaning of a local code')}"[:64]
        dataset.RequestedProcedureCodeSequence = Sequence([code])
        self.keep = {"StudyDescription": first, "SeriesDescription": second}

    def _dates(self, dataset):
        for keyword, value in [("StudyDate", "20130227"), ("SeriesDate", "20130228"),
                               ("AcquisitionDate", "20130301"), ("ContentDate", "20130301")]:
            setattr(dataset, keyword, value)
            self.dates[keyword] = value
        dataset.StudyTime = "101500"

    def _person(self, dataset):
        """Nobody is older than 90 (45 CFR 164.514(b)(2)(i)(C))."""
        self.person = {"PatientSex": ("F", "F"), "PatientAge": ("094Y", "090Y"),
                       "PatientSize": ("1.68", "1.68"), "PatientWeight": ("71.25", "71.25")}
        for keyword, (value, _) in self.person.items():
            setattr(dataset, keyword, value)
