// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/csv.h"

#include "structured-report/numeric.h"

namespace glossator::sr {
namespace {

constexpr const char* kHeader =
    "sop_instance_uid,tracking_identifier,tracking_uid,time_point,finding,site,laterality,"
    "segment_uid,segment_number,images,concept,value,unit,answer,derivation,method,reader\r\n";

std::string Of(const Code& code) {
  if (code.value.empty()) return "";
  return code.value + '^' + code.scheme + '^' + code.meaning;
}
std::string Of(const std::optional<Code>& code) { return code ? Of(*code) : ""; }

// One after another with a blank between, as the images are.
std::string Sites(const MeasurementGroup& group) {
  std::string all = Of(group.site);
  for (const Site& site : group.more_sites) all += ' ' + Of(site.site);
  return all;
}

std::string Cell(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != text.npos;
  std::string cell = "\"";
  if (formula) cell += '\'';
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + '"';
}

class Table {
 public:
  explicit Table(const Report& report) : report_(report) {}

  std::string Run() {
    for (const MeasurementGroup& group : report_.description.groups) Group(group);
    MeasurementGroup none;
    for (const Measurement& derived : report_.description.derived) Row(none, derived);
    for (const Evaluation& evaluation : report_.description.evaluations) Row(none, evaluation);
    return std::move(out_);
  }

 private:
  void Group(const MeasurementGroup& group) {
    for (const Measurement& measurement : group.measurements) Row(group, measurement);
    for (const Evaluation& evaluation : group.evaluations) Row(group, evaluation);
    if (group.measurements.empty() && group.evaluations.empty()) Row(group, Evaluation{});
  }

  void Row(const MeasurementGroup& group, const Measurement& measurement) {
    // A number is no formula: it stands without quotes.
    const std::string value = measurement.value ? NumericText(*measurement.value) : "";
    Write(group, {Cell(Of(measurement.concept_name)), value, Cell(measurement.unit.value),
                  Cell(Of(measurement.qualifier)), Cell(Of(measurement.derivation)),
                  Cell(Of(measurement.method)), Cell(measurement.reader)});
  }
  void Row(const MeasurementGroup& group, const Evaluation& evaluation) {
    const std::string answer = evaluation.value ? Of(evaluation.value) : evaluation.text;
    Write(group,
          {Cell(Of(evaluation.concept_name)), "", "\"\"", Cell(answer), "\"\"", "\"\"", "\"\""});
  }

  void Write(const MeasurementGroup& group, const std::vector<std::string>& cells) {
    std::string images;
    for (const ImageReference& image : group.images) {
      images += (images.empty() ? "" : " ") + image.sop_instance_uid;
    }
    const std::string place[] = {
        report_.sop_instance_uid,
        group.tracking_identifier,
        group.tracking_uid,
        group.time_point ? group.time_point->time_point : "",
        Of(group.finding),
        Sites(group),
        Of(group.laterality),
        group.segment ? group.segment->sop_instance_uid : "",
        group.segment ? std::to_string(group.segment->number) : "",
        images,
    };
    for (const std::string& text : place) out_ += Cell(text) + ',';
    for (size_t i = 0; i < cells.size(); ++i) out_ += (i == 0 ? "" : ",") + cells[i];
    out_ += "\r\n";
  }

  const Report& report_;
  std::string out_ = kHeader;
};

}  // namespace

std::string ToCsv(const Report& report) { return Table(report).Run(); }

}  // namespace glossator::sr
