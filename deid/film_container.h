// SPDX-License-Identifier: GPL-3.0-or-later
// What a film comes in. Only for film.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "deid/video_unit.h"

namespace glossator::deid {

class FilmContainer {
 public:
  virtual ~FilmContainer() = default;
  virtual void Clean(char* bytes, size_t size) = 0;  // in place, in pieces of any size
  virtual std::string_view problem() const = 0;      // as FilmCleaner::problem
};

enum class Coding { kMpeg2, kH264, kHevc };
std::unique_ptr<VideoUnit> UnitOf(Coding coding);

std::unique_ptr<FilmContainer> BareFilm(Coding coding);       // start codes and nothing else
std::unique_ptr<FilmContainer> BoxFilm(Coding coding);        // ISO/IEC 14496-12, H.264 or HEVC
std::unique_ptr<FilmContainer> TransportFilm(Coding coding);  // ISO/IEC 13818-1 2.4
std::unique_ptr<FilmContainer> ProgramFilm(Coding coding);    // ISO/IEC 13818-1 2.5

}  // namespace glossator::deid
