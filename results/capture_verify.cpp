// SPDX-License-Identifier: GPL-3.0-or-later
// What a capture with an overlay must say, so that nobody takes it for an original.
#include <algorithm>

#include "results/capture.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

class CaptureCheck {
 public:
  explicit CaptureCheck(const DataSet& object) : object_(object) {}

  // C.7.6.1.1.2, C.7.6.1.1.3, C.8.6.1
  void Origin() {
    const std::vector<std::string> type = object_.GetStrings(tags::ImageType);
    const bool derived = type.size() >= 2 && type[0] == "DERIVED" && type[1] == "SECONDARY";
    Require(derived, "image-type", tags::ImageType, "PS3.3 C.7.6.1.1.2",
            "expected DERIVED\\SECONDARY");
    Require(object_.HasValue(tags::ConversionType), "conversion-type", tags::ConversionType,
            "PS3.3 C.8.6.1", "is missing");
    Require(object_.GetString(tags::BurnedInAnnotation) == "YES", "burned-in",
            tags::BurnedInAnnotation, "PS3.3 C.7.6.1", "an overlay is burned in: expected YES");
    const auto& sources = object_.GetItems(tags::SourceImageSequence);
    const bool named = !sources.empty() && std::ranges::all_of(sources, [](const DataSet& item) {
      return item.HasValue(tags::ReferencedSOPClassUID) &&
             item.HasValue(tags::ReferencedSOPInstanceUID);
    });
    Require(named, "source", tags::SourceImageSequence, "PS3.3 C.7.6.1.1.4",
            "a derived image names its sources");
  }

  // C.7.6.3, with the constraints of A.8.5.4: true color, 8 bits.
  void Pixels() {
    const std::pair<dicom::Tag, int64_t> numbers[] = {{tags::SamplesPerPixel, 3},
                                                      {tags::BitsAllocated, 8},
                                                      {tags::BitsStored, 8},
                                                      {tags::HighBit, 7},
                                                      {tags::PixelRepresentation, 0}};
    for (const auto& [tag, value] : numbers) {
      Require(object_.GetInt(tag) == value, "pixels", tag, "PS3.3 A.8.5.4",
              "expected " + std::to_string(value));
    }
    const auto* pixels = object_.Find(tags::PixelData);
    const bool native = pixels != nullptr && pixels->fragments.empty();
    const int64_t bytes = frames() * object_.GetInt(tags::Rows).value_or(0) *
                          object_.GetInt(tags::Columns).value_or(0) * 3;
    const bool fits =
        native && bytes > 0 && pixels->value.size() == static_cast<size_t>(bytes + bytes % 2);
    Require(fits || (pixels != nullptr && !native), "pixel-data", tags::PixelData, "PS3.5 8.1.1",
            "not as many bytes as the frames have");
  }

  // C.7.6.6 and C.8.6.4: what the frame increment pointer names has a value for each frame.
  void Frames() {
    Require(frames() >= 1, "frames", tags::NumberOfFrames, "PS3.3 C.7.6.6", "expected 1 or more");
    if (frames() < 2) return;
    const auto* pointer = object_.Find(tags::FrameIncrementPointer);
    Require(pointer != nullptr && pointer->value.size() >= 4, "frame-increment",
            tags::FrameIncrementPointer, "PS3.3 C.8.6.4", "is missing");
    const auto* vector = object_.Find(tags::PageNumberVector);
    Require(vector == nullptr ||
                object_.GetStrings(tags::PageNumberVector).size() == static_cast<size_t>(frames()),
            "frame-increment", tags::PageNumberVector, "PS3.3 C.8.6.4",
            "expected a value for each frame");
  }

  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  // Bounded: what is larger is no object of a file.
  int64_t frames() const {
    return std::clamp<int64_t>(object_.GetInt(tags::NumberOfFrames).value_or(0), 0, 1 << 24);
  }
  void Require(bool fine, const char* code, dicom::Tag tag, const char* paragraph,
               const std::string& message) {
    if (fine) return;
    findings_.push_back({"", kFindingError, code, dicom::ToString(tag), paragraph, message});
  }

  const DataSet& object_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> VerifyCapture(const DataSet& capture) {
  CaptureCheck check(capture);
  check.Origin();
  check.Pixels();
  check.Frames();
  return check.Take();
}

}  // namespace glossator::results
