// SPDX-License-Identifier: GPL-3.0-or-later
// Submissions with their objects, and the decisions on them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/decision.h"
#include "model/submission.h"
#include "store/sql.h"

namespace glossator::store {

std::optional<Submission> FindSubmission(const Reader& reader, int64_t id);
std::optional<Submission> FindSubmissionByDigest(const Reader& reader, std::string_view digest);
std::vector<Submission> SubmissionsOf(const Reader& reader, int64_t case_id);  // oldest first
int64_t CountSubmissions(const Reader& reader);
// With its objects; returns its id.
int64_t InsertSubmission(Transaction& transaction, const Submission& submission);
void SetSubmissionState(Transaction& transaction, int64_t id, SubmissionState state);
// Digests of every object, for the check at start.
std::vector<std::string> BlobDigests(const Reader& reader);

std::optional<Decision> FindDecisionOn(const Reader& reader, int64_t submission);
// Throws kConflict when there is one already.
int64_t InsertDecision(Transaction& transaction, const Decision& decision);

}  // namespace glossator::store
