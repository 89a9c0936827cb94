// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/automaton.h"

#include <algorithm>

namespace glossator::deid {

uint8_t ByteAutomaton::ClassOf(char byte) {
  const bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
  uint8_t& found = classes_[static_cast<uint8_t>(byte)];
  if (found == 0) {
    found = static_cast<uint8_t>(class_count_++);
    if (letter) classes_[static_cast<uint8_t>(byte ^ 0x20)] = found;
  }
  return found;
}

uint32_t ByteAutomaton::Child(uint32_t node, uint8_t byte_class) const {
  for (const auto& [child_class, child] : nodes_[node].children) {
    if (child_class == byte_class) return child;
  }
  return kNone;
}

void ByteAutomaton::Add(std::string_view pattern, uint32_t id) {
  if (pattern.empty()) return;
  uint32_t node = 0;
  for (const char byte : pattern) {
    const uint8_t byte_class = ClassOf(byte);
    uint32_t child = Child(node, byte_class);
    if (child == kNone) {
      child = static_cast<uint32_t>(nodes_.size());
      nodes_.emplace_back();
      nodes_[node].children.emplace_back(byte_class, child);
    }
    node = child;
  }
  nodes_[node].ids.push_back(id);
}

std::vector<uint32_t> ByteAutomaton::BreadthFirst() const {
  std::vector<uint32_t> order{0};
  for (size_t i = 0; i < order.size(); ++i) {
    for (const auto& entry : nodes_[order[i]].children) order.push_back(entry.second);
  }
  return order;
}

// Every node comes after its suffixes, so their rows are complete when they are copied.
void ByteAutomaton::Link(const std::vector<uint32_t>& order) {
  next_.assign(nodes_.size() * class_count_, 0);
  for (const uint32_t index : order) {
    Node& node = nodes_[index];
    uint32_t* row = &next_[static_cast<size_t>(index) * class_count_];
    const uint32_t* fail_row = &next_[static_cast<size_t>(node.fail) * class_count_];
    if (index != 0) std::copy(fail_row, fail_row + class_count_, row);
    node.output = node.ids.empty() ? (index == 0 ? kNone : nodes_[node.fail].output) : index;
    for (const auto& [byte_class, child] : node.children) {
      nodes_[child].fail = index == 0 ? 0 : fail_row[byte_class];
      row[byte_class] = child;
    }
  }
}

void ByteAutomaton::Build() {
  if (nodes_.size() == 1) return;
  Link(BreadthFirst());
  for (const Node& node : nodes_) {
    const uint32_t suffix = &node == &nodes_[0] ? kNone : nodes_[node.fail].output;
    outputs_.push_back(node.output);
    links_.push_back(suffix);
    ids_.push_back(node.ids);
  }
  for (uint32_t& target : next_) {
    const bool output = outputs_[target] != kNone;
    target = target * class_count_ | (output ? kHasOutput : 0);
  }
  nodes_.assign(1, {});
}

}  // namespace glossator::deid
