// SPDX-License-Identifier: GPL-3.0-or-later
#include "deid/face_series.h"

#include <algorithm>

#include "deid/keyed_pseudonyms.h"
#include "dicom/error.h"
#include "pixels/deface.h"
#include "pixels/visible_face.h"

namespace glossator::deid {
namespace {

namespace fs = std::filesystem;
namespace tags = dicom::tags;

std::string SeriesOf(const dicom::DataSet& head) {
  return head.GetString(tags::StudyInstanceUID) + '\n' + head.GetString(tags::SeriesInstanceUID);
}

uint64_t SizeOf(const std::vector<fs::path>& files) {
  uint64_t size = 0;
  for (const auto& path : files) {
    std::error_code failed;
    const auto bytes = fs::file_size(path, failed);
    size += failed ? 0 : bytes;
  }
  return size;
}

uint64_t SeedOf(const std::string& key, const std::string& series) {
  const std::string digest = Keyed(key, "face", series);
  uint64_t seed = 0;
  for (size_t i = 0; i < 8; ++i) seed = seed << 8 | static_cast<uint8_t>(digest[i]);
  return seed;
}

}  // namespace

void FaceSeries::Note(const fs::path& path, const dicom::DataSet& head) {
  if (!pixels::MayShowFace(head)) return;
  const auto series = SeriesOf(head);
  series_.emplace(path, series);
  files_[series].push_back(path);
}

void FaceSeries::Gather(std::vector<size_t>& order, const std::vector<fs::path>& files) const {
  std::map<std::string, size_t> first;
  std::vector<size_t> place(files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    const auto found = series_.find(files[i]);
    place[i] = found == series_.end() ? i : first.emplace(found->second, i).first->second;
  }
  std::ranges::stable_sort(order, {}, [&](size_t i) { return place[i]; });
}

void FaceSeries::Deface(const std::string& series, std::vector<Image*>& images) const {
  std::vector<pixels::SeriesImage> objects;
  for (Image* image : images) objects.push_back({&image->file.data_set, image->file.syntax});
  pixels::DefaceResult result;
  try {
    pixels::Worker worker(worker_);
    result = pixels::DefaceSeries(objects, SeedOf(key_, series), worker);
  } catch (const Error& error) {  // the worker could not be started
    result.fault = error.what();
  }
  for (size_t i = 0; i < images.size(); ++i) {
    images[i]->fault = result.fault;
    if (result.fault.empty()) images[i]->mask = std::move(result.masks[i]);
  }
}

void FaceSeries::Load(const std::string& series) {
  const auto& files = files_.at(series);
  std::vector<Image*> images;
  const bool fits = SizeOf(files) <= pixels::kSeriesBytesMax;
  for (const auto& path : files) {
    if (!fits) {
      loaded_[path].fault = "too large a series";
      continue;
    }
    try {
      loaded_[path].file = dicom::ReadFile(path);
      images.push_back(&loaded_[path]);
    } catch (const Error&) {  // told when it is taken; the others are a series without it
      loaded_.erase(path);
    }
  }
  if (fits) Deface(series, images);
}

FaceSeries::Image FaceSeries::Take(const fs::path& path) {
  const auto series = series_.at(path);
  if (!loaded_.contains(path) && files_.contains(series)) {
    Load(series);
    files_.erase(series);
  }
  auto node = loaded_.extract(path);
  Image image = node ? std::move(node.mapped()) : Image{};
  if (image.file.syntax == nullptr) image.file = dicom::ReadFile(path);
  return image;
}

FaceSeries::Image FaceSeries::Alone(dicom::File file) const {
  Image image{std::move(file), "", ""};
  if (!pixels::MayShowFace(image.file.data_set)) return image;
  std::vector<Image*> images{&image};
  Deface(SeriesOf(image.file.data_set), images);
  return image;
}

}  // namespace glossator::deid
