// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/subgroup.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "deid/fold.h"
#include "deid/text.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

constexpr int kOldest = 90;  // one band for all above (45 CFR 164.514(b)(2)(i)(C))

int YearsOf(const dicom::DataSet& head) {
  const std::string age = head.GetString(tags::PatientAge);
  if (age.size() == 4 && IsDigits(age.substr(0, 3))) {
    return age[3] == 'Y' ? std::atoi(age.c_str()) : 0;
  }
  const std::string birth = head.GetString(tags::PatientBirthDate);
  const std::string day = head.GetString(tags::StudyDate);
  if (birth.size() != 8 || day.size() != 8 || !IsDigits(birth) || !IsDigits(day)) return -1;
  return (std::atoi(day.c_str()) - std::atoi(birth.c_str())) / 10000;
}

std::string AgeBand(const dicom::DataSet& head) {
  const int years = YearsOf(head);
  if (years < 0 || years > 150) return {};
  if (years >= kOldest) return "90+";
  const int from = years / 10 * 10;
  return std::to_string(from) + '-' + std::to_string(from + 9);
}

std::string Sex(const dicom::DataSet& head) {
  const std::string sex = head.GetString(tags::PatientSex);
  return sex == "M" || sex == "F" || sex == "O" ? sex : std::string();
}

std::string Maker(const dicom::DataSet& head, dicom::Tag tag) {
  static const Sentinel nobody{Dictionary()};
  return CleanText(head.GetString(tag), TextRule::kVendor, nobody);
}

// To the nearest multiple of `step`; "" when there is no number.
std::string Rounded(const dicom::DataSet& head, dicom::Tag tag, double step) {
  const std::string text = head.GetString(tag);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end == text.c_str() || !std::isfinite(value)) return {};
  char out[32];
  std::snprintf(out, sizeof out, "%g", std::round(value / step) * step);
  return out;
}

std::string Fact(const std::string& name, const dicom::DataSet& head,
                 const std::string& site_code) {
  if (name == "age-band") return AgeBand(head);
  if (name == "sex") return Sex(head);
  if (name == "site") return site_code;
  if (name == "manufacturer") return Maker(head, tags::Manufacturer);
  if (name == "model") return Maker(head, tags::ManufacturerModelName);
  if (name == "kvp") return Rounded(head, tags::KVP, 1);
  if (name == "field-strength") return Rounded(head, tags::MagneticFieldStrength, 0.5);
  return Rounded(head, tags::SliceThickness, 0.5);
}

}  // namespace

std::map<std::string, std::string> SubgroupFacts(const Instance<Hospital>& head,
                                                 const Policy& policy,
                                                 const std::string& site_code) {
  std::map<std::string, std::string> facts;
  for (const std::string& name : policy.facts) {
    std::string value = Fact(name, head.data_set(), site_code);
    if (!value.empty()) facts.emplace(name, std::move(value));
  }
  return facts;
}

}  // namespace glossator::deid
