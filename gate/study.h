// SPDX-License-Identifier: GPL-3.0-or-later
// One study of one project as the gate knows it while its objects arrive or wait.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "deid/dictionary.h"
#include "deid/engine.h"
#include "deid/head_memo.h"
#include "vault/patient_secret.h"

namespace glossator::gate {

class Study final : public deid::Pseudonyms {
 public:
  Study(int64_t number, std::string project, std::string uid, std::string patient_index,
        vault::PatientSecret secret, vault::Key data_key, deid::Dictionary dictionary)
      : number_(number),
        project_(std::move(project)),
        uid_(std::move(uid)),
        patient_index_(std::move(patient_index)),
        secret_(std::move(secret)),
        data_key_(std::move(data_key)),
        identity_key_(vault::Derive(secret_.key(), "glossator identity")),
        shift_days_(secret_.ShiftDays()),
        dictionary_(std::make_shared<const deid::Dictionary>(std::move(dictionary))) {}

  int64_t number() const { return number_; }
  const std::string& project() const { return project_; }
  const std::string& uid() const { return uid_; }  // pseudonymous
  const std::string& patient_index() const { return patient_index_; }
  const vault::Key& data_key() const { return data_key_; }  // goes to the lab at release
  const vault::Key& identity_key() const {
    return identity_key_;
  }  // never leaves; dies with the secret

  // deid::Pseudonyms
  std::string Uid(std::string_view original) const override { return secret_.Uid(original); }
  std::string PatientCode() const override { return secret_.Code(); }
  // Keyed by the Study Instance UID alone: a corrected Study ID keeps the code.
  std::string StudyCode(std::string_view study_uid, std::string_view) const override {
    return secret_.StudyCode(study_uid);
  }
  int ShiftDays() const override { return shift_days_; }

  // All identifiers that the study has shown so far; immutable, shared.
  std::shared_ptr<const deid::Dictionary> dictionary() const {
    const std::lock_guard lock(mutex_);
    return dictionary_;
  }
  // Adds the identifiers of one object; true when there were new ones.
  bool Learn(const deid::Dictionary& more) {
    const std::lock_guard lock(mutex_);
    const auto& known = dictionary_->entries();
    const auto is_known = [&](const auto& entry) { return known.contains(entry); };
    if (std::all_of(more.entries().begin(), more.entries().end(), is_known)) return false;
    auto merged = std::make_shared<deid::Dictionary>(*dictionary_);
    merged->Merge(more);
    dictionary_ = std::move(merged);
    searched_.clear();
    return true;
  }

  // The head that was written of an instance has none of the identifiers of `with`.
  void NoteSearched(std::string instance_index,
                    const std::shared_ptr<const deid::Dictionary>& with) {
    const std::lock_guard lock(mutex_);
    if (with == dictionary_) searched_.insert(std::move(instance_index));
  }
  // It is written anew: what was said of it before says nothing of that.
  void ForgetSearched(const std::string& instance_index) {
    const std::lock_guard lock(mutex_);
    searched_.erase(instance_index);
  }
  // And nothing was learned since.
  bool WasSearched(const std::string& instance_index) const {
    const std::lock_guard lock(mutex_);
    return searched_.contains(instance_index);
  }
  // What is released is not searched again.
  void ForgetSearched() {
    const std::lock_guard lock(mutex_);
    searched_.clear();
  }

  // One for each object that is cleaned at a time; forgotten when the last sender has gone.
  std::unique_ptr<deid::HeadMemo> BorrowMemo() {
    const std::lock_guard lock(mutex_);
    if (memos_.empty()) return std::make_unique<deid::HeadMemo>();
    auto memo = std::move(memos_.back());
    memos_.pop_back();
    return memo;
  }
  void GiveBackMemo(std::unique_ptr<deid::HeadMemo> memo) {
    const std::lock_guard lock(mutex_);
    if (senders > 0) memos_.push_back(std::move(memo));
  }
  void ForgetMemos() {
    const std::lock_guard lock(mutex_);
    memos_.clear();
  }

  // Objects that are being received or whose row is not durable yet: no release meanwhile.
  std::atomic<int> in_flight{0};
  // Open associations that have brought an object of it: more may follow.
  std::atomic<int> senders{0};

 private:
  int64_t number_;
  std::string project_;
  std::string uid_;
  std::string patient_index_;
  vault::PatientSecret secret_;
  vault::Key data_key_;
  vault::Key identity_key_;
  int shift_days_;  // asked for with every object
  mutable std::mutex mutex_;
  std::shared_ptr<const deid::Dictionary> dictionary_;
  std::unordered_set<std::string> searched_;
  std::vector<std::unique_ptr<deid::HeadMemo>> memos_;
};

}  // namespace glossator::gate
