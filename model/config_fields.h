// SPDX-License-Identifier: GPL-3.0-or-later
// How a struct is read from and written to JSON by a table of its keys. Used by config.cpp only.
#pragma once

#include <json/value.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/config.h"

namespace glossator::fields {

using Faults = std::vector<std::string>;

// A value with the path that people find it by.
struct Node {
  const Json::Value& json;
  std::string path;
  Faults& faults;

  void Fault(const std::string& text) const { faults.push_back(path + ": " + text); }
  Node Child(const std::string& key) const { return {json[key], path + "." + key, faults}; }
  Node Child(Json::ArrayIndex index) const {
    return {json[index], path + "[" + std::to_string(index) + "]", faults};
  }
};

template <class Struct>
struct Field {
  std::string key;
  bool required;
  std::function<void(const Node&, Struct&)> read;
  std::function<Json::Value(const Struct&)> write;  // null: leave the key out
  std::function<void(const std::string&, std::vector<ConfigKey>&)> list_children;
};

// The table of a struct; specialized in config.cpp.
template <class Struct>
const std::vector<Field<Struct>>& Table();

inline bool IsPlain(const std::string& text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

inline void Read(const Node& node, std::string& out) {
  if (!node.json.isString() || !IsPlain(node.json.asString())) {
    node.Fault("expected a string");
  } else {
    out = node.json.asString();
  }
}

inline void Read(const Node& node, std::filesystem::path& out) {
  if (!node.json.isString() || !node.json.asString().starts_with('/') ||
      !IsPlain(node.json.asString())) {
    node.Fault("expected an absolute path");
  } else {
    out = node.json.asString();
  }
}

inline void Read(const Node& node, bool& out) {
  if (!node.json.isBool()) {
    node.Fault("expected true or false");
  } else {
    out = node.json.asBool();
  }
}

inline void Read(const Node& node, double& out) {
  if (!node.json.isNumeric() || !std::isfinite(node.json.asDouble()) || node.json.asDouble() < 0) {
    node.Fault("expected a number, not negative");
  } else {
    out = node.json.asDouble();
  }
}

template <class Integer>
requires std::is_integral_v<Integer>
void Read(const Node& node, Integer& out) {
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<Integer>::max());
  if (!node.json.isUInt64() || node.json.asUInt64() > kMax) {
    node.Fault("expected a whole number of 0 to " + std::to_string(kMax));
  } else {
    out = static_cast<Integer>(node.json.asUInt64());
  }
}

template <class Struct>
requires std::is_class_v<Struct>
void Read(const Node& node, Struct& out);

template <class Value>
void Read(const Node& node, std::optional<Value>& out) {
  Read(node, out.emplace());
}

template <class Value>
void Read(const Node& node, std::vector<Value>& out) {
  if (!node.json.isArray()) {
    node.Fault("expected a list");
    return;
  }
  out.clear();
  for (Json::ArrayIndex i = 0; i < node.json.size(); ++i) {
    Read(node.Child(i), out.emplace_back());
  }
}

inline void Read(const Node& node, std::set<std::string>& out) {
  std::vector<std::string> values;
  Read(node, values);
  out = {values.begin(), values.end()};
}

template <class Value>
void Read(const Node& node, std::map<std::string, Value>& out) {
  if (!node.json.isObject()) {
    node.Fault("expected an object");
    return;
  }
  for (const std::string& key : node.json.getMemberNames()) {
    Read(node.Child(key), out[key]);
  }
}

template <class Struct>
requires std::is_class_v<Struct>
void Read(const Node& node, Struct& out) {
  if (!node.json.isObject()) {
    node.Fault("expected an object");
    return;
  }
  for (const auto& field : Table<Struct>()) {
    if (node.json.isMember(field.key)) {
      field.read(node.Child(field.key), out);
    } else if (field.required) {
      node.faults.push_back(node.path + "." + field.key + ": is missing");
    }
  }
  for (const std::string& key : node.json.getMemberNames()) {
    if (std::ranges::none_of(Table<Struct>(),
                             [&](const auto& field) { return field.key == key; })) {
      node.faults.push_back(node.path + "." + key + ": unknown key");
    }
  }
}

inline Json::Value Write(const std::string& value) { return value; }
inline Json::Value Write(const std::filesystem::path& value) {
  return value.empty() ? Json::Value() : Json::Value(value.string());
}
inline Json::Value Write(bool value) { return value; }
inline Json::Value Write(double value) { return value; }
template <class Integer>
requires std::is_integral_v<Integer> Json::Value Write(Integer value) {
  return static_cast<Json::UInt64>(value);
}

template <class Struct>
requires std::is_class_v<Struct> Json::Value Write(const Struct& value);

template <class Value>
Json::Value Write(const std::optional<Value>& value) {
  return value ? Write(*value) : Json::Value();
}

template <class List>
Json::Value WriteList(const List& values) {
  Json::Value json(Json::arrayValue);
  for (const auto& value : values) {
    json.append(Write(value));
  }
  return json;
}
template <class Value>
Json::Value Write(const std::vector<Value>& values) {
  return WriteList(values);
}
inline Json::Value Write(const std::set<std::string>& values) { return WriteList(values); }

template <class Value>
Json::Value Write(const std::map<std::string, Value>& values) {
  Json::Value json(Json::objectValue);
  for (const auto& [key, value] : values) {
    json[key] = Write(value);
  }
  return json;
}

template <class Struct>
requires std::is_class_v<Struct> Json::Value Write(const Struct& value) {
  Json::Value json(Json::objectValue);
  for (const auto& field : Table<Struct>()) {
    if (Json::Value member = field.write(value); !member.isNull()) {
      json[field.key] = std::move(member);
    }
  }
  return json;
}

// Paths of the keys below a member of this type; scalars have none.
template <class Value>
struct Children {
  static void List(const std::string&, std::vector<ConfigKey>&) {}
};

template <class Struct>
void ListKeys(const std::string& prefix, std::vector<ConfigKey>& out) {
  for (const auto& field : Table<Struct>()) {
    out.push_back({prefix + field.key, field.required});
    field.list_children(prefix + field.key, out);
  }
}

template <class Struct>
requires requires { Table<Struct>(); } && std::is_aggregate_v<Struct>
struct Children<Struct> {
  static void List(const std::string& path, std::vector<ConfigKey>& out) {
    ListKeys<Struct>(path + ".", out);
  }
};
template <class Value>
struct Children<std::optional<Value>> : Children<Value> {};
template <class Value>
struct Children<std::vector<Value>> {
  static void List(const std::string& path, std::vector<ConfigKey>& out) {
    Children<Value>::List(path + "[]", out);
  }
};
template <class Value>
struct Children<std::map<std::string, Value>> {
  static void List(const std::string& path, std::vector<ConfigKey>& out) {
    Children<Value>::List(path + "{}", out);
  }
};

template <class Member>
using Check = std::function<std::string(const Member&)>;  // "" or what was expected

template <class Struct, class Member>
Field<Struct> Optional(const char* key, Member Struct::*member, Check<Member> check = nullptr) {
  return {key, false,
          [member, check](const Node& node, Struct& out) {
            const size_t before = node.faults.size();
            Read(node, out.*member);
            if (check && node.faults.size() == before) {
              if (const std::string fault = check(out.*member); !fault.empty()) {
                node.Fault(fault);
              }
            }
          },
          [member](const Struct& value) { return Write(value.*member); },
          [](const std::string& path, std::vector<ConfigKey>& out) {
            Children<Member>::List(path, out);
          }};
}

template <class Struct, class Member>
Field<Struct> Required(const char* key, Member Struct::*member, Check<Member> check = nullptr) {
  Field<Struct> field = Optional(key, member, std::move(check));
  field.required = true;
  return field;
}

}  // namespace glossator::fields
