// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/case.h"
#include "store/sql.h"

namespace glossator::store {

std::optional<Case> FindCase(const Reader& reader, int64_t id);
std::optional<Case> FindCaseOfStudy(const Reader& reader, std::string_view study_uid);
// id > after, oldest first; empty project or state: all.
std::vector<Case> ListCases(const Reader& reader, std::string_view project, std::string_view state,
                            int64_t after, size_t limit);
// Of one person in a project; oldest first.
std::vector<Case> CasesOfPatient(const Reader& reader, std::string_view project,
                                 std::string_view patient_code);
// (case, Series Instance UID) of the project's open cases that nobody reads any more: series of
// which at least `readers` people's work waits for a decision and the newest submission is a
// person's. Not of cases with a result that stands, or with an adjudicator.
std::vector<std::pair<int64_t, std::string>> SeriesReadBy(const Reader& reader,
                                                          std::string_view project,
                                                          int64_t readers);
// State -> number; empty project: all.
std::map<std::string, int64_t> CountCases(const Reader& reader, std::string_view project);

int64_t InsertCase(Transaction& transaction, const Case& value);  // returns its id
void UpdateCase(Transaction& transaction, const Case& value);     // by id; sets `updated`

// revision <= revision_max; series_uid empty: all. In order of SOP Instance UID.
std::vector<CaseInstance> CaseInstances(const Reader& reader, int64_t case_id,
                                        std::string_view series_uid = "",
                                        int64_t revision_max = INT64_MAX);
std::optional<CaseInstance> FindCaseInstance(const Reader& reader,
                                             std::string_view sop_instance_uid);
void InsertCaseInstance(Transaction& transaction, int64_t case_id, const CaseInstance& instance);
// No longer an image to annotate. False: the case has none of that UID, or it was none before.
bool SetNoImage(Transaction& transaction, int64_t case_id, std::string_view sop_instance_uid);
// Every SOP Instance UID of the database, after `after`, in order.
std::vector<std::string> InstanceUids(const Reader& reader, std::string_view after, size_t limit);

// What the policy keeps of a series for analysis by subgroup, apart from its objects.
struct Subgroup {
  std::string series_instance_uid;
  std::string facts;  // JSON
};
// Nothing when the case has the same already.
void PutSubgroup(Transaction& transaction, int64_t case_id, const Subgroup& subgroup);
std::vector<Subgroup> SubgroupsOf(const Reader& reader, int64_t case_id);

bool HasBatch(const Reader& reader, std::string_view manifest);
void InsertBatch(Transaction& transaction, std::string_view manifest, int64_t number,
                 const Case& value, int64_t instances);

std::optional<std::string> FindSetting(const Reader& reader, std::string_view name);
void InsertSetting(Transaction& transaction, std::string_view name, std::string_view value);

int64_t FeedPosition(const Reader& reader, std::string_view feed);  // 0 at first
void SetFeedPosition(Transaction& transaction, std::string_view feed, int64_t seq);

}  // namespace glossator::store
