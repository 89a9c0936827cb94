// SPDX-License-Identifier: GPL-3.0-or-later
// Films: the video transfer syntaxes of PS3.5 8.2.5 to 8.2.8, cleaned of everything but pictures
// and what playing them needs, while they stream through. Fragments are one stream, cut anywhere
// (PS3.5 A.4.5). In place: no byte is added or taken away, so that tables of offsets stay right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "deid/film_container.h"

namespace glossator::deid {

bool IsFilm(std::string_view transfer_syntax_uid);

class FilmCleaner {
 public:
  explicit FilmCleaner(std::string_view transfer_syntax_uid);

  void Clean(char* bytes, size_t size);
  // Of what came so far; when it was all: why the film must stay sealed, of deid/reason.h, or "".
  std::string_view problem() const;

 private:
  void Choose();

  Coding coding_;
  std::string start_;  // the first bytes, until they tell the container
  bool broken_ = false;
  std::unique_ptr<FilmContainer> container_;
};

}  // namespace glossator::deid
