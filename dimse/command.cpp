// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/command.h"

#include <algorithm>
#include <array>

#include "dicom/data_set.h"
#include "dicom/io.h"
#include "dicom/tag.h"

namespace glossator::dimse {
namespace {

using dicom::DataSet;
using dicom::Tag;
namespace tags = dicom::tags;

constexpr uint16_t kNoDataSet = 0x0101;    // PS3.7 E.1, Command Data Set Type
constexpr uint16_t kWithDataSet = 0x0001;  // anything else

struct OperationRow {
  Operation operation;
  std::string_view name;
  bool requested;     // its request names Requested SOP Class and Instance (PS3.7 10.3)
  uint32_t type_tag;  // of Command::type, 0: none
};
constexpr std::array kOperations = {
    OperationRow{Operation::kStore, "C-STORE", false, 0},
    OperationRow{Operation::kGet, "C-GET", false, 0},
    OperationRow{Operation::kFind, "C-FIND", false, 0},
    OperationRow{Operation::kMove, "C-MOVE", false, 0},
    OperationRow{Operation::kEcho, "C-ECHO", false, 0},
    OperationRow{Operation::kEventReport, "N-EVENT-REPORT", false, 0x00001002},
    OperationRow{Operation::kGetN, "N-GET", true, 0},
    OperationRow{Operation::kSetN, "N-SET", true, 0},
    OperationRow{Operation::kAction, "N-ACTION", true, 0x00001008},
    OperationRow{Operation::kCreate, "N-CREATE", false, 0},
    OperationRow{Operation::kDelete, "N-DELETE", true, 0},
    OperationRow{Operation::kCancelFind, "C-CANCEL", false, 0},
};

const OperationRow* FindOperation(Operation operation) {
  auto row = std::ranges::find(kOperations, operation, &OperationRow::operation);
  return row == kOperations.end() ? nullptr : &*row;
}

bool NamesRequested(const Command& command) {
  const OperationRow* row = FindOperation(command.operation());
  return row && row->requested && !command.is_response();
}

Tag ClassTag(bool requested) {
  return requested ? tags::RequestedSOPClassUID : tags::AffectedSOPClassUID;
}
Tag InstanceTag(bool requested) {
  return requested ? tags::RequestedSOPInstanceUID : tags::AffectedSOPInstanceUID;
}

bool IsAboutAnother(const Command& command) {
  return command.is_response() || command.operation() == Operation::kCancelFind;
}

void SetUid(DataSet& set, Tag tag, const std::string& uid) {
  if (!uid.empty()) set.SetString(tag, uid);
}

void SetType(DataSet& set, const Command& command) {
  const OperationRow* row = FindOperation(command.operation());
  if (!row || row->type_tag == 0 || (command.is_response() && command.type == 0)) return;
  set.SetInt(Tag{0, static_cast<uint16_t>(row->type_tag)}, command.type);
}

// LO of at most 64 ASCII characters: the command set has no character set.
std::string Comment(std::string_view text) {
  std::string comment(text.substr(0, 64));
  std::ranges::replace_if(
      comment, [](char c) { return c < ' ' || c > '~' || c == '\\'; }, '?');
  return comment;
}

void SetRequestFields(DataSet& set, const Command& command) {
  const auto operation = static_cast<uint16_t>(command.operation());
  const bool has_priority = operation <= static_cast<uint16_t>(Operation::kMove);
  if (has_priority) set.SetInt(tags::Priority, command.priority);
  if (command.move_originator_aet.empty()) return;
  set.SetString(tags::MoveOriginatorApplicationEntityTitle, command.move_originator_aet);
  set.SetInt(tags::MoveOriginatorMessageID, command.move_originator_message_id);
}

void SetResponseFields(DataSet& set, const Status& status) {
  set.SetInt(tags::Status, status.code);
  if (!status.comment.empty()) set.SetString(tags::ErrorComment, Comment(status.comment));
}

std::string WithGroupLength(const std::string& elements) {
  std::string out("\0\0\0\0\4\0\0\0", 8);
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<char>(elements.size() >> shift));
  }
  return out + elements;
}

uint16_t Number(const DataSet& set, Tag tag) {
  return static_cast<uint16_t>(set.GetInt(tag).value_or(0));
}

void CheckGroup(const DataSet& set) {
  const bool only_commands = std::ranges::all_of(
      set, [](const dicom::Element& element) { return element.tag.group == 0; });
  if (!only_commands || !set.GetInt(tags::CommandField)) {
    throw Error(ErrorKind::kInvalid, "not a command set");
  }
}

}  // namespace

Command Command::Request(Operation operation, uint16_t message_id) {
  Command command;
  command.field = static_cast<uint16_t>(operation);
  command.message_id = message_id;
  return command;
}

Command Command::Response(const Command& request, const Status& status) {
  Command command;
  command.field = static_cast<uint16_t>(request.field | kResponseBit);
  command.message_id = request.message_id;
  command.sop_class_uid = request.sop_class_uid;
  // Usage U in a C-STORE response (PS3.7 Table 9.1-1): what names the patient's object is not said
  // again.
  if (request.operation() != Operation::kStore) command.sop_instance_uid = request.sop_instance_uid;
  command.type = request.type;
  command.status = status;
  return command;
}

std::string Encode(const Command& command) {
  const bool requested = NamesRequested(command);
  DataSet set;
  SetUid(set, ClassTag(requested), command.sop_class_uid);
  set.SetInt(tags::CommandField, command.field);
  set.SetInt(IsAboutAnother(command) ? tags::MessageIDBeingRespondedTo : tags::MessageID,
             command.message_id);
  set.SetInt(tags::CommandDataSetType, command.has_data_set ? kWithDataSet : kNoDataSet);
  if (command.is_response()) {
    SetResponseFields(set, command.status);
  } else {
    SetRequestFields(set, command);
  }
  SetUid(set, InstanceTag(requested), command.sop_instance_uid);
  SetType(set, command);
  return WithGroupLength(dicom::Write(set, dicom::kImplicitLittleEndian));
}

Command ParseCommand(std::string_view bytes) {
  dicom::Limits limits;
  limits.bytes_max = kCommandBytesMax;
  limits.depth_max = 1;
  const DataSet set = dicom::Read(bytes, dicom::kImplicitLittleEndian, limits);
  CheckGroup(set);
  Command command;
  command.field = Number(set, tags::CommandField);
  const Tag id = IsAboutAnother(command) ? tags::MessageIDBeingRespondedTo : tags::MessageID;
  if (!set.GetInt(id)) throw Error(ErrorKind::kInvalid, "command set without message ID");
  command.message_id = Number(set, id);
  const bool requested = NamesRequested(command);
  command.sop_class_uid = set.GetString(ClassTag(requested));
  command.sop_instance_uid = set.GetString(InstanceTag(requested));
  command.has_data_set = Number(set, tags::CommandDataSetType) != kNoDataSet;
  if (const OperationRow* row = FindOperation(command.operation()); row && row->type_tag != 0) {
    command.type = Number(set, Tag{0, static_cast<uint16_t>(row->type_tag)});
  }
  command.priority = Number(set, tags::Priority);
  command.move_originator_aet = set.GetString(tags::MoveOriginatorApplicationEntityTitle);
  command.move_originator_message_id = Number(set, tags::MoveOriginatorMessageID);
  command.status = {Number(set, tags::Status), set.GetString(tags::ErrorComment)};
  return command;
}

std::string_view NameOf(Operation operation) {
  const OperationRow* row = FindOperation(operation);
  return row ? row->name : "";
}

}  // namespace glossator::dimse
