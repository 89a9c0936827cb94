// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/header.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "dicom/charset.h"
#include "dicom/patient_study.h"
#include "seg/codes.h"
#include "seg/plane.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr double kSame = 1e-6;

bool OneGrid(const Source& source) {
  const Plane& first = *source.frames.front().plane;
  return std::all_of(source.frames.begin(), source.frames.end(), [&](const SourceFrame& frame) {
    return SameDirection(frame.plane->orientation, first.orientation, kSame) &&
           frame.plane->row_spacing == first.row_spacing &&
           frame.plane->column_spacing == first.column_spacing;
  });
}

bool PositionsDiffer(const Source& source) {
  std::set<Vector> positions;
  for (const SourceFrame& frame : source.frames) positions.insert(frame.plane->position);
  return positions.size() == source.frames.size();
}

bool TilesDiffer(const Source& source) {
  std::set<std::tuple<int32_t, int32_t, double>> places;
  for (const SourceFrame& frame : source.frames) {
    places.insert({frame.tile->row, frame.tile->column, frame.tile->offset[2]});
  }
  return places.size() == source.frames.size();
}

// PS3.3 C.8.20.2: BINARY 1/1/0, the others whole bytes.
void PutPixelFormat(dicom::DataSet& header, const HeaderParts& parts) {
  const Kind kind = parts.options.kind;
  const int bits = kind == Kind::kBinary ? 1 : static_cast<int>(8 * parts.layout.label_bytes);
  header.SetInt(tags::SamplesPerPixel, 1);
  header.SetString(tags::PhotometricInterpretation,
                   parts.options.palette ? "PALETTE COLOR" : "MONOCHROME2");
  header.SetInt(tags::NumberOfFrames, static_cast<int64_t>(parts.plan.frames.size()));
  header.SetInt(tags::Rows, parts.source.rows);
  header.SetInt(tags::Columns, parts.source.columns);
  header.SetInt(tags::BitsAllocated, bits);
  header.SetInt(tags::BitsStored, bits);
  header.SetInt(tags::HighBit, bits - 1);
  header.SetInt(tags::PixelRepresentation, 0);
  if (kind == Kind::kLabelMap) header.SetInt(tags::PixelPaddingValue, 0);
  if (parts.options.palette) PutPalette(header, parts.description, parts.layout.label_bytes);
}

// PS3.3 C.8.20.2.2: once lossy, always lossy.
void PutLossy(dicom::DataSet& header, const Source& source) {
  header.SetString(tags::LossyImageCompression, source.lossy ? "01" : "00");
  if (!source.lossy) return;
  for (const dicom::Tag tag :
       {tags::LossyImageCompressionRatio, tags::LossyImageCompressionMethod}) {
    if (source.head.HasValue(tag)) header.Put(*source.head.Find(tag));
  }
}

void PutKind(dicom::DataSet& header, const HeaderParts& parts) {
  const Options& options = parts.options;
  static constexpr const char* kNames[] = {"BINARY", "FRACTIONAL", "LABELMAP"};
  header.SetString(tags::SegmentationType, kNames[static_cast<int>(options.kind)]);
  header.SetString(tags::SegmentsOverlap, parts.plan.overlap);
  if (options.kind != Kind::kFractional) return;
  const bool probability = options.fractional_type == FractionalType::kProbability;
  header.SetString(tags::SegmentationFractionalType, probability ? "PROBABILITY" : "OCCUPANCY");
  header.SetInt(tags::MaximumFractionalValue, options.maximum_fractional_value);
}

void PutIdentity(dicom::DataSet& header, const HeaderParts& parts) {
  const Identity& identity = parts.identity;
  const bool label_map = parts.options.kind == Kind::kLabelMap;
  const std::string date = ToDicomDate(parts.now);
  const std::string time = ToDicomTime(parts.now);
  header.SetString(tags::SOPClassUID, label_map ? kLabelMapStorage : kSegmentationStorage);
  header.SetString(tags::SOPInstanceUID, identity.sop_instance_uid);
  header.SetString(tags::SeriesInstanceUID, identity.series_instance_uid);
  header.SetInt(tags::SeriesNumber, identity.series_number);
  header.SetInt(tags::InstanceNumber, identity.instance_number);
  header.SetString(tags::Modality, "SEG");
  header.SetString(tags::ImageType, "DERIVED\\PRIMARY");
  for (const dicom::Tag tag : {tags::InstanceCreationDate, tags::SeriesDate, tags::ContentDate}) {
    header.SetString(tag, date);
  }
  for (const dicom::Tag tag : {tags::InstanceCreationTime, tags::SeriesTime, tags::ContentTime}) {
    header.SetString(tag, time);
  }
  const std::string& own = identity.series_description;
  const std::string& text = own.empty() ? parts.description.series_description : own;
  if (!text.empty()) header.SetString(tags::SeriesDescription, text);
}

void PutContent(dicom::DataSet& header, const HeaderParts& parts) {
  const Description& description = parts.description;
  header.SetString(tags::ContentLabel,
                   description.content_label.empty() ? "SEGMENTATION" : description.content_label);
  header.SetString(tags::ContentDescription, description.content_description);
  header.SetString(tags::ContentCreatorName, description.content_creator);
  header.SetString(tags::BurnedInAnnotation, "NO");
  if (!parts.options.content_qualification.empty()) {
    header.SetString(tags::ContentQualification, parts.options.content_qualification);
  }
}

// Enhanced General Equipment (PS3.3 C.7.5.2): all type 1.
void PutEquipment(dicom::DataSet& header, const HeaderParts& parts) {
  const Equipment& equipment = parts.options.equipment;
  header.SetString(tags::Manufacturer, equipment.manufacturer);
  header.SetString(tags::ManufacturerModelName, equipment.model_name);
  header.SetString(tags::DeviceSerialNumber, equipment.serial_number);
  header.SetString(tags::SoftwareVersions, equipment.software_versions);
  std::vector<dicom::DataSet> contributors = parts.options.contributing_equipment;
  for (const Contributor& contributor : parts.description.contributors) {
    contributors.push_back(ContributorItem(contributor, parts.now));
  }
  if (contributors.empty()) return;
  header.SetItems(tags::ContributingEquipmentSequence, std::move(contributors));
}

dicom::DataSet Dimension(const std::string& organization, dicom::Tag pointer, dicom::Tag group,
                         const char* label) {
  dicom::DataSet item;
  item.SetString(tags::DimensionOrganizationUID, organization);
  item.SetInt(tags::DimensionIndexPointer, pointer.value());
  item.SetInt(tags::FunctionalGroupPointer, group.value());
  item.SetString(tags::DimensionDescriptionLabel, label);
  return item;
}

struct Axis {
  dicom::Tag pointer;
  dicom::Tag group;
  const char* label;
};

// In the order of the index values that FrameGroups writes.
std::vector<Axis> AxesOf(const Layout& layout) {
  std::vector<Axis> axes;
  if (layout.by_segment) {
    axes.push_back(
        {tags::ReferencedSegmentNumber, tags::SegmentIdentificationSequence, "Segment Number"});
  }
  if (layout.by_tile) {
    const dicom::Tag group = tags::PlanePositionSlideSequence;
    axes.push_back({tags::RowPositionInTotalImagePixelMatrix, group, "Row Position"});
    axes.push_back({tags::ColumnPositionInTotalImagePixelMatrix, group, "Column Position"});
    axes.push_back({tags::ZOffsetInSlideCoordinateSystem, group, "Z Offset"});
  } else if (layout.by_position) {
    axes.push_back(
        {tags::ImagePositionPatient, tags::PlanePositionSequence, "Image Position Patient"});
  } else {
    axes.push_back(
        {tags::InStackPositionNumber, tags::FrameContentSequence, "In-Stack Position Number"});
  }
  return axes;
}

// PS3.3 C.7.6.17: what the Dimension Index Values of each frame count.
void PutDimensions(dicom::DataSet& header, const Layout& layout, UidSource& uids) {
  const std::string organization = uids.New();
  header.AddItem(tags::DimensionOrganizationSequence)
      .SetString(tags::DimensionOrganizationUID, organization);
  std::vector<dicom::DataSet> dimensions;
  for (const Axis& axis : AxesOf(layout)) {
    dimensions.push_back(Dimension(organization, axis.pointer, axis.group, axis.label));
  }
  header.SetItems(tags::DimensionIndexSequence, std::move(dimensions));
}

// PS3.3 C.8.12.4 and the slide's specimen: the matrix is the source's, as the tiles are.
void PutSlide(dicom::DataSet& header, const Source& source) {
  const SlideMatrix& slide = *source.slide;
  header.SetInt(tags::TotalPixelMatrixColumns, slide.columns);
  header.SetInt(tags::TotalPixelMatrixRows, slide.rows);
  header.SetDoubles(tags::ImageOrientationSlide,
                    {slide.orientation.begin(), slide.orientation.end()});
  dicom::DataSet& origin = header.AddItem(tags::TotalPixelMatrixOriginSequence);
  origin.SetDouble(tags::XOffsetInSlideCoordinateSystem, slide.origin[0]);
  origin.SetDouble(tags::YOffsetInSlideCoordinateSystem, slide.origin[1]);
  header.SetString(tags::DimensionOrganizationType, "TILED_SPARSE");
  for (const dicom::Tag tag :
       {tags::ContainerIdentifier, tags::IssuerOfTheContainerIdentifierSequence,
        tags::ContainerTypeCodeSequence, tags::SpecimenDescriptionSequence}) {
    if (const auto* element = source.head.Find(tag)) header.Put(*element);
  }
}

dicom::DataSet SeriesItem(const std::string& series_uid,
                          const std::vector<SourceInstance>& instances) {
  std::vector<dicom::DataSet> items;
  for (const SourceInstance& instance : instances) {
    dicom::DataSet& item = items.emplace_back();
    item.SetString(tags::ReferencedSOPClassUID, instance.sop_class_uid);
    item.SetString(tags::ReferencedSOPInstanceUID, instance.sop_instance_uid);
  }
  dicom::DataSet series;
  series.SetString(tags::SeriesInstanceUID, series_uid);
  series.SetItems(tags::ReferencedInstanceSequence, std::move(items));
  return series;
}

// PS3.3 C.12.2: every image of the source, and what else was looked at.
void PutReferences(dicom::DataSet& header, const HeaderParts& parts) {
  const Source& source = parts.source;
  std::vector<dicom::DataSet> same{SeriesItem(source.series_instance_uid, source.instances)};
  std::map<std::string, std::vector<dicom::DataSet>> others;
  for (const SeriesReference& also : parts.options.also_used) {
    const bool here = also.study_instance_uid == source.study_instance_uid;
    auto& list = here ? same : others[also.study_instance_uid];
    list.push_back(SeriesItem(also.series_instance_uid, also.instances));
  }
  header.SetItems(tags::ReferencedSeriesSequence, std::move(same));
  std::vector<dicom::DataSet> studies;
  for (auto& [study, series] : others) {
    dicom::DataSet& item = studies.emplace_back();
    item.SetString(tags::StudyInstanceUID, study);
    item.SetItems(tags::ReferencedSeriesSequence, std::move(series));
  }
  if (studies.empty()) return;
  header.SetItems(tags::StudiesContainingOtherReferencedInstancesSequence, std::move(studies));
}

// PS3.3 C.7.4.1, or what a projection needs instead (General Image, C.7.6.1).
void PutSpace(dicom::DataSet& header, const Source& source, const Layout& layout) {
  const auto copy = [&](dicom::Tag tag) {
    const dicom::Element* element = source.head.Find(tag);
    if (element != nullptr) {
      header.Put(*element);
    } else {
      header.SetEmpty(tag);
    }
  };
  if (layout.in_space || (layout.on_slide && !source.frame_of_reference_uid.empty())) {
    header.SetString(tags::FrameOfReferenceUID, source.frame_of_reference_uid);
    header.SetString(tags::PositionReferenceIndicator,
                     dicom::CharacterSet::Of(source.head)
                         .Decode(source.head.GetString(tags::PositionReferenceIndicator)));
  }
  if (!layout.in_space) copy(tags::PatientOrientation);
  if (layout.on_slide) PutSlide(header, source);
  for (const dicom::Tag tag : {tags::BodyPartExamined, tags::Laterality, tags::ImageLaterality}) {
    if (source.head.HasValue(tag)) copy(tag);
  }
}

double ThicknessOf(const Source& source) {
  if (source.slice_thickness > 0) return source.slice_thickness;
  const double spacing = std::abs(source.SliceSpacing());
  return spacing > 0 ? spacing : source.frames.front().plane->row_spacing;
}

void PutSharedGroups(dicom::DataSet& header, const Source& source, const Layout& layout) {
  dicom::DataSet groups;
  if (layout.in_space && layout.shared_orientation) {
    PutPlaneGroups(groups, *source.frames.front().plane, ThicknessOf(source));
    const double spacing = source.SliceSpacing();
    if (source.IsRegular() && spacing > 0) {
      groups.Find(tags::PixelMeasuresSequence)
          ->items[0]
          .SetDouble(tags::SpacingBetweenSlices, spacing);
    }
  }
  if (layout.on_slide && source.slide->row_spacing > 0) {
    const SlideMatrix& slide = *source.slide;
    dicom::DataSet measures;
    measures.SetDouble(tags::SliceThickness,
                       source.slice_thickness > 0 ? source.slice_thickness : slide.row_spacing);
    measures.SetDoubles(tags::PixelSpacing, {slide.row_spacing, slide.column_spacing});
    groups.SetItems(tags::PixelMeasuresSequence, {std::move(measures)});
  }
  header.SetItems(tags::SharedFunctionalGroupsSequence, {std::move(groups)});
}

// The background's item (PS3.3 C.8.20.2.3.3: every value that occurs is described).
dicom::DataSet Background() {
  Segment segment;
  segment.name = "Background";
  segment.category = {"309825002", "SCT", "Spatial and Relational Concept"};
  segment.type = {"125040", "DCM", "Background"};
  return SegmentItem(segment, 0, "");
}

void PutSegments(dicom::DataSet& header, const HeaderParts& parts,
                 const std::vector<std::string>& tracking_uids) {
  std::vector<dicom::DataSet> items;
  if (parts.options.kind == Kind::kLabelMap) items.push_back(Background());
  for (size_t i = 0; i < parts.description.segments.size(); ++i) {
    items.push_back(
        SegmentItem(parts.description.segments[i], parts.plan.numbers[i], tracking_uids[i]));
    // The palette says the colors then.
    if (parts.options.palette) items.back().Erase(tags::RecommendedDisplayCIELabValue);
  }
  header.SetItems(tags::SegmentSequence, std::move(items));
}

// PS3.3 C.12.1.1: private coding schemes are declared.
void PutSchemes(dicom::DataSet& header) {
  std::set<std::string> schemes;
  dicom::ForEachElement(header, [&](const std::string&, const dicom::Element& element) {
    if (element.tag != tags::CodingSchemeDesignator) return;
    std::string scheme = element.value;
    while (!scheme.empty() && (scheme.back() == ' ' || scheme.back() == '\0')) scheme.pop_back();
    if (!scheme.empty() && !IsKnownScheme(scheme)) schemes.insert(scheme);
  });
  std::vector<dicom::DataSet> items;
  for (const std::string& scheme : schemes) {
    dicom::DataSet& item = items.emplace_back();
    item.SetString(tags::CodingSchemeDesignator, scheme);
    item.SetString(tags::CodingSchemeName, "Private coding scheme " + scheme);
  }
  if (!items.empty()) header.SetItems(tags::CodingSchemeIdentificationSequence, std::move(items));
}

bool IsAscii(const dicom::DataSet& data_set) {
  bool ascii = true;
  dicom::ForEachElement(data_set, [&](const std::string&, const dicom::Element& element) {
    if (!dicom::UsesCharacterSet(element.vr)) return;
    ascii &= std::all_of(element.value.begin(), element.value.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  });
  return ascii;
}

// UTF-8 text in another set; nullopt when it cannot say all of it.
std::optional<dicom::DataSet> Encoded(dicom::DataSet data_set, const dicom::CharacterSet& set) {
  bool fits = set.is_known();
  dicom::ForEachElement(data_set, [&](const std::string&, dicom::Element& element) {
    if (!dicom::UsesCharacterSet(element.vr)) return;
    auto text = set.Encode(element.value, element.vr);
    fits &= text.has_value();
    if (text) element.value = std::move(*text);
  });
  if (!fits) return std::nullopt;
  return data_set;
}

// One character set per object: the source's when it can say our text too, else UTF-8.
dicom::DataSet Joined(dicom::DataSet copied, dicom::DataSet own) {
  if (!IsAscii(own)) {
    if (auto encoded = Encoded(own, dicom::CharacterSet::Of(copied))) {
      own = std::move(*encoded);
    } else {
      dicom::ConvertToUtf8(copied);
      copied.SetString(tags::SpecificCharacterSet, "ISO_IR 192");
    }
  }
  for (dicom::Element& element : own.elements()) copied.Put(std::move(element));
  return copied;
}

}  // namespace

Layout LayoutOf(const Source& source, const Description& description, const Options& options) {
  Layout layout;
  layout.in_space = source.has_planes();
  layout.on_slide = source.slide.has_value();
  layout.by_tile = layout.on_slide && TilesDiffer(source);
  layout.shared_orientation = layout.in_space && OneGrid(source);
  layout.by_position = layout.in_space && PositionsDiffer(source);
  layout.by_segment = options.kind != Kind::kLabelMap;
  if (options.kind == Kind::kLabelMap && !description.segments.empty()) {
    const auto most =
        std::max_element(description.segments.begin(), description.segments.end(),
                         [](const Segment& a, const Segment& b) { return a.label < b.label; });
    layout.label_bytes = most->label > 255 ? 2 : 1;
  }
  return layout;
}

void PutPlaneGroups(dicom::DataSet& groups, const Plane& plane, double slice_thickness) {
  dicom::DataSet orientation;
  orientation.SetDoubles(tags::ImageOrientationPatient,
                         {plane.orientation.begin(), plane.orientation.end()});
  groups.SetItems(tags::PlaneOrientationSequence, {std::move(orientation)});
  dicom::DataSet measures;
  measures.SetDouble(tags::SliceThickness, slice_thickness);
  measures.SetDoubles(tags::PixelSpacing, {plane.row_spacing, plane.column_spacing});
  groups.SetItems(tags::PixelMeasuresSequence, {std::move(measures)});
}

dicom::DataSet MakeHeader(const HeaderParts& parts, const std::vector<std::string>& tracking_uids,
                          UidSource& uids) {
  dicom::DataSet header;
  PutIdentity(header, parts);
  PutEquipment(header, parts);
  PutContent(header, parts);
  PutPixelFormat(header, parts);
  PutLossy(header, parts.source);
  PutKind(header, parts);
  PutSegments(header, parts, tracking_uids);
  PutDimensions(header, parts.layout, uids);
  PutReferences(header, parts);
  PutSpace(header, parts.source, parts.layout);
  PutSharedGroups(header, parts.source, parts.layout);
  for (const dicom::Element& element : parts.options.extra) header.Put(element);
  dicom::DataSet whole = Joined(dicom::PatientAndStudy(parts.source.head), std::move(header));
  PutSchemes(whole);  // the study's own codes may be private ones too
  return whole;
}

}  // namespace glossator::seg
