# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in PACS: a plain Orthanc with its own storage that knows one node."""
import http.client
import io
import pathlib

import pydicom

import orthanc


class Pacs(orthanc.Orthanc):
    """`node_intake`: port of the node's intake; `node_aet`: its AE title, called and calling."""

    def __init__(self, node_intake, node_aet="GLOSSATOR", aet="HOSPITALPACS", directory=None,
                 config=None, **options):
        self.aet = aet
        settings = {
            "Name": "Stand-in PACS",
            "DicomAet": aet,
            "DicomCheckCalledAet": True,
            "DicomModalities": {"node": {"AET": node_aet, "Host": "127.0.0.1",
                                         "Port": node_intake, "AllowTranscoding": False}},
            "DicomAlwaysAllowStore": True,
            "DicomAlwaysAllowFind": False,
            "UnknownSopClassAccepted": True,
            "OverwriteInstances": True,
            "MaximumPduLength": 131072,
        }
        super().__init__(config=orthanc.merge(settings, config or {}), directory=directory,
                         **options)

    def upload(self, data):
        """Stores one file's bytes; returns Orthanc's answer, None when it is no DICOM."""
        response = self.request("POST", "/instances", bytes(data))
        return response.json() if response.status == 200 else None

    def upload_or_why(self, data):
        """(answer, "") or (None, why not). Some malformed files end Orthanc: then it starts anew."""
        try:
            return self.upload(data), "not DICOM, or the PACS cannot take it"
        except (OSError, http.client.HTTPException):
            self.kill()
            self.start()
            return None, "the stand-in PACS died of it and was started again"

    def upload_folder(self, folder):
        """Returns {Study Instance UID: number of files} and (name, why) of what was skipped."""
        studies, skipped = {}, []
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if not path.is_file():
                continue
            answer, why = self.upload_or_why(path.read_bytes())
            if answer is None:
                skipped.append((str(path.relative_to(folder)), why))
            else:
                studies.setdefault(answer["ParentStudy"], []).append(answer["ID"])
        return {self.study_uid(key): len(set(ids)) for key, ids in studies.items()}, skipped

    def study_uid(self, study):
        return self.rest_get(f"/studies/{study}")["MainDicomTags"].get("StudyInstanceUID", "")

    def find(self, study_uid):
        """Orthanc's identifier of a study, or None."""
        found = self.rest_post("/tools/find", {
            "Level": "Study", "Query": {"StudyInstanceUID": study_uid}})
        return found[0] if found else None

    def send(self, study_uid, timeout=600):
        """Sends the study to the node, as a user of the PACS would; returns how many failed.

        A permissive job of Orthanc counts no failures, it only logs them.
        """
        failure = "Ignoring an error in a permissive job"
        before = self.read_log().count(failure)
        self.rest_post("/modalities/node/store", {
            "Resources": [self.find(study_uid)], "Synchronous": True, "Permissive": True,
            "StorageCommitment": False}, timeout=timeout)
        return self.read_log().count(failure) - before

    def instances(self, study_uid):
        study = self.find(study_uid)
        return self.rest_get(f"/studies/{study}/instances") if study else []

    def files(self, study_uid):
        """Every object of the study, as bytes."""
        return [self.rest_get_bytes(f"/instances/{item['ID']}/file")
                for item in self.instances(study_uid)]

    def objects(self, study_uid):
        """The same by SOP Instance UID."""
        return {pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True).SOPInstanceUID: data
                for data in self.files(study_uid)}

    def rest_get_bytes(self, path):
        response = self.request("GET", path)
        if response.status != 200:
            raise orthanc.HttpError(response)
        return response.body

    def heads(self, study_uid):
        """Every object of the study as a data set; pixels stay on disk."""
        return [pydicom.dcmread(io.BytesIO(data), force=True) for data in self.files(study_uid)]

    def change_identity(self, study_uid, **attributes):
        """What a registration clerk does: the study's objects get other patient attributes.

        Orthanc 1.10 cannot do that and keep the UIDs, so the objects are replaced.
        """
        changed = []
        for data in self.files(study_uid):
            file = pydicom.dcmread(io.BytesIO(data), force=True)
            for keyword, value in attributes.items():
                setattr(file, keyword, value)
            out = io.BytesIO()
            pydicom.dcmwrite(out, file)
            changed.append(out.getvalue())
        self.rest_delete(f"/studies/{self.find(study_uid)}")
        for data in changed:
            if self.upload(data) is None:
                raise RuntimeError("the PACS refused a changed object")
