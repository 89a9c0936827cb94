// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/verify.h"

#include "dicom/error.h"
#include "seg/file_sink.h"
#include "seg/frame_reader.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;

void Findings::Add(const char* severity, const char* code, std::string path, const char* paragraph,
                   std::string message) {
  if (++counts_[code] > kPerCode) return;
  findings_.push_back({file_, severity, code, std::move(path), paragraph, std::move(message)});
}

std::vector<Finding> Findings::Take() {
  for (const auto& [code, count] : counts_) {
    if (count <= kPerCode) continue;
    findings_.push_back({file_, kFindingWarning, code, "", "",
                         "and " + std::to_string(count - kPerCode) + " more of this kind"});
  }
  return std::move(findings_);
}

std::string PathOf(dicom::Tag tag) { return dicom::ToString(tag); }

std::string ItemPath(dicom::Tag sequence, size_t index) {
  return PathOf(sequence) + "[" + std::to_string(index + 1) + "]";
}

std::string FramePath(size_t frame, dicom::Tag tag) {
  return ItemPath(tags::PerFrameFunctionalGroupsSequence, frame) + ">" + PathOf(tag);
}

namespace {

uint64_t Count(const dicom::DataSet& head, dicom::Tag tag, int64_t fallback) {
  const auto value = head.GetInt(tag).value_or(fallback);
  return value < 0 ? 0 : static_cast<uint64_t>(value);
}

std::optional<Kind> KindOf(const dicom::DataSet& head) {
  const std::string type = head.GetString(tags::SegmentationType);
  if (type == "BINARY") return Kind::kBinary;
  if (type == "FRACTIONAL") return Kind::kFractional;
  if (type == "LABELMAP") return Kind::kLabelMap;
  return std::nullopt;
}

void Fill(VerifyContext& context) {
  const dicom::DataSet& head = context.head;
  context.kind = KindOf(head);
  context.rows = Count(head, tags::Rows, 0);
  context.columns = Count(head, tags::Columns, 0);
  context.frame_count = Count(head, tags::NumberOfFrames, 0);
  context.tiled = head.GetString(tags::DimensionOrganizationType) == "TILED_FULL";
  context.slide = head.Has(tags::TotalPixelMatrixColumns);
  context.shared = head.FirstItem(tags::SharedFunctionalGroupsSequence);
  context.items = &head.GetItems(tags::PerFrameFunctionalGroupsSequence);
  const FrameReader reader(context.shared);
  for (const dicom::DataSet& item : *context.items) context.frames.push_back(reader.Of(item));
  for (const dicom::DataSet& item : head.GetItems(tags::SegmentSequence)) {
    context.segment_numbers.push_back(item.GetInt(tags::SegmentNumber).value_or(-1));
  }
}

// The rules look at native pixels; frames that cannot be decompressed are a finding.
void Decompress(ObjectBytes& object, Findings& findings) {
  try {
    MakeNative(object);
  } catch (const Error& error) {
    findings.Error("pixel-compressed", PathOf(tags::PixelData), "PS3.5 A.4", error.what());
  }
}

std::vector<Finding> VerifyObject(ObjectBytes object, const Source* source,
                                  const std::string& name) {
  Findings findings(name);
  Decompress(object, findings);
  VerifyContext context{object, source, findings, object.data_set};
  Fill(context);
  for (const auto rule :
       {VerifyHeader, VerifyValues, VerifyPixels, VerifySegments, VerifyCodes, VerifyFrames,
        VerifyDimensions, VerifyReferences, VerifySlides, VerifyAgainstSource, VerifyUids}) {
    rule(context);
  }
  return findings.Take();
}

}  // namespace

// Bad bytes are what a verifier is for: the reader's refusal is the finding.
std::vector<Finding> Verify(std::string_view part10_bytes, const Source* source,
                            const std::string& name) {
  try {
    return VerifyObject(TakeApart(std::string(part10_bytes)), source, name);
  } catch (const Error& error) {
    return {{name, kFindingError, "unreadable", "", "PS3.10 7", error.what()}};
  }
}

std::vector<Finding> VerifyFile(const std::filesystem::path& path, const Source* source) {
  return Verify(ReadBytes(path), source, path.string());
}

}  // namespace glossator::seg
