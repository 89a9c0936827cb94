// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/numeric.h"

#include "dicom/data_set.h"

namespace glossator::sr {

std::string NumericText(double value) {
  dicom::DataSet scratch;
  scratch.SetDouble(dicom::tags::NumericValue, value);
  return scratch.GetString(dicom::tags::NumericValue);
}

}  // namespace glossator::sr
