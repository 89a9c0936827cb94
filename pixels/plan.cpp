// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/plan.h"

#include <algorithm>
#include <iterator>

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

enum class Kind {
  kUltrasound,  // regions, else a rule
  kCapture,     // a picture of a screen or a camera's: a rule
  kProjection,  // text is put in before it is sent, whatever the object says: look
  kOther,       // look when there is a sign of it
};

struct Row {
  std::string_view prefix;  // of the SOP class, under 1.2.840.10008.5.1.
  Kind kind;
};
// PS3.4 Table B.5-1; the first that fits.
constexpr Row kKinds[] = {
    {"4.1.1.6.", Kind::kUltrasound},   {"4.1.1.3.", Kind::kUltrasound},
    {"4.1.1.7", Kind::kCapture},       {"4.1.1.77.1.1", Kind::kCapture},
    {"4.1.1.77.1.2.", Kind::kCapture}, {"4.1.1.77.1.4", Kind::kCapture},
    {"1.29", Kind::kCapture},          {"1.30", Kind::kCapture},
    {"4.1.1.1.", Kind::kProjection},   {"4.1.1.12.1", Kind::kProjection},
    {"4.1.1.12.2", Kind::kProjection},
};
constexpr std::string_view kRoot = "1.2.840.10008.5.1.";
// Exactly these, where a prefix would take others with it.
constexpr Row kExact[] = {
    {"4.1.1.6", Kind::kUltrasound},        {"4.1.1.3", Kind::kUltrasound},
    {"4.1.1.1", Kind::kProjection},        {"4.1.1.77.1", Kind::kCapture},
    {"4.1.1.77.2", Kind::kCapture},        {"4.1.1.77.1.7", Kind::kCapture},
    {"4.1.1.77.1.2", Kind::kProjection},   {"4.1.1.77.1.5.1", Kind::kProjection},
    {"4.1.1.77.1.5.2", Kind::kProjection}, {"4.1.1.77.1.5.5", Kind::kProjection},
    {"4.1.1.77.1.5.6", Kind::kProjection}, {"4.1.1.77.1.5.7", Kind::kProjection}};
// Of the modality; of the image type. Never the one's words in the other: a maker's localizers are
// ORIGINAL\PRIMARY\LOCALIZER\ES.
constexpr std::string_view kCapturedModalities[] = {"SC", "OT", "ES", "XC"};
constexpr std::string_view kCapturedTypes[] = {"SCREEN SAVE", "SCREENSHOT"};
constexpr std::string_view kParametricMap = "1.2.840.10008.5.1.4.1.1.30";
constexpr double kTrustedShare = 0.97;  // regions over more than this keep every text there is

Kind KindOf(const dicom::DataSet& head) {
  const std::string uid = head.GetString(tags::SOPClassUID);
  if (!std::string_view(uid).starts_with(kRoot)) return Kind::kOther;
  const std::string_view rest = std::string_view(uid).substr(kRoot.size());
  for (const Row& row : kExact) {
    if (rest == row.prefix) return row.kind;
  }
  // .7 and .7.n, not .77
  for (const Row& row : kKinds) {
    const bool fits = rest.starts_with(row.prefix) &&
                      (row.prefix.back() == '.' || rest.size() == row.prefix.size() ||
                       rest[row.prefix.size()] == '.');
    if (fits) return row.kind;
  }
  return Kind::kOther;
}

bool Says(const dicom::DataSet& head, std::string_view word) {
  const auto types = head.GetStrings(tags::ImageType);
  return std::find(types.begin(), types.end(), word) != types.end();
}

bool IsCaptured(const dicom::DataSet& head) {
  // A map of numbers, whose modality is often OT.
  if (head.GetString(tags::SOPClassUID) == kParametricMap) return false;
  const std::string modality = head.GetString(tags::Modality);
  return std::ranges::find(kCapturedModalities, modality) != std::end(kCapturedModalities) ||
         std::ranges::any_of(kCapturedTypes,
                             [&](std::string_view word) { return Says(head, word); });
}

// BurnedInAnnotation NO proves nothing; YES and a derived picture are signs.
bool HasSign(const dicom::DataSet& head) {
  const std::string said = head.GetString(tags::BurnedInAnnotation);
  const bool secondary = Says(head, "DERIVED") && Says(head, "SECONDARY");
  return said == "YES" || (said != "NO" && secondary);
}

// PS3.3 C.8.5.5.1: corners that belong to the region.
std::vector<Rectangle> Regions(const dicom::DataSet& head, const Format& format) {
  std::vector<Rectangle> kept;
  for (const auto& item : head.GetItems(tags::SequenceOfUltrasoundRegions)) {
    const auto x0 = item.GetInt(tags::RegionLocationMinX0),
               y0 = item.GetInt(tags::RegionLocationMinY0);
    const auto x1 = item.GetInt(tags::RegionLocationMaxX1),
               y1 = item.GetInt(tags::RegionLocationMaxY1);
    const bool good = x0 && y0 && x1 && y1 && *x0 >= 0 && *y0 >= 0 && *x1 > *x0 && *y1 > *y0 &&
                      *x1 <= 0xFFFF && *y1 <= 0xFFFF;
    if (!good) continue;
    kept.push_back({static_cast<uint32_t>(*x0), static_cast<uint32_t>(*y0),
                    static_cast<uint32_t>(*x1 - *x0 + 1), static_cast<uint32_t>(*y1 - *y0 + 1)});
  }
  kept = Clip(kept, format.columns, format.rows);
  const auto share = static_cast<double>(Area(kept, format.columns, format.rows));
  return share <= kTrustedShare * static_cast<double>(format.pixels()) ? kept
                                                                       : std::vector<Rectangle>();
}

Plan Sealed(std::string_view why) {
  Plan plan;
  plan.step = Step::kSealed;
  plan.risk = true;
  plan.why = why;
  return plan;
}

Plan Blanked(std::vector<Rectangle> blank, bool detect, bool risk, std::string_view why) {
  Plan plan;
  plan.step = Step::kBlank;
  plan.blank = std::move(blank);
  plan.detect = detect;
  plan.risk = risk;
  plan.why = why;
  return plan;
}

}  // namespace

Plan PlanFor(const dicom::DataSet& head, const Rules& rules, bool film) {
  const Kind kind = IsCaptured(head) ? Kind::kCapture : KindOf(head);
  const bool risk = kind == Kind::kUltrasound || kind == Kind::kCapture || HasSign(head);
  const bool looks = kind == Kind::kProjection || Says(head, "LOCALIZER");
  const auto format = FormatOf(head);
  const Rule* rule = rules.Find(head);
  if (rule == nullptr && !risk && (!looks || (!format && !film))) return {};
  const bool trusted = rule != nullptr && rule->blank.empty() && !rule->detect;
  if (!format && !trusted) return Sealed("a pixel format that is not handled");
  if (rule != nullptr) return Blanked(rule->blank, rule->detect, true, "rule");
  if (kind == Kind::kUltrasound) {
    const auto kept = Regions(head, *format);
    if (kept.empty()) return Sealed("unknown device");
    return Blanked(Outside(kept, format->columns, format->rows), false, true, "regions");
  }
  if (kind == Kind::kCapture) return Sealed("unknown device");
  return Blanked({}, true, risk, "detector");
}

}  // namespace glossator::pixels
