// SPDX-License-Identifier: GPL-3.0-or-later
// refused: Permit<glossator::Hospital>::Permit\(\).* is private
#include "model/instance.h"

#ifdef MUST_COMPILE
namespace glossator::gate {
class Intake {
#else
namespace glossator::node {
class Importer {
#endif
 public:
  static Instance<Hospital> Make(dicom::DataSet data_set, const dicom::TransferSyntax& syntax) {
    return Instance<Hospital>(Permit<Hospital>(), std::move(data_set), syntax);
  }
};
}
