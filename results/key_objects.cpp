// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/key_objects.h"

#include <algorithm>
#include <array>
#include <map>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "results/modules.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

const Code kLanguage{"121049", "DCM", "Language of Content Item and Descendants"};
const Code kEnglish{"en-US", "RFC5646", "English (United States)"};
const Code kModifier{"113011", "DCM", "Document Title Modifier"};
const Code kObserverType{"121005", "DCM", "Observer Type"};
const Code kPerson{"121006", "DCM", "Person"};
const Code kDevice{"121007", "DCM", "Device"};
const Code kPersonName{"121008", "DCM", "Person Observer Name"};
const Code kOrganization{"121009", "DCM", "Person Observer's Organization Name"};
const Code kDeviceUid{"121012", "DCM", "Device Observer UID"};
const Code kDeviceName{"121013", "DCM", "Device Observer Name"};
const Code kDescription{"113012", "DCM", "Key Object Description"};

DataSet Item(const char* relationship, const char* type, const Code* name) {
  DataSet item;
  item.SetString(tags::RelationshipType, relationship);
  item.SetString(tags::ValueType, type);
  if (name != nullptr) dicom::SetCode(item, tags::ConceptNameCodeSequence, *name);
  return item;
}

DataSet Coded(const char* relationship, const Code& name, const Code& value) {
  DataSet item = Item(relationship, "CODE", &name);
  dicom::SetCode(item, tags::ConceptCodeSequence, value);
  return item;
}

DataSet Worded(const char* relationship, const char* type, const Code& name, dicom::Tag tag,
               const std::string& value) {
  DataSet item = Item(relationship, type, &name);
  item.SetString(tag, value);
  return item;
}

// What has no pixels of its own is a COMPOSITE (PS3.3 C.18.3), what is measured over time a
// WAVEFORM.
const char* ValueTypeOf(const std::string& sop_class) {
  static constexpr std::array kComposite = {
      "1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.11.",  "1.2.840.10008.5.1.4.1.1.481.",
      "1.2.840.10008.5.1.4.1.1.91.", "1.2.840.10008.5.1.4.1.1.104.",
  };
  if (sop_class.starts_with("1.2.840.10008.5.1.4.1.1.9.")) return "WAVEFORM";
  if (sop_class == "1.2.840.10008.5.1.4.1.1.66") return "COMPOSITE";  // Raw Data
  const bool composite = std::any_of(kComposite.begin(), kComposite.end(), [&](const char* start) {
    return sop_class.starts_with(start) && sop_class != "1.2.840.10008.5.1.4.1.1.481.1" &&
           sop_class != "1.2.840.10008.5.1.4.1.1.481.2";  // RT Image and RT Dose have pixels
  });
  return composite ? "COMPOSITE" : "IMAGE";
}

// TID 2010 with TID 1204, 1002, 1003 and 1004.
std::vector<DataSet> Content(const KeyObjects& note) {
  std::vector<DataSet> items;
  items.push_back(Coded("HAS CONCEPT MOD", kLanguage, kEnglish));
  for (const Code& modifier : note.modifiers) {
    items.push_back(Coded("HAS CONCEPT MOD", kModifier, modifier));
  }
  const char* context = "HAS OBS CONTEXT";
  if (!note.person.empty()) {
    items.push_back(Coded(context, kObserverType, kPerson));
    items.push_back(Worded(context, "PNAME", kPersonName, tags::PersonName, note.person));
    if (!note.organization.empty()) {
      items.push_back(Worded(context, "TEXT", kOrganization, tags::TextValue, note.organization));
    }
  }
  if (!note.device_uid.empty()) {
    items.push_back(Coded(context, kObserverType, kDevice));
    items.push_back(Worded(context, "UIDREF", kDeviceUid, tags::UID, note.device_uid));
    if (!note.device_name.empty()) {
      items.push_back(Worded(context, "TEXT", kDeviceName, tags::TextValue, note.device_name));
    }
  }
  if (!note.description.empty()) {
    items.push_back(Worded("CONTAINS", "TEXT", kDescription, tags::TextValue, note.description));
  }
  for (const InstanceReference& object : note.objects) {
    DataSet item = Item("CONTAINS", ValueTypeOf(object.sop_class_uid), nullptr);
    item.SetItems(tags::ReferencedSOPSequence, {SopReference(object)});
    items.push_back(std::move(item));
  }
  return items;
}

void PutEvidence(DataSet& object, const std::vector<InstanceReference>& instances) {
  std::map<std::string, bool> done;
  for (const InstanceReference& instance : instances) {
    if (done[instance.sop_instance_uid]) continue;
    done[instance.sop_instance_uid] = true;
    DataSet& study = ItemWith(object, tags::CurrentRequestedProcedureEvidenceSequence,
                              tags::StudyInstanceUID, instance.study_instance_uid);
    DataSet& series = ItemWith(study, tags::ReferencedSeriesSequence, tags::SeriesInstanceUID,
                               instance.series_instance_uid);
    series.AddItem(tags::ReferencedSOPSequence) =
        SopReference({.sop_class_uid = instance.sop_class_uid,
                      .sop_instance_uid = instance.sop_instance_uid,
                      .series_instance_uid = {},
                      .study_instance_uid = {}});
  }
}

}  // namespace

const Code* FindRejection(const std::string& code_value) {
  for (const Code* code :
       {&kRejectedForQuality, &kRejectedForSafety, &kWrongWorklistEntry, &kRetentionExpired}) {
    if (code->value == code_value) return code;
  }
  return nullptr;
}

DataSet EncodeKeyObjects(const KeyObjects& note, const DataSet& head, const Identity& identity,
                         const Equipment& equipment, Time now) {
  if (note.title.value.empty()) throw Error(ErrorKind::kInvalid, "a note has a title");
  if (note.objects.empty()) throw Error(ErrorKind::kInvalid, "a note names an object");
  if (note.person.empty() && note.device_uid.empty()) {
    throw Error(ErrorKind::kInvalid, "a note has an observer");
  }
  DataSet object = Begin(head, kKeyObjectStorage, "KO", identity, equipment, now);
  object.SetString(tags::ContentDate, ToDicomDate(now));
  object.SetString(tags::ContentTime, ToDicomTime(now));
  object.SetItems(tags::ReferencedPerformedProcedureStepSequence, {});  // type 2
  PutEvidence(object, note.objects);
  object.SetString(tags::ValueType, "CONTAINER");
  dicom::SetCode(object, tags::ConceptNameCodeSequence, note.title);
  object.SetString(tags::ContinuityOfContent, "SEPARATE");
  DataSet& templates = object.AddItem(tags::ContentTemplateSequence);
  templates.SetString(tags::MappingResource, "DCMR");
  templates.SetString(tags::TemplateIdentifier, "2010");
  object.SetItems(tags::ContentSequence, Content(note));
  Finish(object, head);
  return object;
}

namespace {

bool IsNamed(const DataSet& item, const Code& name) {
  const auto code = dicom::GetCode(item, tags::ConceptNameCodeSequence);
  return code && code->SameConcept(name);
}

// SOP Instance UID to where it is.
std::map<std::string, InstanceReference> Evidence(const DataSet& data_set) {
  std::map<std::string, InstanceReference> found;
  for (const dicom::Tag sequence :
       {tags::CurrentRequestedProcedureEvidenceSequence, tags::PertinentOtherEvidenceSequence}) {
    for (const DataSet& study : data_set.GetItems(sequence)) {
      for (const DataSet& series : study.GetItems(tags::ReferencedSeriesSequence)) {
        for (const DataSet& sop : series.GetItems(tags::ReferencedSOPSequence)) {
          found[sop.GetString(tags::ReferencedSOPInstanceUID)] = {
              .sop_class_uid = sop.GetString(tags::ReferencedSOPClassUID),
              .sop_instance_uid = sop.GetString(tags::ReferencedSOPInstanceUID),
              .series_instance_uid = series.GetString(tags::SeriesInstanceUID),
              .study_instance_uid = study.GetString(tags::StudyInstanceUID)};
        }
      }
    }
  }
  return found;
}

void ReadItem(const DataSet& item, KeyObjects& note) {
  if (IsNamed(item, kModifier)) {
    if (const auto code = dicom::GetCode(item, tags::ConceptCodeSequence)) {
      note.modifiers.push_back(*code);
    }
  } else if (IsNamed(item, kPersonName)) {
    note.person = item.GetString(tags::PersonName);
  } else if (IsNamed(item, kOrganization)) {
    note.organization = item.GetString(tags::TextValue);
  } else if (IsNamed(item, kDeviceUid)) {
    note.device_uid = item.GetString(tags::UID);
  } else if (IsNamed(item, kDeviceName)) {
    note.device_name = item.GetString(tags::TextValue);
  } else if (IsNamed(item, kDescription)) {
    note.description = item.GetString(tags::TextValue);
  }
}

}  // namespace

KeyObjects ReadKeyObjects(const DataSet& given) {
  DataSet data_set = given;
  dicom::ConvertToUtf8(data_set);
  const auto title = dicom::GetCode(data_set, tags::ConceptNameCodeSequence);
  if (data_set.GetString(tags::SOPClassUID) != kKeyObjectStorage || !title) {
    throw Error(ErrorKind::kInvalid, "not a Key Object Selection");
  }
  KeyObjects note;
  note.title = *title;
  auto evidence = Evidence(data_set);
  for (const DataSet& item : data_set.GetItems(tags::ContentSequence)) {
    ReadItem(item, note);
    const DataSet* sop = item.FirstItem(tags::ReferencedSOPSequence);
    if (sop == nullptr) continue;
    InstanceReference reference = evidence[sop->GetString(tags::ReferencedSOPInstanceUID)];
    reference.sop_class_uid = sop->GetString(tags::ReferencedSOPClassUID);
    reference.sop_instance_uid = sop->GetString(tags::ReferencedSOPInstanceUID);
    for (size_t i = 0; const auto frame = sop->GetInt(tags::ReferencedFrameNumber, i); ++i) {
      reference.frames.push_back(*frame);
    }
    note.objects.push_back(std::move(reference));
  }
  return note;
}

std::vector<Finding> VerifyKeyObjects(const DataSet& data_set) {
  std::vector<Finding> findings;
  const auto add = [&](const char* code, const char* path, const char* paragraph,
                       const char* message) {
    findings.push_back({"", kFindingError, code, path, paragraph, message});
  };
  if (data_set.GetString(tags::Modality) != "KO") {
    add("modality", "(0008,0060)", "PS3.3 C.17.6.1", "not KO");
  }
  if (data_set.GetString(tags::ValueType) != "CONTAINER") {
    add("root", "(0040,A040)", "PS3.3 C.17.3", "the root is a CONTAINER");
  }
  const auto* used = data_set.FirstItem(tags::ContentTemplateSequence);
  if (used == nullptr || used->GetString(tags::TemplateIdentifier) != "2010") {
    add("template", "(0040,A504)", "PS3.3 A.35.4.3.1.1", "the template is TID 2010");
  }
  const KeyObjects note = ReadKeyObjects(data_set);
  if (note.objects.empty()) add("objects", "(0040,A730)", "PS3.16 TID 2010", "names no object");
  if (const Code* known = FindRejection(note.title.value);
      known != nullptr && note.title.scheme == "DCM" && note.title.meaning != known->meaning) {
    add("code-meaning", "(0040,A043)", "PS3.3 8.8", "the meaning is not that of the code");
  }
  auto evidence = Evidence(data_set);
  for (const InstanceReference& object : note.objects) {
    const auto listed = evidence.find(object.sop_instance_uid);
    if (listed == evidence.end()) {
      add("evidence", "(0040,A375)", "PS3.3 C.17.6.2.1", "an object is not listed as evidence");
    } else if (listed->second.sop_class_uid != object.sop_class_uid) {
      add("evidence-class", "(0040,A375)", "PS3.3 C.17.6.2.1", "listed with another SOP Class");
    }
  }
  return findings;
}

}  // namespace glossator::results
