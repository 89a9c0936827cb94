// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/second_pass.h"

#include <algorithm>
#include <future>
#include <memory>

#include "deid/again.h"
#include "deid/rejection_titles.h"
#include "dicom/io.h"
#include "gate/arrival.h"
#include "gate/deflate_stage.h"
#include "gate/record_writer.h"
#include "model/error.h"
#include "store/journal.h"
#include "vault/seal.h"

namespace glossator::gate {
namespace {

bool IsDeflated(const store::InstanceRow& instance) {
  const auto* syntax = dicom::FindTransferSyntax(instance.transfer_syntax_uid);
  return syntax != nullptr && syntax->deflated;
}

std::string WholeFile(const spool::Reader& reader, const Study& study,
                      const store::InstanceRow& instance) {
  vault::ChunkOpener opener(study.data_key());
  std::string file;
  reader.Read({instance.segment, instance.offset},
              [&](std::string_view chunk, bool last) { file += opener.Open(chunk, last); });
  return file;
}

// What stands behind the head, chunk by chunk.
template <class Write>
void ForEachPixelChunk(const spool::Reader& reader, const Study& study,
                       const store::InstanceRow& instance, Write write) {
  vault::ChunkOpener opener(study.data_key());
  auto head = static_cast<size_t>(instance.head_size);
  reader.Read({instance.segment, instance.offset}, [&](std::string_view chunk, bool last) {
    const std::string plain = opener.Open(chunk, last);
    const size_t skipped = std::min(head, plain.size());
    head -= skipped;
    if (skipped < plain.size()) write(std::string_view(plain).substr(skipped));
  });
}

Arrival ArrivalOf(const store::StudyRow& row, const store::InstanceRow& instance) {
  Arrival arrival;
  arrival.study = row.number;
  arrival.project = row.project;
  arrival.identity_index = instance.identity_index;
  arrival.digests = {instance.digest, instance.identity_digest};
  arrival.sop_class_uid = instance.sop_class_uid;
  arrival.transfer_syntax_uid = instance.transfer_syntax_uid;
  arrival.size = instance.size;
  arrival.arrived = row.last_arrival;
  arrival.sop_instance_uid = instance.sop_instance_uid;
  arrival.series_instance_uid = instance.series_instance_uid;
  arrival.seal = instance.seal;
  arrival.head_size = instance.head_size;
  arrival.identity = instance.identity;
  arrival.facts = instance.facts;
  return arrival;
}

}  // namespace

std::string HeadOf(const spool::Reader& reader, const Study& study,
                   const store::InstanceRow& instance) {
  if (IsDeflated(instance)) {
    const auto file = dicom::ReadFile(std::string_view(WholeFile(reader, study, instance)));
    return dicom::Write(file.data_set, dicom::kExplicitLittleEndian);
  }
  vault::ChunkOpener opener(study.data_key());
  std::string head;
  const auto size = static_cast<size_t>(instance.head_size);
  reader.ReadWhile({instance.segment, instance.offset}, [&](std::string_view chunk, bool last) {
    head += opener.Open(chunk, last);
    return head.size() < size;
  });
  if (head.size() > size && size > 0) head.resize(size);
  return head;
}

spool::Place SecondPass::Commit(RecordWriter& record, const store::StudyRow& row,
                                const store::InstanceRow& instance) {
  const auto done = std::make_shared<std::promise<std::optional<spool::Place>>>();
  record.Commit(SealArrival(keys_, entropy_, ArrivalOf(row, instance)),
                [done](std::optional<spool::Place> place) { done->set_value(place); });
  const auto place = done->get_future().get();
  if (!place) throw Error(ErrorKind::kUnavailable, "the spool could not be written");
  return *place;
}

bool SecondPass::Rewrite(const store::StudyRow& row, const Study& study,
                         store::InstanceRow& instance, const deid::Sentinel& identifiers) {
  const auto& syntax = *dicom::FindTransferSyntax(instance.transfer_syntax_uid);
  auto file = syntax.deflated
                  ? dicom::ReadFile(std::string_view(WholeFile(reader_, study, instance)))
                  : dicom::ReadHead(HeadOf(reader_, study, instance));
  if (deid::CleanTextAgain(file.data_set, identifiers) == 0) return false;
  const auto meta = dicom::FileMeta(instance.sop_class_uid, instance.sop_instance_uid, syntax);
  RecordWriter record(spool_, study.data_key(), entropy_);
  record.Write(meta);
  if (syntax.deflated) {
    Deflater deflater;
    record.Write(deflater.Take(dicom::Write(file.data_set, dicom::kExplicitLittleEndian)));
    record.Write(deflater.Finish());
  } else {
    const auto body = dicom::Write(file.data_set, syntax);
    record.Write(body);
    record.EndChunk();  // the search reads heads only
    ForEachPixelChunk(reader_, study, instance,
                      [&](std::string_view pixels) { record.Write(pixels); });
    instance.head_size = static_cast<int64_t>(meta.size() + body.size());
  }
  record.Close();
  instance.seal = record.seal();
  instance.size = record.size();
  const auto place = Commit(record, row, instance);
  instance.segment = place.segment;
  instance.offset = place.offset;
  return true;
}

// New records first, then the rows all at once, then the old records are given up. After a crash in
// between the start finds two records of one instance and keeps the one that the row names.
size_t SecondPass::Clean(const store::StudyRow& row, const Study& study,
                         const std::vector<store::InstanceRow>& held,
                         const deid::Sentinel& identifiers) {
  std::vector<store::InstanceRow> rewritten;
  std::vector<spool::Place> old;
  for (auto instance : held) {
    if (!deid::FindsBesideTitles(identifiers, HeadOf(reader_, study, instance))) continue;
    const spool::Place place{instance.segment, instance.offset};
    if (!Rewrite(row, study, instance, identifiers)) continue;
    old.push_back(place);
    rewritten.push_back(std::move(instance));
  }
  if (rewritten.empty()) return 0;
  database_.Write([&](store::Transaction& transaction) {
    for (const auto& instance : rewritten) store::MoveInstance(transaction, instance);
    Json::Value fields;
    fields["study"] = Json::Int64(row.number);
    fields["instances"] = Json::UInt64(rewritten.size());
    store::Append(transaction, "study.cleaned-again", "gate", fields);
  });
  for (const auto place : old) spool_.Release(place);
  return rewritten.size();
}

}  // namespace glossator::gate
