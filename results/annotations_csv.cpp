// SPDX-License-Identifier: GPL-3.0-or-later
// CSV (RFC 4180): a line for each annotation.
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "dicom/error.h"
#include "results/annotations_json.h"

namespace glossator::results {
namespace {

[[noreturn]] void Fail(size_t line, const std::string& fault) {
  throw Error(ErrorKind::kInvalid, "line " + std::to_string(line) + ": " + fault);
}

// The fields of one record after the other.
class Records {
 public:
  explicit Records(std::string_view csv) : csv_(csv) {}

  bool Next(std::vector<std::string>& fields) {
    fields.clear();
    if (at_ >= csv_.size()) return false;
    ++line_;
    do {
      fields.push_back(Field());
    } while (Take(','));
    Take('\r');
    if (at_ < csv_.size() && !Take('\n')) Fail(line_, "text after a quoted field");
    return true;
  }
  size_t line() const { return line_; }

 private:
  bool Take(char c) {
    const bool there = at_ < csv_.size() && csv_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }

  std::string Field() {
    if (Take('"')) return Quoted();
    const size_t end = std::min(csv_.find_first_of(",\r\n", at_), csv_.size());
    std::string field(csv_.substr(at_, end - at_));
    at_ = end;
    return field;
  }

  std::string Quoted() {
    std::string field;
    while (true) {
      const size_t quote = csv_.find('"', at_);
      if (quote == std::string_view::npos) Fail(line_, "a quoted field does not end");
      field += csv_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (!Take('"')) return field;
      field += '"';
    }
  }

  std::string_view csv_;
  size_t at_ = 0;
  size_t line_ = 0;
};

template <class Number>
Number Parse(std::string_view text, size_t line) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) Fail(line, "expected a number");
  return number;
}

// "x y;x y" behind the values that a group has.
void AddCoordinates(std::string_view text, size_t line, AnnotationGroup& group) {
  if (PointsOf(group.graphic_type) == 0) {
    group.starts.push_back(static_cast<uint32_t>(group.coordinates.size() + 1));
  }
  ++group.count;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" ;"), text.size());
    if (end > 0) group.coordinates.push_back(Parse<float>(text.substr(0, end), line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void AddValue(const std::string& text, size_t line, uint32_t annotation,
              AnnotationMeasurement& measurement) {
  if (text.empty()) return;
  measurement.values.push_back(Parse<float>(text, line));
  measurement.indices.push_back(annotation);
}

// Where the wanted columns are.
class Columns {
 public:
  explicit Columns(const std::vector<std::string>& names) {
    for (size_t i = 0; i < names.size(); ++i) places_.emplace(names[i], i);
  }
  std::string Of(const std::vector<std::string>& fields, const std::string& name) const {
    const auto place = places_.find(name);
    return place == places_.end() || place->second >= fields.size() ? "" : fields[place->second];
  }
  bool Has(const std::string& name) const { return places_.count(name) != 0; }

 private:
  std::map<std::string, size_t> places_;
};

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

void AppendNumber(std::string& out, double value, bool single) {
  std::array<char, 32> digits{};
  char* const end = digits.data() + digits.size();
  out.append(digits.data(), single
                                ? std::to_chars(digits.data(), end, static_cast<float>(value)).ptr
                                : std::to_chars(digits.data(), end, value).ptr);
}

std::string Line(const Annotations& annotations, size_t group_index, uint32_t annotation) {
  const AnnotationGroup& group = annotations.groups[group_index];
  std::string line = std::to_string(group_index + 1) + ',' + std::to_string(annotation + 1) + ',' +
                     NameOf(group.graphic_type) + ',' + Quoted(group.label) + ',' +
                     Quoted(group.category.meaning) + ',' + Quoted(group.type.meaning) + ',';
  const size_t dimensions = annotations.Dimensions(group);
  const auto [begin, size] = group.RangeOf(annotation, dimensions);
  for (size_t k = 0; k < size; ++k) {
    if (k != 0) line += k % dimensions == 0 ? ';' : ' ';
    AppendNumber(line, group.value(begin + k), group.fine_coordinates.empty());
  }
  return line;
}

// Which value of each measurement belongs to the annotation that is being written.
class Cursor {
 public:
  explicit Cursor(const AnnotationGroup& group) : group_(group), next_(group.measurements.size()) {}

  std::string Field(const std::string& concept_meaning, uint32_t annotation) {
    for (size_t i = 0; i < next_.size(); ++i) {
      const AnnotationMeasurement& measurement = group_.measurements[i];
      if (measurement.concept_name.meaning != concept_meaning) continue;
      if (!measurement.indices.empty() && (next_[i] >= measurement.indices.size() ||
                                           measurement.indices[next_[i]] != annotation + 1)) {
        continue;
      }
      std::string text;
      AppendNumber(text, measurement.values[next_[i]++], true);
      return text;
    }
    return "";
  }

 private:
  const AnnotationGroup& group_;
  std::vector<size_t> next_;
};

std::vector<std::string> MeasurementColumns(const Annotations& annotations) {
  std::vector<std::string> names;
  for (const AnnotationGroup& group : annotations.groups) {
    for (const AnnotationMeasurement& measurement : group.measurements) {
      const std::string& name = measurement.concept_name.meaning;
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

}  // namespace

void AddAnnotationsFromCsv(std::string_view csv, Annotations& annotations) {
  Records records(csv);
  std::vector<std::string> fields;
  if (!records.Next(fields)) throw Error(ErrorKind::kInvalid, "line 1: no header");
  const Columns columns(fields);
  if (!columns.Has("coordinates")) Fail(1, "no column coordinates");
  while (records.Next(fields)) {
    const std::string number = columns.Of(fields, "group");
    const size_t group_number = number.empty() ? 1 : Parse<size_t>(number, records.line());
    if (group_number < 1 || group_number > annotations.groups.size()) {
      Fail(records.line(), "no such group in the description");
    }
    AnnotationGroup& group = annotations.groups[group_number - 1];
    AddCoordinates(columns.Of(fields, "coordinates"), records.line(), group);
    for (AnnotationMeasurement& measurement : group.measurements) {
      AddValue(columns.Of(fields, measurement.concept_name.meaning), records.line(), group.count,
               measurement);
    }
  }
  for (AnnotationGroup& group : annotations.groups) {
    for (AnnotationMeasurement& measurement : group.measurements) {
      if (measurement.indices.size() == group.count) measurement.indices.clear();
    }
  }
}

void WriteAnnotationsCsv(const Annotations& annotations, const Sink& sink) {
  const std::vector<std::string> names = MeasurementColumns(annotations);
  std::string header = "group,annotation,graphic_type,label,category,type,coordinates";
  for (const std::string& name : names) header += ',' + Quoted(name);
  sink(header + "\r\n");
  for (size_t g = 0; g < annotations.groups.size(); ++g) {
    Cursor cursor(annotations.groups[g]);
    for (uint32_t i = 0; i < annotations.groups[g].count; ++i) {
      std::string line = Line(annotations, g, i);
      for (const std::string& name : names) line += ',' + cursor.Field(name, i);
      sink(line + "\r\n");
    }
  }
}

}  // namespace glossator::results
