// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/structured_content.h"

#include "dicom/code.h"

namespace glossator::deid {

namespace tags = dicom::tags;

std::optional<Action> ContentItemAction(const dicom::DataSet& item, const Options& options) {
  const auto concept_name = dicom::GetCode(item, tags::ConceptNameCodeSequence);
  if (!concept_name) return std::nullopt;
  return ContentAction(concept_name->value, concept_name->scheme, item.GetString(tags::ValueType),
                       options);
}

bool HasReferencesByPosition(const dicom::DataSet& document) {
  bool found = false;
  dicom::ForEachElement(document, [&](const std::string&, const dicom::Element& element) {
    found |= element.tag == tags::ReferencedContentItemIdentifier;
  });
  return found;
}

}  // namespace glossator::deid
