// SPDX-License-Identifier: GPL-3.0-or-later
// Puts PDVs together to DIMSE messages (PS3.7 6.3, PS3.8 Annex E): a command set, then perhaps a
// data set, which is handed on as it comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dimse/command.h"
#include "dimse/pdu_reader.h"

namespace glossator::dimse {

class MessageUser {
 public:
  virtual ~MessageUser() = default;
  virtual bool IsAccepted(uint8_t context) const = 0;
  virtual void OnCommand(uint8_t context, const Command& command) = 0;
  virtual void OnDataSet(std::string_view bytes) = 0;
  virtual void OnMessageEnd() = 0;
};

class MessageReader {
 public:
  // Throws MalformedPdu (sequence or context wrong) and Error{kInvalid} (no command set).
  void Take(const PdvPiece& piece, MessageUser& user);
  bool at_boundary() const { return !in_message_; }  // between two messages

 private:
  void TakeCommand(const PdvPiece& piece, MessageUser& user);
  void CheckContext(const PdvPiece& piece, const MessageUser& user);

  bool in_message_ = false;
  bool in_data_set_ = false;
  uint8_t context_ = 0;
  std::string command_;
};

}  // namespace glossator::dimse
