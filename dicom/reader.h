// SPDX-License-Identifier: GPL-3.0-or-later
// The data set builder behind Read. Of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dicom/element_header.h"
#include "dicom/io.h"

namespace glossator::dicom {

// Reads one data set with an explicit stack: data set, sequence, data set ...
class Reader {
 public:
  Reader(std::string_view bytes, const TransferSyntax& syntax, const Limits& limits);
  DataSet Run();

 private:
  struct Level {
    uint64_t end;  // UINT64_MAX: undefined length
    bool is_sequence;
    bool implicit_vr;
    DataSet data_set{};  // what an item or the root collects
    Element sequence{};  // what a sequence collects
    bool in_order = true;
  };

  void Step();
  void Delimiter(const ElementHeader& header);
  void ReadElement(const ElementHeader& header);
  void ReadValue(const ElementHeader& header);
  void ReadFragments(const ElementHeader& header);
  void Open(const ElementHeader& header, bool is_sequence, bool implicit_vr);
  void Close();
  void CloseEnded();
  void Keep(Element element);
  Vr ResolveVr(const ElementHeader& header) const;
  std::string_view Take(const ElementHeader& header);
  bool OnlyZerosRemain() const;
  std::string Path(Tag tag = {}) const;
  [[noreturn]] void Fail(Tag tag, std::string_view fault) const;

  std::string_view bytes_;
  const TransferSyntax& syntax_;
  const Limits& limits_;
  uint64_t position_ = 0;
  uint32_t elements_ = 0;
  std::vector<Level> levels_;
};

// Numbers from one byte order to the other, in place.
void SwapBytes(std::string& value, Vr vr);

}  // namespace glossator::dicom
