# SPDX-License-Identifier: GPL-3.0-or-later
"""glossator-deid from outside: its contract on our own studies, the yardstick on the corpus."""
import datetime
import io
import json
import os
import pathlib
import stat
import subprocess
import sys

import pydicom
import pytest
import synthetic

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench" / "deid"))
import plant  # noqa: E402
import validity  # noqa: E402

TOOL = pathlib.Path(os.environ.get("GLOSSATOR_BUILD", ROOT / "build")) / "bin" / "glossator-deid"
CORPUS = pathlib.Path(os.environ.get("GLOSSATOR_CORPUS", ROOT.parent / "shared" / "corpus"))
SMALL = {"rows": 17, "columns": 19, "slices": 3, "spacing": 11}
POLICIES = ["basic", "research", "safe-harbor", "limited-data-set"]


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    path.write_text("07" * 32 + "\n")
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return path


def run(*arguments, **more):
    return subprocess.run([TOOL, *map(str, arguments)], capture_output=True, timeout=300, **more)


def clean(key, source, target, *more, policy="basic"):
    report = target.parent / (target.name + ".json")
    done = run("--policy", policy, "--key-file", key, "--report", report, *more, source, target)
    return done, json.loads(report.read_text()) if report.exists() else None


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_wrong_use_and_unusable_keys_have_their_status(tmp_path, key):
    assert run("--help").returncode == 0
    assert run("--version").returncode == 0
    assert run("--polcy", "basic").returncode == 2
    assert run("--policy", "basic", "--key-file", key, "in").returncode == 2
    (tmp_path / "bad").write_text("07")
    for policy, key_file in [("nonsense", key), ("basic", tmp_path / "bad"),
                             ("basic", tmp_path / "absent"), ("expert-determination", key)]:
        done = run("--policy", policy, "--key-file", key_file, tmp_path, tmp_path / "out")
        assert done.returncode == 1 and done.stderr


@pytest.mark.parametrize("modality", ["CT", "MR", "PT", "NM", "CR", "DX"])
@pytest.mark.parametrize("policy", POLICIES)
def test_every_object_is_written_under_its_own_names(modality, policy, tmp_path, key):
    source = tmp_path / "in"
    source.mkdir()
    paths = synthetic.write(synthetic.Plan(modality=modality, **SMALL), source)
    done, report = clean(key, source, tmp_path / "out", policy=policy)
    assert done.returncode == 0, done.stderr
    assert [f["status"] for f in report["files"]] == ["clean"] * len(paths)
    assert [f["input"] for f in report["files"]] == list(range(1, len(paths) + 1))
    assert "name" not in report["files"][0]
    original = pydicom.dcmread(paths[0])
    for entry in report["files"]:
        out = pydicom.dcmread(tmp_path / "out" / entry["output"])
        names = (out.StudyInstanceUID, out.SeriesInstanceUID, out.SOPInstanceUID + ".dcm")
        assert entry["output"] == "/".join(names)
        assert out.PatientIdentityRemoved == "YES"
        assert out.PatientID != original.PatientID and out.PatientID.startswith("P-")
        assert out.StudyInstanceUID != original.StudyInstanceUID
        assert out.pixel_array.shape == original.pixel_array.shape
        more = validity.errors_of(tmp_path / "out" / entry["output"])
        assert not more - validity.errors_of(paths[0])


def test_the_same_key_gives_the_same_bytes_and_another_key_others(tmp_path, key):
    source = tmp_path / "in"
    source.mkdir()
    synthetic.write(synthetic.Plan(**SMALL), source)
    for target in ("one", "two"):
        clean(key, source, tmp_path / target)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    key.write_text("08" * 32)
    clean(key, source, tmp_path / "three")
    assert not set(tree(tmp_path / "three")) & set(tree(tmp_path / "one"))


def test_a_pipe_cleans_one_object_like_the_folder_does(tmp_path, key):
    source = tmp_path / "in"
    source.mkdir()
    path = synthetic.write(synthetic.Plan(**{**SMALL, "slices": 1}), source)[0]
    clean(key, source, tmp_path / "out")
    done = run("--policy", "basic", "--key-file", key, "-", "-", input=path.read_bytes())
    assert done.returncode == 0
    assert [done.stdout] == list(tree(tmp_path / "out").values())


def test_what_cannot_be_cleaned_is_listed_and_not_written(tmp_path, key):
    source = tmp_path / "in"
    source.mkdir()
    path = synthetic.write(synthetic.Plan(**{**SMALL, "slices": 1}), source)[0]
    dataset = pydicom.dcmread(path)
    dataset.Modality = "OT"  # a picture of a screen, of a device without a rule
    dataset.BurnedInAnnotation = "YES"
    dataset.save_as(path)
    (source / "broken.dcm").write_bytes(path.read_bytes()[:700])
    (source / "readme.txt").write_text("not DICOM")
    done, report = clean(key, source, tmp_path / "out")
    assert done.returncode == 3
    found = {f["status"]: [r["code"] for r in f["reasons"]] for f in report["files"]}
    assert found == {"quarantined": ["BURNED_IN_RISK"], "failed": ["MALFORMED"]}
    assert not tree(tmp_path / "out")


def test_a_pixel_script_of_ctp_becomes_rules_that_are_followed(tmp_path, key):
    script = tmp_path / "DicomPixelAnonymizer.script"
    script.write_text('A banner\n{ Manufacturer.contains("") * Modality.equals("OT") }\n'
                      '(0,0,19,5)\n{ !Modality.equals("CT") } (0,0,1,1)\n')
    done = run("--import-ctp", script)
    assert done.returncode == 3 and b"line 4: a negation" in done.stderr
    rules = tmp_path / "rules.json"
    rules.write_bytes(done.stdout)
    source = tmp_path / "in"
    path = synthetic.write(synthetic.Plan(**{**SMALL, "slices": 1}), source)[0]
    dataset = pydicom.dcmread(path)
    dataset.Modality = "OT"
    dataset.save_as(path)
    done, report = clean(key, source, tmp_path / "out", "--pixel-rules", rules)
    assert done.returncode == 0, report
    [content] = tree(tmp_path / "out").values()
    cleaned = pydicom.dcmread(io.BytesIO(content))
    # Black is the smallest value of the frame.
    assert cleaned.pixel_array[:5].min() == cleaned.pixel_array[:5].max()
    assert cleaned.BurnedInAnnotation == "NO"


def test_several_patients_in_one_study_stay_behind(tmp_path, key):
    source = tmp_path / "in"
    source.mkdir()
    paths = synthetic.write(synthetic.Plan(**{**SMALL, "slices": 2}), source)
    dataset = pydicom.dcmread(paths[0])
    dataset.PatientID = "another"
    dataset.save_as(paths[0])
    done, report = clean(key, source, tmp_path / "out")
    assert done.returncode == 3
    assert all(f["reasons"][0]["code"] == "SEVERAL_PATIENTS" for f in report["files"])


def test_identifiers_of_a_late_object_are_removed_from_the_early_ones(tmp_path, key):
    """Chest is a word of the trade until the second object says that it is somebody's name."""
    source = tmp_path / "in"
    source.mkdir()
    paths = synthetic.write(synthetic.Plan(**{**SMALL, "slices": 2}), source)
    early, late = map(pydicom.dcmread, paths)
    early.SeriesDescription = "thorax of chest"
    late.OperatorsName = "Chest^Walter"
    early.save_as(paths[0])
    late.save_as(paths[1])
    _, report = clean(key, source, tmp_path / "out", policy="research")
    out = pydicom.dcmread(tmp_path / "out" / report["files"][0]["output"])
    assert out.SeriesDescription == "thorax of"


def test_planted_identifiers_in_our_own_studies_are_gone(tmp_path):
    source, planted = tmp_path / "in", tmp_path / "planted"
    planted.mkdir()
    for modality in ("CT", "MR", "PT", "NM", "CR", "DX"):
        synthetic.write(synthetic.Plan(modality=modality, **SMALL), source / modality)
    keys, skipped = plant.plant_corpus(source, planted)
    assert keys and not skipped
    for name, key in keys.items():  # the yardstick sees what it has planted
        assert len(plant.leaks_in(planted / name, key)) >= 0.99 * len(key)
    for policy in POLICIES:
        result = plant.score(str(TOOL), policy, planted, keys, tmp_path)
        assert result["files"] == {"clean": len(keys)}
        assert result["tokens_in_clean_files"] > 100 * len(keys)
        assert result["leaked"] == 0, result["leaked_at"]


def write_policy(path, **document):
    path.write_text(json.dumps({"name": "site", "options": [], **document}))
    return path


def one_object(folder):
    folder.mkdir()
    return synthetic.write(synthetic.Plan(**{**SMALL, "slices": 1}), folder)[0]


def test_an_experts_determination_is_refused_after_its_last_day(tmp_path, key):
    one_object(tmp_path / "in")
    expert = {"name": "N", "method": "M", "date": "2020-01-01", "expires": "2021-01-01"}
    for expires, status in [("2021-01-01", 1), ("2199-01-01", 0)]:
        policy = write_policy(tmp_path / "p.json", name="expert-determination",
                              expert={**expert, "expires": expires})
        done, _ = clean(key, tmp_path / "in", tmp_path / "out", policy=str(policy))
        assert done.returncode == status, done.stderr


def test_the_schema_names_what_the_tool_takes(tmp_path, key):
    schema = json.loads((ROOT / "deid" / "policy.schema.json").read_text())["properties"]
    one_object(tmp_path / "in")
    for option in schema["options"]["items"]["enum"]:
        policy = write_policy(tmp_path / "p.json", options=[option])
        done, _ = clean(key, tmp_path / "in", tmp_path / option, policy=str(policy))
        assert done.returncode == 0, done.stderr
    wrong = write_policy(tmp_path / "p.json", options=["keep-it-all"], colour="red")
    done, _ = clean(key, tmp_path / "in", tmp_path / "wrong", policy=str(wrong))
    assert done.returncode == 1 and b"policy.colour" in done.stderr


def test_facts_for_subgroups_stand_in_the_report_and_not_in_the_object(tmp_path, key):
    path = one_object(tmp_path / "in")
    dataset = pydicom.dcmread(path)
    dataset.PatientAge, dataset.InstitutionName = "047Y", "Zauberberg Klinik"
    dataset.save_as(path)
    facts = ["age-band", "site", "sex"]
    policy = write_policy(tmp_path / "p.json", facts=facts)
    _, report = clean(key, tmp_path / "in", tmp_path / "out", policy=str(policy))
    found = report["files"][0]["facts"]
    assert found["age-band"] == "40-49" and found["site"].startswith("SITE-")
    out = pydicom.dcmread(tmp_path / "out" / report["files"][0]["output"])
    assert "PatientAge" not in out or not out.PatientAge
    assert report["policy"]["digest"][:16] in "".join(out.DeidentificationMethod)


def test_a_policy_that_moves_dates_names_what_an_arrival_betrays(tmp_path, key):
    """The attack: a study that is made and received on one day gives its shift away."""
    one_object(tmp_path / "in")
    for policy in ("research", "safe-harbor"):
        _, report = clean(key, tmp_path / "in", tmp_path / policy, policy=policy)
        assert any("arrive" in risk for risk in report["policy"]["remaining_risks"])


def test_intervals_and_identity_hold_over_studies_and_processes(tmp_path, key):
    """Two modalities, two runs: one pseudonym, one shift of whole weeks, one frame of reference."""
    days = {"CT": "20240229", "PT": "20240307"}
    outs = {}
    for modality, day in days.items():
        path = synthetic.write(synthetic.Plan(**{**SMALL, "slices": 1}, modality=modality),
                               tmp_path / modality)[0]
        dataset = pydicom.dcmread(path)
        dataset.PatientID, dataset.FrameOfReferenceUID = "MRN-4711", "1.2.3.4.5.6"
        dataset.StudyInstanceUID = "1.2.3.4.7." + day
        dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = day
        dataset.ContentDate = day
        dataset.save_as(path)
        _, report = clean(key, tmp_path / modality, tmp_path / ("out" + modality),
                          policy="research")
        outs[modality] = pydicom.dcmread(
            tmp_path / ("out" + modality) / report["files"][0]["output"])
    ct, pet = outs["CT"], outs["PT"]
    assert ct.PatientID == pet.PatientID and ct.FrameOfReferenceUID == pet.FrameOfReferenceUID
    moved = [datetime.datetime.strptime(d.StudyDate, "%Y%m%d") for d in (ct, pet)]
    assert (moved[1] - moved[0]).days == 7
    shift = (moved[0] - datetime.datetime(2024, 2, 29)).days
    assert shift < 0 and shift % 7 == 0
    assert ct.StudyTime and ct.AcquisitionDate == ct.StudyDate


corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"NO CORPUS at {CORPUS}")


@corpus
@pytest.mark.parametrize("policy", ["basic", "research"])
def test_no_corpus_file_gets_a_new_dciodvfy_error(policy):
    compared, worse, _ = validity.compare(str(TOOL), policy, CORPUS)
    assert compared > 500
    assert not worse


@corpus
def test_no_planted_identifier_survives_in_the_corpus(tmp_path):
    planted = tmp_path / "planted"
    planted.mkdir()
    keys, _ = plant.plant_corpus(CORPUS, planted)
    result = plant.score(str(TOOL), "research", planted, keys, tmp_path)
    assert result["files"]["clean"] > 500
    assert result["leaked"] == 0, result["leaked_at"]
