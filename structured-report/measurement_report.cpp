// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/measurement_report.h"

#include <algorithm>

#include "structured-report/concepts.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

// The imaging procedure, not the algorithm (PS3.16 TID 1500).
std::vector<Code> Procedures(const ReportDescription& description, const DataSet& head) {
  if (!description.procedures.empty()) return description.procedures;
  std::vector<Code> codes;
  for (const DataSet& item : head.GetItems(tags::ProcedureCodeSequence)) {
    const auto code = dicom::ToCode(item);
    if (code && !code->meaning.empty()) codes.push_back(*code);
  }
  if (codes.empty()) codes.push_back(concepts::kImagingProcedure);
  return codes;
}

std::vector<std::string> SeriesOf(const std::vector<DataSet>& heads) {
  std::vector<std::string> series;
  for (const DataSet& head : heads) {
    const std::string uid = head.GetString(tags::SeriesInstanceUID);
    if (std::find(series.begin(), series.end(), uid) == series.end()) series.push_back(uid);
  }
  return series;
}

void AddRootText(ContentItem& root, const Code& name, const std::string& text) {
  if (!text.empty()) root.Add(Text(kHasConceptMod, name, text));
}

// The number of the n-th child of that kind, counted from 1 as (0040,DB73) does.
template <class Is>
int64_t PositionOf(const ContentItem& parent, int64_t n, Is is) {
  for (size_t i = 0; i < parent.children.size(); ++i) {
    if (is(parent.children[i]) && n-- == 0) return static_cast<int64_t>(i) + 1;
  }
  return 0;
}

bool IsNumber(const ContentItem& item) { return item.number() != nullptr; }
bool IsGroup(const ContentItem& item) { return item.Is(concepts::kMeasurementGroup); }

// TID 1420, R-INFERRED FROM: by position from the root, which is 1 (PS3.3 C.17.3.2.5).
void AddFrom(ContentItem& item, const std::vector<MeasurementPlace>& from, int64_t container,
             const ContentItem& measurements) {
  for (const MeasurementPlace& place : from) {
    const int64_t group = PositionOf(measurements, place.group, IsGroup);
    const auto& holder = measurements.children.at(static_cast<size_t>(group - 1));
    ContentItem reference;
    reference.type = ValueType::kReference;
    reference.relationship = kInferredFrom;
    reference.by_reference = {1, container, group, PositionOf(holder, place.measurement, IsNumber)};
    item.Add(reference);
  }
}

// TID 1500 rows 10 and 11
void AddDerived(ContentItem& root, const ReportDescription& description,
                const Instances& instances) {
  if (description.derived.empty()) return;
  const auto place = static_cast<int64_t>(root.children.size());  // of Imaging Measurements
  ContentItem derived = Container(kContains, concepts::kDerivedMeasurements);
  for (const Measurement& measurement : description.derived) {
    ContentItem& item = derived.Add(ToItem(measurement, instances));
    AddFrom(item, measurement.from, place, root.children.back());
  }
  root.Add(std::move(derived));
}

// TID 1500 rows 12 to 14
void AddEvaluations(ContentItem& root, const std::vector<Evaluation>& evaluations) {
  if (evaluations.empty()) return;
  ContentItem& container = root.Add(Container(kContains, concepts::kQualitativeEvaluations));
  for (const Evaluation& evaluation : evaluations) container.Add(ToItem(evaluation));
}

// One by-reference child of a derived value, back to its place among the groups.
std::optional<MeasurementPlace> PlaceFrom(const ContentItem& root,
                                          const std::vector<int64_t>& path) {
  if (path.size() != 4 || path[0] != 1) return std::nullopt;
  const ContentItem* item = &root;
  MeasurementPlace place;
  for (size_t i = 1; i < path.size(); ++i) {
    if (path[i] < 1 || path[i] > static_cast<int64_t>(item->children.size())) return std::nullopt;
    const auto begin = item->children.begin();
    const auto end = begin + (path[i] - 1);
    if (i == 2) place.group = std::count_if(begin, end, IsGroup);
    if (i == 3) place.measurement = std::count_if(begin, end, IsNumber);
    item = &*end;
  }
  return IsNumber(*item) ? std::optional(place) : std::nullopt;
}

Measurement ReadDerived(const ContentItem& item, const ContentItem& root) {
  Measurement measurement = ToMeasurement(item);
  for (const ContentItem& child : item.children) {
    const auto place = PlaceFrom(root, child.by_reference);
    if (place) measurement.from.push_back(*place);
  }
  return measurement;
}

void ReadContainer(const ContentItem& item, const ContentItem& root, ReportDescription& read) {
  for (const ContentItem& child : item.children) {
    if (item.Is(concepts::kImagingMeasurements) && IsGroup(child)) {
      read.groups.push_back(ToGroup(child));
    } else if (item.Is(concepts::kDerivedMeasurements) && IsNumber(child)) {
      read.derived.push_back(ReadDerived(child, root));
    } else if (item.Is(concepts::kQualitativeEvaluations)) {
      read.evaluations.push_back(ToEvaluation(child));
    }
  }
}

void ReadRootItem(const ContentItem& item, ReportDescription& read) {
  if (item.Is(concepts::kProcedureReported) && item.code() != nullptr) {
    read.procedures.push_back(*item.code());
  }
  if (item.Is(concepts::kLanguage) && item.code() != nullptr &&
      !item.code()->SameConcept(concepts::kEnglish)) {
    read.language = *item.code();
  }
  if (item.text() == nullptr) return;
  if (item.Is(concepts::kGuideline)) read.guideline = *item.text();
  if (item.Is(concepts::kAmendmentReason)) read.amendment_reason = *item.text();
}

}  // namespace

ContentItem MeasurementReport(const ReportDescription& description,
                              const std::vector<DataSet>& source_heads,
                              const Instances& instances) {
  ContentItem root = Container("", concepts::kImagingMeasurementReport, "1500");
  root.Add(Coded(kHasConceptMod, concepts::kLanguage,
                 description.language.value_or(concepts::kEnglish)));  // TID 1204
  AddTo(root, {description.person, description.readers, description.device});
  for (const Code& procedure : Procedures(description, source_heads.front())) {
    root.Add(Coded(kHasConceptMod, concepts::kProcedureReported, procedure));
  }
  AddRootText(root, concepts::kGuideline, description.guideline);
  AddRootText(root, concepts::kAmendmentReason, description.amendment_reason);
  ContentItem library = ImageLibrary(source_heads);
  if (!library.children.empty()) root.Add(std::move(library));
  ContentItem& measurements = root.Add(Container(kContains, concepts::kImagingMeasurements));
  const std::vector<std::string> series = SeriesOf(source_heads);
  measurements.children.reserve(description.groups.size());
  for (const MeasurementGroup& group : description.groups) {
    measurements.Add(ToItem(group, series, instances));
  }
  AddDerived(root, description, instances);
  AddEvaluations(root, description.evaluations);
  return root;
}

ReportDescription ReadMeasurementReport(const ContentItem& root) {
  ReportDescription read;
  ObserverContext context = ReadObserverContext(root);
  read.person = std::move(context.person);
  read.readers = std::move(context.readers);
  read.device = std::move(context.device);
  for (const ContentItem& item : root.children) {
    ReadRootItem(item, read);
    ReadContainer(item, root, read);
  }
  return read;
}

}  // namespace glossator::sr
