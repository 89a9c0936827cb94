// SPDX-License-Identifier: GPL-3.0-or-later
// Coded concepts (PS3.3 8.8): codes of published schemes stay, local ones only when they look like
// a code and not like a number of somebody; else a keyed code stands in, so that equal stays equal.
#include <algorithm>
#include <iterator>

#include "deid/fold.h"
#include "deid/text.h"
#include "deid/values.h"

namespace glossator::deid {
namespace {

namespace tags = dicom::tags;

enum class CodeShape { kDigits, kSnomedId, kAxis, kUnit, kLettersDigits, kPair };

struct Scheme {
  std::string_view designator;  // PS3.16 Table 8-1
  CodeShape shape;
  size_t size_max;
};
constexpr Scheme kSchemes[] = {
    {"DCM", CodeShape::kDigits, 6},         {"SCT", CodeShape::kSnomedId, 18},
    {"SRT", CodeShape::kAxis, 10},          {"SNM3", CodeShape::kAxis, 10},
    {"99SDM", CodeShape::kAxis, 10},        {"SNM", CodeShape::kAxis, 10},
    {"UCUM", CodeShape::kUnit, 16},         {"LN", CodeShape::kPair, 8},
    {"FMA", CodeShape::kDigits, 6},         {"UMLS", CodeShape::kLettersDigits, 8},
    {"NCIt", CodeShape::kLettersDigits, 7}, {"RADLEX", CodeShape::kLettersDigits, 8},
    {"MDC", CodeShape::kPair, 10},          {"SCPECG", CodeShape::kPair, 8},
    {"NEU", CodeShape::kDigits, 6},         {"BARI", CodeShape::kLettersDigits, 4},
    {"ISO639_1", CodeShape::kUnit, 2},      {"RFC5646", CodeShape::kUnit, 5},
    {"ISO3166_1", CodeShape::kUnit, 3},     {"ACR", CodeShape::kPair, 8},
    {"I9", CodeShape::kLettersDigits, 6},   {"I10", CodeShape::kLettersDigits, 7},
    {"C4", CodeShape::kDigits, 5}};

const Scheme* FindScheme(std::string_view designator) {
  const auto* found = std::find_if(std::begin(kSchemes), std::end(kSchemes),
                                   [&](const Scheme& s) { return s.designator == designator; });
  return found == std::end(kSchemes) ? nullptr : found;
}

// The check digit of SNOMED identifiers (Verhoeff): a medical record number rarely has it.
bool HasVerhoeffDigit(std::string_view digits) {
  constexpr int kTimes[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                  {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                  {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                  {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                  {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
  constexpr int kTurn[8][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
                                {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
                                {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
                                {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
  int check = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    check = kTimes[check][kTurn[i % 8][digits[digits.size() - 1 - i] - '0']];
  }
  return check == 0;
}

bool AllOf(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == text.npos;
}

// "T-A0100", "R-00317", "G-C171".
bool IsAxisCode(std::string_view text) {
  const size_t dash = text.find('-');
  return dash >= 1 && dash <= 2 && text.size() - dash <= 7 &&
         AllOf(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") &&
         AllOf(text.substr(dash + 1), "ABCDEF0123456789XY");
}

// Longer runs of letters must be words of the trade: "Hounsfield unit" has its own code.
bool IsUnit(std::string_view text) {
  if (!IsAscii(text)) return false;
  const auto words = WordsOf(text);
  return std::all_of(words.begin(), words.end(), [](std::string_view word) {
    return word.size() <= 5 || IsWordOfTheTrade(Fold(word));
  });
}

bool IsLettersDigits(std::string_view text) {
  const size_t digits = text.find_first_of("0123456789");
  return digits <= 3 && AllOf(text.substr(std::min(digits, text.size())), "0123456789.A");
}

bool Fits(CodeShape shape, std::string_view text) {
  switch (shape) {
    case CodeShape::kDigits:
      return IsDigits(text);
    case CodeShape::kSnomedId:
      return IsAxisCode(text) || (IsDigits(text) && text.size() >= 6 && HasVerhoeffDigit(text));
    case CodeShape::kAxis:
      return IsAxisCode(text);
    case CodeShape::kUnit:
      return IsUnit(text);
    case CodeShape::kLettersDigits:
      return IsLettersDigits(text);
    case CodeShape::kPair:
      return AllOf(text, "0123456789-:.") && text.size() <= 10;
  }
  return false;
}

// PS3.3 C.7.3.1.1.1; some are given names too, so that they are no words of the trade.
constexpr std::string_view kModalities[] = {
    "ANN",      "AR",         "AS",      "ASMT",     "AU",     "BDUS",  "BI",       "BMD",
    "CD",       "CF",         "CFM",     "CP",       "CR",     "CS",    "CT",       "CTPROTOCOL",
    "DD",       "DF",         "DG",      "DM",       "DMS",    "DOC",   "DS",       "DX",
    "EC",       "ECG",        "EEG",     "EMG",      "EOG",    "EPS",   "ES",       "FA",
    "FID",      "FS",         "GM",      "HC",       "HD",     "IO",    "IOL",      "IVOCT",
    "IVUS",     "KER",        "KO",      "LEN",      "LP",     "LS",    "M3D",      "MA",
    "MG",       "MR",         "MS",      "NM",       "OAM",    "OCT",   "OP",       "OPM",
    "OPR",      "OPT",        "OPTBSV",  "OPTENF",   "OPV",    "OSS",   "OT",       "PA",
    "PLAN",     "POS",        "PR",      "PT",       "PX",     "REG",   "RESP",     "RF",
    "RG",       "RTDOSE",     "RTIMAGE", "RTINTENT", "RTPLAN", "RTRAD", "RTRECORD", "RTSEGANN",
    "RTSTRUCT", "RWV",        "SEG",     "SM",       "SMR",    "SR",    "SRF",      "ST",
    "STAIN",    "TEXTUREMAP", "TG",      "US",       "VA",     "VF",    "XA",       "XAPROTOCOL",
    "XC"};

}  // namespace

std::string KnownModality(const std::string& modality) {
  const bool known =
      std::find(std::begin(kModalities), std::end(kModalities), modality) != std::end(kModalities);
  return known || modality.empty() ? modality : "OT";
}

std::string ValueCleaner::CleanCode(const dicom::DataSet& item, const std::string& code) const {
  const std::string designator = item.GetString(tags::CodingSchemeDesignator);
  const Scheme* scheme = FindScheme(designator);
  const bool fits = scheme != nullptr ? code.size() <= scheme->size_max && Fits(scheme->shape, code)
                                      : CleanText(code, TextRule::kTechnical, identifiers_) == code;
  if (fits && !identifiers_.FindsInText(code)) return code;
  const std::string keyed = pseudonyms_.Uid("code " + designator + ' ' + code);
  return 'C' + keyed.substr(keyed.size() - std::min<size_t>(keyed.size(), 14));
}

std::string ValueCleaner::CleanScheme(const std::string& scheme) const {
  if (scheme.empty() || FindScheme(scheme) != nullptr) return scheme;
  const bool words = CleanText(scheme, TextRule::kVendor, identifiers_) == scheme;
  return words ? scheme : "99LOCAL";
}

}  // namespace glossator::deid
