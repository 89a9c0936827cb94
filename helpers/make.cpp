// SPDX-License-Identifier: GPL-3.0-or-later
#include "helpers/make.h"

#include <algorithm>
#include <set>

#include "dicom/error.h"
#include "helpers/regions_of.h"
#include "results/capture.h"
#include "results/key_objects.h"
#include "results/presentation.h"

namespace glossator::helpers {
namespace {

using dicom::DataSet;

struct Parts {
  const Request& request;
  const results::Regions& regions;
  results::Identity identity;
  Time now;
};

// For each segment the image on which it is largest.
std::vector<results::InstanceReference> KeyImages(const results::Regions& regions) {
  std::set<size_t> frames;
  std::vector<uint8_t> mask(regions.frame_pixels());
  for (size_t region = 0; region < regions.regions.size(); ++region) {
    size_t best = 0;
    size_t most = 0;
    for (size_t frame = 0; frame < regions.frames.size(); ++frame) {
      if (!regions.mask(region, frame, mask)) continue;
      const auto count = static_cast<size_t>(std::count(mask.begin(), mask.end(), 1));
      if (count > most) best = frame;
      most = std::max(most, count);
      std::fill(mask.begin(), mask.end(), 0);
    }
    if (most > 0) frames.insert(best);
  }
  std::vector<results::InstanceReference> images;
  for (const size_t frame : frames) images.push_back(regions.frames[frame].image);
  return images;
}

DataSet MakeKeyObjects(const Parts& parts) {
  results::KeyObjects note;
  note.title = {"113000", "DCM", "Of Interest"};
  note.description = "Results, and for each segment the image on which it is largest";
  note.person = parts.request.creator;
  note.device_uid = parts.request.device_uid;
  note.objects = parts.request.results;
  for (auto& image : KeyImages(parts.regions)) note.objects.push_back(std::move(image));
  return EncodeKeyObjects(note, parts.regions.head, parts.identity, {}, parts.now);
}

DataSet MakePresentation(const Parts& parts) {
  results::PresentationWords words;
  words.creator = parts.request.creator;
  return EncodePresentation(parts.regions, parts.request.image_heads, words, parts.identity, {},
                            parts.now);
}

DataSet MakeStructureSet(const Parts& parts) {
  results::StructureSetWords words;
  words.interpreter = parts.request.creator;
  words.holes = parts.request.holes;
  return EncodeStructureSet(parts.regions, words, parts.identity, {}, parts.now);
}

DataSet MakeCapture(const Parts& parts) {
  std::string uid;
  std::optional<DataSet> image;
  const auto pixels = [&](size_t frame, std::span<uint8_t> rgb) {
    const results::InstanceReference& reference = parts.regions.frames[frame].image;
    if (uid != reference.sop_instance_uid) {
      image = parts.request.image(reference.sop_instance_uid);
      uid = reference.sop_instance_uid;
    }
    if (!image) throw Error(ErrorKind::kNotFound, "an image of the source is not there");
    results::RenderFrame(*image, reference.frames.empty() ? 1 : reference.frames.front(), rgb);
  };
  return EncodeCapture(parts.regions, pixels, {}, parts.identity, {}, parts.now);
}

struct Kind {
  const char* name;
  const char* series_description;
  DataSet (*make)(const Parts& parts);
};
constexpr Kind kMakers[] = {{"KO", "Key objects", MakeKeyObjects},
                            {"PR", "Outlines", MakePresentation},
                            {"RTSTRUCT", "Contours", MakeStructureSet},
                            {"SC", "Overlay burned in", MakeCapture}};

}  // namespace

bool IsKind(const std::string& kind) { return std::ranges::find(kKinds, kind) != std::end(kKinds); }

DataSet Make(const std::string& kind, const Request& request, UidSource& uids, Time now) {
  const auto* maker =
      std::ranges::find_if(kMakers, [&](const Kind& known) { return known.name == kind; });
  if (maker == std::end(kMakers)) throw Error(ErrorKind::kInvalid, "KO, PR, RTSTRUCT or SC");
  const results::Regions regions = RegionsOf(request.segmentation, request.source);
  const auto place = maker - std::begin(kMakers);
  return maker->make({.request = request,
                      .regions = regions,
                      .identity = {.series_instance_uid = uids.New(),
                                   .sop_instance_uid = uids.New(),
                                   .series_number = request.series_number + place,
                                   .instance_number = 1,
                                   .series_description = maker->series_description},
                      .now = now});
}

}  // namespace glossator::helpers
