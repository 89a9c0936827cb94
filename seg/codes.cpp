// SPDX-License-Identifier: GPL-3.0-or-later
#include "seg/codes.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <tuple>

namespace glossator::seg {
namespace {

constexpr CodeEntry kCodes[] = {
#include "seg/codes.inc"
};

// PS3.16 section 8, those that occur in images and segmentations; a private one starts with "99".
constexpr std::string_view kSchemes[] = {
    "ACR",         "ASTM-SIGPURPOSE",
    "BARI",        "BI",
    "C4",          "C5",
    "CD8",         "CDT",
    "CPT",         "CPT2",
    "CTV3",        "DCM",
    "DCMUID",      "FMA",
    "HCPCS",       "HL7V3",
    "HPC",         "HPO",
    "I10",         "I10P",
    "I11",         "I9",
    "I9C",         "IBSI",
    "ICDO",        "ICDO3",
    "IHERO",       "ISO3166_1",
    "ISO639_1",    "ISO639_2",
    "ITIS_TSN",    "LN",
    "MA",          "MAYOASRG",
    "MDC",         "MDNS",
    "MGI",         "MSH",
    "NCBI_TAXON",  "NCDR",
    "NCIt",        "NDC",
    "NEU",         "NICIP",
    "NYUMCCG",     "POS",
    "PUBCHEM_CID", "RADELEMENT",
    "RADLEX",      "RFC3066",
    "RFC5646",     "RO",
    "RXNORM",      "SCPECG",
    "SCT",         "SDM",
    "SNM3",        "SRT",
    "TNM",         "UBERON",
    "UCUM",        "UMD",
    "UMLS",        "UNS",
    "UPC",
};

bool IsRetiredSnomed(std::string_view scheme) {
  return scheme == "SRT" || scheme == "SNM3" || scheme == "99SDM";
}

std::string Folded(std::string_view text) {
  std::string folded;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c >= 0x80) folded += static_cast<char>(std::tolower(c));
  }
  return folded;
}

// By retired value, and by meaning: made once, on first use.
const std::map<std::string_view, const CodeEntry*>& BySrt() {
  static const auto index = [] {
    std::map<std::string_view, const CodeEntry*> map;
    for (const CodeEntry& entry : kCodes) {
      if (!entry.srt.empty()) map[entry.srt] = &entry;
    }
    return map;
  }();
  return index;
}

const std::multimap<std::string, const CodeEntry*>& ByMeaning() {
  static const auto index = [] {
    std::multimap<std::string, const CodeEntry*> map;
    for (const CodeEntry& entry : kCodes) map.emplace(Folded(entry.meaning), &entry);
    return map;
  }();
  return index;
}

}  // namespace

const CodeEntry* FindCode(const dicom::Code& code) {
  if (IsRetiredSnomed(code.scheme)) {
    const auto found = BySrt().find(code.value);
    return found == BySrt().end() ? nullptr : found->second;
  }
  const auto key = std::tie(code.scheme, code.value);
  const auto* entry = std::lower_bound(
      std::begin(kCodes), std::end(kCodes), key, [](const CodeEntry& e, const auto& k) {
        return std::tie(e.scheme, e.value) <
               std::tuple<std::string_view, std::string_view>(std::get<0>(k), std::get<1>(k));
      });
  const bool found =
      entry != std::end(kCodes) && entry->scheme == code.scheme && entry->value == code.value;
  return found ? entry : nullptr;
}

MeaningCheck CheckMeaning(const dicom::Code& code) {
  const CodeEntry* entry = FindCode(code);
  const std::string meaning = Folded(code.meaning);
  if (entry == nullptr || Folded(entry->meaning) == meaning) return MeaningCheck::kMatches;
  return ByMeaning().count(meaning) > 0 ? MeaningCheck::kOtherCodes : MeaningCheck::kDiffers;
}

dicom::Code Modernize(const dicom::Code& code) {
  const CodeEntry* entry = IsRetiredSnomed(code.scheme) ? FindCode(code) : nullptr;
  if (entry == nullptr) return code;
  return {std::string(entry->value), std::string(entry->scheme), std::string(entry->meaning)};
}

bool IsKnownScheme(std::string_view designator) {
  return std::find(std::begin(kSchemes), std::end(kSchemes), designator) != std::end(kSchemes);
}

namespace codes {
dicom::Code SourceImageForProcessing() {
  return {"121322", "DCM", "Source image for image processing operation"};
}
dicom::Code SegmentationDerivation() { return {"113076", "DCM", "Segmentation"}; }
}  // namespace codes

}  // namespace glossator::seg
