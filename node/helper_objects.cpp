// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/helper_objects.h"

#include <algorithm>
#include <array>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/uid.h"
#include "helpers/make.h"
#include "results/key_objects.h"
#include "store/digest.h"

namespace glossator::node {
namespace {

namespace tags = dicom::tags;

constexpr int64_t kNoteSeriesNumber = 20;

// The same UIDs for the same delivery and kind, in the order in which they are asked for.
class DerivedUids final : public UidSource {
 public:
  DerivedUids(std::string key, std::string kind) : key_(std::move(key)), kind_(std::move(kind)) {}

  std::string New() override {
    const std::string digest = FromHex(
        store::Sha256Hex("helper\n" + key_ + "\n" + kind_ + "\n" + std::to_string(++count_)));
    std::array<uint8_t, 16> number{};
    std::copy_n(digest.begin(), number.size(), number.begin());
    return dicom::UidFrom128(number);
  }

 private:
  const std::string key_;
  const std::string kind_;
  int count_ = 0;
};

void Add(const std::string& kind, const dicom::DataSet& object, SentAlong& sent) {
  std::string file = dicom::WriteFile(object, results::SyntaxFor(object));
  sent.objects.push_back({.kind = kind,
                          .sop_class_uid = object.GetString(tags::SOPClassUID),
                          .sop_instance_uid = object.GetString(tags::SOPInstanceUID),
                          .series_instance_uid = object.GetString(tags::SeriesInstanceUID),
                          .size = static_cast<int64_t>(file.size()),
                          .sha256 = store::Sha256Hex(file)});
  sent.files.push_back(std::move(file));
}

std::vector<results::InstanceReference> ReferencesTo(const std::vector<MadeObject>& objects,
                                                     const std::string& study_uid) {
  std::vector<results::InstanceReference> references;
  for (const MadeObject& object : objects) {
    references.push_back({.sop_class_uid = object.sop_class_uid,
                          .sop_instance_uid = object.sop_instance_uid,
                          .series_instance_uid = object.series_instance_uid,
                          .study_instance_uid = study_uid});
  }
  return references;
}

// Everything that the kinds are made of.
class Workshop {
 public:
  Workshop(const HelperOrder& order, size_t number, Archive& archive)
      : order_(order),
        number_(number),
        archive_(archive),
        segmentation_(seg::Read(order.segmentations.at(number))) {
    for (const CaseInstance& instance : order.instances) {
      heads_.push_back(dicom::ReadHead(Bytes(instance.sop_instance_uid)).data_set);
    }
    source_ = seg::MakeSource(heads_);
    results_ = ReferencesTo(order.results, segmentation_.study_instance_uid);
  }

  dicom::DataSet Make(const std::string& kind, Time now) const {
    DerivedUids uids(order_.delivery_key, kind + "\n" + std::to_string(number_));
    const auto image = [this](const std::string& uid) {
      return std::optional(dicom::ReadFile(std::string_view(Bytes(uid))).data_set);
    };
    return helpers::Make(kind,
                         {.segmentation = segmentation_,
                          .source = source_,
                          .image_heads = heads_,
                          .image = image,
                          .results = results_,
                          .creator = order_.author},
                         uids, now);
  }

 private:
  std::string Bytes(const std::string& uid) const {
    auto file = archive_.Get(uid);
    if (!file) throw Error(ErrorKind::kUnavailable, "the archive does not give an image");
    return std::move(*file);
  }

  const HelperOrder& order_;
  const size_t number_;  // among the segmentations
  Archive& archive_;
  seg::Segmentation segmentation_;
  std::vector<dicom::DataSet> heads_;
  seg::Source source_;
  std::vector<results::InstanceReference> results_;
};

// What does not suit these images is left out; what is away is tried again.
bool IsUnsuited(const Error& error) {
  return error.kind() == ErrorKind::kUnsupported || error.kind() == ErrorKind::kInvalid;
}

}  // namespace

SentAlong HelperObjects::Make(const HelperOrder& order) const {
  SentAlong sent;
  if (order.kinds.empty()) return sent;
  for (size_t number = 0; number < order.segmentations.size(); ++number) {
    const Workshop workshop(order, number, archive_);
    for (const std::string& kind : order.kinds) {
      try {
        Add(kind, workshop.Make(kind, clock_.Now()), sent);
      } catch (const Error& error) {
        if (!IsUnsuited(error)) throw;
        sent.skipped.push_back(kind);
      }
    }
  }
  return sent;
}

SentAlong HelperObjects::Reject(const std::string& delivery_key, const Withdrawal& withdrawal,
                                const std::vector<MadeObject>& objects,
                                const std::string& result_file) const {
  const dicom::DataSet head = dicom::ReadHead(result_file).data_set;
  results::KeyObjects note;
  note.title = *results::FindRejection(withdrawal.code);
  note.description = withdrawal.reason;
  note.person = withdrawal.reader;
  note.objects = ReferencesTo(objects, head.GetString(tags::StudyInstanceUID));
  DerivedUids uids(delivery_key, "KO");
  const std::string series_uid = uids.New();
  SentAlong sent;
  Add("KO",
      results::EncodeKeyObjects(note, head,
                                {.series_instance_uid = series_uid,
                                 .sop_instance_uid = uids.New(),
                                 .series_number = kNoteSeriesNumber,
                                 .instance_number = 1,
                                 .series_description = note.title.meaning},
                                {}, clock_.Now()),
      sent);
  return sent;
}

}  // namespace glossator::node
