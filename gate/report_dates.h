// SPDX-License-Identifier: GPL-3.0-or-later
// Dates in the content tree of a report that comes back. In the lab they are those of the cleaned
// images: moved by whole weeks (ADR 5), so wrong at the PACS.
#pragma once

#include "dicom/data_set.h"

namespace glossator::gate {

// Of the acquisition context that a report's image library tells (PS3.16 TID 1602): study date and
// time become those of `identity` (the vault's General Study attributes); what it does not have,
// and every other date or time, is left out: the images have them.
void RestoreDates(dicom::DataSet& report, const dicom::DataSet& identity);

}  // namespace glossator::gate
