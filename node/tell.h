// SPDX-License-Identifier: GPL-3.0-or-later
// One line for one journal event.
#pragma once

#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

#include "store/journal.h"

namespace glossator::node {

class Field {
 public:
  Field(const char* name, const char* text) : name_(name), value_(text) {}
  Field(const char* name, const std::string& text) : name_(name), value_(text) {}
  Field(const char* name, Json::Value value) : name_(name), value_(std::move(value)) {}
  template <class Integer>
  requires std::is_integral_v<Integer> Field(const char* name, Integer value)
      : name_(name), value_(static_cast<Json::Int64>(value)) {}

  const char* name() const { return name_; }
  const Json::Value& value() const { return value_; }

 private:
  const char* name_;
  Json::Value value_;
};

// Empty texts are left out.
inline void Tell(store::Transaction& transaction, const char* type, const std::string& actor,
                 std::initializer_list<Field> fields) {
  Json::Value json(Json::objectValue);
  for (const Field& field : fields) {
    const bool empty = field.value().isString() && field.value().asString().empty();
    if (!empty) json[field.name()] = field.value();
  }
  store::Append(transaction, type, actor, json);
}

inline constexpr const char* kNodeActor = "node";

}  // namespace glossator::node
