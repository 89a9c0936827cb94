// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/frame_groups.h"

#include <cmath>
#include <cstring>
#include <map>

#include "dicom/error.h"
#include "dicom/io.h"
#include "seg/codes.h"
#include "seg/plane.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

void PutInt(std::string& bytes, size_t at, uint32_t value, size_t size) {
  std::memcpy(bytes.data() + at, &value, size);
}

std::string ShortHeader(dicom::Tag tag, const char* vr, uint16_t length) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &tag.group, 2);
  std::memcpy(bytes.data() + 2, &tag.element, 2);
  std::memcpy(bytes.data() + 4, vr, 2);
  std::memcpy(bytes.data() + 6, &length, 2);
  return bytes;
}

// Where the value of an element begins. Its header cannot occur inside of a text: the tag has bytes
// that are no characters of a UID or code.
size_t ValueAt(const std::string& bytes, dicom::Tag tag, const char* vr, uint16_t length) {
  const size_t at = bytes.find(ShortHeader(tag, vr, length));
  if (at == std::string::npos) throw Error(ErrorKind::kInternal, "frame item without its indices");
  return at + 8;
}

// PS3.3 C.7.6.16.2.6 with the purpose of CID 7202 and the derivation of CID 7203.
dicom::DataSet Derivation(const SourceInstance& instance, uint32_t frame_number,
                          const std::string& note) {
  dicom::DataSet image;
  image.SetString(tags::ReferencedSOPClassUID, instance.sop_class_uid);
  image.SetString(tags::ReferencedSOPInstanceUID, instance.sop_instance_uid);
  if (instance.multi_frame) image.SetInt(tags::ReferencedFrameNumber, frame_number);
  image.SetString(tags::SpatialLocationsPreserved, "YES");
  dicom::SetCode(image, tags::PurposeOfReferenceCodeSequence, codes::SourceImageForProcessing());
  dicom::DataSet derivation;
  if (!note.empty()) derivation.SetString(tags::DerivationDescription, note);
  derivation.SetItems(tags::SourceImageSequence, {std::move(image)});
  dicom::SetCode(derivation, tags::DerivationCodeSequence, codes::SegmentationDerivation());
  return derivation;
}

constexpr uint32_t kUnused = UINT32_MAX;

// Place of each value among the distinct ones, from 1 (PS3.3 C.7.6.17.1).
template <class Value>
void AddRanks(const std::vector<Value>& values, std::vector<std::vector<int64_t>>& indices) {
  std::map<Value, int64_t> ranks;
  for (const Value& value : values) ranks[value] = 0;
  int64_t next = 0;
  for (auto& entry : ranks) entry.second = ++next;
  for (size_t i = 0; i < values.size(); ++i) indices[i].push_back(ranks[values[i]]);
}

// Per used source frame, without the segment.
std::vector<std::vector<int64_t>> IndicesOf(const Source& source, const Plan& plan,
                                            const Layout& layout) {
  std::vector<std::vector<int64_t>> indices(plan.used.size());
  if (!layout.by_tile) {
    for (size_t i = 0; i < indices.size(); ++i) indices[i] = {static_cast<int64_t>(i) + 1};
    return indices;
  }
  std::vector<int32_t> rows;
  std::vector<int32_t> columns;
  std::vector<double> depths;
  for (const uint32_t frame : plan.used) {
    const Tile& tile = *source.frames[frame].tile;
    rows.push_back(tile.row);
    columns.push_back(tile.column);
    depths.push_back(tile.offset[2]);
  }
  AddRanks(rows, indices);
  AddRanks(columns, indices);
  AddRanks(depths, indices);
  return indices;
}

dicom::DataSet TileItem(const Tile& tile) {
  dicom::DataSet item;
  item.SetDouble(tags::XOffsetInSlideCoordinateSystem, tile.offset[0]);
  item.SetDouble(tags::YOffsetInSlideCoordinateSystem, tile.offset[1]);
  item.SetDouble(tags::ZOffsetInSlideCoordinateSystem, tile.offset[2]);
  item.SetInt(tags::ColumnPositionInTotalImagePixelMatrix, tile.column);
  item.SetInt(tags::RowPositionInTotalImagePixelMatrix, tile.row);
  return item;
}

}  // namespace

FrameGroups::FrameGroups(const Source& source, const Plan& plan, const Layout& layout,
                         const std::string& note)
    : source_(source),
      plan_(plan),
      layout_(layout),
      note_(note),
      template_of_(source.frames.size(), kUnused) {
  const auto indices = IndicesOf(source, plan, layout);
  for (uint32_t i = 0; i < plan.used.size(); ++i) {
    template_of_[plan.used[i]] = i;
    templates_.push_back(Make(plan.used[i], indices[i]));
  }
  for (const OutputFrame& frame : plan.frames) {
    items_bytes_ += templates_[template_of_[frame.source_frame]].bytes.size();
  }
}

dicom::DataSet FrameGroups::Item(uint32_t source_frame, std::vector<int64_t> indices) const {
  const SourceFrame& frame = source_.frames[source_frame];
  dicom::DataSet item;
  if (!source_.instances.empty()) {
    item.SetItems(tags::DerivationImageSequence,
                  {Derivation(source_.instances[frame.instance], frame.frame_number, note_)});
  }
  dicom::DataSet content;
  if (!layout_.by_position && !layout_.by_tile) {
    content.SetString(tags::StackID, "1");
    content.SetInt(tags::InStackPositionNumber, indices[0]);
  }
  if (layout_.by_segment) indices.insert(indices.begin(), 0);
  content.SetInts(tags::DimensionIndexValues, indices);
  item.SetItems(tags::FrameContentSequence, {std::move(content)});
  if (layout_.in_space) {
    dicom::DataSet position;
    position.SetDoubles(tags::ImagePositionPatient,
                        {frame.plane->position.begin(), frame.plane->position.end()});
    item.SetItems(tags::PlanePositionSequence, {std::move(position)});
    if (!layout_.shared_orientation) {
      const double thickness = source_.slice_thickness;
      PutPlaneGroups(item, *frame.plane, thickness > 0 ? thickness : frame.plane->row_spacing);
    }
  }
  if (layout_.on_slide) item.SetItems(tags::PlanePositionSlideSequence, {TileItem(*frame.tile)});
  if (layout_.by_segment) {
    dicom::DataSet segment;
    segment.SetInt(tags::ReferencedSegmentNumber, 0);
    item.SetItems(tags::SegmentIdentificationSequence, {std::move(segment)});
  }
  return item;
}

FrameGroups::Template FrameGroups::Make(uint32_t source_frame,
                                        const std::vector<int64_t>& indices) const {
  const std::string content =
      dicom::Write(Item(source_frame, indices), dicom::kExplicitLittleEndian);
  Template made;
  made.bytes = std::string("\xFE\xFF\x00\xE0", 4) + std::string(4, '\0') + content;
  PutInt(made.bytes, 4, static_cast<uint32_t>(content.size()), 4);
  if (layout_.by_segment) {
    made.index_at = ValueAt(made.bytes, tags::DimensionIndexValues, "UL",
                            static_cast<uint16_t>(4 * (indices.size() + 1)));
    made.segment_at = ValueAt(made.bytes, tags::ReferencedSegmentNumber, "US", 2);
  }
  return made;
}

void FrameGroups::Write(const Sink& sink) {
  if (items_bytes_ >= UINT32_MAX) {
    throw Error(ErrorKind::kUnsupported, "too many frames for one object");
  }
  std::string header("\x00\x52\x30\x92SQ\x00\x00", 8);
  header.resize(12);
  PutInt(header, 8, static_cast<uint32_t>(items_bytes_), 4);
  std::string buffer = std::move(header);
  for (const OutputFrame& frame : plan_.frames) {
    Template& item = templates_[template_of_[frame.source_frame]];
    if (layout_.by_segment) {
      // The first index counts segments, as the numbers do.
      PutInt(item.bytes, item.index_at, plan_.numbers[frame.segment], 4);
      PutInt(item.bytes, item.segment_at, plan_.numbers[frame.segment], 2);
    }
    buffer += item.bytes;
    if (buffer.size() < (1 << 18)) continue;
    sink(buffer);
    buffer.clear();
  }
  sink(buffer);
}

}  // namespace glossator::seg
