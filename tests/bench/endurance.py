# SPDX-License-Identifier: GPL-3.0-or-later
"""20,000 spoilt objects, 200 kills, a full disk, a full spool, restarts under load; prints counts."""
import shutil
import sys
import time

import yardstick

sys.path.insert(0, str(yardstick.ROOT / "tests" / "fixtures"))
import corpus  # noqa: E402
import kill_cycles  # noqa: E402
import mutations  # noqa: E402
import pressure  # noqa: E402
import synthetic  # noqa: E402
from gate_alone import AET, Gate  # noqa: E402

FINDINGS = yardstick.RESULTS / "findings"
SECONDS_MAX = 1800  # of all parts together


def real_files(scratch, limit=400):
    """Small objects of the corpus, each syntax first; without it, self-made ones."""
    found = {}
    if (corpus.FOLDER / "CATALOG.tsv").exists():
        for row in corpus.rows():
            path = corpus.FOLDER / row["path"]
            if path.is_file() and path.stat().st_size <= 200_000:
                found.setdefault(row["transfer_syntax"], []).append(path)
    paths = [path for group in found.values() for path in group[:limit // max(1, len(found))]]
    for syntax in synthetic.SYNTAXES:
        plan = synthetic.Plan(rows=48, columns=40, slices=2, syntax=syntax, seed="wave" + syntax)
        paths += synthetic.write(plan, scratch / syntax)
    return list(mutations.originals(paths))


def mutated(report, scratch, count):
    known = real_files(scratch)
    shutil.rmtree(FINDINGS, ignore_errors=True)
    with Gate(scratch / "gate") as gate:
        wave, began = mutations.Wave(gate.port, AET, FINDINGS), time.monotonic()
        for number in range(count):  # one file after the other: an association serves many
            wave.send(known[number * len(known) // count], number)
        alive = gate.process.poll() is None
        journal = gate.verify_journal().returncode == 0
    shutil.rmtree(scratch / "gate", ignore_errors=True)
    sent = sum(wave.answers.values())
    report.add(f"{sent} spoilt objects from {len(known)} files",
               f"{dict(sorted(wave.answers.items()))}, slowest {wave.slowest:.2f} s, "
               f"{sent / (time.monotonic() - began):.0f}/s", "",
               "each answered within 1 s, no crash, journal verifies",
               alive and journal and not wave.slow)
    for seed, answer, seconds in wave.slow[:20]:
        print(f"    finding: seed {seed}: {answer} after {seconds} s; kept in {FINDINGS}")


def part(report, what, goal, run):
    """A figure, or what was wrong."""
    began = time.monotonic()
    try:
        figures, met = run(), True
    except AssertionError as fault:
        figures, met = str(fault)[:300], False
    except pressure.CannotMount as fault:
        figures, met = f"not run: {fault}", None
    if isinstance(figures, dict):
        figures = {key: round(value, 2) if isinstance(value, float) else value
                   for key, value in figures.items()}
    report.add(what, f"{figures} in {time.monotonic() - began:.0f} s", "", goal, met)


KILLS_A_SPOOL = 30  # nothing takes its records away, and each start catches up with all of them


def kill_gates(folder, kills):
    total, lot = {}, 0
    while kills > 0:
        lot += 1
        found = kill_cycles.kill_gate(folder / str(lot), min(kills, KILLS_A_SPOOL), seed=lot)
        shutil.rmtree(folder / str(lot))
        total = {key: total.get(key, 0) + value for key, value in found.items()}
        kills -= KILLS_A_SPOOL
    return total


def main():
    arguments = yardstick.arguments("a tenth of everything", mutations=20000, kills=200)
    share = 10 if arguments.quick else 1
    kills, began = max(8, arguments.kills // share), time.monotonic()
    report = yardstick.Report("endurance", "four associations; kill -9 at random instants")
    with yardstick.scratch() as scratch:
        for name in ("gate", "node", "disk", "spool"):
            (scratch / name).mkdir()
        nothing_lost = "0 acknowledged lost, 0 orphans, journal verifies"
        part(report, "kill -9 of the gate", nothing_lost,
             lambda: kill_gates(scratch / "gate", kills * 3 // 4))
        part(report, "kill -9 of Orthanc and gate in turn", nothing_lost,
             lambda: kill_cycles.kill_orthanc(scratch / "node", kills // 4))
        part(report, "disk full", "0xA700, no partial object, all there on retry",
             lambda: pressure.full_disk(scratch / "disk"))
        part(report, "spool full", "rejected as transient, 0xA700, study under 10 s, all on retry",
             lambda: pressure.full_spool(scratch / "spool"))
        left = SECONDS_MAX - (time.monotonic() - began)
        count = arguments.mutations // share
        if left < 60:
            print("  too little time is left for all spoilt objects")
            count = min(count, 2000)
        (scratch / "wave").mkdir()
        mutated(report, scratch / "wave", count)
    return report.save()


if __name__ == "__main__":
    sys.exit(main())
