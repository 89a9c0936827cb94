// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/tested.h"

#include "store/gate_identity.h"

namespace glossator::gate {
namespace {

std::string SettingOf(const std::string& name) { return "tested/" + name; }

std::string PlaceOf(const DestinationConfig& destination) {
  return destination.aet + "@" + destination.address + ":" + std::to_string(destination.port);
}

}  // namespace

bool IsTested(const store::Reader& reader, const std::string& name,
              const DestinationConfig& destination) {
  return store::GetSetting(reader, SettingOf(name)) == PlaceOf(destination);
}

void NoteTested(store::Transaction& transaction, const std::string& name,
                const DestinationConfig& destination) {
  store::PutSetting(transaction, SettingOf(name), PlaceOf(destination));
}

}  // namespace glossator::gate
