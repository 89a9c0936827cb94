# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents that speak of the code, held against the code."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def read(path):
    return (ROOT / path).read_text()


def test_the_conformance_statement_is_current():
    done = subprocess.run([ROOT / "tools" / "make_documents.py", "--check"])
    assert done.returncode == 0, "run tools/make_documents.py"


def test_the_verbs_in_the_readme_exist():
    verbs = set(re.findall(r"\./glossator (\w+)", read("README.md") + read("CHANGELOG.md")))
    known = set(re.findall(r"^\./glossator (\w+)", read("glossator"), re.MULTILINE))
    assert verbs <= known


def test_delivery_reasons_are_documented():
    """The closed list of house decision: every reason that the courier can give."""
    sources = "".join(read(f"gate/{path.name}") for path in (ROOT / "gate").glob("courier*.cpp"))
    sources += read("gate/relinker.cpp")
    reasons = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', sources)) - {"STORED_VERIFIED"}
    manual = read("docs/operating.md")
    missing = sorted(reason for reason in reasons if f"`{reason}`" not in manual)
    assert not missing


def test_reasons_of_the_quarantine_are_documented():
    codes = re.findall(r'string_view \w+ = "(\w+)"', read("deid/reason.h"))
    manual = read("docs/conformance-statement.md")
    assert codes
    for code in codes:
        assert re.search(rf"^\| `{code}` \| .* \| (yes|no) \|$", manual, re.MULTILINE), code


def test_steward_commands_are_documented():
    usage = read("gate/steward_main.cpp")
    names = re.findall(r'"  (quarantine|held|conflicts|identity \w+|routes|destination test)', usage)
    assert names
    manual = read("docs/operating.md")
    assert not [name for name in set(names) if name not in manual]


def test_the_shipped_sample_is_what_the_schema_allows():
    import json
    text = re.sub(r"^\s*//.*$", "", read("packaging/glossator.json"), flags=re.MULTILINE)
    sample = json.loads(text)["Glossator"]
    schema = json.loads(read("plugin/config.schema.json"))
    unknown = set(sample) - set(schema["properties"])
    assert not unknown
    assert set(schema["required"]) <= set(sample)
