// SPDX-License-Identifier: GPL-3.0-or-later
// Whether an image may show who a person is by face (PS3.15 E.3.2): decided by what the head of the
// object says; no pixel is looked at.
#pragma once

#include "dicom/data_set.h"

namespace glossator::pixels {

// True for CT, MR, cone-beam volumes and photographs of head or neck: by Body Part Examined, codes
// of the anatomic region, words of the descriptions. Where none of them says any part of a body, a
// slice is of a head when its field of view is that of a head (180 to 300 mm), and a photograph
// always. False for all other kinds of objects.
bool MayShowFace(const dicom::DataSet& head);

}  // namespace glossator::pixels
