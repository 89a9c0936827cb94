// SPDX-License-Identifier: GPL-3.0-or-later
// refused: Permit<glossator::Lab>::Permit\(\).* is private
#include "model/instance.h"

namespace glossator::deid {
#ifdef MUST_COMPILE
class Engine {
#else
class Impostor {
#endif
 public:
  static Instance<Lab> Declare(dicom::DataSet data_set, const dicom::TransferSyntax& syntax) {
    return {{}, std::move(data_set), syntax};
  }
};
}  // namespace glossator::deid
