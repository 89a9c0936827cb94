# SPDX-License-Identifier: GPL-3.0-or-later
"""Orthanc's files, written by the plugin or by Orthanc, and read by the other one."""
import orthanc
import studies
from hospital_and_lab import Site
from loop import Loop
from test_loop import put_into_pacs


def files_of(site):
    return {one: site.node.request("GET", f"/instances/{one}/file").body
            for one in site.node.rest_get("/instances")}


def restart(site, own):
    site.node.stop()
    site.node.config["Glossator"]["OwnStorageArea"] = own
    site.node.start()
    site.wait_until_ready()


def take(site, given):
    loop = Loop(site, seconds=60)
    assert loop.open(loop.send(put_into_pacs(site.pacs, given)))


def test_each_reads_what_the_other_wrote(tmp_path):
    one, other = (given for given in studies.self_made(tmp_path)
                  if given.name in ("dx", "mr-three-echoes"))
    with Site(tmp_path / "site", section={"OwnStorageArea": True}, quiet_seconds=1) as site:
        assert site.node.rest_get("/system")["StorageAreaPlugin"]
        take(site, one)
        ours = files_of(site)
        assert len(ours) == len(one.paths) and all(b"DICM" == file[128:132]
                                                   for file in ours.values())
        restart(site, False)
        assert site.node.rest_get("/system")["StorageAreaPlugin"] is None
        assert files_of(site) == ours
        take(site, other)
        both = files_of(site)
        assert len(both) == len(one.paths) + len(other.paths)
        restart(site, True)
        assert files_of(site) == both


def test_the_files_are_left_to_another_storage_plugin(tmp_path):
    """Of two Orthanc takes the first, and the other would not see its old files any more."""
    changes = {"AwsS3Storage": {"BucketName": "elsewhere"}}
    with orthanc.Orthanc(changes, plugin=True, directory=tmp_path / "node") as server:
        assert server.rest_get("/system")["StorageAreaPlugin"] is None
        assert "left to AwsS3Storage" in server.read_log()
