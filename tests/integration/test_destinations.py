# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person must have done before results leave, and as what they leave."""
import json
import subprocess
import time

import loop
import pytest
import reader
import synthetic
import volume
from hospital_and_lab import PROJECT, Site


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A signing key as docs/operating.md says."""
    folder = tmp_path_factory.mktemp("keys")
    private, public = folder / "anna.pem", folder / "anna.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(private)],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)],
                   check=True, capture_output=True)
    return private, public


@pytest.fixture(scope="module")
def flow(keys, tmp_path_factory):
    section = {"Signers": [{"Id": "anna", "Name": "Anna", "Role": "medical director",
                            "PublicKey": str(keys[1]), "Projects": [PROJECT]}],
               "DeliveryRetrySeconds": 1}
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1, section=section,
              destination={"RequireTest": True}) as site:
        yield loop.Loop(site, seconds=60)


def accept_one(flow, folder, seed):
    plan = synthetic.Plan(modality="CT", rows=16, columns=16, slices=4, spacing=5.0, seed=seed,
                          patient_id="D-" + seed)
    found = flow.bring(synthetic.write(plan, folder / seed))
    flow.claim(found)
    flow.look(found, mask=volume.mask_to_the_edges)
    flow.submit(found)
    flow.accept(found)
    return found


def results(flow, found):
    return [head for head in flow.site.pacs.heads(found.study_uid)
            if head.get("Modality") in ("SEG", "SR")]


def release(flow, keys, *more):
    return flow.site.steward("product", "release", "--project", PROJECT, "--signer", "anna",
                             "--key", str(keys[0]), "--why", "validated", *more)


def test_a_delivery_waits_for_the_test_object_and_goes_on_when_it_has_arrived(flow, tmp_path):
    found = accept_one(flow, tmp_path, "untested")
    assert flow.wait_for_delivery(found) == "HELD"
    assert found.delivery["reason"] == "DESTINATION_UNTESTED"
    assert not results(flow, found)
    status, output = flow.site.steward("--json", "destination", "test", "pacs")
    assert status == 0 and json.loads(output.splitlines()[-1])["outcome"] == "STORED"
    assert flow.wait_for_delivery(found, states=("COMMITTED", "FAILED")) == "COMMITTED"
    for head in results(flow, found):
        assert head.SeriesDescription.startswith("RESEARCH - not for diagnosis")
        assert head.SeriesNumber >= 9000
        if head.Modality == "SEG":
            assert head.ContentQualification == "RESEARCH"


def test_a_project_is_released_as_product_by_a_signature(flow, keys, tmp_path):
    status, output = release(flow, keys)
    assert status == 0, output
    status, output = flow.site.steward("--json", "product", "list")
    assert status == 0
    assert json.loads(output.splitlines()[0])["standing"] == "PRODUCT"
    found = accept_one(flow, tmp_path, "product")
    assert flow.wait_for_delivery(found) == "COMMITTED"
    objects = results(flow, found)
    assert {head.Modality for head in objects} == {"SEG", "SR"}
    for head in objects:
        assert "RESEARCH" not in str(head.get("SeriesDescription", ""))
        assert head.get("ContentQualification") == "PRODUCT"


def test_a_void_release_holds_and_a_revoked_one_is_research_again(flow, keys, tmp_path):
    assert release(flow, keys)[0] == 0
    # What a later configuration says of the project is not what was signed.
    flow.site.node.stop()
    project = flow.site.node.config["Glossator"]["Projects"][0]
    project["Policy"] = "research"
    flow.site.node.start()
    flow.site.wait_until_ready()
    found = accept_one(flow, tmp_path, "void")
    assert flow.wait_for_delivery(found) == "HELD"
    assert found.delivery["reason"] == "PRODUCT_RELEASE_VOID"
    assert not results(flow, found)
    assert flow.site.steward("product", "revoke", "--project", PROJECT, "--why", "changed")[0] == 0
    _, output = flow.site.steward("--json", "held", "list")
    number = json.loads(output.splitlines()[0])["number"]
    assert flow.site.steward("held", "resolve", str(number), "retry")[0] == 0
    assert flow.wait_for_delivery(found, states=("COMMITTED", "FAILED")) == "COMMITTED"
    assert all("RESEARCH" in head.SeriesDescription for head in results(flow, found))


def test_somebody_else_cannot_sign(flow, keys, tmp_path):
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(other)],
                   check=True, capture_output=True)
    status, output = flow.site.steward("product", "release", "--project", PROJECT, "--signer",
                                       "anna", "--key", str(other), "--why", "x")
    assert status == 1 and "signature" in output
    status, output = flow.site.steward("product", "release", "--project", PROJECT, "--signer",
                                       "nobody", "--key", str(keys[0]), "--why", "x")
    assert status == 1
    assert reader.cases(flow.site.node, "manager")


@pytest.fixture(scope="module")
def label_map_flow(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site"), quiet_seconds=1, section={"DeliveryRetrySeconds": 1},
              destination={"LabelMap": True, "RequireTest": True}) as site:
        yield loop.Loop(site, seconds=60)


def restart_with(site, **destination):
    site.node.config["Glossator"]["Destinations"]["pacs"].update(destination)
    site.node.stop()
    site.node.stop_gate()
    site.node.start(wait=False)
    site.wait_until_ready()


def wait_for_reason(flow, found, reason):
    end = time.monotonic() + 60
    while True:
        flow.wait_for_delivery(found)
        if found.delivery["state"] == "HELD" and found.delivery["reason"] == reason:
            return
        assert time.monotonic() < end, found.delivery
        time.sleep(0.2)


def test_a_labelmap_for_a_destination_that_takes_none_any_more_is_held_until_a_person_says(
        label_map_flow, tmp_path):
    flow = label_map_flow
    found = accept_one(flow, tmp_path, "labelmap")
    assert flow.wait_for_delivery(found) == "HELD"
    assert found.delivery["reason"] == "DESTINATION_UNTESTED"
    restart_with(flow.site, LabelMap=False)
    assert flow.site.steward("destination", "test", "pacs")[0] == 0  # now it goes on
    wait_for_reason(flow, found, "LABELMAP_NOT_CONFIGURED")
    attempts = found.delivery["attempts"]
    time.sleep(4)  # four times DeliveryRetrySeconds
    wait_for_reason(flow, found, "LABELMAP_NOT_CONFIGURED")
    assert found.delivery["attempts"] == attempts, "it was tried again"
    assert not results(flow, found)
    restart_with(flow.site, LabelMap=True)
    _, output = flow.site.steward("--json", "held", "list")
    number = json.loads(output.splitlines()[-1])["number"]
    assert flow.site.steward("held", "resolve", str(number), "retry")[0] == 0
    assert flow.wait_for_delivery(found, states=("COMMITTED", "FAILED")) == "COMMITTED"
