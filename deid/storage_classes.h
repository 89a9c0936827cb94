// SPDX-License-Identifier: GPL-3.0-or-later
// What the node does with each storage SOP class of PS3.4 B.5 (storage_classes.tsv): clean it as it
// streams, or keep it sealed with a reason. The intake's presentation contexts are this list.
#pragma once

#include <span>
#include <string_view>

namespace glossator::deid {

// Every storage SOP class the node takes, cleaned or sealed, ascending.
std::span<const std::string_view> AcceptedStorageClasses();

// "" when objects of this class can be cleaned; else the reason code (reason.h) that seals them.
// A class that is not on the list gives "SOP_CLASS".
std::string_view SealingReason(std::string_view sop_class_uid);

}  // namespace glossator::deid
