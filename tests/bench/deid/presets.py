# SPDX-License-Identifier: GPL-3.0-or-later
# What each preset must make of dates, characteristics of the patient and texts of the trade, and
# what an object must say about that (PS3.15 E.1.1, E.3). Each rule of dates takes {keyword: value}
# before and after, and gives {keyword: is it right}.
import dataclasses
import datetime
import json
import typing

TEMPORAL = "LongitudinalTemporalInformationModified"
EXPERT = {"name": "expert-determination", "version": 1,
          "options": ["retain-modified-dates", "retain-patient-characteristics",
                      "clean-descriptors"],
          "expert": {"name": "N. N.", "method": "k-anonymity, k=11", "date": "2026-01-15",
                     "expires": "2099-01-14"}}


def gone(before, after):
    return {key: value not in after[key] for key, value in before.items()}


def _days(value):
    return datetime.datetime.strptime(value, "%Y%m%d").toordinal()


def moved(before, after):
    """All by the same number of whole weeks, at least one: intervals and weekdays are exact."""
    try:
        shifts = {key: _days(after[key]) - _days(value) for key, value in before.items()}
    except ValueError:
        return dict.fromkeys(before, False)
    first = next(iter(shifts.values()), 7)
    return {key: shift == first != 0 and shift % 7 == 0 for key, shift in shifts.items()}


def years(before, after):
    return {key: after[key] == value[:4] + "0101" for key, value in before.items()}


def same(before, after):
    return {key: after[key] == value for key, value in before.items()}


@dataclasses.dataclass(frozen=True)
class Preset:
    name: str
    dates: typing.Callable
    says: str  # (0028,0303)
    codes: frozenset  # of CID 7050, those that differ between presets
    person: bool = True  # sex, age, size, weight stay
    texts: bool = True  # words of the trade stay

    def write(self, folder):
        """What --policy takes."""
        if self.name != "expert-determination":
            return self.name
        path = folder / "expert.json"
        path.write_text(json.dumps(EXPERT))
        return path


DIFFERENT = frozenset({"113105", "113106", "113107", "113108", "113111"})
ALL = {preset.name: preset for preset in (
    Preset("research", moved, "MODIFIED", DIFFERENT - {"113106"}),
    Preset("basic", gone, "REMOVED", frozenset(), person=False, texts=False),
    Preset("safe-harbor", years, "MODIFIED", DIFFERENT - {"113106", "113111"}),
    Preset("limited-data-set", same, "UNMODIFIED", DIFFERENT - {"113107", "113111"}),
    Preset("expert-determination", moved, "MODIFIED", DIFFERENT - {"113106", "113111"}))}


def says_so(preset, dataset):
    """Does the object name the options that were applied, and no others?"""
    items = dataset.get("DeidentificationMethodCodeSequence") or []
    codes = {str(item.get("CodeValue", "")) for item in items}
    return ("113100" in codes and codes & DIFFERENT == preset.codes
            and str(dataset.get(TEMPORAL, "")) == preset.says)
