// SPDX-License-Identifier: GPL-3.0-or-later
// Series that show a face, for glossator-deid: a face is removed from a whole series at once.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dicom/io.h"

namespace glossator::deid {

class FaceSeries {
 public:
  struct Image {
    dicom::File file;   // as it was read, or without the face
    std::string fault;  // not empty: the face is still there, and why
    std::string mask;   // what was replaced (pixels/deface.h)
  };

  // `key` seeds the depth of the cut; `worker`: glossator-codec.
  FaceSeries(std::string key, std::filesystem::path worker)
      : key_(std::move(key)), worker_(std::move(worker)) {}

  // First pass: nothing for an image that shows no face.
  void Note(const std::filesystem::path& path, const dicom::DataSet& head);
  // Files of a series stand together where its first one stood: only one is in memory at a time.
  void Gather(std::vector<size_t>& order, const std::vector<std::filesystem::path>& files) const;

  bool Has(const std::filesystem::path& path) const { return series_.contains(path); }
  // Once for each file that Has. Throws Error{kInvalid} for a file that cannot be read.
  Image Take(const std::filesystem::path& path);
  // A series of one object.
  Image Alone(dicom::File file) const;

 private:
  void Load(const std::string& series);
  void Deface(const std::string& series, std::vector<Image*>& images) const;

  std::string key_;
  std::filesystem::path worker_;
  std::map<std::filesystem::path, std::string> series_;              // its UIDs
  std::map<std::string, std::vector<std::filesystem::path>> files_;  // of a series
  std::map<std::filesystem::path, Image> loaded_;
};

}  // namespace glossator::deid
