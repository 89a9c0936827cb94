// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and judgements (PS3.16 TID 300, 320, 321, 1419, 1420).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "structured-report/coordinates.h"

namespace glossator::sr {

using dicom::Code;

// HAS CONCEPT MOD: a code or a text that narrows what it hangs on, such as the edition of a
// staging system, the cardiac phase of a value or the lead of an interval.
struct Modifier {
  Code concept_name;
  std::optional<Code> value{};
  std::string text{};
  bool operator==(const Modifier&) const = default;
};

// A measurement of this report by its place: groups[group].measurements[measurement].
struct MeasurementPlace {
  int64_t group = 0;
  int64_t measurement = 0;
  bool operator==(const MeasurementPlace&) const = default;
};

// TID 300 Measurement, and TID 1419 in a group with a region: value or qualifier.
struct Measurement {
  Code concept_name;
  std::optional<double> value{};
  Code unit{};  // UCUM; none without a value
  std::optional<Code> derivation{};
  std::optional<Code> method{};
  std::optional<Code> qualifier{};  // CID 42: why there is no value
  std::vector<Modifier> modifiers{};
  std::vector<ImageReference> images{};  // TID 320
  std::vector<Region> regions{};         // TID 320
  std::vector<Extent> extents{};         // TID 321
  std::vector<MeasurementPlace> from{};  // TID 1420: what it was computed from
  std::string reader{};                  // PN: whose value it is, where several people are named
  bool operator==(const Measurement&) const = default;
};

// A qualitative evaluation: a code or a text.
struct Evaluation {
  Code concept_name;
  std::optional<Code> value{};
  std::string text{};
  std::vector<Modifier> modifiers{};
  bool operator==(const Evaluation&) const = default;
};

ContentItem ToItem(const Measurement& measurement, const Instances& instances);
ContentItem ToItem(const Evaluation& evaluation);
ContentItem ToItem(const Modifier& modifier);

// `from` stays empty: only the whole report knows the places.
Measurement ToMeasurement(const ContentItem& item);
Evaluation ToEvaluation(const ContentItem& item);
Modifier ToModifier(const ContentItem& item);

// Concepts that have a row of their own and so can be no modifier.
bool IsReservedModifier(const Code& concept_name);

}  // namespace glossator::sr
