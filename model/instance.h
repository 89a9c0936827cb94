// SPDX-License-Identifier: GPL-3.0-or-later
// The wall as a pair of types. An Instance<Hospital> says who the patient is; an Instance<Lab> does
// not. Neither converts to the other, and only those named below can make one.
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include "dicom/data_set.h"
#include "dicom/transfer_syntax.h"

namespace glossator::gate {
class Intake;
class Relinker;
class TestObjects;
}  // namespace glossator::gate
namespace glossator::deid {
class Engine;
class FolderTool;
}  // namespace glossator::deid
namespace glossator::node {
class Importer;
class ResultBuilder;
}  // namespace glossator::node

namespace glossator {

struct Hospital {};
struct Lab {};

template <class Side>
class Permit;

template <>
class Permit<Hospital> {
  Permit() = default;
  friend class gate::Intake;       // what a PACS sent
  friend class gate::Relinker;     // what goes back to the PACS
  friend class gate::TestObjects;  // the test object for a new destination
  friend class deid::FolderTool;   // glossator-deid reads a folder
};

template <>
class Permit<Lab> {
  Permit() = default;
  friend class deid::Engine;         // cleaned
  friend class node::Importer;       // read back from the released spool
  friend class node::ResultBuilder;  // SEG and SR made on the lab side
};

// A data set (without the pixels when they stream) and how it is encoded.
template <class Side>
class Instance {
 public:
  Instance(Permit<Side>, dicom::DataSet data_set, const dicom::TransferSyntax& syntax)
      : data_set_(std::move(data_set)), syntax_(&syntax) {}

  const dicom::DataSet& data_set() const { return data_set_; }
  const dicom::TransferSyntax& syntax() const { return *syntax_; }

 private:
  dicom::DataSet data_set_;
  const dicom::TransferSyntax* syntax_;
};

// Identified data is not for logs, streams or JSON.
std::ostream& operator<<(std::ostream&, const Instance<Hospital>&) = delete;

}  // namespace glossator
