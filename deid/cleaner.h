// SPDX-License-Identifier: GPL-3.0-or-later
// One walk over one object. Not for other rooms: they use engine.h.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "deid/head_memo.h"
#include "deid/values.h"

namespace glossator::deid {

class Cleaner {
 public:
  Cleaner(const Policy& policy, const Pseudonyms& pseudonyms, const Sentinel& identifiers,
          const dicom::DataSet& head, const dicom::TransferSyntax& syntax,
          HeadMemo* memo = nullptr);

  dicom::DataSet Run();
  const ValueCleaner& values() const { return values_; }
  const std::map<char, int>& actions() const { return actions_; }
  // Why the pixels must stay sealed, or "".
  std::string_view pixel_problem() const { return pixel_problem_; }

 private:
  enum class Want { kRemove, kEmpty, kDummy, kClean, kCleanText, kKeep, kUid };
  struct Place {  // where an element stands
    const dicom::DataSet& item;
    dicom::Tag parent;
    const dicom::CharacterSet& set;
  };

  dicom::DataSet CleanSet(const dicom::DataSet& in, dicom::Tag parent,
                          const dicom::CharacterSet& set);
  std::optional<dicom::Element> CleanRemembered(const dicom::Element& element, const Place& place);
  std::optional<dicom::Element> CleanElement(const dicom::Element& element, const Place& place);
  std::optional<dicom::Element> CleanSequence(const dicom::Element& element, const Place& place);
  std::optional<dicom::Element> CleanValue(const dicom::Element& element, dicom::Vr vr, Want want,
                                           const Place& place);
  std::optional<dicom::Element> CleanPrivate(const dicom::Element& element, const Place& place);
  std::optional<std::string> NewValue(const dicom::Element& element, dicom::Vr vr, Want want,
                                      const Place& place);
  std::optional<dicom::Element> ByType(const dicom::Element& element, dicom::Vr vr,
                                       const Place& place);
  std::optional<dicom::Element> Pixels(const dicom::Element& element);
  std::optional<std::string> Special(const dicom::Element& element, const Place& place);
  Want Decide(const dicom::Element& element, dicom::Vr vr, const Place& place) const;
  bool DropsItem(const dicom::Element& sequence, const dicom::DataSet& item) const;
  Want DecideText(const Place& place) const;
  char Type(const dicom::Element& element, const Place& place) const;
  void AddPrivateCreators(const dicom::DataSet& in, dicom::DataSet& out) const;
  bool Applied(Option option) const;
  void Stamp(dicom::DataSet& data_set) const;
  void Count(Want want);

  const Policy& policy_;
  const Pseudonyms& pseudonyms_;
  const dicom::DataSet& head_;
  const dicom::TransferSyntax& syntax_;
  Scope scope_;
  bool fixed_content_ = false;  // content items are referred to by position
  HeadMemo* memo_;              // of the top level; may be nullptr
  ValueCleaner values_;
  std::map<char, int> actions_;
  std::string_view pixel_problem_;
};

}  // namespace glossator::deid
