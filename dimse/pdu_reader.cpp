// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/pdu_reader.h"

#include <algorithm>
#include <array>

#include "dimse/bytes.h"

namespace glossator::dimse {
namespace {

struct LengthRow {
  uint32_t least;
  uint32_t most;
};
// By PDU type (PS3.8 9.3.2-9.3.8); P-DATA-TF is bounded by what was negotiated.
constexpr std::array<LengthRow, 8> kLengths = {{
    {0, 0},
    {68, PduReader::kAssociateMax},
    {68, PduReader::kAssociateMax},
    {4, 4},
    {kPdvHeader, UINT32_MAX},
    {4, 4},
    {4, 4},
    {4, 4},
}};

PduType TypeOf(char first) { return static_cast<PduType>(first); }

void CheckType(char first) {
  const auto type = static_cast<uint8_t>(first);
  if (type < 1 || type > 7) {
    throw MalformedPdu(AbortReason::kUnrecognizedPdu, "unrecognized PDU type");
  }
}

[[noreturn]] void BadLength(const char* what) {
  throw MalformedPdu(AbortReason::kInvalidParameterValue, what);
}

}  // namespace

bool PduReader::Collect(std::string_view& input, size_t size) {
  if (collected_.size() < size) {
    const size_t taken = std::min(size - collected_.size(), input.size());
    collected_.append(input.substr(0, taken));
    input.remove_prefix(taken);
  }
  return collected_.size() >= size;
}

void PduReader::CheckHeader() const {
  const LengthRow& row = kLengths[static_cast<uint8_t>(collected_[0])];
  const bool data = TypeOf(collected_[0]) == PduType::kPDataTf;
  if (length_ < row.least) BadLength("PDU too short for its type");
  if (length_ > (data ? data_max_ : row.most)) BadLength("PDU longer than its maximum");
}

bool PduReader::StartPdu(std::string_view& input) {
  if (collected_.empty() && !input.empty()) CheckType(input[0]);
  if (!Collect(input, kPduHeader)) return false;
  length_ = Cursor(std::string_view(collected_).substr(2)).U32();
  CheckHeader();
  has_header_ = true;
  if (TypeOf(collected_[0]) == PduType::kPDataTf) {
    in_data_ = true;
    pdu_left_ = length_;
    collected_.clear();
  }
  return true;
}

std::optional<PduPiece> PduReader::WholePdu(std::string_view& input) {
  if (!Collect(input, kPduHeader + length_)) return std::nullopt;
  has_header_ = false;
  done_ = true;
  ++pdus_;
  return PduPiece{.type = TypeOf(collected_[0]),
                  .body = std::string_view(collected_).substr(kPduHeader)};
}

bool PduReader::StartPdv(std::string_view& input) {
  if (pdu_left_ < kPdvHeader) BadLength("PDV header cut short");
  if (!Collect(input, kPdvHeader)) return false;
  Cursor header(collected_);
  const uint32_t length = header.U32();
  pdu_left_ -= kPdvHeader;
  if (length < 2 || length - 2 > pdu_left_) BadLength("PDV length does not fit its PDU");
  // Fragments have even length: PS3.7 6.3.1, PS3.5 7.1.
  if (length % 2 != 0) BadLength("PDV of odd length");
  pdv_left_ = length - 2;
  pdu_left_ -= pdv_left_;
  pdv_.context = header.U8();
  const uint8_t control = header.U8();
  pdv_.command = (control & 1) != 0;
  pdv_.last = (control & 2) != 0;
  collected_.clear();
  in_pdv_ = true;
  return true;
}

std::optional<PduPiece> PduReader::DataPiece(std::string_view& input) {
  if (!in_pdv_ && !StartPdv(input)) return std::nullopt;
  if (pdv_left_ > 0 && input.empty()) return std::nullopt;
  pdv_.bytes = input.substr(0, pdv_left_);
  input.remove_prefix(pdv_.bytes.size());
  pdv_left_ -= static_cast<uint32_t>(pdv_.bytes.size());
  pdv_.ends = pdv_left_ == 0;
  if (pdv_.ends) {
    in_pdv_ = false;
    if (pdu_left_ == 0) {
      in_data_ = has_header_ = false;
      ++pdus_;
    }
  }
  return PduPiece{.type = PduType::kPDataTf, .pdv = pdv_};
}

std::optional<PduPiece> PduReader::Next(std::string_view& input) {
  if (done_) {
    collected_.clear();
    done_ = false;
  }
  if (!has_header_ && !StartPdu(input)) return std::nullopt;
  return in_data_ ? DataPiece(input) : WholePdu(input);
}

bool PduReader::DataAhead(std::string_view input) const {
  if (in_data_) return true;
  if (!done_ && !collected_.empty()) return TypeOf(collected_[0]) == PduType::kPDataTf;
  return !input.empty() && TypeOf(input[0]) == PduType::kPDataTf;
}

}  // namespace glossator::dimse
