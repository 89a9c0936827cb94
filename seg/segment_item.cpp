// SPDX-License-Identifier: GPL-3.0-or-later
// The Segment Description macro (PS3.3 C.8.20.4) and recommended colors.
#include <algorithm>
#include <cmath>

#include "seg/header.h"
#include "seg/plane.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

void PutCodes(dicom::DataSet& parent, dicom::Tag tag, const std::vector<dicom::Code>& codes) {
  if (codes.empty()) return;
  std::vector<dicom::DataSet> items;
  for (const dicom::Code& code : codes) items.push_back(dicom::ToItem(code));
  parent.SetItems(tag, std::move(items));
}

void PutCode(dicom::DataSet& parent, dicom::Tag tag, const dicom::Code& code,
             dicom::Tag modifier_tag, const std::vector<dicom::Code>& modifiers) {
  dicom::DataSet item = dicom::ToItem(code);
  PutCodes(item, modifier_tag, modifiers);
  parent.SetItems(tag, {std::move(item)});
}

// ICC profile connection space: D50 (PS3.3 C.10.7.1.1). The matrix is sRGB's primaries adapted
// from D65 by Bradford.
constexpr std::array<Vector, 3> kToXyz = {{{0.4360747, 0.3850649, 0.1430804},
                                           {0.2225045, 0.7168786, 0.0606169},
                                           {0.0139322, 0.0971045, 0.7141733}}};
constexpr std::array<Vector, 3> kFromXyz = {{{3.1338561, -1.6168667, -0.4906146},
                                             {-0.9787684, 1.9161415, 0.0334540},
                                             {0.0719453, -0.2289914, 1.4052427}}};
constexpr Vector kWhite = {0.9642, 1.0, 0.8249};
constexpr double kEpsilon = 216.0 / 24389.0;
constexpr double kKappa = 24389.0 / 27.0;

double Linear(double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); }
double Gamma(double v) { return v <= 0.0031308 ? v * 12.92 : 1.055 * std::pow(v, 1 / 2.4) - 0.055; }
double Root(double t) { return t > kEpsilon ? std::cbrt(t) : (kKappa * t + 16) / 116; }
double Cube(double f) { return f * f * f > kEpsilon ? f * f * f : (116 * f - 16) / kKappa; }

uint16_t Scaled(double value, double low, double high) {
  const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return static_cast<uint16_t>(std::lround(share * 65535));
}

double Unscaled(uint16_t value, double low, double high) {
  return low + (high - low) * value / 65535.0;
}

}  // namespace

std::array<uint16_t, 3> CieLabOf(const std::array<uint8_t, 3>& color) {
  const Vector rgb{Linear(color[0] / 255.0), Linear(color[1] / 255.0), Linear(color[2] / 255.0)};
  Vector f{};
  for (size_t i = 0; i < 3; ++i) f[i] = Root(Dot(kToXyz[i], rgb) / kWhite[i]);
  return {Scaled(116 * f[1] - 16, 0, 100), Scaled(500 * (f[0] - f[1]), -128, 127),
          Scaled(200 * (f[1] - f[2]), -128, 127)};
}

std::array<uint8_t, 3> ColorOf(const std::array<uint16_t, 3>& cie_lab) {
  const double fy = (Unscaled(cie_lab[0], 0, 100) + 16) / 116;
  const double fx = fy + Unscaled(cie_lab[1], -128, 127) / 500;
  const double fz = fy - Unscaled(cie_lab[2], -128, 127) / 200;
  const Vector xyz{Cube(fx) * kWhite[0], Cube(fy) * kWhite[1], Cube(fz) * kWhite[2]};
  std::array<uint8_t, 3> color{};
  for (size_t i = 0; i < 3; ++i) {
    const double value = Gamma(std::max(0.0, Dot(kFromXyz[i], xyz)));
    color[i] = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
  }
  return color;
}

// PS3.3 10.16.
dicom::DataSet AlgorithmItem(const Algorithm& algorithm) {
  dicom::DataSet item;
  dicom::SetCode(item, tags::AlgorithmFamilyCodeSequence, algorithm.family);
  item.SetString(tags::AlgorithmName, algorithm.name);
  item.SetString(tags::AlgorithmVersion, algorithm.version);
  if (!algorithm.source.empty()) item.SetString(tags::AlgorithmSource, algorithm.source);
  if (!algorithm.parameters.empty())
    item.SetString(tags::AlgorithmParameters, algorithm.parameters);
  return item;
}

dicom::DataSet ContributorItem(const Contributor& contributor, Time now) {
  dicom::DataSet item;
  dicom::Code purpose = contributor.purpose;
  if (purpose.value.empty()) {
    purpose = contributor.algorithm ? dicom::Code{"Newcode1", "99IHE", "Processing Algorithm"}
                                    : dicom::Code{"109102", "DCM", "Processing Equipment"};
  }
  dicom::SetCode(item, tags::PurposeOfReferenceCodeSequence, purpose);
  const std::pair<dicom::Tag, const std::string*> texts[] = {
      {tags::Manufacturer, &contributor.manufacturer},
      {tags::ManufacturerModelName, &contributor.model_name},
      {tags::DeviceSerialNumber, &contributor.serial_number},
      {tags::SoftwareVersions, &contributor.software_versions},
      {tags::DeviceUID, &contributor.device_uid},
      {tags::InstitutionName, &contributor.institution},
      {tags::ContributionDescription, &contributor.description}};
  for (const auto& [tag, text] : texts) {
    if (!text->empty() || tag == tags::Manufacturer) item.SetString(tag, *text);
  }
  if (!contributor.operators.empty()) item.SetStrings(tags::OperatorsName, contributor.operators);
  item.SetString(tags::ContributionDateTime, ToDicomDateTime(now));
  return item;
}

dicom::DataSet SegmentItem(const Segment& segment, uint16_t number,
                           const std::string& tracking_uid) {
  dicom::DataSet item;
  dicom::SetCode(item, tags::SegmentedPropertyCategoryCodeSequence, segment.category);
  item.SetInt(tags::SegmentNumber, number);
  item.SetString(tags::SegmentLabel, segment.name);
  if (!segment.description.empty()) {
    item.SetString(tags::SegmentDescription, segment.description);
  }
  item.SetString(tags::SegmentAlgorithmType, segment.algorithm_type);
  if (segment.algorithm) {
    item.SetItems(tags::SegmentationAlgorithmIdentificationSequence,
                  {AlgorithmItem(*segment.algorithm)});
  }
  if (!segment.algorithm_name.empty()) {
    item.SetString(tags::SegmentAlgorithmName, segment.algorithm_name);
  }
  PutCode(item, tags::SegmentedPropertyTypeCodeSequence, segment.type,
          tags::SegmentedPropertyTypeModifierCodeSequence, segment.type_modifiers);
  if (segment.region) {
    PutCode(item, tags::AnatomicRegionSequence, *segment.region,
            tags::AnatomicRegionModifierSequence, segment.region_modifiers);
  }
  if (segment.color) {
    const auto lab = CieLabOf(*segment.color);
    item.SetInts(tags::RecommendedDisplayCIELabValue, {lab[0], lab[1], lab[2]});
  }
  if (!tracking_uid.empty()) {
    item.SetString(tags::TrackingID,
                   segment.tracking_id.empty() ? segment.name : segment.tracking_id);
    item.SetString(tags::TrackingUID, tracking_uid);
  }
  return item;
}

}  // namespace glossator::seg
