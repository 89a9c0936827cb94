// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/reason.h"

#include <algorithm>

namespace glossator::deid {
namespace {

constexpr ReasonEntry kReasons[] = {
    {reasons::kSopClass, "a kind of object that cannot be cleaned yet", false},
    {reasons::kBurnedInRisk, "text may be burned into the pixels", true},
    {reasons::kDocument, "an encapsulated document", false},
    {reasons::kWaveform, "a recording that may hold speech", false},
    {reasons::kIdentifierFound, "an identifier of the study was found after cleaning", false},
    {reasons::kDictionaryFull, "more identifiers than can be searched for", false},
    {reasons::kCharacterSet, "text in an unknown character set", false},
    {reasons::kMalformed, "the data set cannot be understood", false},
    {reasons::kBitstream, "the compressed pixels cannot be understood", false},
    {reasons::kTransferSyntax, "a transfer syntax whose pixels cannot be cleaned", false},
    {reasons::kSlideLabel, "the label or overview picture of a slide", true},
    {reasons::kFace, "a head or neck volume, or a photograph, that may show a face", true},
    {reasons::kSeveralPatients, "one study names several patients", false},
    {reasons::kNoRoute, "no rule names a project for it", false},
    {reasons::kConflict, "another object with the same identity and other content", false},
    {reasons::kPolicyExpired, "the expert's determination that the project works by has ended",
     false},
    {reasons::kRejected, "refused by a data steward", false},
};

}  // namespace

std::span<const ReasonEntry> AllReasons() { return kReasons; }

bool IsReleasable(std::string_view code) {
  return std::ranges::any_of(
      kReasons, [&](const ReasonEntry& entry) { return entry.code == code && entry.releasable; });
}

}  // namespace glossator::deid
