// SPDX-License-Identifier: GPL-3.0-or-later
// A segmentation of pseudonymous images names nothing by another UID: one of the hospital's would
// lead back to the patient.
#include "dicom/dictionary.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr std::string_view kPseudonymous = "2.25.";  // PS3.5 B.2: out of random or derived bits

bool IsPseudonymous(std::string_view uid) { return uid.starts_with(kPseudonymous); }

// The images' own UIDs tell whether they were given new ones.
bool IsPseudonymous(const Source& source) {
  if (!IsPseudonymous(source.study_instance_uid) || !IsPseudonymous(source.series_instance_uid)) {
    return false;
  }
  for (const SourceInstance& instance : source.instances) {
    if (!IsPseudonymous(instance.sop_instance_uid)) return false;
  }
  return true;
}

// These name vocabularies.
bool NamesNobody(dicom::Tag tag) {
  return tag == tags::CodingSchemeUID || tag == tags::ContextUID || tag == tags::MappingResourceUID;
}

// Registered UIDs (PS3.6 Annex A) say what, not who.
bool MayStand(const std::string& uid, const Source& source) {
  return uid.empty() || IsPseudonymous(uid) || dicom::FindUid(uid) != nullptr ||
         uid == source.frame_of_reference_uid;
}

}  // namespace

void VerifyUids(VerifyContext& context) {
  if (context.source == nullptr || !IsPseudonymous(*context.source)) return;
  dicom::ForEachElement(context.head, [&](const std::string& path, const dicom::Element& element) {
    if (element.vr != dicom::Vr::UI || NamesNobody(element.tag)) return;
    dicom::DataSet one;
    one.Put(element);
    for (const std::string& uid : one.GetStrings(element.tag)) {
      if (MayStand(uid, *context.source)) continue;
      context.findings.Warning("uid-not-pseudonymous", path, "PS3.15 E.3.9",
                               "the images have pseudonymous UIDs, this one is of another root");
    }
  });
}

}  // namespace glossator::seg
