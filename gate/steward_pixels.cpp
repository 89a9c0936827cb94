// SPDX-License-Identifier: GPL-3.0-or-later
// What a steward may do about pixels: see them, blank rectangles, and say it once for a device.
#include "gate/steward_door.h"
#include "model/error.h"
#include "model/ports.h"

namespace glossator::gate {
namespace {

constexpr Json::ArrayIndex kRectanglesMax = 256;

Json::Value BoxJson(const pixels::Rectangle& box) {
  Json::Value json(Json::arrayValue);
  for (const uint32_t number : {box.x, box.y, box.width, box.height}) json.append(number);
  return json;
}

pixels::Rectangle BoxOf(const Json::Value& json) {
  uint32_t numbers[4] = {};
  bool good = json.isArray() && json.size() == 4;
  for (Json::ArrayIndex i = 0; good && i < 4; ++i) {
    good = json[i].isUInt() && json[i].asUInt() <= 0xFFFF;
    if (good) numbers[i] = json[i].asUInt();
  }
  if (!good || numbers[2] == 0 || numbers[3] == 0) {
    throw Error(ErrorKind::kInvalid, "a rectangle is x,y,width,height in pixels");
  }
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::vector<pixels::Rectangle> BoxesOf(const Json::Value& json) {
  if (!json.isArray() || json.empty() || json.size() > kRectanglesMax) {
    throw Error(ErrorKind::kInvalid, "expected 1 to 256 rectangles");
  }
  std::vector<pixels::Rectangle> boxes;
  for (const auto& one : json) boxes.push_back(BoxOf(one));
  return boxes;
}

}  // namespace

void StewardDoor::ShowPicture(const Json::Value& request, const store::QuarantineRow& row,
                              Json::Value& reply) {
  const auto frame = request.get("frame", 1).asUInt();  // as DICOM counts them
  if (frame == 0) throw Error(ErrorKind::kInvalid, "frames are counted from 1");
  const auto picture = parts_.pixel_rounds.Show(row, frame - 1);
  auto& json = reply["picture"];
  json["png"] = ToHex(picture.png);
  json["frame"] = frame;
  json["frames"] = Json::UInt64(picture.frames);
  json["columns"] = picture.columns;
  json["rows"] = picture.rows;
  json["scale"] = picture.scale;
  json["suspicious"] = Json::Value(Json::arrayValue);
  for (const auto& box : picture.suspicious) json["suspicious"].append(BoxJson(box));
}

// These rectangles in every frame. A rule for the device, when one is asked for, comes first: an
// object that names no device is told before anything is done.
Json::Value StewardDoor::QuarantineRedact(const Json::Value& request) {
  const auto row = parts_.readmission.OpenRow(request["number"].asInt64());
  const auto boxes = BoxesOf(request["rectangles"]);
  if (!deid::IsReleasable(row.reason)) {
    return Settle(request, row, "", deid::Reason{row.reason, row.path});
  }
  const auto redacted = parts_.pixel_rounds.Redacted(row, boxes);
  if (request.get("device", false).asBool()) AddRuleFor(row, boxes);
  // Who draws rectangles has seen the picture: it is a decision about all of it.
  const auto reason = parts_.readmission.Admit(
      row, redacted, {.digests = {}, .pixels_ran = true, .face_decided = true});
  return Settle(request, row, "quarantine.redacted", reason);
}

void StewardDoor::AddRuleFor(const store::QuarantineRow& row,
                             std::vector<pixels::Rectangle> rectangles) {
  pixels::Rules rules;
  rules.Add(pixels::RuleFor(parts_.pixel_rounds.Opened(row), std::move(rectangles)));
  parts_.pixel_rules.Add(row.project, rules, row.number);
}

Json::Value StewardDoor::RulesList(const Json::Value&) {
  Json::Value reply;
  reply["items"] = Json::Value(Json::arrayValue);
  for (const auto& [row, rules] : parts_.pixel_rules.All()) {
    Json::Value item;
    item["number"] = Json::Int64(row.number);
    item["project"] = row.project;
    item["since"] = row.since;
    item["rules"] = pixels::WriteRules(rules);
    reply["items"].append(item);
  }
  return reply;
}

Json::Value StewardDoor::RulesAdd(const Json::Value& request) {
  const std::string project = request.get("project", "").asString();
  if (parts_.config.FindProject(project) == nullptr) {
    throw Error(ErrorKind::kNotFound, "no such project");
  }
  parts_.pixel_rules.Add(project, pixels::ParseRules(request["rules"].asString()), 0);
  return Json::Value(Json::objectValue);
}

Json::Value StewardDoor::RulesRemove(const Json::Value& request) {
  parts_.pixel_rules.Remove(request["number"].asInt64());
  return Json::Value(Json::objectValue);
}

}  // namespace glossator::gate
