// SPDX-License-Identifier: GPL-3.0-or-later
// The modules around the content tree. Of this room only.
#pragma once

#include <string>
#include <vector>

#include "dicom/data_set.h"
#include "structured-report/content.h"
#include "structured-report/encode.h"
#include "structured-report/instances.h"

namespace glossator::sr {

void PutSeriesAndEquipment(dicom::DataSet& report, const ReportDescription& description,
                           const Identity& identity, Time now);

// SOP Class UID for a document (report.h) with that tree.
const char* ClassOf(const std::string& document, const ContentItem& root);

// SR Document General (C.17.2) without evidence; `request` may hold (0040,0275).
void PutDocument(dicom::DataSet& report, const ReportDescription& description,
                 const Identity& identity, Time now);

// Every instance that the tree refers to, by study and series: Current Requested Procedure
// Evidence for the report's own study, Pertinent Other Evidence for others (C.17.2.2, C.17.2.3).
void PutEvidence(dicom::DataSet& report, const ContentItem& root, const Instances& instances);

// (0008,0110) for private schemes of the tree (C.12.1, PS3.3 8.2).
void PutCodingSchemes(dicom::DataSet& report, const ContentItem& root);

// Every item, depth first, without its path.
template <class Visit>
void VisitItems(const ContentItem& root, Visit&& visit) {
  visit(root);
  for (const ContentItem& child : root.children) VisitItems(child, visit);
}

// Every code of an item: concept name, value, unit, qualifier. They live as long as the item.
std::vector<const Code*> CodesOf(const ContentItem& item);
bool IsPrivateScheme(const std::string& scheme);  // "99..."

}  // namespace glossator::sr
