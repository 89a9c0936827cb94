// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/modules.h"

#include <set>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "dicom/patient_study.h"
#include "dicom/uid.h"

namespace glossator::results {
namespace tags = dicom::tags;
using dicom::DataSet;

InstanceReference ReferenceTo(const DataSet& head) {
  for (const dicom::Tag tag :
       {tags::SOPClassUID, tags::SOPInstanceUID, tags::SeriesInstanceUID, tags::StudyInstanceUID}) {
    if (!head.HasValue(tag)) {
      throw Error(ErrorKind::kInvalid, "a referenced instance lacks " + dicom::ToString(tag));
    }
  }
  return {.sop_class_uid = head.GetString(tags::SOPClassUID),
          .sop_instance_uid = head.GetString(tags::SOPInstanceUID),
          .series_instance_uid = head.GetString(tags::SeriesInstanceUID),
          .study_instance_uid = head.GetString(tags::StudyInstanceUID)};
}

DataSet Begin(const DataSet& head, const std::string& sop_class, const char* modality,
              const Identity& identity, const Equipment& equipment, Time now) {
  for (const std::string* uid : {&identity.series_instance_uid, &identity.sop_instance_uid}) {
    if (!dicom::IsValidUid(*uid)) throw Error(ErrorKind::kInvalid, "identity: not a UID");
  }
  if (identity.sop_instance_uid == head.GetString(tags::SOPInstanceUID) ||
      identity.series_instance_uid == head.GetString(tags::SeriesInstanceUID)) {
    throw Error(ErrorKind::kInvalid, "identity: a UID of the source");
  }
  DataSet object = dicom::PatientAndStudy(head);
  dicom::ConvertToUtf8(object);
  object.SetString(tags::SOPClassUID, sop_class);
  object.SetString(tags::SOPInstanceUID, identity.sop_instance_uid);
  object.SetString(tags::InstanceCreationDate, ToDicomDate(now));
  object.SetString(tags::InstanceCreationTime, ToDicomTime(now));
  object.SetString(tags::TimezoneOffsetFromUTC, "+0000");
  object.SetString(tags::Modality, modality);
  object.SetString(tags::SeriesInstanceUID, identity.series_instance_uid);
  object.SetInt(tags::SeriesNumber, identity.series_number);
  object.SetInt(tags::InstanceNumber, identity.instance_number);
  if (!identity.series_description.empty()) {
    object.SetString(tags::SeriesDescription, Shortened(identity.series_description, 64));
  }
  object.SetString(tags::Manufacturer, equipment.manufacturer);
  object.SetString(tags::ManufacturerModelName, equipment.model_name);
  object.SetString(tags::DeviceSerialNumber, equipment.serial_number);
  object.SetString(tags::SoftwareVersions, equipment.software_versions);
  return object;
}

namespace {

void PutCodingSchemes(DataSet& object) {
  std::set<std::string> schemes;
  dicom::ForEachElement(object, [&](const std::string&, const dicom::Element& element) {
    if (element.tag != tags::CodingSchemeDesignator) return;
    DataSet single;
    single.Put(element);
    const std::string scheme = single.GetString(element.tag);
    if (scheme.starts_with("99")) schemes.insert(scheme);
  });
  for (const std::string& scheme : schemes) {
    const bool ours = scheme == "99GLOSSATOR";
    DataSet& item = object.AddItem(tags::CodingSchemeIdentificationSequence);
    item.SetString(tags::CodingSchemeDesignator, scheme);
    item.SetString(tags::CodingSchemeName, ours ? "Glossator local codes" : scheme);
    item.SetString(tags::CodingSchemeResponsibleOrganization, ours ? "Glossator" : "local");
  }
}

}  // namespace

void Finish(DataSet& object, const DataSet& head) {
  PutCodingSchemes(object);
  object.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  dicom::ConvertToUtf8(object);
  if (object.Has(tags::SpecificCharacterSet)) {
    dicom::ConvertFromUtf8(object, dicom::CharacterSet::Of(head));
  }
}

DataSet SopReference(const InstanceReference& instance) {
  DataSet item;
  item.SetString(tags::ReferencedSOPClassUID, instance.sop_class_uid);
  item.SetString(tags::ReferencedSOPInstanceUID, instance.sop_instance_uid);
  if (!instance.frames.empty()) item.SetInts(tags::ReferencedFrameNumber, instance.frames);
  return item;
}

std::vector<DataSet> SopReferences(const std::vector<InstanceReference>& instances) {
  std::vector<DataSet> items;
  for (const InstanceReference& instance : instances) items.push_back(SopReference(instance));
  return items;
}

DataSet& ItemWith(DataSet& parent, dicom::Tag sequence, dicom::Tag key, const std::string& value) {
  if (dicom::Element* element = parent.Find(sequence)) {
    for (DataSet& item : element->items) {
      if (item.GetString(key) == value) return item;
    }
  }
  DataSet& item = parent.AddItem(sequence);
  item.SetString(key, value);
  return item;
}

void PutReferences(DataSet& object, const std::vector<InstanceReference>& instances) {
  const std::string study = object.GetString(tags::StudyInstanceUID);
  std::set<std::string> done;
  for (const InstanceReference& instance : instances) {
    if (!done.insert(instance.sop_instance_uid).second) continue;
    DataSet& of_study =
        instance.study_instance_uid == study
            ? object
            : ItemWith(object, tags::StudiesContainingOtherReferencedInstancesSequence,
                       tags::StudyInstanceUID, instance.study_instance_uid);
    DataSet& series = ItemWith(of_study, tags::ReferencedSeriesSequence, tags::SeriesInstanceUID,
                               instance.series_instance_uid);
    DataSet& item = series.AddItem(tags::ReferencedInstanceSequence);
    item.SetString(tags::ReferencedSOPClassUID, instance.sop_class_uid);
    item.SetString(tags::ReferencedSOPInstanceUID, instance.sop_instance_uid);
  }
}

std::string ToCodeString(const std::string& text, size_t characters_max) {
  std::string out;
  for (const char c : text) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool fine = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
    if ((c & 0xC0) == 0x80) continue;  // the rest of a UTF-8 sequence
    out += lower ? static_cast<char>(c - 'a' + 'A') : fine ? c : '_';
  }
  out.resize(std::min(out.size(), characters_max));
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string Shortened(const std::string& text, size_t characters_max) {
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (text[i] & 0xC0) != 0x80;
    if (begins && ++characters > characters_max) return text.substr(0, i);
  }
  return text;
}

}  // namespace glossator::results
