# SPDX-License-Identifier: GPL-3.0-or-later
"""The studies of the integration loop: six self-made ones and, when it is there, the corpus's."""
import dataclasses
import pathlib

import corpus
import synthetic

# Odd sizes, a tilted gantry, an oblique and reversed stack, several images at one position, a
# multi-frame, five encodings.
SELF_MADE = {
    "ct-tilted-deflated": synthetic.Plan(
        modality="CT", rows=67, columns=53, slices=23, spacing=5.3, tilt=14, syntax="deflated",
        seed="loop-1", patient_id="L-1001"),
    "mr-oblique-reversed-big-endian": synthetic.Plan(
        modality="MR", rows=61, columns=75, slices=21, spacing=5.1, oblique=22, reverse=True,
        syntax="big", seed="loop-2", patient_id="L-1002", patient_name="Nguyen^Thi Lan"),
    "mr-three-echoes": synthetic.Plan(
        modality="MR", rows=39, columns=45, slices=7, spacing=6.1, echoes=3, seed="loop-6",
        patient_id="L-1006", patient_name="Okafor^Ada"),
    "pet-rle": synthetic.Plan(
        modality="PT", rows=47, columns=59, slices=20, spacing=6.2, syntax="rle", seed="loop-3",
        patient_id="L-1003", patient_name="M\u00fcller^J\u00f6rg", sex="M"),
    "nm-multi-frame-implicit": synthetic.Plan(
        modality="NM", rows=33, columns=35, slices=17, spacing=9.1, syntax="implicit",
        seed="loop-4", patient_id="L-1004", patient_name="O'Brien^Sean", sex="M"),
    "dx": synthetic.Plan(
        modality="DX", rows=203, columns=177, spacing=1.9, seed="loop-5", patient_id="L-1005",
        patient_name="Garc\u00eda^Luz"),
}


@dataclasses.dataclass
class Given:
    name: str
    paths: list
    features: set


def self_made(folder):
    for name, plan in SELF_MADE.items():
        yield Given(name, synthetic.write(plan, pathlib.Path(folder) / name), {plan.modality})


def from_corpus(folder):
    chosen = corpus.choose()
    for name in corpus.missing_syntaxes(chosen):
        chosen.append(corpus.recoded(chosen, folder, name))
    lacking = corpus.shortfall(chosen)
    if lacking:
        raise LookupError(f"the corpus lacks {', '.join(lacking)}")
    return [Given(study.name, study.paths, study.features) for study in chosen]


def have_corpus():
    return (corpus.FOLDER / "CATALOG.tsv").exists()
