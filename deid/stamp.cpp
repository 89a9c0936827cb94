// SPDX-License-Identifier: GPL-3.0-or-later
// What the object says about its own cleaning (PS3.15 E.1.1 steps 6 to 8).
#include <algorithm>

#include "deid/cleaner.h"
#include "deid/fold.h"
#include "dicom/code.h"

namespace glossator::deid {
namespace {

using dicom::DataSet;
namespace tags = dicom::tags;

constexpr size_t kDigestShown = 16;  // hex digits that pin an object to its policy

// CID 7050.
constexpr const char* kProfileCode = "113100";
constexpr const char* kProfileMeaning = "Basic Application Confidentiality Profile";
struct OptionCode {
  Option option;
  const char* code;
  const char* meaning;
};
constexpr OptionCode kOptionCodes[] = {
    {Option::kCleanPixelData, "113101", "Clean Pixel Data Option"},
    {Option::kCleanRecognizableVisualFeatures, "113102",
     "Clean Recognizable Visual Features Option"},
    {Option::kCleanGraphics, "113103", "Clean Graphics Option"},
    {Option::kCleanStructuredContent, "113104", "Clean Structured Content Option"},
    {Option::kCleanDescriptors, "113105", "Clean Descriptors Option"},
    {Option::kRetainFullDates, "113106",
     "Retain Longitudinal Temporal Information Full Dates Option"},
    {Option::kRetainModifiedDates, "113107",
     "Retain Longitudinal Temporal Information Modified Dates Option"},
    {Option::kRetainPatientCharacteristics, "113108", "Retain Patient Characteristics Option"},
    {Option::kRetainDeviceIdentity, "113109", "Retain Device Identity Option"},
    {Option::kRetainUids, "113110", "Retain UIDs Option"},
    {Option::kRetainSafePrivate, "113111", "Retain Safe Private Option"},
    {Option::kRetainInstitutionIdentity, "113112", "Retain Institution Identity Option"},
};

bool HasText(const DataSet& data_set);

// Depth is bounded by the reader.
bool HasText(const dicom::Element& element) {
  return (dicom::UsesCharacterSet(element.vr) && !IsAscii(element.value)) ||
         std::any_of(element.items.begin(), element.items.end(),
                     [](const DataSet& item) { return HasText(item); });
}

bool HasText(const DataSet& data_set) {
  return std::any_of(data_set.begin(), data_set.end(),
                     [](const dicom::Element& element) { return HasText(element); });
}

}  // namespace

// A content tree is cleaned by Table E.3.4-1 under every policy: without it, it is no report.
bool Cleaner::Applied(Option option) const {
  const bool tree = option == Option::kCleanStructuredContent && head_.Has(tags::ContentSequence);
  return tree || policy_.options.Has(option);
}

void Cleaner::Stamp(DataSet& data_set) const {
  if (HasText(data_set)) data_set.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
  data_set.SetString(tags::PatientIdentityRemoved, "YES");
  data_set.SetStrings(
      tags::DeidentificationMethod,
      {"GLOSSATOR", "PS3.15 2024b", policy_.name,
       "policy " + std::to_string(policy_.version) + ' ' + policy_.digest.substr(0, kDigestShown)});
  std::vector<DataSet> codes{dicom::ToItem({kProfileCode, "DCM", kProfileMeaning})};
  for (const OptionCode& row : kOptionCodes) {
    if (Applied(row.option)) codes.push_back(dicom::ToItem({row.code, "DCM", row.meaning}));
  }
  data_set.SetItems(tags::DeidentificationMethodCodeSequence, std::move(codes));
  const bool full = policy_.options.Has(Option::kRetainFullDates);
  data_set.SetString(tags::LongitudinalTemporalInformationModified, !values_.kept_a_date()
                                                                        ? "REMOVED"
                                                                    : full ? "UNMODIFIED"
                                                                           : "MODIFIED");
}

}  // namespace glossator::deid
