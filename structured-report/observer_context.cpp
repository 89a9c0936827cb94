// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/observer_context.h"

#include "structured-report/concepts.h"

namespace glossator::sr {
namespace {

using dicom::Code;

void AddText(ContentItem& root, const Code& name, const std::string& text) {
  if (!text.empty()) root.Add(Text(kHasObsContext, name, text));
}

void AddCode(ContentItem& root, const Code& name, const std::optional<Code>& code) {
  if (code) root.Add(Coded(kHasObsContext, name, *code));
}

// TID 1002 row 1, TID 1003
void AddPerson(ContentItem& root, const PersonObserver& person) {
  root.Add(Coded(kHasObsContext, concepts::kObserverType, concepts::kPerson));
  root.Add(PersonName(kHasObsContext, concepts::kPersonObserverName, person.name));
  AddText(root, concepts::kPersonObserverLogin, person.login);
  AddText(root, concepts::kPersonObserverOrganization, person.organization);
  AddCode(root, concepts::kPersonObserverRoleInOrganization, person.role_in_organization);
  AddCode(root, concepts::kPersonObserverRole, person.role_in_procedure);
  AddText(root, concepts::kPersonObserverIdentifier, person.identifier_in_role);
  AddText(root, concepts::kPersonObserverCredentials, person.credentials);
}

// TID 1002 row 1, TID 1004
void AddDevice(ContentItem& root, const DeviceObserver& device) {
  root.Add(Coded(kHasObsContext, concepts::kObserverType, concepts::kDevice));
  root.Add(UidRef(kHasObsContext, concepts::kDeviceObserverUid, device.uid));
  AddText(root, concepts::kDeviceObserverName, device.name);
  AddText(root, concepts::kDeviceObserverManufacturer, device.manufacturer);
  AddText(root, concepts::kDeviceObserverModel, device.model);
  AddText(root, concepts::kDeviceObserverSerial, device.serial_number);
  AddText(root, concepts::kDeviceObserverLocation, device.location);
}

struct TextRow {
  const Code& name;
  std::string PersonObserver::*member;
};
const TextRow kPersonTexts[] = {
    {concepts::kPersonObserverLogin, &PersonObserver::login},
    {concepts::kPersonObserverOrganization, &PersonObserver::organization},
    {concepts::kPersonObserverIdentifier, &PersonObserver::identifier_in_role},
    {concepts::kPersonObserverCredentials, &PersonObserver::credentials},
};

void ReadPersonRow(const ContentItem& item, PersonObserver& person) {
  for (const TextRow& row : kPersonTexts) {
    if (item.Is(row.name) && item.text() != nullptr) person.*row.member = *item.text();
  }
  if (item.code() == nullptr) return;
  if (item.Is(concepts::kPersonObserverRoleInOrganization)) {
    person.role_in_organization = *item.code();
  }
  if (item.Is(concepts::kPersonObserverRole)) person.role_in_procedure = *item.code();
}

std::string TextOf(const ContentItem* item) {
  return item == nullptr || item->text() == nullptr ? "" : *item->text();
}

}  // namespace

void AddTo(ContentItem& root, const ObserverContext& context) {
  if (context.person) AddPerson(root, *context.person);
  for (const PersonObserver& reader : context.readers) AddPerson(root, reader);
  if (context.device) AddDevice(root, *context.device);
}

// A name begins the next person: some writers leave the observer type out.
ObserverContext ReadObserverContext(const ContentItem& root) {
  ObserverContext context;
  std::vector<PersonObserver> people;
  for (const ContentItem& item : root.children) {
    if (item.Is(concepts::kPersonObserverName)) people.push_back({TextOf(&item)});
    if (!people.empty()) ReadPersonRow(item, people.back());
  }
  if (!people.empty()) {
    context.person = people.front();
    context.readers.assign(people.begin() + 1, people.end());
  }
  const ContentItem* uid = root.Child(concepts::kDeviceObserverUid);
  if (uid == nullptr) return context;
  context.device = {TextOf(uid),
                    TextOf(root.Child(concepts::kDeviceObserverName)),
                    TextOf(root.Child(concepts::kDeviceObserverManufacturer)),
                    TextOf(root.Child(concepts::kDeviceObserverModel)),
                    TextOf(root.Child(concepts::kDeviceObserverSerial)),
                    "",
                    TextOf(root.Child(concepts::kDeviceObserverLocation))};
  return context;
}

}  // namespace glossator::sr
