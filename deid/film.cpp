// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/film.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "deid/reason.h"

namespace glossator::deid {
namespace {

constexpr size_t kStartMax = 8;
constexpr std::string_view kVideo = "1.2.840.10008.1.2.4.";

// 100 to 108; the fragmentable forms end in .1. 0 when it is none of them.
int NumberOf(std::string_view uid) {
  if (!uid.starts_with(kVideo)) return 0;
  uid.remove_prefix(kVideo.size());
  const bool shaped = uid.size() == 3 || (uid.size() == 5 && uid.ends_with(".1"));
  const bool video = shaped && uid.starts_with("10") && uid[2] >= '0' && uid[2] <= '8';
  return video ? 100 + (uid[2] - '0') : 0;
}

Coding CodingOf(std::string_view uid) {
  const int number = NumberOf(uid);
  return number <= 101 ? Coding::kMpeg2 : number <= 106 ? Coding::kH264 : Coding::kHevc;
}

// How a film begins. '?' is any byte that is not on the left of it in the table.
struct Start {
  std::string_view bytes;
  std::unique_ptr<FilmContainer> (*make)(Coding);
};
using namespace std::literals;
constexpr Start kStarts[] = {{"\x47"sv, TransportFilm}, {"\0\0\1\xBA"sv, ProgramFilm},
                             {"\0\0\1?"sv, BareFilm},   {"\0\0\0\1"sv, BareFilm},
                             {"\0\0\0\0"sv, BareFilm},  {"\0\0\0?ftyp"sv, BoxFilm}};

bool Fits(std::string_view bytes, const Start& start) {
  const size_t size = std::min(bytes.size(), start.bytes.size());
  return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size),
                    start.bytes.begin(),
                    [](char byte, char wanted) { return wanted == '?' || byte == wanted; });
}

class Bare final : public FilmContainer {
 public:
  explicit Bare(Coding coding) : units_(UnitOf(coding)) {}
  void Clean(char* bytes, size_t size) override { units_.Clean(bytes, size); }
  std::string_view problem() const override {
    const bool good = !units_.broken() && units_.has_pictures();
    return good ? std::string_view() : reasons::kBitstream;
  }

 private:
  StartCodes units_;
};

}  // namespace

std::unique_ptr<VideoUnit> UnitOf(Coding coding) {
  if (coding == Coding::kMpeg2) return Mpeg2Unit();
  return coding == Coding::kH264 ? H264Unit() : HevcUnit();
}

std::unique_ptr<FilmContainer> BareFilm(Coding coding) { return std::make_unique<Bare>(coding); }

bool IsFilm(std::string_view transfer_syntax_uid) { return NumberOf(transfer_syntax_uid) != 0; }

FilmCleaner::FilmCleaner(std::string_view transfer_syntax_uid)
    : coding_(CodingOf(transfer_syntax_uid)) {}

void FilmCleaner::Clean(char* bytes, size_t size) {
  size_t at = 0;
  for (; at < size && !broken_ && !container_; ++at) {
    start_ += bytes[at];
    Choose();
    if (broken_) bytes[at] = 0;
  }
  if (container_) return container_->Clean(bytes + at, size - at);
  std::memset(bytes + at, 0, size - at);
}

// The bytes by which it is known stay as they are; they hold nothing.
void FilmCleaner::Choose() {
  const auto* start =
      std::ranges::find_if(kStarts, [&](const Start& one) { return Fits(start_, one); });
  broken_ = start == std::end(kStarts);
  if (broken_ || start_.size() < start->bytes.size()) return;
  container_ = start->make(coding_);
  container_->Clean(start_.data(), start_.size());
}

std::string_view FilmCleaner::problem() const {
  return container_ ? container_->problem() : reasons::kBitstream;
}

}  // namespace glossator::deid
