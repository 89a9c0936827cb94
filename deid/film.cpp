// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/film.h"

#include <algorithm>
#include <cstring>

#include "deid/reason.h"

namespace glossator::deid {
namespace {

constexpr size_t kZerosMax = 3;
constexpr std::string_view kVideo = "1.2.840.10008.1.2.4.";

// 100 to 108; the fragmentable forms end in .1. 0 when it is none of them.
int NumberOf(std::string_view uid) {
  if (!uid.starts_with(kVideo)) return 0;
  uid.remove_prefix(kVideo.size());
  const bool shaped = uid.size() == 3 || (uid.size() == 5 && uid.ends_with(".1"));
  const bool video = shaped && uid.starts_with("10") && uid[2] >= '0' && uid[2] <= '8';
  return video ? 100 + (uid[2] - '0') : 0;
}

std::unique_ptr<VideoUnit> UnitOf(int number) {
  if (number <= 101) return Mpeg2Unit();
  return number <= 106 ? H264Unit() : HevcUnit();
}

}  // namespace

bool IsFilm(std::string_view transfer_syntax_uid) { return NumberOf(transfer_syntax_uid) != 0; }

FilmCleaner::FilmCleaner(std::string_view transfer_syntax_uid)
    : number_(NumberOf(transfer_syntax_uid)) {}

void FilmCleaner::Clean(char* bytes, size_t size) {
  size_t at = 0;
  for (; at < size && !broken_ && !stream_; ++at) {
    start_ += bytes[at];
    Choose();
  }
  if (stream_) return stream_->Clean(bytes + at, size - at);
  if (broken_) std::memset(bytes, 0, size);
}

// Zeros and a first start code: a bare stream. Until that is known nothing can be hidden.
void FilmCleaner::Choose() {
  const size_t zeros = start_.find_first_not_of('\0');
  if (zeros == start_.npos) {
    start_.resize(std::min(start_.size(), kZerosMax));
    return;
  }
  broken_ = start_[zeros] != 1 || zeros < 2;
  if (broken_) return;
  stream_.emplace(UnitOf(number_));
  stream_->Clean(start_.data(), start_.size());
}

std::string_view FilmCleaner::problem() const {
  const bool good = stream_ && !stream_->broken() && stream_->has_pictures();
  return good ? std::string_view() : reasons::kBitstream;
}

}  // namespace glossator::deid
