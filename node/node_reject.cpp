// SPDX-License-Identifier: GPL-3.0-or-later
// The hospital rejected objects of a study: a Key Object Selection of IHE IOCM came with it or
// after it, cleaned like every other object, so that its references are the lab's UIDs.
#include "dicom/error.h"
#include "dicom/io.h"
#include "node/impl.h"
#include "node/tell.h"
#include "store/node_case.h"
#include "store/node_workitem.h"

namespace glossator::node {
namespace {

using store::Transaction;

bool HasImages(const store::Reader& reader, int64_t case_id) {
  for (const CaseInstance& instance : store::CaseInstances(reader, case_id)) {
    if (instance.image) return true;
  }
  return false;
}

// A note that cannot be understood is context like any other.
std::optional<results::KeyObjects> RejectionIn(const std::string& file) {
  try {
    results::KeyObjects note =
        results::ReadKeyObjects(dicom::ReadFile(std::string_view(file)).data_set);
    if (note.IsRejection()) return note;
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace

std::vector<results::KeyObjects> Node::Impl::RejectionsIn(
    const std::vector<CaseInstance>& instances) {
  std::vector<results::KeyObjects> notes;
  for (const CaseInstance& instance : instances) {
    if (instance.sop_class_uid != results::kKeyObjectStorage) continue;
    const auto file = archive.Get(instance.sop_instance_uid);
    if (!file) throw Error(ErrorKind::kUnavailable, "the archive does not give an object");
    if (auto note = RejectionIn(*file)) notes.push_back(std::move(*note));
  }
  return notes;
}

// Images are taken from the case; when none is left, so is its work. A claimed read goes on with
// the images that remain. What is done stays done: a person decides about an accepted result.
void Node::Impl::Reject(Transaction& transaction, const std::string& study_uid,
                        const results::KeyObjects& note) {
  Case the_case = *store::FindCaseOfStudy(transaction, study_uid);
  Json::Value taken(Json::arrayValue);
  for (const results::InstanceReference& object : note.objects) {
    const std::string& uid = object.sop_instance_uid;
    if (store::SetNoImage(transaction, the_case.id, uid)) taken.append(uid);
  }
  if (taken.empty()) return;
  Tell(transaction, "case.rejection", "gate",
       {{"case", the_case.id},
        {"study_uid", the_case.study_uid},
        {"code", note.title.value},
        {"instances", taken}});
  if (the_case.state != CaseState::kOpen || HasImages(transaction, the_case.id)) return;
  for (const Workitem& workitem : store::WorkitemsOf(transaction, the_case.id)) {
    if (!worklist::IsOpen(workitem)) continue;
    cases.End(transaction, workitem, WorkitemState::kCanceled, "rejected", kNodeActor);
  }
  cases.SetState(transaction, the_case, CaseState::kWithdrawn, "case.withdrawn", kNodeActor);
}

}  // namespace glossator::node
