// SPDX-License-Identifier: GPL-3.0-or-later
// Dimension organization and index values (PS3.3 C.7.6.17).
#include <algorithm>
#include <cmath>
#include <set>

#include "seg/verify_context.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

constexpr const char* kParagraph = "PS3.3 C.7.6.17";

void CheckDefinitions(VerifyContext& context) {
  std::set<std::string> organizations;
  for (const auto& item : context.head.GetItems(tags::DimensionOrganizationSequence)) {
    organizations.insert(item.GetString(tags::DimensionOrganizationUID));
  }
  const auto& dimensions = context.head.GetItems(tags::DimensionIndexSequence);
  for (size_t i = 0; i < dimensions.size(); ++i) {
    const std::string path = ItemPath(tags::DimensionIndexSequence, i);
    if (!dimensions[i].HasValue(tags::DimensionIndexPointer)) {
      context.findings.Error("dimension", path, kParagraph, "needs a Dimension Index Pointer");
    }
    const std::string uid = dimensions[i].GetString(tags::DimensionOrganizationUID);
    if (organizations.count(uid) == 0 && (organizations.size() > 1 || !uid.empty())) {
      context.findings.Error("dimension", path, kParagraph,
                             "names an organization that is not declared");
    }
  }
}

void CheckValues(VerifyContext& context) {
  const size_t wanted = context.head.GetItems(tags::DimensionIndexSequence).size();
  std::set<std::vector<uint32_t>> seen;
  for (size_t i = 0; i < context.frames.size(); ++i) {
    const auto& values = context.frames[i].dimension_index_values;
    const std::string path = FramePath(i, tags::FrameContentSequence);
    if (values.size() != wanted) {
      context.findings.Error("dimension-values", path, kParagraph,
                             "not as many index values as there are dimensions");
      continue;
    }
    if (std::find(values.begin(), values.end(), 0u) != values.end()) {
      context.findings.Error("dimension-values", path, kParagraph, "index values begin at 1");
    }
    if (!values.empty() && !seen.insert(values).second) {
      context.findings.Error("dimension-unique", path, kParagraph,
                             "another frame has the same index values");
    }
  }
}

// Position of the dimension that `pointer` names.
std::optional<size_t> DimensionOf(const VerifyContext& context, dicom::Tag pointer) {
  const auto& dimensions = context.head.GetItems(tags::DimensionIndexSequence);
  for (size_t i = 0; i < dimensions.size(); ++i) {
    const auto value = dimensions[i].GetInt(tags::DimensionIndexPointer);
    if (value == static_cast<int64_t>(pointer.value())) return i;
  }
  return std::nullopt;
}

// One index value stands for one value of the attribute, and the other way round.
template <class Key, class KeyOf>
void CheckConsistent(VerifyContext& context, dicom::Tag pointer, KeyOf&& key_of) {
  const auto dimension = DimensionOf(context, pointer);
  if (!dimension) return;
  std::map<uint32_t, Key> key_at;
  std::map<Key, uint32_t> index_of;
  for (size_t i = 0; i < context.frames.size(); ++i) {
    const auto& values = context.frames[i].dimension_index_values;
    const std::optional<Key> key = key_of(context.frames[i]);
    if (!key || values.size() <= *dimension) continue;
    const uint32_t value = values[*dimension];
    const bool same = key_at.emplace(value, *key).first->second == *key &&
                      index_of.emplace(*key, value).first->second == value;
    if (same) continue;
    // dcmqi and DCMTK count the positions of each segment anew; readers live with it.
    context.findings.Warning("dimension-meaning", FramePath(i, tags::FrameContentSequence),
                             kParagraph, "the index value does not go with " + PathOf(pointer));
  }
}

using Rounded = std::array<int64_t, 3>;

std::optional<Rounded> PositionKey(const SegmentationFrame& frame) {
  if (!frame.plane) return std::nullopt;
  Rounded rounded{};
  for (size_t k = 0; k < 3; ++k) rounded[k] = std::llround(frame.plane->position[k] * 1e4);
  return rounded;
}

std::optional<uint16_t> SegmentKey(const SegmentationFrame& frame) { return frame.segment; }

}  // namespace

void VerifyDimensions(VerifyContext& context) {
  CheckDefinitions(context);
  if (context.tiled) return;
  CheckValues(context);
  CheckConsistent<Rounded>(context, tags::ImagePositionPatient, PositionKey);
  CheckConsistent<uint16_t>(context, tags::ReferencedSegmentNumber, SegmentKey);
}

}  // namespace glossator::seg
