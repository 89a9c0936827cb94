// SPDX-License-Identifier: GPL-3.0-or-later
// Annotations as JSON and CSV: docs/result-objects.md has the schema.
#pragma once

#include <json/value.h>

#include <functional>
#include <string>
#include <string_view>

#include "model/ports.h"
#include "results/annotations.h"

namespace glossator::results {

struct AnnotationDescription {
  Annotations annotations;
  std::string series_description;
  int64_t series_number = 1;
};

// Strict; missing group UIDs are made with `uids`. Throws Error{kInvalid} with every fault.
AnnotationDescription AnnotationsFromJson(const Json::Value& json, UidSource& uids);

// A group's annotations out of CSV (RFC 4180, with a header line): `group` (number from 1),
// `coordinates` ("x y;x y"), and for each measurement of the description a column of its
// concept's meaning, empty where it was not measured. Appends to the groups of `annotations`,
// which come from a description without "annotations". Throws Error{kInvalid} with the line.
void AddAnnotationsFromCsv(std::string_view csv, Annotations& annotations);

// The same keys; AnnotationsFromJson reads it back. Streamed: a million annotations need no tree.
void WriteAnnotationsJson(const AnnotationDescription& description, const Sink& sink);
// A line for each annotation: group, annotation, graphic_type, label, category, type, coordinates,
// and every measurement of the object in a column. AddAnnotationsFromCsv reads it.
void WriteAnnotationsCsv(const Annotations& annotations, const Sink& sink);

}  // namespace glossator::results
