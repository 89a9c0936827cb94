#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""De-identification: planted identifiers in ten strata, ours beside Orthanc, gdcmanon and PixelMed.

deid.py [--quick] [--sample N] [--peers N] [--policy NAME] [--write]   (--write: into the document)
deid.py --presets [--quick] [--sample N] [--write]   (no peers; each preset by what it promises)
"""
import argparse
import collections
import json
import pathlib
import re
import resource
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import actions  # noqa: E402
import peers  # noqa: E402
import plant  # noqa: E402
import presets  # noqa: E402
import variants  # noqa: E402
import yardstick  # noqa: E402

TOOL = yardstick.ROOT / "build" / "bin" / "glossator-deid"
DOCUMENT = yardstick.ROOT / "docs" / "deidentification.md"
EXEMPT = HERE / "exempt.tsv"
CLASSES = yardstick.ROOT / "deid" / "storage_classes.tsv"
BEGIN, PRESETS, END = "<!-- measured -->\n", "<!-- presets -->\n", "<!-- end -->"


def exempt_classes():
    lines = EXEMPT.read_text().splitlines()
    return {line.split("\t")[0] for line in lines if line and not line.startswith("#")}


def plant_all(corpus, folder, step):
    """{file name: Answers}; every step-th file of the corpus."""
    answers = {}
    sources = sorted(p for p in corpus.rglob("*") if p.is_file())[::step]
    # The corpus has no films.
    sources += [plant.films.write(folder.parent / f"film-{number}", syntax, stream, number)
                for number, (syntax, stream) in enumerate(plant.films.STREAMS.items())]
    for ordinal, source in enumerate(sources, 1):
        target = folder / f"{ordinal:05d}.dcm"
        extra = variants.Extra()
        try:
            tokens = plant.plant(source, target, ordinal, more=extra.plant)
            answers[target.name] = actions.Answers(target, tokens, extra)
        except Exception:  # pylint: disable=broad-except  # the corpus has broken files on purpose
            target.unlink(missing_ok=True)
    return answers


def run_ours(planted, folder, policy):
    """`policy`: the name of a preset."""
    document = presets.ALL[policy].write(folder)
    key, report = folder / "key", folder / f"{policy}.json"
    key.write_text(plant.KEY)
    before = _children()
    subprocess.run([TOOL, "--policy", document, "--key-file", key, "--report", report,
                    "--report-input-names", planted, folder / policy], check=False,
                   stderr=subprocess.DEVNULL)
    cpu = _children() - before
    outputs, sealed = {}, {}
    for entry in json.loads(report.read_text())["files"]:
        name = pathlib.Path(entry["name"]).name
        if entry["status"] == "clean":
            outputs[name] = folder / policy / entry["output"]
        else:
            sealed[name] = [reason["code"] for reason in entry["reasons"]]
    return outputs, sealed, cpu


def _children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def judge(answers, outputs, preset=None):
    """Counts by stratum and action over the files that have an output."""
    total = actions.Score()
    for name, path in outputs.items():
        if name in answers:
            total.add(answers[name].judge(path, preset))
    return total


def quarantine(answers, sealed):
    """(share of the files that are not exempt, {SOP class: how many of them})."""
    exempt = exempt_classes()
    standard = set(re.findall(r"^[\d.]+", CLASSES.read_text(), re.MULTILINE))
    counted = {n: a for n, a in answers.items()
               if a.sop_class not in exempt and a.sop_class in standard}
    held = collections.Counter(answers[n].sop_class or "none" for n in sealed if n in counted)
    return sum(held.values()) / max(1, len(counted)), held


def rows_of(name, score, files):
    row = {"tool": name, "files": files, "tokens": score.tokens, "leaked": score.leaked,
           "variants": score.variants, "variants_left": score.variants_left,
           "midi": score.percent(), "hipaa_failed": score.hipaa_failed,
           "retained": score.retained_percent(), "clinical": score.clinical_percent(),
           "dates": "/".join(map(str, score.strata.get("S2", (0, 0))))}
    row["strata"] = {k: f"{good}/{all_}" for k, (good, all_) in sorted(score.strata.items())}
    return row


def compare(answers, planted, folder, options):
    outputs, sealed, cpu = run_ours(planted, folder, options.policy)
    share, held = quarantine(answers, sealed)
    judged = judge(answers, outputs, presets.ALL[options.policy])
    rows = [rows_of(f"glossator-deid, {options.policy}", judged, len(outputs))]
    sample = dict(list(answers.items())[:: max(1, len(answers) // options.peers)])
    same = {n: p for n, p in outputs.items() if n in sample}
    rows.append(rows_of("glossator-deid, the peers' files", judge(sample, same), len(same)))
    for peer in peers.ALL:
        found, note = peer(planted, sorted(sample), folder)
        row = rows_of(peer.__doc__, judge(sample, found), len(found))
        rows.append({**row, "note": note})
    return {"rows": rows, "quarantined": len(sealed), "not_exempt": share, "held": held,
            "files": len(answers), "ms_per_file": 1000 * cpu / max(1, len(answers)),
            "sealed_for": collections.Counter(code for codes in sealed.values()
                                              for code in set(codes)),
            "failed": judged.failed.most_common(30)}


def every_preset(answers, planted, folder):
    rows = []
    for name, preset in presets.ALL.items():
        outputs, _, _ = run_ours(planted, folder, name)
        score = judge(answers, outputs, preset)
        rows.append({**rows_of(name, score, len(outputs)), "failed": score.failed.most_common(30)})
    return rows


def preset_table(rows):
    lines = ["| preset | files | planted left | variants left | MIDI-B style | "
             "HIPAA class failed | retained | clinical words | dates as it says |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        words = f"{row['clinical']:.2f} %" if presets.ALL[row["tool"]].texts else "removed"
        lines.append(f"| {row['tool']} | {row['files']} | {row['leaked']} of {row['tokens']} | "
                     f"{row['variants_left']} of {row['variants']} | {row['midi']:.3f} % | "
                     f"{row['hipaa_failed']} | {row['retained']:.2f} % | {words} | "
                     f"{row['dates']} |")
    return "\n".join(lines) + "\n"


def table(found):
    lines = ["| tool | files | planted left | variants left | MIDI-B style | HIPAA class failed | "
             "retained | clinical words |", "|---|---|---|---|---|---|---|---|"]
    for row in found["rows"]:
        lines.append(f"| {row['tool']} | {row['files']} | {row['leaked']} of {row['tokens']} | "
                     f"{row['variants_left']} of {row['variants']} | {row['midi']:.3f} % | "
                     f"{row['hipaa_failed']} | {row['retained']:.2f} % | {row['clinical']:.2f} % |")
    lines += ["", "| stratum | " + " | ".join(row["tool"] for row in found["rows"]) + " |",
              "|---|" + "---|" * len(found["rows"])]
    for key, title in actions.STRATA.items():
        cells = [row["strata"].get(key, "-") for row in found["rows"]]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    lines += ["", f"{found['files']} files planted, {found['quarantined']} sealed; of the kinds "
              f"that are not exempt {100 * found['not_exempt']:.1f} %. "
              f"{found['ms_per_file']:.1f} CPU-ms a file, reading and writing included."]
    lines += ["", "Sealed for: " + ", ".join(f"{code} {n}" for code, n in
                                              found["sealed_for"].most_common()) + "."]
    notes = [f"{row['tool']}: {row['note']}" for row in found["rows"] if row.get("note")]
    return "\n".join(lines + ([""] + notes if notes else [])) + "\n"


def write(text, begin=BEGIN):
    head, rest = DOCUMENT.read_text().split(begin)
    _, tail = rest.split(END, 1)
    DOCUMENT.write_text(head + begin + text + END + tail)


def score_presets(answers, planted, folder, options):
    rows = every_preset(answers, planted, folder)
    print(preset_table(rows))
    for row in rows:
        print(row["tool"], "failed:", *(f"{n} {what}" for what, n in row["failed"]), sep="\n  ")
    if options.write:
        write(preset_table(rows), PRESETS)
    return 3 if any(row["leaked"] or row["hipaa_failed"] for row in rows) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="every 12th file")
    parser.add_argument("--sample", type=int, default=1, help="every N-th file of the corpus")
    parser.add_argument("--peers", type=int, default=60, help="how many files the peers get")
    parser.add_argument("--policy", default="research")
    parser.add_argument("--presets", action="store_true", help="each preset, without the peers")
    parser.add_argument("--corpus", type=pathlib.Path, default=plant.CORPUS)
    parser.add_argument("--write", action="store_true", help="put the table into the document")
    options = parser.parse_args()
    with yardstick.scratch() as folder:
        planted = folder / "planted"
        planted.mkdir()
        answers = plant_all(options.corpus, planted, 12 if options.quick else options.sample)
        if options.presets:
            return score_presets(answers, planted, folder, options)
        found = compare(answers, planted, folder, options)
    yardstick.RESULTS.mkdir(parents=True, exist_ok=True)
    (yardstick.RESULTS / "deidentification.txt").write_text(json.dumps(found, indent=1))
    print(table(found))
    print("held without exemption:", dict(found["held"]))
    print("failed:", *(f"{n} {what}" for what, n in found["failed"]), sep="\n  ")
    if options.write:
        write(table(found))
    ours = found["rows"][0]
    return 0 if ours["leaked"] == 0 and ours["hipaa_failed"] == 0 else 3


if __name__ == "__main__":
    sys.exit(main())
