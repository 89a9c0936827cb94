// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts a byte stream into PDUs. P-DATA is handed on as it arrives, never collected; every other
// PDU is bounded and handed on whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dimse/pdu.h"

namespace glossator::dimse {

// A piece of one presentation data value (PS3.8 9.3.5.1). An empty one can end a PDV.
struct PdvPiece {
  uint8_t context = 0;
  bool command = false;  // PS3.8 E.2
  bool last = false;     // this PDV holds the last fragment of the command or data set
  bool ends = false;     // last piece of this PDV
  std::string_view bytes{};
};

struct PduPiece {
  PduType type = PduType::kAbort;
  std::string_view body{};  // all but P-DATA-TF; valid until the next call
  PdvPiece pdv{};           // P-DATA-TF
};

class PduReader {
 public:
  static constexpr uint32_t kAssociateMax = 64 * 1024;

  explicit PduReader(uint32_t data_max) : data_max_(data_max) {}

  // Takes bytes from the front of `input`. nullopt: all taken, more needed. Throws MalformedPdu;
  // the stream is then out of step and the reader is not to be used again.
  std::optional<PduPiece> Next(std::string_view& input);
  // Would Next look at bytes of a P-DATA-TF PDU?
  bool DataAhead(std::string_view input) const;
  bool at_boundary() const { return collected_.empty() && !in_data_; }
  uint64_t pdus() const { return pdus_; }  // complete ones so far

 private:
  bool Collect(std::string_view& input, size_t size);
  bool StartPdu(std::string_view& input);
  void CheckHeader() const;
  std::optional<PduPiece> WholePdu(std::string_view& input);
  bool StartPdv(std::string_view& input);
  std::optional<PduPiece> DataPiece(std::string_view& input);

  uint32_t data_max_;
  std::string collected_;  // header, then body, of the PDU under way; or the PDV header
  uint32_t length_ = 0;    // of the PDU under way
  bool has_header_ = false;
  bool done_ = false;  // collected_ was handed out
  bool in_data_ = false;
  uint32_t pdu_left_ = 0;
  bool in_pdv_ = false;
  uint32_t pdv_left_ = 0;
  PdvPiece pdv_;
  uint64_t pdus_ = 0;
};

}  // namespace glossator::dimse
