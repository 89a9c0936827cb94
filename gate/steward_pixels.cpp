// SPDX-License-Identifier: GPL-3.0-or-later
// What a steward may do about pixels: see them, blank rectangles, and say it once for a device.
#include <sstream>

#include "gate/png.h"
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

uint32_t FrameOf(const Json::Value& request) {
  const auto frame = request.get("frame", 1).asUInt();  // as DICOM counts them
  if (frame == 0) throw Error(ErrorKind::kInvalid, "frames are counted from 1");
  return frame;
}

// One of the pictures (P4) of a mask as a PNG: white is what was removed.
Json::Value MaskPicture(const std::string& mask, uint32_t frame) {
  uint32_t columns = 0, rows = 0;
  std::istringstream header(mask);
  header.ignore(2) >> columns >> rows;
  const size_t line = (size_t{columns} + 7) / 8;
  const size_t begin = static_cast<size_t>(header.tellg()) + 1, size = begin + line * rows;
  if (mask.size() < size * frame) throw Error(ErrorKind::kNotFound, "no such frame");
  const auto bits = std::string_view(mask).substr(size * (frame - 1) + begin, line * rows);
  std::string gray;
  for (size_t y = 0; y < rows; ++y) {
    for (size_t x = 0; x < columns; ++x) {
      gray += (bits[y * line + x / 8] >> (7 - x % 8) & 1) != 0 ? '\xFF' : '\0';
    }
  }
  Json::Value picture;
  picture["png"] = ToHex(WritePng(columns, rows, gray));
  picture["frame"] = frame;
  picture["frames"] = Json::UInt64(mask.size() / size);
  return picture;
}

}  // namespace

Json::Value StewardDoor::FaceMask(const Json::Value& request) {
  const std::string uid = request.get("uid", "").asString();
  Json::Value reply;
  reply["picture"] = MaskPicture(parts_.face_rounds.MaskOf(uid), FrameOf(request));
  Json::Value fields;
  fields["instance"] = uid;
  fields["frame"] = reply["picture"]["frame"];
  Note("face-mask.shown", fields);
  return reply;
}

void StewardDoor::ShowPicture(const Json::Value& request, const store::QuarantineRow& row,
                              Json::Value& reply) {
  const auto frame = FrameOf(request);
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
