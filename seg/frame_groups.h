// SPDX-License-Identifier: GPL-3.0-or-later
// The Per-frame Functional Groups Sequence as bytes (Explicit VR Little Endian): one item is made
// per source frame, and only segment number and indices change between its segments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "seg/header.h"
#include "seg/plan.h"

namespace glossator::seg {

class FrameGroups {
 public:
  // `note`: Derivation Description of every frame, left out when empty.
  FrameGroups(const Source& source, const Plan& plan, const Layout& layout,
              const std::string& note);

  // Tag, VR and length of the sequence, then its items.
  uint64_t bytes() const { return 12 + items_bytes_; }
  void Write(const Sink& sink);

 private:
  struct Template {
    std::string bytes;      // item header and content
    size_t index_at = 0;    // of Dimension Index Values
    size_t segment_at = 0;  // of Referenced Segment Number
  };
  Template Make(uint32_t source_frame, const std::vector<int64_t>& indices) const;
  dicom::DataSet Item(uint32_t source_frame, std::vector<int64_t> indices) const;

  const Source& source_;
  const Plan& plan_;
  const Layout& layout_;
  const std::string note_;
  std::vector<Template> templates_;    // one per used source frame
  std::vector<uint32_t> template_of_;  // by source frame
  uint64_t items_bytes_ = 0;
};

}  // namespace glossator::seg
