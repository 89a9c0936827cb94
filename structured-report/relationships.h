// SPDX-License-Identifier: GPL-3.0-or-later
// Which item may hold which, by SOP class (PS3.3 Tables A.35.2-2, A.35.3-2, A.35.13-2). Of this
// room only.
#pragma once

#include <string_view>

#include "structured-report/content.h"

namespace glossator::sr {

// True for the SOP classes of one purpose too, whose tables are not here.
bool IsAllowed(std::string_view sop_class_uid, const ContentItem& parent, const ContentItem& child);
// Basic Text, Enhanced, Comprehensive, Comprehensive 3D and Extensible SR.
bool IsGeneralReport(std::string_view sop_class_uid);
// "PS3.3 A.35.13.3.1.2" for Comprehensive 3D SR.
const char* RelationshipParagraph(std::string_view sop_class_uid);

}  // namespace glossator::sr
