// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/importer.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <string_view>

#include "dicom/error.h"
#include "dicom/io.h"
#include "node/side_by_side.h"
#include "store/digest.h"

namespace glossator::node {
namespace {

namespace tags = dicom::tags;

// Orthanc holds an object three times while it takes it in.
constexpr size_t kBytesAtOnce = 128u << 20;
constexpr size_t kBytesPerSync = 64u << 20;

// Sends what was put on its way to the disk while more is put: one sync for all at the end would
// find both cores idle.
class SyncBetween {
 public:
  explicit SyncBetween(Archive& archive) : archive_(archive) {}

  void Add(size_t bytes) {
    if ((put_ += bytes) < kBytesPerSync || syncing_.exchange(true)) return;
    put_ = 0;
    archive_.Sync();
    syncing_ = false;
  }

 private:
  Archive& archive_;
  std::atomic<size_t> put_ = 0;
  std::atomic<bool> syncing_ = false;
};

[[noreturn]] void Refuse(const BatchRecord& record, const char* why) {
  throw Error(ErrorKind::kInternal, "released object " + record.sop_instance_uid + ": " + why);
}

// The wall's second look: what is in the bytes is what the gate said, and it is marked cleaned
// (PS3.15 E.1.1).
void Check(const dicom::DataSet& head, const Batch& batch, const BatchRecord& record) {
  const bool same = head.GetString(tags::SOPInstanceUID) == record.sop_instance_uid &&
                    head.GetString(tags::SOPClassUID) == record.sop_class_uid &&
                    head.GetString(tags::SeriesInstanceUID) == record.series_instance_uid &&
                    head.GetString(tags::StudyInstanceUID) == batch.study_uid;
  if (!same) Refuse(record, "its UIDs are not those of the batch");
  if (head.GetString(tags::PatientIdentityRemoved) != "YES") Refuse(record, "not de-identified");
}

// What speaks of images: presentation states, registrations and segmentations, value mappings,
// reports and key objects, annotations, dose (they may have a matrix too). By class, since some say
// the modality of what they speak of; by modality, for classes that are newer than we are.
constexpr std::string_view kContextClasses[] = {
    "1.2.840.10008.5.1.4.1.1.11.", "1.2.840.10008.5.1.4.1.1.66.", "1.2.840.10008.5.1.4.1.1.67",
    "1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.91.", "1.2.840.10008.5.1.4.1.1.481.2"};
constexpr std::string_view kContextModalities[] = {
    "SEG", "RTDOSE", "RTSTRUCT", "RTPLAN", "PR", "KO", "SR", "REG", "FID", "DOC", "ANN", "RWV"};

bool IsContextClass(const std::string& uid) {
  return std::ranges::any_of(kContextClasses, [&](std::string_view known) {
    return known.ends_with('.') ? uid.starts_with(known) : uid == known;
  });
}

// An object that is looked at and annotated.
bool IsImage(const dicom::DataSet& head) {
  return head.GetInt(tags::Rows).value_or(0) > 0 && head.GetInt(tags::Columns).value_or(0) > 0 &&
         !IsContextClass(head.GetString(tags::SOPClassUID)) &&
         std::ranges::find(kContextModalities, head.GetString(tags::Modality)) ==
             std::end(kContextModalities);
}

std::string DigestOf(const std::string& study_uid, std::vector<std::string> lines) {
  std::ranges::sort(lines);
  std::string text = study_uid + "\n";
  for (const std::string& line : lines) text += line + "\n";
  return store::Sha256Hex(text);
}

}  // namespace

std::string NameOf(const Batch& batch) {
  std::vector<std::string> lines;
  for (const BatchRecord& record : batch.records) {
    lines.push_back(record.sop_instance_uid + " " + record.seal);
  }
  return DigestOf(batch.study_uid, std::move(lines));
}

std::string ManifestOf(const std::string& study_uid, const std::vector<CaseInstance>& instances) {
  std::vector<std::string> lines;
  for (const CaseInstance& instance : instances) {
    lines.push_back(instance.sop_instance_uid + " " + instance.sha256);
  }
  return DigestOf(study_uid, std::move(lines));
}

CaseInstance Importer::ImportOne(const Batch& batch, const BatchRecord& record) {
  const std::string file = source_.Read(batch, record);
  dicom::File head = dicom::ReadHead(file);
  Check(head.data_set, batch, record);
  CaseInstance instance{.sop_instance_uid = record.sop_instance_uid,
                        .series_instance_uid = record.series_instance_uid,
                        .sop_class_uid = record.sop_class_uid,
                        .transfer_syntax_uid = record.transfer_syntax_uid,
                        .modality = head.data_set.GetString(tags::Modality),
                        .sha256 = store::Sha256Hex(file),
                        .size = static_cast<int64_t>(file.size()),
                        .image = IsImage(head.data_set),
                        .face = head.data_set.GetString(tags::RecognizableVisualFeatures) == "YES"};
  archive_.Put(Instance<Lab>(Permit<Lab>(), std::move(head.data_set), *head.syntax), file);
  return instance;
}

std::vector<CaseInstance> Importer::Import(const Batch& batch) {
  std::vector<CaseInstance> instances(batch.records.size());
  const auto weigh = [&](size_t i) { return static_cast<size_t>(batch.records[i].size); };
  SyncBetween between(archive_);
  SideBySide::Run(instances.size(), archive_.PutsAtOnce(), kBytesAtOnce, weigh, [&](size_t i) {
    instances[i] = ImportOne(batch, batch.records[i]);
    between.Add(weigh(i));
  });
  archive_.Sync();
  return instances;
}

}  // namespace glossator::node
