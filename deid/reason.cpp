// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/reason.h"

namespace glossator::deid {
namespace {

constexpr ReasonEntry kReasons[] = {
    {reasons::kSopClass, "a kind of object that cannot be cleaned yet"},
    {reasons::kBurnedInRisk, "text may be burned into the pixels"},
    {reasons::kDocument, "an encapsulated document"},
    {reasons::kWaveform, "a recording that may hold speech"},
    {reasons::kIdentifierFound, "an identifier of the study was found after cleaning"},
    {reasons::kDictionaryFull, "more identifiers than can be searched for"},
    {reasons::kCharacterSet, "text in an unknown character set"},
    {reasons::kMalformed, "the data set cannot be understood"},
    {reasons::kBitstream, "the compressed pixels cannot be understood"},
    {reasons::kTransferSyntax, "a transfer syntax whose pixels cannot be cleaned"},
    {reasons::kSlideLabel, "the label or overview picture of a slide"},
    {reasons::kSeveralPatients, "one study names several patients"},
    {reasons::kNoRoute, "no rule names a project for it"},
    {reasons::kConflict, "another object with the same identity and other content"},
    {reasons::kRejected, "refused by a data steward"},
};

}  // namespace

std::span<const ReasonEntry> AllReasons() { return kReasons; }

}  // namespace glossator::deid
