// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/return_record.h"

#include "dicom/json.h"

namespace glossator::node {
namespace {

Json::Value ToJson(const ReaderConfig& person) {
  Json::Value json(Json::objectValue);
  json["code"] = person.id;
  json["name"] = person.name;
  json["organization"] = person.organization;
  return json;
}

Json::Value ToJson(const MadeObject& object) {
  Json::Value json(Json::objectValue);
  json["sop_class_uid"] = object.sop_class_uid;
  json["sop_instance_uid"] = object.sop_instance_uid;
  json["series_instance_uid"] = object.series_instance_uid;
  json["size"] = Json::Int64(object.size);
  json["sha256"] = object.sha256;
  return json;
}

Json::Value ToJson(const std::vector<MadeObject>& objects) {
  Json::Value json(Json::arrayValue);
  for (const MadeObject& object : objects) json.append(ToJson(object));
  return json;
}

Json::Value ToJson(const EarlierResult& earlier) {
  Json::Value json(Json::objectValue);
  json["result"] = earlier.uid;
  json["withdrawn"] = earlier.withdrawn;
  json["objects"] = ToJson(earlier.objects);
  json["before"] = Json::Value(Json::arrayValue);
  for (const EarlierResult::Version& version : earlier.before) {
    Json::Value item(Json::objectValue);
    item["result"] = version.uid;
    item["report"] = ToJson(version.report);
    json["before"].append(std::move(item));
  }
  return json;
}

}  // namespace

std::string ManifestOf(const ReturnRecord& record) {
  Json::Value json(Json::objectValue);
  json["result"] = record.delivery.result_uid;
  json["delivery_key"] = record.delivery.key;
  json["project"] = record.the_case.project;
  json["study_uid"] = record.the_case.study_uid;
  json["destination"] = record.delivery.destination;
  json["reader"] = ToJson(record.reader);
  json["reviewer"] = ToJson(record.reviewer);
  json["people"] = Json::Value(Json::arrayValue);
  for (const ReaderConfig* person : {&record.reader, &record.reviewer}) {
    json["people"].append(ToJson(*person));
  }
  for (const ReaderConfig& person : record.others) json["people"].append(ToJson(person));
  if (record.earlier) json["earlier"] = ToJson(*record.earlier);
  json["staying"] = Json::Value(Json::arrayValue);
  for (const std::string& uid : record.staying) json["staying"].append(uid);
  json["files"] = ToJson(record.objects);
  return dicom::WriteJson(json);
}

std::vector<std::string_view> ChunksOf(std::string_view manifest,
                                       const std::vector<std::string>& files) {
  std::vector<std::string_view> chunks = {manifest};
  for (std::string_view file : files) {
    for (; !file.empty(); file.remove_prefix(std::min(file.size(), kReturnChunkBytes))) {
      chunks.push_back(file.substr(0, kReturnChunkBytes));
    }
  }
  return chunks;
}

}  // namespace glossator::node
