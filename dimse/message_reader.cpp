// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/message_reader.h"

namespace glossator::dimse {

void MessageReader::CheckContext(const PdvPiece& piece, const MessageUser& user) {
  if (in_message_ ? piece.context != context_ : !user.IsAccepted(piece.context)) {
    throw MalformedPdu(AbortReason::kInvalidParameterValue, "presentation context not accepted");
  }
  if (piece.command == in_data_set_) {
    throw MalformedPdu(AbortReason::kUnexpectedParameter, "command and data set out of order");
  }
  in_message_ = true;
  context_ = piece.context;
}

void MessageReader::TakeCommand(const PdvPiece& piece, MessageUser& user) {
  if (command_.size() + piece.bytes.size() > kCommandBytesMax) {
    throw MalformedPdu(AbortReason::kInvalidParameterValue, "command set too long");
  }
  command_ += piece.bytes;
  if (!piece.last || !piece.ends) return;
  const Command command = ParseCommand(command_);
  command_.clear();
  in_data_set_ = command.has_data_set;
  in_message_ = command.has_data_set;
  user.OnCommand(context_, command);
  if (!command.has_data_set) user.OnMessageEnd();
}

void MessageReader::Take(const PdvPiece& piece, MessageUser& user) {
  CheckContext(piece, user);
  if (piece.command) return TakeCommand(piece, user);
  if (!piece.bytes.empty()) user.OnDataSet(piece.bytes);
  if (!piece.last || !piece.ends) return;
  in_data_set_ = in_message_ = false;
  user.OnMessageEnd();
}

}  // namespace glossator::dimse
