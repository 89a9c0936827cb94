// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/self_test.h"

#include "dicom/io.h"

namespace glossator::plugin {
namespace {

constexpr int kPage = 500;
constexpr const char* kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
constexpr const char* kProbeUid = "2.25.302867514338846118284409158436158462001";

}  // namespace

std::string NobodysObject() {
  dicom::DataSet object;
  object.SetString(dicom::tags::SOPClassUID, kSecondaryCapture);
  object.SetString(dicom::tags::SOPInstanceUID, kProbeUid);
  object.SetString(dicom::tags::StudyInstanceUID, kProbeUid + std::string(".1"));
  object.SetString(dicom::tags::SeriesInstanceUID, kProbeUid + std::string(".2"));
  object.SetString(dicom::tags::PatientID, "NOBODY");
  object.SetString(dicom::tags::Modality, "OT");
  return dicom::WriteFile(object, dicom::kExplicitLittleEndian);
}

void TestSecondLock(const Orthanc& orthanc) {
  orthanc.Call(Method::kPost, "/instances", NobodysObject());
  if (const auto id = orthanc.LookupInstance(kProbeUid)) {
    orthanc.Call(Method::kDelete, "/instances/" + *id);
    throw Error(ErrorKind::kForbidden,
                "self-test: Orthanc kept an object that the importer did not hand in; does another "
                "plugin hold the received-instance callback?");
  }
}

void TestStudies(const Orthanc& orthanc,
                 const std::function<bool(const std::string& study_uid)>& knows) {
  size_t strangers = 0;
  for (int since = 0;; since += kPage) {
    const Json::Value studies =
        orthanc
            .Call(Method::kGet, "/studies?expand&since=" + std::to_string(since) +
                                    "&limit=" + std::to_string(kPage))
            .Json();
    for (const Json::Value& study : studies) {
      strangers += knows(study["MainDicomTags"]["StudyInstanceUID"].asString()) ? 0 : 1;
    }
    if (studies.size() < static_cast<Json::ArrayIndex>(kPage)) {
      break;
    }
  }
  if (strangers > 0) {
    throw Error(ErrorKind::kForbidden,
                "Orthanc holds " + std::to_string(strangers) +
                    " studies which did not come through the gate; move them out, or give the "
                    "node a StorageDirectory and an IndexDirectory of its own");
  }
}

}  // namespace glossator::plugin
