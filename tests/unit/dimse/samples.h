// SPDX-License-Identifier: GPL-3.0-or-later
// PDUs that several tests of this room use.
#pragma once

#include <string>

#include "dicom/transfer_syntax.h"
#include "dimse/command.h"
#include "dimse/pdu.h"
#include "dimse/scu.h"

namespace glossator::dimse {

inline constexpr const char* kCtImageStorage = "1.2.840.10008.5.1.4.1.1.2";

inline AssociateRq SampleRequest() {
  AssociateRq request;
  request.called_aet = "NODE";
  request.calling_aet = "PACS";
  request.application_context = kDicomApplicationContext;
  request.contexts = {
      {1, std::string(kVerification), {std::string(dicom::kImplicitLittleEndian.uid)}},
      {3,
       kCtImageStorage,
       {std::string(dicom::kExplicitLittleEndian.uid),
        std::string(dicom::kImplicitLittleEndian.uid)}}};
  request.user.max_length = 16384;
  request.user.implementation_class_uid = "1.2.3";
  request.user.implementation_version = "TEST";
  return request;
}

inline AssociateAc SampleAcceptance() {
  AssociateAc acceptance;
  acceptance.called_aet = "NODE";
  acceptance.calling_aet = "PACS";
  acceptance.application_context = kDicomApplicationContext;
  acceptance.contexts = {{1, ContextResult::kAcceptance, "1.2.840.10008.1.2"},
                         {3, ContextResult::kAbstractSyntaxNotSupported, "1.2.840.10008.1.2"}};
  acceptance.user.max_length = 16384;
  acceptance.user.implementation_class_uid = "1.2.3";
  return acceptance;
}

inline std::string CommandPdu(uint8_t context, const Command& command) {
  const std::string bytes = Encode(command);
  return PDataHeader(context, true, true, static_cast<uint32_t>(bytes.size())) + bytes;
}

inline std::string DataPdu(uint8_t context, const std::string& bytes, bool last = true) {
  return PDataHeader(context, false, last, static_cast<uint32_t>(bytes.size())) + bytes;
}

inline Command EchoRequest(uint16_t message_id = 1) {
  Command command = Command::Request(Operation::kEcho, message_id);
  command.sop_class_uid = kVerification;
  return command;
}

inline Command StoreRequestCommand(uint16_t message_id = 1) {
  Command command = Command::Request(Operation::kStore, message_id);
  command.sop_class_uid = kCtImageStorage;
  command.sop_instance_uid = "1.2.3.4";
  command.has_data_set = true;
  return command;
}

}  // namespace glossator::dimse
