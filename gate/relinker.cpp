// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/relinker.h"

#include <algorithm>
#include <array>
#include <set>

#include "dicom/characters.h"
#include "dicom/charset.h"
#include "dicom/code.h"
#include "dicom/dictionary.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "dicom/patient_study.h"
#include "dicom/uid.h"
#include "gate/hospital_tags.h"
#include "gate/report_dates.h"
#include "model/error.h"
#include "store/gate_delivery.h"
#include "store/gate_object.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

using dicom::DataSet;
using dicom::Element;
using dicom::Tag;
namespace tags = dicom::tags;

// Said of the pseudonymous object only.
constexpr std::array kPseudonymousTags{
    tags::PatientIdentityRemoved,
    tags::DeidentificationMethod,
    tags::DeidentificationMethodCodeSequence,
    tags::LongitudinalTemporalInformationModified,
    tags::RecognizableVisualFeatures,
};
// Where a result defines UIDs of its own.
constexpr std::array<Tag, 6> kOwnUidTags{
    tags::SOPInstanceUID, tags::SeriesInstanceUID,        tags::TrackingUID,
    tags::DeviceUID,      tags::DimensionOrganizationUID, tags::ObservationUID,
};

constexpr size_t kLongStringMax = 64;  // LO, PS3.5 Table 6.2-1

bool IsOneOf(std::span<const Tag> list, Tag tag) {
  return std::find(list.begin(), list.end(), tag) != list.end();
}

template <class Visit>
void ForEachDataSet(DataSet& root, Visit visit) {
  std::vector<DataSet*> open{&root};
  while (!open.empty()) {
    auto* current = open.back();
    open.pop_back();
    visit(*current);
    for (auto& element : current->elements()) {
      for (auto& item : element.items) open.push_back(&item);
    }
  }
}

std::vector<std::string> Values(const Element& element) {
  std::vector<std::string> values(1);
  for (const char c : element.value) {
    if (c == '\\') {
      values.emplace_back();
    } else if (c != '\0' && c != ' ') {
      values.back() += c;
    }
  }
  return values;
}

// Tracking Unique Identifier and Device Observer UID of a report (TID 1411, TID 1004).
bool IsOwnUidReference(const DataSet& item) {
  const auto concept_name = dicom::GetCode(item, tags::ConceptNameCodeSequence);
  return concept_name && concept_name->scheme == "DCM" &&
         (concept_name->value == "112040" || concept_name->value == "121012");
}

bool IsTracking(const DataSet& item, Tag tag) {
  if (tag == tags::TrackingUID) return true;
  const auto concept_name = dicom::GetCode(item, tags::ConceptNameCodeSequence);
  return tag == tags::UID && concept_name && concept_name->scheme == "DCM" &&
         concept_name->value == "112040";
}

// `tracking` gets those that say which finding it is, `own` all.
void CollectOwnUids(DataSet& object, std::set<std::string>& own, std::set<std::string>& tracking) {
  ForEachDataSet(object, [&](DataSet& item) {
    for (const auto& element : item.elements()) {
      const bool defines = (IsOneOf(kOwnUidTags, element.tag)) ||
                           (element.tag == tags::UID && IsOwnUidReference(item));
      if (!defines || element.vr != dicom::Vr::UI) continue;
      // A reference to a source series is not a definition; those are in the vault's map and win.
      for (auto& value : Values(element)) {
        if (IsTracking(item, element.tag)) tracking.insert(value);
        own.insert(std::move(value));
      }
    }
  });
}

// A document that amends what this PACS never had follows what it has of the versions before.
void FollowInstead(DataSet& object, const std::set<std::string>& unsent,
                   const EarlierResult::Report& report) {
  auto* predecessors = object.Find(tags::PredecessorDocumentsSequence);
  if (predecessors == nullptr) return;
  for (DataSet& study : predecessors->items) {
    auto* series = study.Find(tags::ReferencedSeriesSequence);
    if (series == nullptr) continue;
    for (DataSet& item : series->items) {
      auto* sops = item.Find(tags::ReferencedSOPSequence);
      if (sops == nullptr || sops->items.size() != 1) continue;  // each report has its own series
      DataSet& sop = sops->items.front();
      if (!unsent.contains(sop.GetString(tags::ReferencedSOPInstanceUID))) continue;
      sop.SetString(tags::ReferencedSOPClassUID, report.sop_class_uid);
      sop.SetString(tags::ReferencedSOPInstanceUID, report.object.sop_instance_uid);
      item.SetString(tags::SeriesInstanceUID, report.object.series_instance_uid);
    }
  }
}

// Else it follows nothing there.
void LeaveOutPredecessors(DataSet& object, const std::set<std::string>& unsent) {
  auto* predecessors = object.Find(tags::PredecessorDocumentsSequence);
  if (predecessors == nullptr || unsent.empty()) return;
  for (DataSet& study : predecessors->items) {
    auto* series = study.Find(tags::ReferencedSeriesSequence);
    if (series == nullptr) continue;
    for (DataSet& item : series->items) {
      auto* sops = item.Find(tags::ReferencedSOPSequence);
      if (sops == nullptr) continue;
      std::erase_if(sops->items, [&](const DataSet& sop) {
        return unsent.contains(sop.GetString(tags::ReferencedSOPInstanceUID));
      });
    }
    std::erase_if(series->items, [](const DataSet& item) {
      return item.GetItems(tags::ReferencedSOPSequence).empty();
    });
  }
  std::erase_if(predecessors->items, [](const DataSet& study) {
    return study.GetItems(tags::ReferencedSeriesSequence).empty();
  });
  if (predecessors->items.empty()) object.Erase(tags::PredecessorDocumentsSequence);
}

void SetHospitalAttributes(DataSet& object, const DataSet& vault, const DataSet& current) {
  for (const auto tag : kPseudonymousTags) object.Erase(tag);
  // NO is said of the cleaned image; YES is what a capture with an overlay says of itself.
  if (object.GetString(tags::BurnedInAnnotation) != "YES") object.Erase(tags::BurnedInAnnotation);
  for (const auto tag : kHospitalTags) {
    object.Erase(tag);
    const auto* now = current.HasValue(tag) ? current.Find(tag) : nullptr;
    const auto* then = vault.HasValue(tag) ? vault.Find(tag) : nullptr;
    if (now != nullptr) {
      object.Put(*now);
    } else if (then != nullptr) {
      object.Put(*then);
    } else if (IsOneOf(dicom::TypeTwoOfPatientAndStudy(), tag)) {
      object.SetEmpty(tag);
    }
  }
}

void MarkAsResearch(DataSet& object, const ProjectConfig& project, int ordinal) {
  object.SetString(tags::ContentQualification, "RESEARCH");
  auto description = object.GetString(tags::SeriesDescription);
  if (description.rfind(project.series_description_prefix, 0) != 0) {
    description = project.series_description_prefix +
                  (description.empty() ? std::string() : ": " + description);
  }
  object.SetString(tags::SeriesDescription, dicom::FirstCharacters(description, kLongStringMax));
  const auto number = object.GetInt(tags::SeriesNumber).value_or(0);
  if (number < project.series_number_base) {
    object.SetInt(tags::SeriesNumber, project.series_number_base + ordinal);
  }
}

// Signed for (ADR 40): no mark, no block of numbers.
void MarkAsProduct(DataSet& object) { object.SetString(tags::ContentQualification, "PRODUCT"); }

void AddContributingEquipment(DataSet& object, Time now) {
  auto& item = object.AddItem(tags::ContributingEquipmentSequence);
  dicom::SetCode(item, tags::PurposeOfReferenceCodeSequence,
                 {"109103", "DCM", "Modifying Equipment"});
  item.SetString(tags::Manufacturer, "Glossator");
  item.SetString(tags::ManufacturerModelName, "glossator-gate");
  item.SetString(tags::SoftwareVersions, std::string(dicom::kImplementationVersionName));
  item.SetString(tags::ContributionDateTime, ToDicomDateTime(now));
  item.SetString(tags::ContributionDescription, "Linked to the patient and study of origin");
}

// One character set per object: the source's when it can say all, else ISO_IR 192.
void EncodeAs(DataSet& object, const std::vector<std::string>& terms) {
  if (terms.empty() || !object.Has(tags::SpecificCharacterSet)) return;
  const dicom::CharacterSet target(terms);
  if (!target.is_known()) return;
  DataSet encoded = object;
  bool all = true;
  ForEachDataSet(encoded, [&](DataSet& item) {
    for (auto& element : item.elements()) {
      if (!dicom::UsesCharacterSet(element.vr)) continue;
      auto bytes = target.Encode(element.value, element.vr);
      all = all && bytes.has_value();
      if (bytes) element.value = std::move(*bytes);
    }
  });
  if (!all) return;
  encoded.SetStrings(tags::SpecificCharacterSet, terms);
  object = std::move(encoded);
}

}  // namespace

// Pseudonymous to original, of everything that the study brought.
struct Relinker::UidMap {
  std::map<std::string, std::string> vault;
  std::set<std::string> own;
  std::set<std::string> tracking;  // of `own`
  std::function<std::string(const std::string&)> derive;

  // "" when the UID must stop the delivery.
  std::string Replace(const std::string& uid) const {
    if (uid.empty() || dicom::FindUid(uid) != nullptr) return uid;
    if (const auto known = vault.find(uid); known != vault.end()) return known->second;
    return own.contains(uid) ? derive(uid) : "";
  }

  bool ReplaceAll(DataSet& object) const {
    bool complete = true;
    ForEachDataSet(object, [&](DataSet& item) {
      for (auto& element : item.elements()) {
        if (element.vr != dicom::Vr::UI || element.value.empty()) continue;
        std::string replaced;
        for (const auto& value : Values(element)) {
          const auto uid = Replace(value);
          complete = complete && (value.empty() || !uid.empty());
          replaced += (replaced.empty() ? "" : "\\") + uid;
        }
        element.value = replaced;
      }
    });
    return complete;
  }
};

std::optional<std::string> Relinker::OriginalStudyUid(const std::string& study_uid) {
  const auto study = identities_.FindByUid(study_uid);
  if (!study) return std::nullopt;
  return identities_.IdentityOf(*study).GetString(tags::StudyInstanceUID);
}

// Where the lab's UIDs become those of the PACS: returned ones derive from result and destination.
std::string Relinker::Derive(const std::string& result, const std::string& destination,
                             const std::string& uid) const {
  const auto digest = vault::Hmac(
      keys_.index, {"returned", std::string_view("\0", 1), result, std::string_view("\0", 1),
                    destination, std::string_view("\0", 1), uid});
  std::array<uint8_t, 16> number{};
  std::copy_n(digest.begin(), number.size(), number.begin());
  return dicom::UidFrom128(number);
}

std::map<std::string, std::string> Relinker::OriginalUids(const Study& study) const {
  std::map<std::string, std::string> originals;
  std::vector<store::InstanceRow> instances;
  database_.Read(
      [&](const store::Reader& reader) { instances = store::InstancesOf(reader, study.number()); });
  for (const auto& instance : instances) {
    const auto uids = dicom::ParseJson(vault::Open(
        study.identity_key(), "instance/" + instance.sop_instance_uid, instance.identity));
    for (const auto& uid : uids) originals[study.Uid(uid.asString())] = uid.asString();
  }
  return originals;
}

// Adds what was sent to `map`; returns the lab's UIDs of what was not.
std::set<std::string> Relinker::MapEarlier(const RelinkOrder& order, UidMap& map) const {
  std::set<std::string> unsent;
  if (!order.earlier) return unsent;
  const auto& result = order.earlier->result;
  database_.Read([&](const store::Reader& reader) {
    for (const auto& object : order.earlier->objects) {
      const auto uid = Derive(result, order.destination, object.sop_instance_uid);
      if (!store::FindReturned(reader, uid)) {
        unsent.insert(object.sop_instance_uid);
        continue;
      }
      map.vault[object.sop_instance_uid] = uid;
      map.vault[object.series_instance_uid] =
          Derive(result, order.destination, object.series_instance_uid);
    }
  });
  return unsent;
}

const EarlierResult::Report* Relinker::MapBefore(const RelinkOrder& order, UidMap& map) const {
  const EarlierResult::Report* found = nullptr;
  if (!order.earlier) return found;
  database_.Read([&](const store::Reader& reader) {
    for (const auto& report : order.earlier->before) {
      const auto& [uid, series_uid] = report.object;
      const auto sent = Derive(report.result, order.destination, uid);
      if (!store::FindReturned(reader, sent)) continue;
      map.vault[uid] = sent;
      map.vault[series_uid] = Derive(report.result, order.destination, series_uid);
      found = &report;
      return;
    }
  });
  return found;
}

std::variant<Relinked, Held> Relinker::Relink(const RelinkOrder& order, const DataSet& current,
                                              Time now) {
  const auto study = identities_.FindByUid(order.study_uid);
  if (!study) return Held{"STUDY_UNKNOWN"};
  auto identity = identities_.IdentityOf(*study);
  const auto source_terms = identity.GetStrings(tags::SpecificCharacterSet);
  dicom::ConvertToUtf8(identity);
  auto answer = current;
  dicom::ConvertToUtf8(answer);

  UidMap map;
  map.derive = [&](const std::string& uid) {
    if (map.tracking.contains(uid)) return Derive("", order.destination, study->Uid(uid));
    return Derive(order.result, order.destination, uid);
  };
  map.vault = OriginalUids(*study);
  map.vault[order.study_uid] = identity.GetString(tags::StudyInstanceUID);
  auto unsent = MapEarlier(order, map);
  const auto earlier_unsent = unsent;
  const auto* before = MapBefore(order, map);
  unsent.insert(order.staying.begin(), order.staying.end());

  Relinked relinked;
  std::vector<DataSet> objects = order.objects;
  for (auto& object : objects) {
    if (before != nullptr) FollowInstead(object, earlier_unsent, *before);
    LeaveOutPredecessors(object, unsent);
    CollectOwnUids(object, map.own, map.tracking);
  }
  int ordinal = 0;
  for (auto& object : objects) {
    dicom::ConvertToUtf8(object);
    if (!map.ReplaceAll(object)) return Held{"UNKNOWN_UID"};
    if (HasNamelessVerifier(object, order.people, order.project)) return Held{"VERIFIER_NAMELESS"};
    PutNames(object, order.people, order.project);
    SetHospitalAttributes(object, identity, answer);
    RestoreDates(object, identity);
    object.SetString(tags::StudyInstanceUID, identity.GetString(tags::StudyInstanceUID));
    object.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
    ++ordinal;
    if (order.product) {
      MarkAsProduct(object);
    } else {
      MarkAsResearch(object, order.project, ordinal);
    }
    AddContributingEquipment(object, now);
    EncodeAs(object, source_terms);
    relinked.objects.emplace_back(Permit<Hospital>(), std::move(object),
                                  dicom::kExplicitLittleEndian);
  }
  return relinked;
}

}  // namespace glossator::gate
