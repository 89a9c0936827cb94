// SPDX-License-Identifier: GPL-3.0-or-later
// Aho-Corasick as a table: one look-up a byte, letters of ASCII in either case.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glossator::deid {

class ByteAutomaton {
 public:
  // Ids are the caller's; several patterns may share one. Empty patterns are ignored.
  void Add(std::string_view pattern, uint32_t id);
  void Build();

  // Calls found(id, end) for every pattern that ends at `end`; stops when it returns false.
  template <class Found>
  void Run(std::string_view bytes, Found&& found) const {
    if (next_.empty()) return;
    uint32_t state = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      state = next_[(state & kStateMask) + classes_[static_cast<uint8_t>(bytes[i])]];
      if ((state & kHasOutput) != 0 && !Report(state & kStateMask, i + 1, found)) return;
    }
  }

 private:
  static constexpr uint32_t kHasOutput = 0x80000000;
  static constexpr uint32_t kStateMask = 0x7FFFFFFF;
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  struct Node {
    std::vector<std::pair<uint8_t, uint32_t>> children;  // class, node
    std::vector<uint32_t> ids;
    uint32_t fail = 0;
    uint32_t output = kNone;  // nearest suffix node with ids, or itself
  };

  template <class Found>
  bool Report(uint32_t row, size_t end, Found&& found) const {
    for (uint32_t node = outputs_[row / class_count_]; node != kNone; node = links_[node]) {
      for (const uint32_t id : ids_[node]) {
        if (!found(id, end)) return false;
      }
    }
    return true;
  }

  uint8_t ClassOf(char byte);
  uint32_t Child(uint32_t node, uint8_t byte_class) const;
  void Link(const std::vector<uint32_t>& order);
  std::vector<uint32_t> BreadthFirst() const;

  std::vector<Node> nodes_{1};
  std::array<uint8_t, 256> classes_{};  // 0: in no pattern
  uint32_t class_count_ = 1;
  std::vector<uint32_t> next_;              // row-major, pre-multiplied
  std::vector<uint32_t> outputs_, links_;   // by node
  std::vector<std::vector<uint32_t>> ids_;  // by node
};

}  // namespace glossator::deid
