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
dicom::DataSet Derivation(const SourceInstance& instance, uint32_t frame_number) {
  dicom::DataSet image;
  image.SetString(tags::ReferencedSOPClassUID, instance.sop_class_uid);
  image.SetString(tags::ReferencedSOPInstanceUID, instance.sop_instance_uid);
  if (instance.multi_frame) image.SetInt(tags::ReferencedFrameNumber, frame_number);
  image.SetString(tags::SpatialLocationsPreserved, "YES");
  dicom::SetCode(image, tags::PurposeOfReferenceCodeSequence, codes::SourceImageForProcessing());
  dicom::DataSet derivation;
  derivation.SetItems(tags::SourceImageSequence, {std::move(image)});
  dicom::SetCode(derivation, tags::DerivationCodeSequence, codes::SegmentationDerivation());
  return derivation;
}

// Index values count the distinct positions that occur, from 1 (PS3.3 C.7.6.17.1).
constexpr uint32_t kUnused = UINT32_MAX;

}  // namespace

FrameGroups::FrameGroups(const Source& source, const Plan& plan, const Layout& layout)
    : source_(source), plan_(plan), layout_(layout), template_of_(source.frames.size(), kUnused) {
  for (uint32_t i = 0; i < plan.used.size(); ++i) {
    template_of_[plan.used[i]] = i;
    templates_.push_back(Make(plan.used[i], i + 1));
  }
  for (const OutputFrame& frame : plan.frames) {
    items_bytes_ += templates_[template_of_[frame.source_frame]].bytes.size();
  }
}

dicom::DataSet FrameGroups::Item(uint32_t source_frame, uint32_t index) const {
  const SourceFrame& frame = source_.frames[source_frame];
  dicom::DataSet item;
  if (!source_.instances.empty()) {
    item.SetItems(tags::DerivationImageSequence,
                  {Derivation(source_.instances[frame.instance], frame.frame_number)});
  }
  dicom::DataSet content;
  if (!layout_.by_position) {
    content.SetString(tags::StackID, "1");
    content.SetInt(tags::InStackPositionNumber, index);
  }
  std::vector<int64_t> indices{index};
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
  if (layout_.by_segment) {
    dicom::DataSet segment;
    segment.SetInt(tags::ReferencedSegmentNumber, 0);
    item.SetItems(tags::SegmentIdentificationSequence, {std::move(segment)});
  }
  return item;
}

FrameGroups::Template FrameGroups::Make(uint32_t source_frame, uint32_t index) const {
  const std::string content = dicom::Write(Item(source_frame, index), dicom::kExplicitLittleEndian);
  Template made;
  made.bytes = std::string("\xFE\xFF\x00\xE0", 4) + std::string(4, '\0') + content;
  PutInt(made.bytes, 4, static_cast<uint32_t>(content.size()), 4);
  made.index = index;
  if (layout_.by_segment) {
    made.index_at = ValueAt(made.bytes, tags::DimensionIndexValues, "UL", 8);
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
