// SPDX-License-Identifier: GPL-3.0-or-later
// Accepted results and their deliveries.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/result.h"
#include "store/sql.h"

namespace glossator::store {

std::optional<Result> FindResult(const Reader& reader, int64_t id);
std::optional<Result> FindResultOf(const Reader& reader, int64_t submission);
std::vector<Result> ResultsOfCase(const Reader& reader, int64_t case_id);  // oldest first
int64_t CountResults(const Reader& reader);
int64_t InsertResult(Transaction& transaction, const Result& result);  // returns its id

std::optional<Delivery> FindDeliveryById(const Reader& reader, int64_t id);
std::optional<Delivery> FindDeliveryOf(const Reader& reader, std::string_view result_uid,
                                       std::string_view destination);
std::vector<Delivery> ListDeliveries(const Reader& reader, int64_t after, size_t limit);
std::vector<Delivery> DeliveriesOfCase(const Reader& reader, int64_t case_id);
std::vector<Delivery> UnspooledDeliveries(const Reader& reader);
// By state, and under WITHDRAWN those that need not leave any more.
std::map<std::string, int64_t> CountDeliveries(const Reader& reader);
int64_t InsertDelivery(Transaction& transaction, const Delivery& delivery);
// State, reason, attempts, spooled; sets `updated`.
void UpdateDelivery(Transaction& transaction, const Delivery& delivery);

}  // namespace glossator::store
