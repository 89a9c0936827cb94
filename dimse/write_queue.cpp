// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/write_queue.h"

#include <algorithm>

#include "dimse/pdu.h"

namespace glossator::dimse {
namespace {

constexpr size_t kPiecesMax = 64;  // what one writev takes through Asio
constexpr size_t kBytesMax = 512 * 1024;
constexpr size_t kHeaderSize = kPduHeader + kPdvHeader;

}  // namespace

void WriteQueue::Add(std::string pdus) {
  Job job;
  job.pdus = std::move(pdus);
  jobs_.push_back(std::move(job));
}

void WriteQueue::AddDataSet(uint8_t context, uint32_t fragment_max, NextChunk next) {
  Job job;
  job.next = std::move(next);
  job.context = context;
  job.fragment_max = fragment_max;
  jobs_.push_back(std::move(job));
}

void WriteQueue::Cut(Job& job, std::vector<std::string_view>& pieces) {
  bool fresh = false;  // one chunk at a time: the one before would be gone
  while (!job.gathered && pieces.size() + 2 <= kPiecesMax && bytes_ < kBytesMax) {
    if (job.chunk.bytes.empty() && !job.chunk.last) {
      if (fresh) return;
      job.chunk = job.next();
    }
    fresh = true;
    const std::string_view fragment = job.chunk.bytes.substr(0, job.fragment_max);
    job.chunk.bytes.remove_prefix(fragment.size());
    job.gathered = job.chunk.last && job.chunk.bytes.empty();
    headers_ +=
        PDataHeader(job.context, false, job.gathered, static_cast<uint32_t>(fragment.size()));
    pieces.push_back(std::string_view(headers_).substr(headers_.size() - kHeaderSize));
    pieces.push_back(fragment);
    bytes_ += fragment.size();
  }
}

std::vector<std::string_view> WriteQueue::Gather() {
  std::vector<std::string_view> pieces;
  bytes_ = 0;
  headers_.clear();
  headers_.reserve(kPiecesMax * kHeaderSize);  // pieces point into it
  for (Job& job : jobs_) {
    if (pieces.size() + 2 > kPiecesMax) break;
    if (job.next) {
      Cut(job, pieces);
    } else {
      pieces.push_back(job.pdus);
      job.gathered = true;
    }
    if (!job.gathered) break;
  }
  return pieces;
}

void WriteQueue::Written() {
  while (!jobs_.empty() && jobs_.front().gathered) jobs_.pop_front();
}

void WriteQueue::Truncate() {
  while (!jobs_.empty() && !jobs_.back().gathered && jobs_.back().chunk.bytes.data() == nullptr) {
    jobs_.pop_back();
  }
  if (!jobs_.empty()) jobs_.back().gathered = true;
}

}  // namespace glossator::dimse
