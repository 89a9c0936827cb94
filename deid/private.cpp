// SPDX-License-Identifier: GPL-3.0-or-later
// Private attributes: none but those of Table E.3.10-1, by creator and VR, and even these cleaned
// like any other value.
#include <algorithm>

#include "deid/cleaner.h"
#include "deid/fold.h"

namespace glossator::deid {
namespace {

using dicom::DataSet;
using dicom::Element;
using dicom::Tag;
using dicom::Vr;

Tag CreatorTag(Tag tag) { return {tag.group, static_cast<uint16_t>(tag.element >> 8)}; }

bool IsText(Vr vr) { return dicom::UsesCharacterSet(vr) && vr != Vr::PN; }

}  // namespace

std::optional<Element> Cleaner::CleanPrivate(const Element& element, const Place& place) {
  if (!policy_.options.Has(Option::kRetainSafePrivate)) return std::nullopt;
  if (element.tag.element < 0x1000) return std::nullopt;  // creators come back when needed
  const dicom::Element* creator = place.item.Find(CreatorTag(element.tag));
  if (creator == nullptr) return std::nullopt;
  const auto vr = SafePrivateVr(element.tag, Trim(creator->value));
  if (!vr || (element.vr != *vr && element.vr != Vr::UN)) return std::nullopt;
  auto value = IsText(*vr) ? values_.CleanTextValue(element, *vr, place.set, TextRule::kTechnical)
                           : values_.Clean(element, *vr, place.set);
  if (!value || value->empty()) return std::nullopt;
  Count(Want::kKeep);
  Element out;
  out.tag = element.tag;
  out.vr = *vr;
  out.value = std::move(*value);
  return out;
}

void Cleaner::AddPrivateCreators(const DataSet& in, DataSet& out) const {
  std::vector<Tag> needed;
  for (const Element& element : out) {
    if (element.tag.is_private()) needed.push_back(CreatorTag(element.tag));
  }
  for (const Tag tag : needed) {
    if (!out.Has(tag)) out.SetBytes(tag, Vr::LO, in.GetString(tag));
  }
}

}  // namespace glossator::deid
