// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/tag.h"

#include <cstdio>

namespace glossator::dicom {

std::string ToString(Tag tag) {
  char text[12];
  std::snprintf(text, sizeof text, "(%04X,%04X)", tag.group, tag.element);
  return text;
}

}  // namespace glossator::dicom
