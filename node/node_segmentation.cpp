// SPDX-License-Identifier: GPL-3.0-or-later
// 4b. Submit with a tool of one's own: a Segmentation object (3D Slicer, MONAI, OHIF) becomes the
// submission of who holds the claim. What it says is taken out of it and written by ourselves like
// any other submission: nothing of the object is passed on, so nothing identified in it can be.
#include <algorithm>

#include "dicom/error.h"
#include "dicom/json.h"
#include "node/impl.h"
#include "node/or_finding.h"
#include "node/tell.h"
#include "seg/decode.h"
#include "seg/verify.h"
#include "store/node_case.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

namespace tags = dicom::tags;

Json::Value CodeJson(const dicom::Code& code) {
  Json::Value json(Json::objectValue);
  json["code"] = code.value;
  json["scheme"] = code.scheme;
  json["meaning"] = code.meaning;
  return json;
}

// What is optional is left out where it is broken: the object is not refused for it.
bool IsWhole(const dicom::Code& code) {
  return !code.value.empty() && !code.scheme.empty() && !code.meaning.empty();
}

Json::Value CodesJson(const std::vector<dicom::Code>& codes) {
  Json::Value json(Json::arrayValue);
  for (const dicom::Code& code : codes) {
    if (IsWhole(code)) json.append(CodeJson(code));
  }
  return json;
}

// PS3.3 10.16: which program, so that report and registry can name it.
Json::Value AlgorithmJson(const seg::Segment& segment) {
  if (segment.algorithm_type == "MANUAL") return segment.algorithm_type;
  Json::Value json(Json::objectValue);
  json["type"] = segment.algorithm_type;
  json["name"] = segment.algorithm_name;
  if (!segment.algorithm || !IsWhole(segment.algorithm->family)) return json;
  const seg::Algorithm& algorithm = *segment.algorithm;
  if (algorithm.name.empty() || algorithm.version.empty()) return json;
  json["name"] = algorithm.name;
  json["version"] = algorithm.version;
  json["family"] = CodeJson(algorithm.family);
  if (!algorithm.source.empty()) json["source"] = algorithm.source;
  if (!algorithm.parameters.empty()) json["parameters"] = algorithm.parameters;
  return json;
}

void PutLook(const seg::Segment& segment, Json::Value& json) {
  if (!segment.description.empty()) json["description"] = segment.description;
  if (!segment.type_modifiers.empty()) json["typeModifiers"] = CodesJson(segment.type_modifiers);
  if (segment.region && IsWhole(*segment.region)) {
    json["region"] = CodeJson(*segment.region);
    if (!segment.region_modifiers.empty()) {
      json["regionModifiers"] = CodesJson(segment.region_modifiers);
    }
  }
  if (!segment.color) return;
  for (const uint8_t part : *segment.color) json["color"].append(part);
}

Json::Value SegmentJson(const seg::Segment& segment) {
  Json::Value json(Json::objectValue);
  json["number"] = segment.label;
  json["label"] = segment.name;
  json["category"] = CodeJson(segment.category);
  json["type"] = CodeJson(segment.type);
  json["algorithm"] = AlgorithmJson(segment);
  PutLook(segment, json);
  if (!segment.tracking_uid.empty()) {  // they come as a pair (PS3.3 C.8.20.4)
    json["trackingIdentifier"] = segment.tracking_id;
    json["trackingUid"] = segment.tracking_uid;
  }
  return json;
}

// The JSON part of the contracts' submission.
std::string FormOf(const std::string& series_uid, const seg::Segmentation& object,
                   const seg::Labels& labels) {
  Json::Value json(Json::objectValue);
  json["seriesInstanceUid"] = series_uid;
  for (const uint32_t size : {labels.frames, labels.rows, labels.columns}) {
    json["shape"].append(size);
  }
  json["dtype"] = labels.type == seg::LabelType::kUint8 ? "uint8" : "uint16";
  json["segments"] = Json::Value(Json::arrayValue);
  for (const auto& segment : object.description.segments) {
    json["segments"].append(SegmentJson(segment));
  }
  json["measurements"] = Json::Value(Json::arrayValue);
  return dicom::WriteJson(json);
}

// One series: which labelmap would the others belong to?
std::string SourceSeriesOf(const seg::Segmentation& object) {
  const auto& series = object.head.GetItems(tags::ReferencedSeriesSequence);
  if (series.size() != 1) {
    throw Error(ErrorKind::kInvalid, "(0008,1115): expected one referenced series");
  }
  return series.front().GetString(tags::SeriesInstanceUID);
}

void RequirePseudonym(const seg::Segmentation& object, const Case& the_case) {
  if (object.head.GetString(tags::PatientID) == the_case.patient_code) return;
  throw Error(ErrorKind::kForbidden, "(0010,0020): not the pseudonym of the case");
}

}  // namespace

Workitem Node::Impl::ClaimOf(const Person& who, const std::string& study_uid) {
  std::vector<Workitem> claims;
  database.Read([&](const store::Reader& reader) {
    const auto the_case = store::FindCaseOfStudy(reader, study_uid);
    if (!the_case || !who.Sees(the_case->project)) return;
    claims = store::WorkitemsOf(reader, the_case->id);
  });
  std::erase_if(claims, [&](const Workitem& workitem) {
    return workitem.stage != Stage::kRead || workitem.state != WorkitemState::kInProgress ||
           workitem.performer != who.id;
  });
  if (claims.empty()) throw Error(ErrorKind::kForbidden, "no claimed work of yours on this study");
  if (claims.size() > 1) throw Error(ErrorKind::kConflict, "several claims of yours on this study");
  return claims.front();
}

SubmitReply Node::SubmitObject(const Person& who, std::string part10_bytes) {
  if (!worklist::MayPerform(who, Stage::kRead)) {
    throw Error(ErrorKind::kForbidden, "your roles do not include reading");
  }
  const seg::Segmentation object = seg::Read(part10_bytes);
  const Workitem claim = impl_->ClaimOf(who, object.study_instance_uid);
  const std::string series_uid = SourceSeriesOf(object);
  const auto task = impl_->TaskFor(who, claim.uid, claim.transaction_uid, series_uid);
  RequirePseudonym(object, task.the_case);
  std::vector<Finding> findings;
  const auto source = impl_->builder.SourceOf({task.the_case, who, task.instances}, findings);
  if (!source) return impl_->Refuse(who, task, std::move(findings));
  findings = seg::Verify(part10_bytes, &*source, "SEG");
  if (HasErrors(findings)) return impl_->Refuse(who, task, std::move(findings));
  const auto labels =
      OrFinding(findings, "labels", "pixels", [&] { return seg::Decode(object, *source); });
  if (!labels) return impl_->Refuse(who, task, std::move(findings));
  const std::string_view bytes(reinterpret_cast<const char*>(labels->bytes.data()),
                               labels->bytes.size());
  return Submit(who, claim.uid, claim.transaction_uid, FormOf(series_uid, object, *labels), bytes);
}

}  // namespace glossator::node
