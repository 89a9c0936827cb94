// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/names.h"

#include <algorithm>

#include "dicom/characters.h"

namespace glossator::gate {
namespace {

using dicom::DataSet;
namespace tags = dicom::tags;

constexpr size_t kPersonNameMax = 64;  // characters of a component group, PS3.5 Table 6.2-1

const Named* Find(const std::vector<Named>& people, std::string_view value) {
  while (!value.empty() && (value.back() == ' ' || value.back() == '^' || value.back() == '\0')) {
    value.remove_suffix(1);
  }
  const auto found = std::ranges::find(people, value, &Named::code);
  return found == people.end() ? nullptr : &*found;
}

// What would end a value or a component is no part of an organization's or a person's name.
std::string Plain(std::string text, std::string_view forbidden) {
  for (char& c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20;
    if (control || forbidden.find(c) != std::string_view::npos) c = ' ';
  }
  return dicom::FirstCharacters(text, kPersonNameMax);
}

std::string Renamed(const std::string& value, const std::vector<Named>& people,
                    const ProjectConfig& project) {
  std::string all;
  size_t begin = 0;
  while (begin <= value.size()) {
    const size_t end = std::min(value.find('\\', begin), value.size());
    const std::string one = value.substr(begin, end - begin);
    const Named* person = Find(people, one);
    all += (begin == 0 ? "" : "\\") + (person == nullptr ? one : NameFor(*person, project));
    begin = end + 1;
  }
  return all;
}

}  // namespace

std::vector<Named> PeopleIn(const Json::Value& manifest) {
  std::vector<Named> people;
  const auto add = [&](const Json::Value& person) {
    if (!person.isObject() || person["code"].asString().empty()) return;
    people.push_back(
        {person["code"].asString(), person["name"].asString(), person["organization"].asString()});
  };
  for (const auto& person : manifest["people"]) add(person);
  for (const auto* key : {"reader", "reviewer"}) add(manifest[key]);
  return people;
}

std::string NameFor(const Named& person, const ProjectConfig& project) {
  if (project.gives_names && !person.name.empty()) return Plain(person.name, "\\=");
  if (person.organization.empty()) return person.code;
  return Plain(person.organization + " " + person.code, "\\=^");
}

void PutNames(DataSet& object, const std::vector<Named>& people, const ProjectConfig& project) {
  std::vector<DataSet*> open{&object};
  while (!open.empty()) {
    auto* current = open.back();
    open.pop_back();
    for (auto& element : current->elements()) {
      if (element.vr == dicom::Vr::PN) element.value = Renamed(element.value, people, project);
      for (auto& item : element.items) open.push_back(&item);
    }
  }
}

bool HasNamelessVerifier(const DataSet& object, const std::vector<Named>& people,
                         const ProjectConfig& project) {
  const auto verifiers = object.GetItems(tags::VerifyingObserverSequence);
  return std::ranges::any_of(verifiers, [&](const DataSet& item) {
    const auto* person = Find(people, item.GetString(tags::VerifyingObserverName));
    return person == nullptr || person->name.empty() || !project.gives_names;
  });
}

}  // namespace glossator::gate
