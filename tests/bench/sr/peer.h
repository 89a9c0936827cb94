// SPDX-License-Identifier: GPL-3.0-or-later
// DCMTK's dcmsr as a peer, in a translation unit of its own.
#pragma once

#include <string>

namespace glossator::sr::bench {

// The same report as the benchmark's: `groups` of 15 items. Both throw std::runtime_error.
void PeerWrite(const std::string& path, int groups);
// Loads and reads it; gives the number of content items.
int PeerRead(const std::string& path);

}  // namespace glossator::sr::bench
