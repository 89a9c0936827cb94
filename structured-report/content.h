// SPDX-License-Identifier: GPL-3.0-or-later
// The content tree of a structured report (PS3.3 C.17.3, C.18) as a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dicom/code.h"
#include "dicom/data_set.h"

namespace glossator::sr {

using dicom::Code;

// (0040,A040), in the standard's spelling by NameOf.
enum class ValueType {
  kText,
  kCode,
  kNum,
  kUidRef,
  kPName,
  kDateTime,
  kDate,
  kTime,
  kImage,
  kComposite,
  kWaveform,
  kContainer,
  kScoord,
  kScoord3d,
  kTcoord,
  kReference,  // by-reference relationship: no value type of its own (PS3.3 C.17.3.2.5)
  kUnknown,
};
std::string_view NameOf(ValueType type);
ValueType ValueTypeFrom(std::string_view name);

// (0040,A010)
inline constexpr const char* kContains = "CONTAINS";
inline constexpr const char* kHasObsContext = "HAS OBS CONTEXT";
inline constexpr const char* kHasConceptMod = "HAS CONCEPT MOD";
inline constexpr const char* kHasAcqContext = "HAS ACQ CONTEXT";
inline constexpr const char* kHasProperties = "HAS PROPERTIES";
inline constexpr const char* kInferredFrom = "INFERRED FROM";
inline constexpr const char* kSelectedFrom = "SELECTED FROM";

// A measured value; `value` is empty when only a qualifier says why there is none.
struct Number {
  std::string value;  // as in (0040,A30A)
  std::optional<Code> unit;
  std::optional<Code> qualifier;
  std::optional<double> exact{};  // (0040,A161), when 16 characters cannot say it
  bool operator==(const Number&) const = default;
};

// IMAGE, COMPOSITE, WAVEFORM.
struct Reference {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::vector<int64_t> frames;
  std::vector<int64_t> segments;
  std::vector<int64_t> channels{};  // (0040,A0B0), of a waveform
  bool operator==(const Reference&) const = default;
};

// SCOORD (column, row) or SCOORD3D (x, y, z in mm).
struct Graphic {
  std::string type;
  std::vector<double> data;
  std::string frame_of_reference_uid;  // SCOORD3D
  std::string pixel_origin{};          // (0048,0301) of a SCOORD on a tiled image
  bool operator==(const Graphic&) const = default;
};

// TCOORD
struct Temporal {
  std::string range_type;
  std::vector<int64_t> sample_positions;
  std::vector<double> time_offsets;
  std::vector<std::string> date_times;
  bool operator==(const Temporal&) const = default;
};

struct ContentItem {
  ValueType type = ValueType::kUnknown;
  std::string relationship;  // empty in the root
  std::optional<Code> concept_name;
  // std::string: TEXT, UIDREF, PNAME, DATETIME, DATE, TIME. UTF-8.
  std::variant<std::monostate, std::string, Code, Number, Reference, Graphic, Temporal> value;
  std::string template_id;            // CONTAINER, (0040,DB00) of DCMR
  std::string continuity;             // CONTAINER, (0040,A050)
  std::vector<int64_t> by_reference;  // kReference, (0040,DB73)
  std::vector<ContentItem> children;

  bool operator==(const ContentItem&) const = default;

  const std::string* text() const { return std::get_if<std::string>(&value); }
  const Code* code() const { return std::get_if<Code>(&value); }
  const Number* number() const { return std::get_if<Number>(&value); }
  const Reference* reference() const { return std::get_if<Reference>(&value); }
  const Graphic* graphic() const { return std::get_if<Graphic>(&value); }
  const Temporal* temporal() const { return std::get_if<Temporal>(&value); }

  bool Is(const Code& name) const { return concept_name && concept_name->SameConcept(name); }
  const ContentItem* Child(const Code& name) const;  // the first, nullptr when there is none
  ContentItem& Add(ContentItem child);               // gives the child back
};

ContentItem Text(const char* relationship, Code name, std::string value);
ContentItem Coded(const char* relationship, Code name, Code value);
ContentItem Measured(const char* relationship, Code name, Number value);
ContentItem UidRef(const char* relationship, Code name, std::string uid);
ContentItem PersonName(const char* relationship, Code name, std::string value);
ContentItem Image(const char* relationship, std::optional<Code> name, Reference value);
ContentItem Container(const char* relationship, Code name, std::string template_id = "");

// Waveform storage classes (PS3.4 B.5): their references are WAVEFORM items.
bool IsWaveform(std::string_view sop_class_uid);

// The tree of a whole document. Reading is lenient (a verifier tells what is wrong); `data_set`
// must be in UTF-8 (dicom::ConvertToUtf8). Writing puts the root's attributes into `data_set`.
ContentItem ReadContent(const dicom::DataSet& data_set);
void WriteContent(const ContentItem& root, dicom::DataSet& data_set);

// Calls visit(path, item) depth first; path is that of the item's data set,
// "(0040,A730)[2]>(0040,A730)[1]", empty for the root. Depth is bounded by the reader.
template <class Visit>
void ForEachItem(const ContentItem& root, Visit&& visit, const std::string& path = "") {
  visit(path, root);
  for (size_t i = 0; i < root.children.size(); ++i) {
    const std::string step = "(0040,A730)[" + std::to_string(i + 1) + "]";
    ForEachItem(root.children[i], visit, path.empty() ? step : path + ">" + step);
  }
}

}  // namespace glossator::sr
