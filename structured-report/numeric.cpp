// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/numeric.h"

#include <charconv>
#include <cmath>
#include <iterator>

#include "dicom/data_set.h"

namespace glossator::sr {

std::string NumericText(double value) {
  dicom::DataSet scratch;
  scratch.SetDouble(dicom::tags::NumericValue, value);
  return scratch.GetString(dicom::tags::NumericValue);
}

double ShortestOfFloat(float value) {
  if (!std::isfinite(value)) return value;
  char text[32];
  const auto end = std::to_chars(text, std::end(text), value).ptr;
  double number = 0;
  std::from_chars(text, end, number);
  return number;
}

Number NumberOf(double value, const Code& unit) {
  Number number{NumericText(value), unit, std::nullopt};
  if (ValueOf(number) != value) number.exact = value;
  return number;
}

std::optional<double> ValueOf(const Number& number) {
  if (number.exact) return number.exact;
  dicom::DataSet scratch;
  scratch.SetString(dicom::tags::NumericValue, number.value);
  return scratch.GetDouble(dicom::tags::NumericValue);
}

}  // namespace glossator::sr
