// SPDX-License-Identifier: GPL-3.0-or-later
// PS3.3 C.37.1.2, streamed: the groups' values go from their vectors straight to the sink.
// Sequences around bulk have undefined length, so that nothing must be known in advance.
#include <bit>

#include "dicom/atomic_file.h"
#include "dicom/charset.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "results/annotations.h"
#include "results/modules.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using dicom::Tag;

static_assert(std::endian::native == std::endian::little, "values are written as they are");

constexpr uint64_t kValueMax = 0xFFFFFFFE;  // bytes of one value (PS3.5 7.1.1)

void PutCodes(DataSet& parent, Tag tag, const std::vector<Code>& codes) {
  for (const Code& code : codes) parent.AddItem(tag) = dicom::ToItem(code);
}

// Writes a data set with bulk in between: elements in front of a tag, the bulk, the others.
class Stream {
 public:
  explicit Stream(const Sink& sink) : sink_(sink) {}

  // The elements of `data_set` from `position_` up to `tag`, not included.
  void Before(const DataSet& data_set, Tag tag) {
    DataSet part;
    for (const dicom::Element& element : data_set) {
      if (element.tag >= from_ && element.tag < tag) part.Put(element);
    }
    from_ = tag;
    sink_(dicom::Write(part, dicom::kExplicitLittleEndian));
  }
  void Rest(const DataSet& data_set) { Before(data_set, {0xFFFF, 0xFFFF}); }

  void Header(Tag tag, const char* vr, uint32_t length) {
    std::string bytes;
    Append16(bytes, tag.group);
    Append16(bytes, tag.element);
    bytes += vr;
    bytes += std::string(vr[0] == '\0' ? 0 : 2, '\0');
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes += static_cast<char>(length >> shift & 0xFF);
    }
    sink_(bytes);
  }

  template <class Number>
  void Bulk(Tag tag, const char* vr, const BulkVector<Number>& values) {
    if (values.empty()) return;
    const uint64_t bytes = values.size() * sizeof(Number);
    if (bytes > kValueMax) throw Error(ErrorKind::kInvalid, "a group of more than 4 GiB");
    Header(tag, vr, static_cast<uint32_t>(bytes));
    sink_({reinterpret_cast<const char*>(values.data()), static_cast<size_t>(bytes)});
  }

  void OpenSequence(Tag tag) { Header(tag, "SQ", 0xFFFFFFFF); }
  void CloseSequence() { Header({0xFFFE, 0xE0DD}, "", 0); }
  void OpenItem() { Header({0xFFFE, 0xE000}, "", 0xFFFFFFFF); }
  void CloseItem() { Header({0xFFFE, 0xE00D}, "", 0); }

  // The same for an item within: its elements start anew.
  template <class Write>
  void Item(Write&& write) {
    OpenItem();
    const Tag outer = from_;
    from_ = {};
    write();
    from_ = outer;
    CloseItem();
  }

 private:
  static void Append16(std::string& bytes, uint16_t number) {
    bytes += static_cast<char>(number & 0xFF);
    bytes += static_cast<char>(number >> 8);
  }

  const Sink& sink_;
  Tag from_{};
};

DataSet AlgorithmItem(const Algorithm& algorithm) {
  DataSet item;
  dicom::SetCode(item, tags::AlgorithmFamilyCodeSequence, algorithm.family);
  item.SetString(tags::AlgorithmName, algorithm.name);
  item.SetString(tags::AlgorithmVersion, algorithm.version);
  if (!algorithm.parameters.empty()) {
    item.SetString(tags::AlgorithmParameters, algorithm.parameters);
  }
  if (!algorithm.source.empty()) item.SetString(tags::AlgorithmSource, algorithm.source);
  return item;
}

// Everything of a group but coordinates, index list and measurements.
DataSet GroupItem(const AnnotationGroup& group, size_t number, bool in_space) {
  DataSet item;
  item.SetInt(tags::AnnotationGroupNumber, static_cast<int64_t>(number));
  if (group.color) {
    item.SetInts(tags::RecommendedDisplayCIELabValue,
                 {(*group.color)[0], (*group.color)[1], (*group.color)[2]});
  }
  item.SetString(tags::AnnotationGroupUID, group.uid);
  item.SetString(tags::AnnotationGroupLabel, group.label);
  if (!group.description.empty()) {
    item.SetString(tags::AnnotationGroupDescription, group.description);
  }
  item.SetString(tags::AnnotationGroupGenerationType, group.generation);
  for (const Algorithm& algorithm : group.algorithms) {
    item.AddItem(tags::AnnotationGroupAlgorithmIdentificationSequence) = AlgorithmItem(algorithm);
  }
  dicom::SetCode(item, tags::AnnotationPropertyCategoryCodeSequence, group.category);
  DataSet type = dicom::ToItem(group.type);
  PutCodes(type, tags::AnnotationPropertyTypeModifierCodeSequence, group.modifiers);
  item.SetItems(tags::AnnotationPropertyTypeCodeSequence, {type});
  PutCodes(item, tags::AnatomicRegionSequence, group.regions);
  item.SetString(tags::GraphicType, NameOf(group.graphic_type));
  item.SetInt(tags::NumberOfAnnotations, group.count);
  item.SetString(tags::AnnotationAppliesToAllOpticalPaths,
                 group.optical_paths.empty() ? "YES" : "NO");
  if (!group.optical_paths.empty()) {
    item.SetStrings(tags::ReferencedOpticalPathIdentifier, group.optical_paths);
  }
  // 1C: with a matrix of several planes of focus; the statement is never wrong to make in 3D.
  if (group.all_z_planes || in_space) {
    item.SetString(tags::AnnotationAppliesToAllZPlanes, group.all_z_planes ? "YES" : "NO");
  }
  if (!group.common_z.empty()) item.SetDoubles(tags::CommonZCoordinateValue, group.common_z);
  return item;
}

void WriteMeasurement(Stream& stream, const AnnotationMeasurement& measurement) {
  DataSet item;
  dicom::SetCode(item, tags::ConceptNameCodeSequence, measurement.concept_name);
  dicom::SetCode(item, tags::MeasurementUnitsCodeSequence, measurement.unit);
  stream.Item([&] {
    stream.Before(item, tags::MeasurementValuesSequence);
    stream.OpenSequence(tags::MeasurementValuesSequence);
    stream.Item([&] {
      stream.Bulk(tags::FloatingPointValues, "OF", measurement.values);
      stream.Bulk(tags::AnnotationIndexList, "OL", measurement.indices);
    });
    stream.CloseSequence();
  });
}

void WriteGroup(Stream& stream, const AnnotationGroup& group, const DataSet& item) {
  stream.Item([&] {
    stream.Before(item, tags::PointCoordinatesData);
    stream.Bulk(tags::PointCoordinatesData, "OF", group.coordinates);
    stream.Bulk(tags::DoublePointCoordinatesData, "OD", group.fine_coordinates);
    stream.Bulk(tags::LongPrimitivePointIndexList, "OL", group.starts);
    if (!group.measurements.empty()) {
      stream.OpenSequence(tags::MeasurementsSequence);
      for (const AnnotationMeasurement& m : group.measurements) WriteMeasurement(stream, m);
      stream.CloseSequence();
    }
    stream.Rest(item);
  });
}

void RequireSound(const Annotations& annotations) {
  const std::vector<Finding> findings = CheckAnnotations(annotations);
  if (findings.empty()) return;
  std::string text;
  for (const Finding& finding : findings) {
    text += (text.empty() ? "" : "; ") + finding.path + ": " + finding.message;
  }
  throw Error(ErrorKind::kInvalid, text);
}

// Everything around the groups, and the groups' small parts, in one data set: one character set.
DataSet Surroundings(const Annotations& annotations, const DataSet& head,
                     std::vector<InstanceReference> referenced, const Identity& identity,
                     const Equipment& equipment, Time now) {
  DataSet object = Begin(head, kAnnotationsStorage, "ANN", identity, equipment, now);
  referenced.insert(referenced.begin(), ReferenceTo(head));
  PutReferences(object, referenced);
  object.SetItems(tags::ReferencedImageSequence, SopReferences(referenced));
  object.SetString(tags::ContentDate, ToDicomDate(now));
  object.SetString(tags::ContentTime, ToDicomTime(now));
  object.SetString(tags::ContentLabel, ToCodeString(annotations.content_label));
  object.SetString(tags::ContentDescription, annotations.content_description);
  object.SetString(tags::ContentCreatorName, annotations.content_creator);
  object.SetString(tags::AnnotationCoordinateType, annotations.in_space ? "3D" : "2D");
  if (!annotations.in_space) {
    object.SetString(tags::PixelOriginInterpretation, annotations.pixel_origin);
  }
  for (const Tag tag : {tags::FrameOfReferenceUID, tags::PositionReferenceIndicator}) {
    if (annotations.in_space && head.Has(tag)) object.Put(*head.Find(tag));
  }
  if (annotations.in_space && !object.HasValue(tags::FrameOfReferenceUID)) {
    throw Error(ErrorKind::kInvalid, "3D annotations of an image without a frame of reference");
  }
  size_t number = 0;
  for (const AnnotationGroup& group : annotations.groups) {
    object.AddItem(tags::AnnotationGroupSequence) =
        GroupItem(group, ++number, annotations.in_space);
  }
  Finish(object, head);
  return object;
}

}  // namespace

void WriteAnnotations(const Annotations& annotations, const DataSet& head,
                      const std::vector<InstanceReference>& referenced, const Identity& identity,
                      const Equipment& equipment, Time now, const Sink& sink) {
  RequireSound(annotations);
  DataSet object = Surroundings(annotations, head, referenced, identity, equipment, now);
  const std::vector<DataSet> items = object.GetItems(tags::AnnotationGroupSequence);
  object.Erase(tags::AnnotationGroupSequence);
  sink(dicom::FileMeta(kAnnotationsStorage, identity.sop_instance_uid,
                       dicom::kExplicitLittleEndian));
  Stream stream(sink);
  stream.Before(object, tags::AnnotationGroupSequence);
  stream.OpenSequence(tags::AnnotationGroupSequence);
  for (size_t i = 0; i < items.size(); ++i) WriteGroup(stream, annotations.groups[i], items[i]);
  stream.CloseSequence();
  stream.Rest(object);
}

void WriteAnnotationsTo(const std::filesystem::path& path, const Annotations& annotations,
                        const DataSet& head, const Identity& identity, const Equipment& equipment,
                        Time now) {
  dicom::AtomicFile file(path);
  WriteAnnotations(annotations, head, {}, identity, equipment, now,
                   [&](std::string_view bytes) { file.Write(bytes); });
  file.Commit();
}

}  // namespace glossator::results
