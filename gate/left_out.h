// SPDX-License-Identifier: GPL-3.0-or-later
// Which attributes of the data set's top level say nothing about its content: an archive corrects
// them, or puts them in on the way (docs/conformance-statement.md shows this table).
#pragma once

#include <span>

#include "dicom/tag.h"

namespace glossator::gate {

enum class LeftOut {
  kIdentity,  // who the patient is and which visit and order this was: a change is a new version
  kCoercion,  // where it is kept and what was done to it on the way: a change is nothing
};

struct LeftOutAttribute {
  dicom::Tag tag;
  LeftOut why;
};

// Sorted by tag. The Study Instance UID is not among them: an instance that turns up in another
// study is another object. Nor are size and weight, from which uptake values are computed.
std::span<const LeftOutAttribute> LeftOutAttributes();
const LeftOutAttribute* FindLeftOut(dicom::Tag tag);  // nullptr: it belongs to the content

}  // namespace glossator::gate
