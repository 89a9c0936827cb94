// SPDX-License-Identifier: GPL-3.0-or-later
// What becomes of a result: withdrawn, amended, and what goes with it beside the submission.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/result.h"
#include "model/submission.h"
#include "store/sql.h"

namespace glossator::store {

std::optional<Withdrawal> FindWithdrawal(const Reader& reader, std::string_view uid);
std::optional<Withdrawal> FindWithdrawalOf(const Reader& reader, int64_t result);
void InsertWithdrawal(Transaction& transaction, const Withdrawal& withdrawal);

// Of the workitem, or of one that it replaces however often.
std::optional<Amendment> FindAmendmentOf(const Reader& reader, const std::string& workitem_uid);
void InsertAmendment(Transaction& transaction, const Amendment& amendment);

// Of the workitem, or of one that it replaces; not past an amendment: that is another round.
std::optional<Adjudication> FindAdjudicationOf(const Reader& reader,
                                               const std::string& workitem_uid);
void InsertAdjudication(Transaction& transaction, const Adjudication& adjudication);

// The report of the acceptance; its bytes are in the blob store.
std::vector<MadeObject> ResultObjects(const Reader& reader, int64_t result);
void InsertResultObject(Transaction& transaction, int64_t result, int64_t ordinal,
                        const MadeObject& object);

// Without size and digest: their bytes are not kept.
std::vector<MadeObject> HelpersOf(const Reader& reader, int64_t delivery);
void InsertHelpers(Transaction& transaction, int64_t delivery,
                   const std::vector<MadeObject>& helpers);

}  // namespace glossator::store
