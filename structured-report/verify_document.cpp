// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <set>

#include "dicom/uid.h"
#include "structured-report/decode.h"
#include "structured-report/verifier.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using dicom::ToString;

struct Required {
  dicom::Tag tag;
  const char* paragraph;
};

// Type 1 attributes of the modules that every SR document has.
const Required kRequired[] = {
    {tags::SOPInstanceUID, "PS3.3 C.12.1"},    {tags::StudyInstanceUID, "PS3.3 C.7.2.1"},
    {tags::SeriesInstanceUID, "PS3.3 C.17.1"}, {tags::Modality, "PS3.3 C.17.1"},
    {tags::SeriesNumber, "PS3.3 C.17.1"},      {tags::InstanceNumber, "PS3.3 C.17.2"},
    {tags::ContentDate, "PS3.3 C.17.2"},       {tags::ContentTime, "PS3.3 C.17.2"},
    {tags::CompletionFlag, "PS3.3 C.17.2"},    {tags::VerificationFlag, "PS3.3 C.17.2"},
};

bool IsKeyObjects(const DataSet& data_set) {
  return data_set.GetString(tags::SOPClassUID) == "1.2.840.10008.5.1.4.1.1.88.59";
}

void VerifyRequired(const DataSet& data_set, Findings& findings) {
  for (const Required& required : kRequired) {
    // Key Object Selection has neither flag (PS3.3 A.35.4).
    const bool flag =
        required.tag == tags::CompletionFlag || required.tag == tags::VerificationFlag;
    if ((flag && IsKeyObjects(data_set)) || data_set.HasValue(required.tag)) continue;
    findings.Error("attribute", ToString(required.tag), required.paragraph, "missing or empty");
  }
  for (const dicom::Tag tag :
       {tags::SOPInstanceUID, tags::StudyInstanceUID, tags::SeriesInstanceUID}) {
    if (data_set.HasValue(tag) && !dicom::IsValidUid(data_set.GetString(tag))) {
      findings.Error("uid", ToString(tag), "PS3.5 9.1", "not a UID");
    }
  }
}

bool OneOf(const std::string& value, std::initializer_list<const char*> terms) {
  return value.empty() || std::find(terms.begin(), terms.end(), value) != terms.end();
}

void VerifyFlags(const DataSet& data_set, Findings& findings) {
  const std::string completion = data_set.GetString(tags::CompletionFlag);
  const std::string verification = data_set.GetString(tags::VerificationFlag);
  const bool has_observer = !data_set.GetItems(tags::VerifyingObserverSequence).empty();
  if (!OneOf(completion, {"PARTIAL", "COMPLETE"})) {
    findings.Error("attribute", ToString(tags::CompletionFlag), "PS3.3 C.17.2", "unknown term");
  }
  if (!OneOf(verification, {"UNVERIFIED", "VERIFIED"})) {
    findings.Error("attribute", ToString(tags::VerificationFlag), "PS3.3 C.17.2", "unknown term");
  }
  const std::string path = ToString(tags::VerifyingObserverSequence);
  if (verification == "VERIFIED" && !has_observer) {
    findings.Error("verification", path, "PS3.3 C.17.2", "a verified report names no verifier");
  }
  if (verification == "VERIFIED" && completion != "COMPLETE") {
    findings.Error("verification", ToString(tags::CompletionFlag), "PS3.3 C.17.2",
                   "a verified report is not complete");
  }
  if (verification == "UNVERIFIED" && has_observer) {
    findings.Error("verification", path, "PS3.3 C.17.2", "an unverified report names a verifier");
  }
}

// SOP Instance UID to class of everything in one evidence sequence.
void ReadEvidence(const DataSet& data_set, dicom::Tag sequence,
                  std::map<std::string, std::string>& evidence, Findings& findings) {
  for (const DataSet& study : data_set.GetItems(sequence)) {
    for (const DataSet& series : study.GetItems(tags::ReferencedSeriesSequence)) {
      for (const DataSet& sop : series.GetItems(tags::ReferencedSOPSequence)) {
        const auto [place, is_new] = evidence.emplace(sop.GetString(tags::ReferencedSOPInstanceUID),
                                                      sop.GetString(tags::ReferencedSOPClassUID));
        if (is_new) continue;
        findings.Warn("evidence", ToString(sequence), "PS3.3 C.17.2.2",
                      "the evidence lists an instance twice");
      }
    }
  }
}

void VerifyEvidence(const DataSet& data_set, const ContentItem& root, Findings& findings) {
  constexpr const char* kParagraph = "PS3.3 C.17.2.2";
  std::map<std::string, std::string> evidence;
  ReadEvidence(data_set, tags::CurrentRequestedProcedureEvidenceSequence, evidence, findings);
  ReadEvidence(data_set, tags::PertinentOtherEvidenceSequence, evidence, findings);
  std::set<std::string> referenced;
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    const Reference* reference = item.reference();
    if (reference == nullptr || reference->sop_instance_uid.empty()) return;
    referenced.insert(reference->sop_instance_uid);
    const auto found = evidence.find(reference->sop_instance_uid);
    if (found == evidence.end()) {
      findings.Error("evidence", path, kParagraph,
                     "refers to an instance that the evidence does not list");
    } else if (found->second != reference->sop_class_uid) {
      findings.Error("evidence", path, kParagraph, "the evidence names another SOP class");
    }
  });
  const auto idle = std::count_if(evidence.begin(), evidence.end(), [&](const auto& entry) {
    return referenced.count(entry.first) == 0;
  });
  // Legal for the current procedure, but the tree then does not say what it was used for.
  if (idle != 0 && idle == static_cast<std::ptrdiff_t>(evidence.size())) {
    findings.Warn("evidence", ToString(tags::CurrentRequestedProcedureEvidenceSequence), kParagraph,
                  "no listed instance is referred to");
  }
}

void VerifySchemes(const DataSet& data_set, const ContentItem& root, Findings& findings) {
  std::set<std::string> known;
  for (const DataSet& item : data_set.GetItems(tags::CodingSchemeIdentificationSequence)) {
    known.insert(item.GetString(tags::CodingSchemeDesignator));
  }
  ForEachItem(root, [&](const std::string& path, const ContentItem& item) {
    for (const Code* code : CodesOf(item)) {
      if (!IsPrivateScheme(code->scheme) || !known.insert(code->scheme).second) continue;
      findings.Error("private-scheme", path, "PS3.3 C.12.1.1.11",
                     "a private coding scheme is not identified");
    }
  });
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void VerifyDates(const DataSet& data_set, Findings& findings) {
  const std::string date = data_set.GetString(tags::ContentDate);
  const bool good = date.size() == 8 && AllDigits(date) && date.substr(4, 2) >= "01" &&
                    date.substr(4, 2) <= "12" && date.substr(6) >= "01" && date.substr(6) <= "31";
  if (!date.empty() && !good) {
    findings.Error("attribute", ToString(tags::ContentDate), "PS3.5 6.2", "not a date");
  }
  const std::string time = data_set.GetString(tags::ContentTime);
  const bool hours = time.size() >= 2 && AllDigits(time.substr(0, 2)) && time.substr(0, 2) < "24";
  if (!time.empty() && !hours) {
    findings.Error("attribute", ToString(tags::ContentTime), "PS3.5 6.2", "not a time");
  }
}

// Well-formed sequences of up to four bytes; enough to tell Latin-1 from UTF-8.
bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t length = byte < 0x80 ? 1 : byte < 0xC2 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (length == 0 || byte > 0xF4 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

bool HasHighByte(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; });
}

// Names in a set that is declared and not kept read as other names, or not at all.
void VerifyUtf8(const DataSet& data_set, Findings& findings) {
  bool found = false;
  ForEachElement(data_set, [&](const std::string& path, const dicom::Element& element) {
    if (found || !dicom::UsesCharacterSet(element.vr) || IsUtf8(element.value)) return;
    found = true;
    findings.Error("character-set", path, "PS3.5 6.1.2.3", "text that is not UTF-8 as declared");
  });
}

void VerifyCharacters(const DataSet& data_set, Findings& findings) {
  if (data_set.GetString(tags::SpecificCharacterSet) == "ISO_IR 192") {
    return VerifyUtf8(data_set, findings);
  }
  if (data_set.HasValue(tags::SpecificCharacterSet)) return;
  bool found = false;
  ForEachElement(data_set, [&](const std::string& path, const dicom::Element& element) {
    if (found || !dicom::UsesCharacterSet(element.vr) || !HasHighByte(element.value)) return;
    found = true;
    findings.Error("character-set", path, "PS3.3 C.12.1.1.2",
                   "text beyond ASCII without Specific Character Set");
  });
}

}  // namespace

void VerifyDocument(const DataSet& data_set, const ContentItem& root, Findings& findings) {
  if (!IsStructuredReport(data_set.GetString(tags::SOPClassUID))) {
    findings.Error("sop-class", ToString(tags::SOPClassUID), "PS3.4 B.5", "not an SR class");
  }
  VerifyRequired(data_set, findings);
  const char* modality = IsKeyObjects(data_set) ? "KO" : "SR";
  if (!OneOf(data_set.GetString(tags::Modality), {modality})) {
    findings.Error("attribute", ToString(tags::Modality), "PS3.3 C.17.1", "the wrong modality");
  }
  VerifyFlags(data_set, findings);
  VerifyProvenance(data_set, findings);
  VerifyDates(data_set, findings);
  VerifyEvidence(data_set, root, findings);
  VerifySchemes(data_set, root, findings);
  VerifyCharacters(data_set, findings);
}

}  // namespace glossator::sr
