// SPDX-License-Identifier: GPL-3.0-or-later
// DCMTK's dcmseg as a peer, in a translation unit of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glossator::seg::bench {

struct PeerFrame {
  uint16_t segment = 0;
  uint32_t slice = 0;
};

// Throws std::runtime_error. `labels`: 300 x 512 x 512 bytes.
void PeerPrepare(uint32_t slices, uint32_t side);
void PeerEncode(const std::string& path, const uint8_t* labels,
                const std::vector<PeerFrame>& frames, uint16_t segments, bool checks);
// The source's heads from a folder instead of PeerPrepare, as a program would take them.
void PeerReadHeads(const std::string& directory, uint32_t side);
// Reads the file and spreads its frames over `volume`, by plane position.
void PeerDecode(const std::string& path, uint8_t* volume);

}  // namespace glossator::seg::bench
