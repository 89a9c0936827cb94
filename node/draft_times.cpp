// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/draft_times.h"

#include <algorithm>
#include <iterator>

#include "dicom/data_set.h"
#include "dicom/dictionary.h"
#include "dicom/io.h"

namespace glossator::node {
namespace {

using dicom::Tag;
using dicom::Vr;
namespace tags = dicom::tags;

// What our writers fill with the present time, at any depth.
constexpr Tag kOurTimes[] = {tags::InstanceCreationDate,
                             tags::InstanceCreationTime,
                             tags::SeriesDate,
                             tags::SeriesTime,
                             tags::ContentDate,
                             tags::ContentTime,
                             tags::StructureSetDate,
                             tags::StructureSetTime,
                             tags::PresentationCreationDate,
                             tags::ContributionDateTime,
                             tags::PresentationCreationTime,
                             tags::ParticipationDateTime,
                             tags::VerificationDateTime,
                             tags::ObservationDateTime};

struct StudyTime {
  std::string date;  // DA
  std::string time;  // TM

  const std::string& Of(Vr vr) const { return vr == Vr::TM ? time : date; }
};

// Depth is bounded by the reader.
void Replace(dicom::DataSet& data_set, const StudyTime& study) {
  for (dicom::Element& element : data_set.elements()) {
    const bool ours = std::ranges::find(kOurTimes, element.tag) != std::end(kOurTimes);
    if (ours && !element.value.empty()) element.value = study.Of(element.vr);
    for (dicom::DataSet& item : element.items) Replace(item, study);
  }
}

}  // namespace

std::string WithoutRealTimes(std::string_view bytes) {
  dicom::File file = dicom::ReadFile(bytes);
  StudyTime study{file.data_set.GetString(tags::StudyDate),
                  file.data_set.GetString(tags::StudyTime)};
  if (study.date.empty()) study.date = "19000101";
  if (study.time.empty()) study.time = "000000";
  Replace(file.data_set, study);
  return dicom::WriteFile(file.data_set, *file.syntax);
}

}  // namespace glossator::node
