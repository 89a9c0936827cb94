// SPDX-License-Identifier: GPL-3.0-or-later
// The members of every value type with their JSON names: one list serves reading, writing and the
// schema. A visitor has must(name, member, text) and may(name, member, text), where a member is a
// text, number, code, value type or list, and term(name, member, words, text, required).
// Of this room only.
#pragma once

#include "structured-report/description_json.h"
#include "structured-report/report.h"

namespace glossator::sr {

template <class Type>
struct Fields;

using Words = std::initializer_list<const char*>;

inline constexpr Words kFlatTypes = {"POINT", "MULTIPOINT", "POLYLINE", "CIRCLE", "ELLIPSE"};
inline constexpr Words kGraphicTypes = {"POINT",   "MULTIPOINT", "POLYLINE", "CIRCLE",
                                        "ELLIPSE", "POLYGON",    "ELLIPSOID"};

template <>
struct Fields<Code> {
  static constexpr const char* kName = "code";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& code) {
    v.must("value", code.value, "Code Value");
    v.must("scheme", code.scheme, "Coding Scheme Designator, such as SCT, DCM, LN, 99...");
    v.must("meaning", code.meaning, "Code Meaning, of this very code");
    v.may("scheme_version", code.scheme_version, "Coding Scheme Version");
  }
};

template <>
struct Fields<ImageReference> {
  static constexpr const char* kName = "image";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& image) {
    v.must("sop_instance_uid", image.sop_instance_uid, "of an image or waveform of the source");
    v.may("frames", image.frames, "frame numbers from 1; absent: all");
    v.may("channels", image.channels, "pairs of multiplex group and channel of a waveform");
  }
};

template <>
struct Fields<SegmentReference> {
  static constexpr const char* kName = "segment";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& segment) {
    v.may("sop_class_uid", segment.sop_class_uid, "of the segmentation");
    v.may("sop_instance_uid", segment.sop_instance_uid,
          "of the segmentation; a submission has none");
    v.may("number", segment.number, "Segment Number; absent: 1");
    v.may("frames", segment.frames, "frames of the segmentation, for a planar region (TID 1410)");
  }
};

template <>
struct Fields<Region> {
  static constexpr const char* kName = "region";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& region) {
    v.term("type", region.type, kGraphicTypes, "Graphic Type");
    v.must("points", region.points, "column, row pairs in pixels, or x, y, z in mm");
    v.may("image", region.image, "the one image of 2D coordinates");
    v.may("frame_of_reference_uid", region.frame_of_reference_uid, "of 3D coordinates");
    v.may("pixel_origin", region.pixel_origin, "FRAME or VOLUME, of tiled images");
    v.may("purpose", region.purpose, "Geometric purpose of region, such as Bounding box");
  }
};

template <>
struct Fields<Extent> {
  static constexpr const char* kName = "extent";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& extent) {
    v.term("type", extent.type, {"POINT", "MULTIPOINT", "SEGMENT", "MULTISEGMENT", "BEGIN", "END"},
           "Temporal Range Type");
    v.must("source", extent.source, "the video or waveform; frames: the first and last");
    v.may("samples", extent.samples, "sample positions from 1, of a waveform");
    v.may("seconds", extent.seconds, "offsets from the start");
    v.may("date_times", extent.date_times, "dates and times (DT)");
  }
};

template <>
struct Fields<Modifier> {
  static constexpr const char* kName = "modifier";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& modifier) {
    v.must("concept", modifier.concept_name, "what is said");
    v.may("value", modifier.value, "a code");
    v.may("text", modifier.text, "or a text");
  }
};

template <>
struct Fields<MeasurementPlace> {
  static constexpr const char* kName = "place";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& place) {
    v.must("group", place.group, "place in groups, from 0");
    v.must("measurement", place.measurement, "place in its measurements, from 0");
  }
};

template <>
struct Fields<Measurement> {
  static constexpr const char* kName = "measurement";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& measurement) {
    v.must("concept", measurement.concept_name, "what was measured");
    v.may("value", measurement.value, "absent only with a qualifier");
    v.unit("unit", measurement.unit, "UCUM: a code, or its value alone such as mm3");
    v.may("derivation", measurement.derivation, "such as Mean or Maximum");
    v.may("method", measurement.method, "Measurement Method");
    v.may("qualifier", measurement.qualifier, "why there is no value (CID 42)");
    v.may("modifiers", measurement.modifiers, "what narrows the concept");
    v.may("images", measurement.images, "what it was measured on");
    v.may("regions", measurement.regions, "where it was measured");
    v.may("extents", measurement.extents, "when");
    v.may("from", measurement.from, "the measurements that it was computed from; of derived only");
    v.may("reader", measurement.reader, "whose value it is, a name of person or readers");
  }
};

template <>
struct Fields<Evaluation> {
  static constexpr const char* kName = "evaluation";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& evaluation) {
    v.must("concept", evaluation.concept_name, "the question");
    v.may("value", evaluation.value, "the answer as a code");
    v.may("text", evaluation.text, "or as a text");
    v.may("modifiers", evaluation.modifiers, "such as the edition of a staging system");
  }
};

template <>
struct Fields<Site> {
  static constexpr const char* kName = "site";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& site) {
    v.must("site", site.site, "Finding Site");
    v.may("laterality", site.laterality, "of the site");
    v.may("site_modifier", site.site_modifier, "Topographical modifier of the site");
  }
};

template <>
struct Fields<TimePoint> {
  static constexpr const char* kName = "time_point";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& point) {
    v.must("time_point", point.time_point, "as text");
    v.may("type", point.type, "such as Baseline (CID 6146)");
    v.may("order", point.order, "among the time points");
    v.may("subject_identifier", point.subject_identifier, "of the time point for this subject");
    v.may("protocol_identifier", point.protocol_identifier, "of the time point in the protocol");
    v.may("offset", point.offset, "from the event");
    v.may("offset_unit", point.offset_unit, "UCUM");
    v.may("event", point.event, "from which the offset counts");
  }
};

template <>
struct Fields<Algorithm> {
  static constexpr const char* kName = "algorithm";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& algorithm) {
    v.must("name", algorithm.name, "Algorithm Name");
    v.must("version", algorithm.version, "Algorithm Version");
    v.may("parameters", algorithm.parameters, "Algorithm Parameters");
  }
};

template <>
struct Fields<MeasurementGroup> {
  static constexpr const char* kName = "group";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& group) {
    v.must("tracking_identifier", group.tracking_identifier, "the finding's name");
    v.may("tracking_uid", group.tracking_uid, "the same for the same finding; made when absent");
    v.may("session", group.session, "Activity Session, or layer of a video");
    v.may("category", group.category, "Finding category");
    v.may("finding", group.finding, "Finding");
    v.may("time_point", group.time_point, "TID 1502");
    v.may("site", group.site, "Finding Site");
    v.may("laterality", group.laterality, "of the site");
    v.may("site_modifier", group.site_modifier, "Topographical modifier of the site");
    v.may("more_sites", group.more_sites, "further Finding Sites");
    v.may("method", group.method, "Measurement Method of all values");
    v.may("modifiers", group.modifiers, "what holds for all values");
    v.may("algorithm", group.algorithm, "TID 4019");
    v.may("segment", group.segment, "a segment of a segmentation");
    v.may("regions", group.regions, "coordinates of the finding");
    v.may("extents", group.extents, "when it is seen");
    v.may("images", group.images, "what it was seen on");
    v.may("measurements", group.measurements, "numbers");
    v.may("evaluations", group.evaluations, "judgements");
  }
};

template <>
struct Fields<PersonObserver> {
  static constexpr const char* kName = "person";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& person) {
    v.must("name", person.name, "in the form of PN, or a reader's code");
    v.may("organization", person.organization, "Person Observer's Organization Name");
    v.may("role_in_organization", person.role_in_organization, "CID 7452");
    v.may("role_in_procedure", person.role_in_procedure, "CID 7453");
    v.may("login", person.login, "Person Observer's Login Name");
    v.may("identifier_in_role", person.identifier_in_role, "Identifier within the role");
    v.may("credentials", person.credentials, "such as a board certification");
  }
};

template <>
struct Fields<DeviceObserver> {
  static constexpr const char* kName = "device";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& device) {
    v.must("uid", device.uid, "changes with every release of an algorithm");
    v.may("name", device.name, "Device Observer Name");
    v.may("manufacturer", device.manufacturer, "Device Observer Manufacturer");
    v.may("model", device.model, "Device Observer Model Name");
    v.may("serial_number", device.serial_number, "Device Observer Serial Number");
    v.may("software_version", device.software_version, "Software Versions of the equipment");
    v.may("location", device.location, "Physical Location During Observation");
  }
};

template <>
struct Fields<Verifier> {
  static constexpr const char* kName = "verifier";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& verifier) {
    v.must("name", verifier.name, "PN with a family name");
    v.must("organization", verifier.organization, "Verifying Organization");
    v.must("date_time", verifier.date_time, "DT of the signature");
    v.may("identification", verifier.identification, "a code for the person");
  }
};

template <>
struct Fields<Participant> {
  static constexpr const char* kName = "participant";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& participant) {
    v.term("type", participant.type, {"SOURCE", "ENT", "ATTEST"}, "Participation Type");
    v.may("date_time", participant.date_time, "Participation DateTime");
    v.may("name", participant.name, "PN of a person");
    v.may("device_uid", participant.device_uid, "of a device, instead of a name");
    v.may("manufacturer", participant.manufacturer, "of the device");
    v.may("model", participant.model, "of the device");
    v.may("organization", participant.organization, "Institution Name");
    v.may("identification", participant.identification, "a code for the person");
  }
};

template <>
struct Fields<Predecessor> {
  static constexpr const char* kName = "predecessor";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& predecessor) {
    v.must("study_instance_uid", predecessor.study_instance_uid, "of the replaced document");
    v.must("series_instance_uid", predecessor.series_instance_uid, "of the replaced document");
    v.must("sop_class_uid", predecessor.sop_class_uid, "of the replaced document");
    v.must("sop_instance_uid", predecessor.sop_instance_uid, "of the replaced document");
  }
};

template <>
struct Fields<Equipment> {
  static constexpr const char* kName = "equipment";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& equipment) {
    v.must("purpose", equipment.purpose, "Purpose of Reference");
    v.must("manufacturer", equipment.manufacturer, "Manufacturer");
    v.may("model", equipment.model, "Manufacturer's Model Name; name of an algorithm");
    v.may("serial_number", equipment.serial_number, "Device Serial Number");
    v.may("software_version", equipment.software_version, "Software Versions");
    v.may("device_uid", equipment.device_uid, "changes when an algorithm is trained again");
    v.may("institution", equipment.institution, "Institution Name");
    v.may("station", equipment.station, "Station Name");
    v.may("operator", equipment.operator_name, "Operators' Name");
    v.may("date_time", equipment.date_time, "Contribution DateTime");
    v.may("description", equipment.description, "Contribution Description");
  }
};

template <>
struct Fields<ReportDescription> {
  static constexpr const char* kName = "report";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& report) {
    v.term(
        "document", report.document, {"AUTOMATIC", "COMPREHENSIVE_3D", "COMPREHENSIVE", "ENHANCED"},
        "the SOP class; absent: COMPREHENSIVE, with coordinates in space COMPREHENSIVE_3D", false);
    v.may("language", report.language, "TID 1204; absent: English");
    v.may("procedures", report.procedures, "the imaging procedure, not the algorithm");
    v.may("person", report.person, "who observed, the author");
    v.may("readers", report.readers, "the other people of a consensus");
    v.may("device", report.device, "what observed");
    v.may("guideline", report.guideline, "the guideline or protocol, with its version");
    v.may("amendment_reason", report.amendment_reason, "why a predecessor was replaced");
    v.may("groups", report.groups, "one for each finding");
    v.may("derived", report.derived, "values of several groups, such as a sum");
    v.may("evaluations", report.evaluations, "judgements of the whole");
    v.term("completion", report.provenance.completion, {"COMPLETE", "PARTIAL"},
           "Completion Flag; absent: COMPLETE", false);
    v.may("completion_description", report.provenance.completion_description, "why");
    v.may("verifiers", report.provenance.verifiers, "who signed; makes the report VERIFIED");
    v.may("participants", report.provenance.participants, "who else took part");
    v.may("predecessors", report.provenance.predecessors, "the documents that this one replaces");
    v.may("equipment", report.provenance.equipment, "Contributing Equipment");
  }
};

template <>
struct Fields<DescriptionFile> {
  static constexpr const char* kName = "file";
  template <class Visitor, class Type>
  static void Visit(Visitor& v, Type& file) {
    v.may("series_description", file.series_description, "of the new series");
    v.may("series_number", file.series_number, "of the new series; absent: 1");
    v.may("source_series", file.source_series, "which series of the source; absent: all");
    v.heads("sources", file.sources, "heads in the DICOM JSON model, instead of files");
    Fields<ReportDescription>::Visit(v, file.description);
  }
};

}  // namespace glossator::sr
