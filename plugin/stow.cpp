// SPDX-License-Identifier: GPL-3.0-or-later
// Store Instances (PS3.18 10.5) for tools that speak DICOMweb: each Segmentation becomes the
// submission of who holds the claim on its study. A route of our own: Orthanc's stays shut.
#include <algorithm>

#include "dicom/io.h"
#include "dicom/json.h"
#include "dimse/status.h"
#include "model/error.h"
#include "node/node.h"
#include "plugin/multipart.h"
#include "plugin/routes.h"

namespace glossator::plugin::stow {
namespace {

constexpr std::string_view kDicom = "application/dicom";

struct Outcome {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  uint16_t failure = 0;  // (0008,1197)
};

Outcome StoreOne(const Services& services, const Call& call, const Part& part) {
  Outcome outcome;
  try {
    if (part.content_type != kDicom) {
      throw Error(ErrorKind::kUnsupported, "a part is not application/dicom");
    }
    const auto head = dicom::ReadHead(part.body).data_set;
    outcome.sop_class_uid = head.GetString(dicom::tags::SOPClassUID);
    outcome.sop_instance_uid = head.GetString(dicom::tags::SOPInstanceUID);
    const bool of_path = call.captured.empty() ||
                         head.GetString(dicom::tags::StudyInstanceUID) == call.captured.front();
    if (!of_path) outcome.failure = dimse::kDataSetMismatch;
    if (!of_path) return outcome;
    const auto reply = services.node->SubmitObject(call.who, std::string(part.body));
    if (reply.id == 0) outcome.failure = dimse::kDataSetMismatch;
  } catch (const Error& error) {
    const bool theirs =
        error.kind() == ErrorKind::kForbidden || error.kind() == ErrorKind::kNotFound;
    outcome.failure = theirs                                ? dimse::kNotAuthorized
                      : error.kind() == ErrorKind::kInvalid ? dimse::kCannotUnderstand
                                                            : DimseStatusOf(error.kind());
  }
  return outcome;
}

// PS3.18 Table 10.5.1-1 and PS3.18 I.2: 200 all, 202 some, 409 none.
int StatusOf(size_t stored, size_t all) {
  if (stored == all) return 200;
  return stored == 0 ? 409 : 202;
}

}  // namespace

Answer Store(const Services& services, const Call& call) {
  const auto parts = ParseRelated(call.request.Header("content-type"), call.request.body);
  dicom::DataSet response;
  size_t stored = 0;
  for (const auto& part : parts) {
    const Outcome outcome = StoreOne(services, call, part);
    const bool failed = outcome.failure != 0;
    stored += failed ? 0 : 1;
    auto& item = response.AddItem(failed ? dicom::tags::FailedSOPSequence
                                         : dicom::tags::ReferencedSOPSequence);
    item.SetString(dicom::tags::ReferencedSOPClassUID, outcome.sop_class_uid);
    item.SetString(dicom::tags::ReferencedSOPInstanceUID, outcome.sop_instance_uid);
    if (failed) item.SetInt(dicom::tags::FailureReason, outcome.failure);
  }
  if (parts.empty()) throw Error(ErrorKind::kInvalid, "no object in the request");
  if (stored > 0) services.Wake();
  Answer answer = JsonAnswer(dicom::ToJson(response), StatusOf(stored, parts.size()));
  answer.content_type = "application/dicom+json";
  return answer;
}

}  // namespace glossator::plugin::stow
