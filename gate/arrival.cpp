// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/arrival.h"

#include <array>
#include <utility>

#include "dicom/json.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

constexpr std::string_view kPlace = "spool/trailer";
constexpr size_t kUsualBytes = 2048;  // of the text

// Texts and binary strings; binary ones are written as hex, so all are.
template <class Record>
auto Texts(Record& a) {
  return std::array{std::pair{"project", &a.project},
                    std::pair{"identity_index", &a.identity_index},
                    std::pair{"digest", &a.digests.content},
                    std::pair{"identity_digest", &a.digests.identity},
                    std::pair{"class", &a.sop_class_uid},
                    std::pair{"syntax", &a.transfer_syntax_uid},
                    std::pair{"instance", &a.sop_instance_uid},
                    std::pair{"series", &a.series_instance_uid},
                    std::pair{"seal", &a.seal},
                    std::pair{"facts", &a.facts},
                    std::pair{"reason", &a.reason},
                    std::pair{"path", &a.path}};
}

template <class Record>
auto Binaries(Record& a) {
  return std::array{std::pair{"identity", &a.identity}, std::pair{"dictionary", &a.dictionary},
                    std::pair{"key", &a.key}};
}

template <class Record>
auto Numbers(Record& a) {
  return std::array{std::pair{"study", &a.study},
                    std::pair{"size", &a.size},
                    std::pair{"arrived", &a.arrived},
                    std::pair{"head", &a.head_size},
                    std::pair{"pixel_tries", &a.pixel_tries},
                    std::pair{"face_tries", &a.face_tries}};
}

template <class Record>
auto Flags(Record& a) {
  return std::array{std::pair{"sealed", &a.sealed},
                    std::pair{"quarantine_study", &a.quarantine_study}};
}

// Written straight: by a tree of values it took four times as long and was the dearest step at the
// end of an object.
std::string ToJson(const Arrival& arrival) {
  std::string out;
  out.reserve(kUsualBytes);
  const auto name_it = [&](std::string_view name) {
    out += out.empty() ? "{" : ",";
    dicom::AppendJsonText(out, name);
    out += ':';
  };
  for (const auto& [name, text] : Texts(arrival)) {
    name_it(name);
    dicom::AppendJsonText(out, *text);
  }
  for (const auto& [name, bytes] : Binaries(arrival)) {
    name_it(name);
    out.append("\"").append(ToHex(*bytes)) += '"';
  }
  for (const auto& [name, number] : Numbers(arrival)) {
    name_it(name);
    out += std::to_string(*number);
  }
  for (const auto& [name, flag] : Flags(arrival)) {
    name_it(name);
    out += *flag ? "true" : "false";
  }
  return out += '}';
}

}  // namespace

std::string SealArrival(const Keys& keys, Entropy& entropy, const Arrival& arrival) {
  return vault::Seal(keys.seal, entropy, kPlace, ToJson(arrival));
}

Arrival OpenArrival(const Keys& keys, std::string_view trailer) {
  const auto json = dicom::ParseJson(vault::Open(keys.seal, kPlace, trailer));
  Arrival arrival;
  for (auto& [name, text] : Texts(arrival)) *text = json[name].asString();
  for (auto& [name, bytes] : Binaries(arrival)) *bytes = FromHex(json[name].asString());
  for (auto& [name, number] : Numbers(arrival)) *number = json[name].asInt64();
  for (auto& [name, flag] : Flags(arrival)) *flag = json[name].asBool();
  return arrival;
}

}  // namespace glossator::gate
