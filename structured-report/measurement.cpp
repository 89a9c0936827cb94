// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/measurement.h"

#include <algorithm>

#include "structured-report/concepts.h"
#include "structured-report/numeric.h"

namespace glossator::sr {
namespace {

std::optional<Code> MaybeCode(const ContentItem& item) {
  return item.code() == nullptr ? std::nullopt : std::optional(*item.code());
}

void AddModifierCode(ContentItem& parent, const Code& name, const std::optional<Code>& code) {
  if (code) parent.Add(Coded(kHasConceptMod, name, *code));
}

template <class Holder>
void AddModifiers(ContentItem& parent, const Holder& holder) {
  for (const Modifier& modifier : holder.modifiers) parent.Add(ToItem(modifier));
}

Number ValueAndUnit(const Measurement& measurement) {
  if (!measurement.value) return {"", std::nullopt, measurement.qualifier};
  Number number = NumberOf(*measurement.value, measurement.unit);
  number.qualifier = measurement.qualifier;
  return number;
}

// One child of a NUM; true when it had a row.
bool ReadCoded(const ContentItem& child, Measurement& measurement) {
  if (child.Is(concepts::kMethod)) {
    measurement.method = MaybeCode(child);
  } else if (child.Is(concepts::kDerivation)) {
    measurement.derivation = MaybeCode(child);
  } else if (child.Is(concepts::kPersonObserverName) && child.text() != nullptr) {
    measurement.reader = *child.text();
  } else {
    return false;
  }
  return true;
}

void ReadChild(const ContentItem& child, Measurement& measurement) {
  if (ReadCoded(child, measurement)) return;
  if (child.relationship == kHasConceptMod) {
    measurement.modifiers.push_back(ToModifier(child));
  } else if (const auto region = ToRegion(child)) {
    measurement.regions.push_back(*region);
  } else if (const auto extent = ToExtent(child)) {
    measurement.extents.push_back(*extent);
  } else if (child.reference() != nullptr) {
    measurement.images.push_back(ToImageReference(*child.reference()));
  }
}

}  // namespace

bool IsReservedModifier(const Code& name) {
  const Code* const reserved[] = {&concepts::kMethod, &concepts::kDerivation,
                                  &concepts::kFindingSite, &concepts::kLaterality,
                                  &concepts::kPersonObserverName};
  return std::any_of(std::begin(reserved), std::end(reserved),
                     [&](const Code* code) { return code->SameConcept(name); });
}

ContentItem ToItem(const Modifier& modifier) {
  if (modifier.value) return Coded(kHasConceptMod, modifier.concept_name, *modifier.value);
  return Text(kHasConceptMod, modifier.concept_name, modifier.text);
}

Modifier ToModifier(const ContentItem& item) {
  return {item.concept_name.value_or(Code{}), MaybeCode(item),
          item.text() == nullptr ? "" : *item.text()};
}

// TID 300: method, derivation, modifiers, then TID 320 and TID 321.
ContentItem ToItem(const Measurement& measurement, const Instances& instances) {
  ContentItem item = Measured(kContains, measurement.concept_name, ValueAndUnit(measurement));
  if (!measurement.reader.empty()) {
    item.Add(PersonName(kHasObsContext, concepts::kPersonObserverName, measurement.reader));
  }
  AddModifierCode(item, concepts::kMethod, measurement.method);
  AddModifierCode(item, concepts::kDerivation, measurement.derivation);
  AddModifiers(item, measurement);
  for (const ImageReference& image : measurement.images) {
    item.Add(ToItem(kInferredFrom, concepts::kSourceOfMeasurement, image, instances));
  }
  for (const Region& region : measurement.regions) {
    item.Add(ToItem(kInferredFrom, concepts::kSourceOfMeasurement, region, instances));
  }
  for (const Extent& extent : measurement.extents) {
    item.Add(ToItem(kInferredFrom, concepts::kSourceOfMeasurement, extent, instances));
  }
  return item;
}

Measurement ToMeasurement(const ContentItem& item) {
  Measurement measurement;
  measurement.concept_name = item.concept_name.value_or(Code{});
  if (const Number* number = item.number()) {
    measurement.value = ValueOf(*number);
    measurement.unit = number->unit.value_or(Code{});
    measurement.qualifier = number->qualifier;
  }
  for (const ContentItem& child : item.children) ReadChild(child, measurement);
  return measurement;
}

ContentItem ToItem(const Evaluation& evaluation) {
  ContentItem item = evaluation.value ? Coded(kContains, evaluation.concept_name, *evaluation.value)
                                      : Text(kContains, evaluation.concept_name, evaluation.text);
  AddModifiers(item, evaluation);
  return item;
}

Evaluation ToEvaluation(const ContentItem& item) {
  Evaluation evaluation;
  evaluation.concept_name = item.concept_name.value_or(Code{});
  evaluation.value = MaybeCode(item);
  if (item.text() != nullptr) evaluation.text = *item.text();
  for (const ContentItem& child : item.children) {
    if (child.relationship == kHasConceptMod) evaluation.modifiers.push_back(ToModifier(child));
  }
  return evaluation;
}

}  // namespace glossator::sr
