// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstring>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "results/annotations.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using dicom::Tag;

class GroupReader {
 public:
  GroupReader(const dicom::ByteSource& source, const dicom::Skimmed& skimmed)
      : source_(source), skimmed_(skimmed) {}

  AnnotationGroup Read(const DataSet& item, const std::string& path) const {
    AnnotationGroup group;
    ReadWords(item, group);
    group.count = static_cast<uint32_t>(item.GetInt(tags::NumberOfAnnotations).value_or(0));
    for (const double z : item.GetDoubles(tags::CommonZCoordinateValue)) {
      group.common_z.push_back(z);
    }
    group.coordinates = Values<float>(item, path, tags::PointCoordinatesData);
    group.fine_coordinates = Values<double>(item, path, tags::DoublePointCoordinatesData);
    group.starts = Values<uint32_t>(item, path, tags::LongPrimitivePointIndexList);
    const auto& measurements = item.GetItems(tags::MeasurementsSequence);
    for (size_t i = 0; i < measurements.size(); ++i) {
      group.measurements.push_back(
          ReadMeasurement(measurements[i], Step(path, tags::MeasurementsSequence, i)));
    }
    return group;
  }

  static std::string Step(const std::string& path, Tag sequence, size_t index) {
    return path + dicom::ToString(sequence) + '[' + std::to_string(index + 1) + "]>";
  }

 private:
  AnnotationMeasurement ReadMeasurement(const DataSet& item, const std::string& path) const {
    AnnotationMeasurement measurement;
    measurement.concept_name = dicom::GetCode(item, tags::ConceptNameCodeSequence).value_or(Code{});
    measurement.unit = dicom::GetCode(item, tags::MeasurementUnitsCodeSequence).value_or(Code{});
    if (const DataSet* values = item.FirstItem(tags::MeasurementValuesSequence)) {
      const std::string below = Step(path, tags::MeasurementValuesSequence, 0);
      measurement.values = Values<float>(*values, below, tags::FloatingPointValues);
      measurement.indices = Values<uint32_t>(*values, below, tags::AnnotationIndexList);
    }
    return measurement;
  }

  // Straight from the source into the vector; a short value is in the data set.
  template <class Number>
  BulkVector<Number> Values(const DataSet& item, const std::string& path, Tag tag) const {
    BulkVector<Number> values;
    if (const auto bulk = skimmed_.bulks.find(path + dicom::ToString(tag));
        bulk != skimmed_.bulks.end()) {
      RequireWhole(bulk->second.bytes % sizeof(Number), path, tag);
      values.resize(static_cast<size_t>(bulk->second.bytes / sizeof(Number)));
      source_.ReadAt(bulk->second.offset, values.data(), values.size() * sizeof(Number));
    } else if (const dicom::Element* element = item.Find(tag)) {
      RequireWhole(element->value.size() % sizeof(Number), path, tag);
      values.resize(element->value.size() / sizeof(Number));
      if (!values.empty()) std::memcpy(values.data(), element->value.data(), element->value.size());
    }
    return values;
  }

  static void RequireWhole(uint64_t rest, const std::string& path, Tag tag) {
    if (rest == 0) return;
    throw Error(ErrorKind::kInvalid, path + dicom::ToString(tag) + ": not whole numbers");
  }

  static std::vector<Code> Codes(const DataSet& item, Tag tag) {
    std::vector<Code> codes;
    for (const DataSet& code : item.GetItems(tag)) {
      if (const auto read = dicom::ToCode(code)) codes.push_back(*read);
    }
    return codes;
  }

  static void ReadWords(const DataSet& item, AnnotationGroup& group) {
    group.uid = item.GetString(tags::AnnotationGroupUID);
    group.label = item.GetString(tags::AnnotationGroupLabel);
    group.description = item.GetString(tags::AnnotationGroupDescription);
    group.generation = item.GetString(tags::AnnotationGroupGenerationType);
    group.category =
        dicom::GetCode(item, tags::AnnotationPropertyCategoryCodeSequence).value_or(Code{});
    group.type = dicom::GetCode(item, tags::AnnotationPropertyTypeCodeSequence).value_or(Code{});
    if (const DataSet* type = item.FirstItem(tags::AnnotationPropertyTypeCodeSequence)) {
      group.modifiers = Codes(*type, tags::AnnotationPropertyTypeModifierCodeSequence);
    }
    group.regions = Codes(item, tags::AnatomicRegionSequence);
    const auto type = GraphicTypeFrom(item.GetString(tags::GraphicType));
    if (!type) throw Error(ErrorKind::kInvalid, "(0070,0023): an unknown graphic type");
    group.graphic_type = *type;
    group.optical_paths = item.GetStrings(tags::ReferencedOpticalPathIdentifier);
    group.all_z_planes = item.GetString(tags::AnnotationAppliesToAllZPlanes) == "YES";
    ReadColor(item, group);
    for (const DataSet& algorithm :
         item.GetItems(tags::AnnotationGroupAlgorithmIdentificationSequence)) {
      group.algorithms.push_back(
          {.family = dicom::GetCode(algorithm, tags::AlgorithmFamilyCodeSequence).value_or(Code{}),
           .name = algorithm.GetString(tags::AlgorithmName),
           .version = algorithm.GetString(tags::AlgorithmVersion),
           .source = algorithm.GetString(tags::AlgorithmSource),
           .parameters = algorithm.GetString(tags::AlgorithmParameters)});
    }
  }

  static void ReadColor(const DataSet& item, AnnotationGroup& group) {
    const auto part = [&](size_t index) {
      return item.GetInt(tags::RecommendedDisplayCIELabValue, index);
    };
    if (!part(2)) return;
    group.color = {static_cast<uint16_t>(*part(0)), static_cast<uint16_t>(*part(1)),
                   static_cast<uint16_t>(*part(2))};
  }

  const dicom::ByteSource& source_;
  const dicom::Skimmed& skimmed_;
};

}  // namespace

AnnotationObject ReadAnnotations(const dicom::ByteSource& source) {
  dicom::Skimmed skimmed = dicom::Skim(source);
  DataSet& data_set = skimmed.file.data_set;
  if (data_set.GetString(tags::SOPClassUID) != kAnnotationsStorage) {
    throw Error(ErrorKind::kInvalid, "not Microscopy Bulk Simple Annotations");
  }
  dicom::ConvertToUtf8(data_set);
  AnnotationObject object;
  object.annotations.content_label = data_set.GetString(tags::ContentLabel);
  object.annotations.content_description = data_set.GetString(tags::ContentDescription);
  object.annotations.content_creator = data_set.GetString(tags::ContentCreatorName);
  object.annotations.in_space = data_set.GetString(tags::AnnotationCoordinateType) == "3D";
  object.annotations.pixel_origin = data_set.GetString(tags::PixelOriginInterpretation);
  if (object.annotations.in_space) object.annotations.pixel_origin = "VOLUME";
  const GroupReader reader(source, skimmed);
  const auto& items = data_set.GetItems(tags::AnnotationGroupSequence);
  for (size_t i = 0; i < items.size(); ++i) {
    object.annotations.groups.push_back(
        reader.Read(items[i], GroupReader::Step("", tags::AnnotationGroupSequence, i)));
  }
  object.head = std::move(data_set);
  return object;
}

}  // namespace glossator::results
