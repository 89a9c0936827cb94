// SPDX-License-Identifier: GPL-3.0-or-later
// The VR that an element has, whatever its sender wrote.
#pragma once

#include <optional>
#include <vector>

#include "dicom/data_set.h"
#include "dicom/dictionary.h"

namespace glossator::deid {

// PS3.6 wins over the sender; UN is read as what it stands for (PS3.5 6.2.2 note 2). nullopt when
// the bytes cannot be of that VR.
std::optional<dicom::Vr> TrueVr(const dicom::Element& element, const dicom::DictionaryEntry& entry);

// True when `size` bytes hold as many binary values as the attribute may have (PS3.6 VM): more can
// hide text in a number.
bool HasRightCount(const dicom::DictionaryEntry& entry, dicom::Vr vr, size_t size);

// The items of a sequence, also of one that came as UN with its items inside (implicit VR);
// nullopt when the bytes are no items.
std::optional<std::vector<dicom::DataSet>> ItemsOf(const dicom::Element& element);

}  // namespace glossator::deid
