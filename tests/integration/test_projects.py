# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose images Orthanc shows: two projects, readers of one and of both, with the real DICOMweb
plugin of Debian."""
import pytest
import reader
import synthetic
from hospital_and_lab import NODE_AET, PROJECT, Site

DICOM_WEB = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
OTHER_AET = "OTHERPROJECT"


def person(user, projects, roles=("annotator",)):
    return {"User": user, "Id": user.upper(), "Name": user, "Organization": "Lab",
            "Roles": list(roles), "Projects": list(projects)}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("projects")
    users = ["first", "second", "manager", "mallory"]
    section = {
        "Projects": [{"Id": PROJECT, "QuietSeconds": 1}, {"Id": "OTHER", "QuietSeconds": 1}],
        "Routes": [{"CalledAet": NODE_AET, "Project": PROJECT},
                   {"CalledAet": OTHER_AET, "Project": "OTHER"}],
        "Readers": [person("first", [PROJECT]), person("second", ["OTHER"]),
                    person("manager", ["*"], ("manager", "annotator"))],
    }
    with Site(folder / "site", section=section,
              passwords={user: user + "-password" for user in users}) as made:
        made.node.stop()
        made.node.config["Plugins"].append(DICOM_WEB)
        made.node.start()
        made.wait_until_ready()
        yield made


@pytest.fixture(scope="module")
def studies(site, tmp_path_factory):
    """Study Instance UIDs (pseudonymous), by project."""
    folder = tmp_path_factory.mktemp("objects")
    found = {}
    for project, called in ((PROJECT, NODE_AET), ("OTHER", OTHER_AET)):
        plan = synthetic.Plan(modality="CT", rows=16, columns=16, slices=3, spacing=5.0,
                              seed=project, patient_id="P-" + project)
        for path in synthetic.write(plan, folder / project):
            answer = site.pacs.upload(path.read_bytes())
        study = answer["ParentStudy"]
        site.pacs.rest_put("/modalities/" + called.lower(), {
            "AET": called, "Host": "127.0.0.1", "Port": site.node.intake_port})
        site.pacs.rest_post(f"/modalities/{called.lower()}/store", {"Resources": [study]})
        known = {case for case in found.values()}
        case = reader.wait_for("a case", 60, lambda: next(
            (c for c in reader.cases(site.node, "manager", project=project)
             if c["state"] == "OPEN" and c["studyInstanceUid"] not in known), None))
        found[project] = case["studyInstanceUid"]
    return found


def status(site, user, path, method="GET", body=None):
    return site.node.request(method, path, body, user=user).status


def resources(site, study_uid):
    """Every level of one study, by Orthanc's identifiers, as the manager finds them."""
    study = site.node.rest_post("/tools/lookup", study_uid)[0]["ID"]
    found = site.node.rest_get(f"/studies/{study}")
    series = site.node.rest_get(f"/series/{found['Series'][0]}")
    return {"/studies/" + study, "/series/" + found["Series"][0],
            "/instances/" + series["Instances"][0], "/patients/" + found["ParentPatient"],
            "/instances/" + series["Instances"][0] + "/file",
            "/studies/" + study + "/instances", "/series/" + found["Series"][0] + "/archive"}


def test_a_reader_reads_the_studies_of_his_project_and_no_others(site, studies):
    for path in resources(site, studies[PROJECT]):
        assert status(site, "first", path) == 200, path
        assert status(site, "second", path) == 403, path
        assert status(site, "manager", path) == 200, path
        assert status(site, "mallory", path) == 403, path
    for path in resources(site, studies["OTHER"]):
        assert status(site, "first", path) == 403, path
        assert status(site, "second", path) == 200, path


def test_dicomweb_shows_a_reader_his_own_studies_only(site, studies):
    mine, theirs = studies[PROJECT], studies["OTHER"]
    for path in ("/dicom-web/studies/{}/series", "/dicom-web/studies/{}/metadata",
                 "/dicom-web/studies/{}/instances", "/dicom-web/studies/{}",
                 "/dicom-web/studies?StudyInstanceUID={}",
                 "/dicom-web/series?StudyInstanceUID={}&limit=5"):
        assert status(site, "first", path.format(mine)) == 200, path
        assert status(site, "first", path.format(theirs)) == 403, path
        assert status(site, "second", path.format(theirs)) == 200, path
        assert status(site, "manager", path.format(theirs)) == 200, path
        assert status(site, "mallory", path.format(mine)) == 403, path
    answer = site.node.request("GET", f"/dicom-web/studies?StudyInstanceUID={mine}", user="first")
    assert theirs.encode() not in answer.body


def test_no_spelling_of_a_search_shows_the_other_project(site, studies):
    mine, theirs = studies[PROJECT], studies["OTHER"]
    for path in (f"/dicom-web/studies?StudyInstanceUID={mine}&StudyInstanceUID={theirs}",
                 f"/dicom-web/studies?StudyInstanceUID={mine}&0020000D={theirs}",
                 f"/dicom-web/studies/{mine}/series?StudyInstanceUID={theirs}",
                 f"/dicom-web/studies/{mine}/series?0020000d={theirs}",
                 f"/dicom-web/studies/{mine}/../{theirs}/series",
                 f"/dicom-web/studies/{mine}%2F..%2F{theirs}/series",
                 f"/dicom-web//studies/{theirs}/series",
                 f"/dicom-web/studies?StudyInstanceUID={mine},{theirs}",
                 "/dicom-web/studies?PatientID=*", "/dicom-web/instances"):
        answer = site.node.request("GET", path, user="first")
        assert answer.status in (400, 403, 404) and theirs.encode() not in answer.body, path


def test_lists_are_for_those_who_see_every_project(site, studies):
    for path in ("/studies", "/series", "/instances", "/patients", "/changes", "/jobs",
                 "/dicom-web/studies", "/dicom-web/series"):
        assert status(site, "first", path) == 403, path
        assert status(site, "manager", path) == 200, path
    find = {"Level": "Study", "Query": {}}
    assert status(site, "first", "/tools/find", "POST", find) == 403
    assert status(site, "manager", "/tools/find", "POST", find) == 200
    assert status(site, "first", "/tools/lookup", "POST", studies["OTHER"]) == 403


def test_wado_uri_is_held_against_the_object(site, studies):
    instances = {}
    for project, study in studies.items():
        found = site.node.rest_get(f"/dicom-web/studies/{study}/instances")
        instances[project] = found[0]["00080018"]["Value"][0]
    path = "/wado?requestType=WADO&contentType=application/dicom&objectUID="
    assert status(site, "first", path + instances[PROJECT]) == 200
    assert status(site, "first", path + instances["OTHER"]) == 403
    assert status(site, "first", path + instances["OTHER"] + "&studyUID=" + studies[PROJECT]) == 403


def test_pages_and_the_api_stay_open(site):
    for path in ("/app/explorer.html", "/system", "/glossator/live"):
        assert status(site, "mallory", path) == 200, path
    assert status(site, "first", "/glossator/api/v1/cases") == 200
