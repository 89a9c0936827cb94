// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/report_dates.h"

#include <vector>

#include "dicom/code.h"

namespace glossator::gate {
namespace {

using dicom::DataSet;
namespace tags = dicom::tags;

bool IsWhen(const DataSet& item) {
  const std::string type = item.GetString(tags::ValueType);
  return item.GetString(tags::RelationshipType) == "HAS ACQ CONTEXT" &&
         (type == "DATE" || type == "TIME" || type == "DATETIME");
}

struct TimeOfStudy {
  const char* concept_name;  // of DCM
  dicom::Tag of_study;
  dicom::Tag of_item;
};
constexpr TimeOfStudy kStudyTimes[] = {{"111060", tags::StudyDate, tags::Date},
                                       {"111061", tags::StudyTime, tags::Time}};

// Study date or time, where the study has it.
const TimeOfStudy* Known(const DataSet& item, const DataSet& identity) {
  const auto name = dicom::GetCode(item, tags::ConceptNameCodeSequence);
  for (const TimeOfStudy& one : kStudyTimes) {
    const bool is_it = name && name->scheme == "DCM" && name->value == one.concept_name;
    if (is_it && identity.HasValue(one.of_study)) return &one;
  }
  return nullptr;
}

}  // namespace

void RestoreDates(DataSet& report, const DataSet& identity) {
  std::vector<DataSet*> open{&report};
  while (!open.empty()) {
    auto* content = open.back()->Find(tags::ContentSequence);
    open.pop_back();
    if (content == nullptr) continue;
    std::erase_if(content->items, [&](const DataSet& item) {
      return IsWhen(item) && Known(item, identity) == nullptr;
    });
    for (DataSet& item : content->items) {
      if (IsWhen(item)) {
        const TimeOfStudy& when = *Known(item, identity);
        item.SetString(when.of_item, identity.GetString(when.of_study));
      }
      open.push_back(&item);
    }
  }
}

}  // namespace glossator::gate
