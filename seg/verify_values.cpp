// SPDX-License-Identifier: GPL-3.0-or-later
// Values against their VR (PS3.5 6.2), at every depth.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "dicom/dictionary.h"
#include "dicom/uid.h"
#include "seg/verify_context.h"

namespace glossator::seg {
namespace {

bool AllOf(std::string_view text, bool (*fine)(char)) {
  return std::all_of(text.begin(), text.end(), fine);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsCode(char c) { return (c >= 'A' && c <= 'Z') || IsDigit(c) || c == ' ' || c == '_'; }

bool IsDate(std::string_view text) {
  if (text.size() != 8 || !AllOf(text, IsDigit)) return false;
  const int month = (text[4] - '0') * 10 + text[5] - '0';
  const int day = (text[6] - '0') * 10 + text[7] - '0';
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool IsTime(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.size() % 2 != 0 || whole.empty() || whole.size() > 6) return false;
  if (!AllOf(whole, IsDigit)) return false;
  if (whole.substr(0, 2) > "23" || (whole.size() >= 4 && whole.substr(2, 2) > "59")) return false;
  if (point == std::string_view::npos) return true;
  const std::string_view fraction = text.substr(point + 1);
  return whole.size() == 6 && !fraction.empty() && fraction.size() <= 6 && AllOf(fraction, IsDigit);
}

bool IsDecimal(std::string_view text) {
  if (text.size() > 16) return false;
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

bool IsInteger(std::string_view text) {
  if (text.size() > 12) return false;
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsCodeString(std::string_view text) { return text.size() <= 16 && AllOf(text, IsCode); }

struct Rule {
  dicom::Vr vr;
  bool (*fine)(std::string_view);
  bool is_error;
  const char* message;
};

constexpr Rule kRules[] = {
    {dicom::Vr::UI, dicom::IsValidUid, true, "is no UID"},
    {dicom::Vr::DA, IsDate, true, "is no date YYYYMMDD"},
    {dicom::Vr::TM, IsTime, true, "is no time HHMMSS.FFFFFF"},
    {dicom::Vr::DS, IsDecimal, true, "is no decimal of at most 16 characters"},
    {dicom::Vr::IS, IsInteger, true, "is no integer"},
    {dicom::Vr::CS, IsCodeString, true, "has characters that a code string must not have"},
};

std::string_view Trimmed(std::string_view value) {
  while (!value.empty() && (value.back() == ' ' || value.back() == '\0')) value.remove_suffix(1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  return value;
}

bool EveryValue(std::string_view value, bool (*fine)(std::string_view)) {
  while (true) {
    const size_t separator = value.find('\\');
    const std::string_view one = Trimmed(value.substr(0, separator));
    if (!one.empty() && !fine(one)) return false;
    if (separator == std::string_view::npos) return true;
    value.remove_prefix(separator + 1);
  }
}

}  // namespace

void VerifyValues(VerifyContext& context) {
  dicom::ForEachElement(context.head, [&](const std::string& path, const dicom::Element& element) {
    const size_t size = dicom::ValueSize(element.vr);
    if (size > 1 && element.value.size() % size != 0) {
      context.findings.Error("value", path, "PS3.5 6.2", "has a length that its VR cannot have");
    }
    for (const Rule& rule : kRules) {
      if (rule.vr != element.vr || EveryValue(element.value, rule.fine)) continue;
      context.findings.Error("value", path, "PS3.5 6.2", rule.message);
    }
    const dicom::Vr expected = dicom::VrOf(element.tag);
    const bool other = expected != dicom::Vr::UN && expected != element.vr &&
                       element.vr != dicom::Vr::UN && !element.tag.is_private();
    const bool choice = dicom::ValueSize(expected) > 0 && dicom::ValueSize(element.vr) > 0;
    if (other && !choice) {
      context.findings.Error("value", path, "PS3.6 6", "has another VR than the dictionary says");
    }
  });
}

}  // namespace glossator::seg
