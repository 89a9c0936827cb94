// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/pixel_stage.h"

#include <algorithm>

#include "dicom/code.h"
#include "dicom/error.h"
#include "pixels/stage.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

bool IsAboutPixels(const Reason& reason) { return reason.code == reasons::kBurnedInRisk; }

pixels::Outcome Run(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                    const pixels::Plan& plan, const std::filesystem::path& program) {
  try {
    pixels::Worker worker(program);
    return pixels::CleanPixels(object, syntax, plan, worker);
  } catch (const Error& error) {
    pixels::Outcome outcome;
    outcome.fault = error.what();
    return outcome;
  }
}

}  // namespace

PixelResult PixelStage::Clean(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                              const std::vector<Reason>& screened) const {
  PixelResult result{screened, false};
  // Something else keeps it sealed: do not spend time on it.
  if (!std::all_of(screened.begin(), screened.end(), IsAboutPixels)) return result;
  if (!object.Has(tags::PixelData)) return result;
  const auto plan = pixels::PlanFor(object, rules_);
  const bool risk = plan.risk || !screened.empty();
  if (plan.step == pixels::Step::kNothing) return result;
  if (plan.step == pixels::Step::kSealed) {
    result.reasons = {{std::string(reasons::kBurnedInRisk), kNoRulePath}};
    return result;
  }
  const auto outcome = Run(object, syntax, plan, worker_);
  result.ran = outcome.fault.empty();
  result.reasons.clear();
  if (!result.ran && risk) {
    result.reasons.push_back({std::string(reasons::kBurnedInRisk), kUnreadablePath});
  }
  return result;
}

void StampCleanPixels(dicom::DataSet& data_set) {
  data_set.SetString(tags::BurnedInAnnotation, "NO");
  auto codes = data_set.GetItems(tags::DeidentificationMethodCodeSequence);
  codes.push_back(dicom::ToItem({"113101", "DCM", "Clean Pixel Data Option"}));
  data_set.SetItems(tags::DeidentificationMethodCodeSequence, std::move(codes));
}

}  // namespace glossator::deid
