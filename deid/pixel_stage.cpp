// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/pixel_stage.h"

#include <algorithm>

#include "deid/film.h"
#include "dicom/code.h"
#include "dicom/error.h"
#include "pixels/stage.h"
#include "pixels/stoppable.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

bool IsAboutPixels(const Reason& reason) { return reason.code == reasons::kBurnedInRisk; }

bool HasPixels(const dicom::DataSet& object) {
  if (object.Has(tags::FloatPixelData) || object.Has(tags::DoubleFloatPixelData)) return true;
  const auto* pixels = object.Find(tags::PixelData);
  return pixels != nullptr && (!pixels->value.empty() || !pixels->fragments.empty());
}

PixelResult Sealed(const char* path) {
  return {{{std::string(reasons::kBurnedInRisk), path}}, false};
}

}  // namespace

pixels::Outcome PixelStage::Run(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                                const pixels::Plan& plan) const {
  try {
    pixels::Worker worker(worker_);
    pixels::Stoppable stoppable(worker, stop_);
    return pixels::CleanPixels(object, syntax, plan, stoppable);
  } catch (const Error& error) {  // the worker could not be started
    pixels::Outcome outcome;
    outcome.fault = error.what();
    return outcome;
  }
}

// An object without a sign of text passes unread only when its frames are of a kind that no codec
// here handles, and never a film. A worker that dies, frames that are broken, text everywhere:
// sealed, sign or not.
PixelResult PixelStage::Clean(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                              const std::vector<Reason>& screened) const {
  // Something else keeps it sealed: do not spend time on it.
  if (!std::all_of(screened.begin(), screened.end(), IsAboutPixels)) return {screened, false};
  if (!HasPixels(object)) return {};  // nothing that could show text
  const bool film = IsFilm(syntax.uid);
  const auto plan = pixels::PlanFor(object, rules_, film);
  if (plan.step == pixels::Step::kNothing) return {screened, false};
  if (plan.step == pixels::Step::kSealed) return Sealed(kNoRulePath);
  const auto outcome = Run(object, syntax, plan);
  if (!outcome.fault.empty()) {
    const bool risk = plan.risk || !screened.empty() || film;
    return risk || !outcome.unsupported ? Sealed(kUnreadablePath) : PixelResult{};
  }
  const bool named = plan.why == "rule" || plan.why == "regions";
  const bool says_so = object.GetString(tags::BurnedInAnnotation) == "YES";
  if (says_so && !named && outcome.blank.empty()) return Sealed(kNotFoundPath);
  return {{}, true};
}

PixelResult PixelStage::Redact(dicom::DataSet& object, const dicom::TransferSyntax& syntax,
                               std::span<const pixels::Rectangle> rectangles) const {
  pixels::Plan plan;
  plan.step = pixels::Step::kBlank;
  plan.blank.assign(rectangles.begin(), rectangles.end());
  const auto outcome = Run(object, syntax, plan);
  return outcome.fault.empty() ? PixelResult{{}, true} : Sealed(kUnreadablePath);
}

void StampCleanPixels(dicom::DataSet& data_set) {
  data_set.SetString(tags::BurnedInAnnotation, "NO");
  auto codes = data_set.GetItems(tags::DeidentificationMethodCodeSequence);
  codes.push_back(dicom::ToItem({"113101", "DCM", "Clean Pixel Data Option"}));
  data_set.SetItems(tags::DeidentificationMethodCodeSequence, std::move(codes));
}

}  // namespace glossator::deid
