// SPDX-License-Identifier: GPL-3.0-or-later
// A DICOM data set as a value: copyable, comparable, sorted by tag, byte order already undone.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/tag.h"
#include "dicom/vr.h"

namespace glossator::dicom {

class DataSet;

// One Data Element. Exactly one of the three holders is used:
//  value      every VR but SQ; raw bytes, numbers little endian whatever the source was, padding
//             kept as it came (writers pad to even length);
//  items      VR SQ;
//  fragments  encapsulated Pixel Data (PS3.5 A.4), the Basic Offset Table first.
struct Element {
  Tag tag;
  Vr vr = Vr::UN;
  std::string value;
  std::vector<DataSet> items;
  std::vector<std::string> fragments;
  bool encapsulated = false;

  bool operator==(const Element&) const;
};

class DataSet {
 public:
  using const_iterator = std::vector<Element>::const_iterator;

  const_iterator begin() const { return elements_.begin(); }
  const_iterator end() const { return elements_.end(); }
  std::vector<Element>& elements() { return elements_; }  // keep them sorted by tag, unique
  size_t size() const { return elements_.size(); }
  bool empty() const { return elements_.empty(); }

  const Element* Find(Tag tag) const;  // nullptr when absent
  Element* Find(Tag tag);
  bool Has(Tag tag) const { return Find(tag) != nullptr; }
  bool HasValue(Tag tag) const;  // present and not empty after trimming

  // Inserts or replaces, keeping the order.
  Element& Put(Element element);
  void Erase(Tag tag);

  // Readers. Strings are the raw bytes in the data set's character set with padding trimmed.
  // A missing element or value gives "" or nullopt; a number that does not parse gives nullopt.
  std::string GetString(Tag tag, size_t index = 0) const;
  std::vector<std::string> GetStrings(Tag tag) const;
  std::optional<int64_t> GetInt(Tag tag, size_t index = 0) const;    // US SS UL SL UV SV IS AT
  std::optional<double> GetDouble(Tag tag, size_t index = 0) const;  // also FL FD DS
  std::vector<double> GetDoubles(Tag tag) const;
  const std::vector<DataSet>& GetItems(Tag tag) const;  // empty when absent
  // The first item of a sequence, nullptr when there is none.
  const DataSet* FirstItem(Tag tag) const;

  // Writers. The VR comes from the dictionary unless given; numbers are written as the VR asks
  // (DS: at most 16 characters, the shortest that round-trips when it fits).
  void SetString(Tag tag, std::string_view value);
  void SetStrings(Tag tag, const std::vector<std::string>& values);
  void SetInt(Tag tag, int64_t value);
  void SetInts(Tag tag, const std::vector<int64_t>& values);
  void SetDouble(Tag tag, double value);
  void SetDoubles(Tag tag, const std::vector<double>& values);
  void SetBytes(Tag tag, Vr vr, std::string bytes);
  void SetEmpty(Tag tag);  // zero length, VR of the dictionary
  void SetItems(Tag tag, std::vector<DataSet> items);
  DataSet& AddItem(Tag tag);  // reference valid until the next change of that sequence

  bool operator==(const DataSet&) const = default;

 private:
  std::vector<Element> elements_;
};

inline bool Element::operator==(const Element& other) const {
  return tag == other.tag && vr == other.vr && value == other.value && items == other.items &&
         fragments == other.fragments && encapsulated == other.encapsulated;
}

// Calls visit(path, element) for every element at every depth, depth first, without recursion.
// path is e.g. "(0040,A730)[2]>(0040,A160)", items counted from 1; it holds tags and indices only,
// never a value. A const DataSet gives const Element&, another one Element&.
template <class Visit>
void ForEachElement(const DataSet& data_set, Visit&& visit);
template <class Visit>
void ForEachElement(DataSet& data_set, Visit&& visit);

}  // namespace glossator::dicom

#include "dicom/for_each_element.h"
