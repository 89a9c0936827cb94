// SPDX-License-Identifier: GPL-3.0-or-later
// Who observed (PS3.16 TID 1001 to 1004).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "structured-report/content.h"

namespace glossator::sr {

// TID 1003 Person Observer Identifying Attributes.
struct PersonObserver {
  std::string name;  // PN, or the reader's code as family name
  std::string organization{};
  std::optional<dicom::Code> role_in_organization{};
  std::optional<dicom::Code> role_in_procedure{};
  std::string login{};
  std::string identifier_in_role{};
  std::string credentials{};  // no row of TID 1003 has them: a private concept
  bool operator==(const PersonObserver&) const = default;
};

// TID 1004 Device Observer Identifying Attributes.
struct DeviceObserver {
  std::string uid;
  std::string name{};
  std::string manufacturer{};
  std::string model{};
  std::string serial_number{};
  std::string software_version{};  // goes to General Equipment; no template row has it
  std::string location{};
  bool operator==(const DeviceObserver&) const = default;
};

// TID 1001, as many of 1003 and 1004 as there are: the author first, then other people, then the
// device.
struct ObserverContext {
  std::optional<PersonObserver> person{};
  std::vector<PersonObserver> readers{};
  std::optional<DeviceObserver> device{};
};

void AddTo(ContentItem& root, const ObserverContext& context);
ObserverContext ReadObserverContext(const ContentItem& root);

}  // namespace glossator::sr
