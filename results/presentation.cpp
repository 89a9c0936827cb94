// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/presentation.h"

#include <map>
#include <set>

#include "dicom/error.h"
#include "results/modules.h"
#include "results/outlines.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;
using dicom::Tag;

constexpr size_t kPointsMax = 8000;  // of a FL value with a 16-bit length (PS3.5 7.1.2)

std::string LayerOf(const Region& region) { return "SEGMENT " + std::to_string(region.number); }

void CopyIfPresent(const DataSet& from, std::initializer_list<Tag> list, DataSet& to) {
  for (const Tag tag : list) {
    if (from.Has(tag)) to.Put(*from.Find(tag));
  }
}

void RequireGray(const std::vector<DataSet>& heads) {
  if (heads.empty()) throw Error(ErrorKind::kInvalid, "a presentation state needs its images");
  for (const DataSet& head : heads) {
    if (!head.GetString(tags::PhotometricInterpretation).starts_with("MONOCHROME")) {
      throw Error(ErrorKind::kUnsupported, "a grayscale state for images in color");
    }
    for (const Tag tag : {tags::RescaleSlope, tags::RescaleIntercept}) {
      if (head.GetDouble(tag) != heads.front().GetDouble(tag)) {
        throw Error(ErrorKind::kUnsupported, "one state for images of different Modality LUTs");
      }
    }
  }
}

// Modality LUT, Softcopy VOI LUT, Softcopy Presentation LUT (C.11.1, C.11.8, C.11.6): without them
// a viewer would show the stored values.
void PutGrayscale(const DataSet& head, DataSet& object) {
  if (head.HasValue(tags::ModalityLUTSequence)) {
    CopyIfPresent(head, {tags::ModalityLUTSequence}, object);
  } else if (head.HasValue(tags::RescaleSlope)) {
    CopyIfPresent(head, {tags::RescaleIntercept, tags::RescaleSlope}, object);
    const std::string type = head.GetString(tags::RescaleType);
    const bool is_ct = head.GetString(tags::Modality) == "CT";
    object.SetString(tags::RescaleType, !type.empty() ? type : is_ct ? "HU" : "US");
  }
  const auto center = head.GetDouble(tags::WindowCenter);
  const auto width = head.GetDouble(tags::WindowWidth);
  if (center && width) {
    DataSet& window = object.AddItem(tags::SoftcopyVOILUTSequence);
    window.SetDouble(tags::WindowCenter, *center);
    window.SetDouble(tags::WindowWidth, *width);
  }
  const bool inverse = head.GetString(tags::PhotometricInterpretation) == "MONOCHROME1";
  object.SetString(tags::PresentationLUTShape, inverse ? "INVERSE" : "IDENTITY");
}

// The whole of every image (C.10.4).
void PutDisplayedArea(const Regions& regions, const DataSet& head, DataSet& object) {
  DataSet& area = object.AddItem(tags::DisplayedAreaSelectionSequence);
  area.SetInts(tags::DisplayedAreaTopLeftHandCorner, {1, 1});
  area.SetInts(tags::DisplayedAreaBottomRightHandCorner, {regions.columns, regions.rows});
  area.SetString(tags::PresentationSizeMode, "SCALE TO FIT");
  const auto& plane = regions.frames.front().plane;
  if (plane) {
    area.SetDoubles(tags::PresentationPixelSpacing, {plane->row_spacing, plane->column_spacing});
  } else if (head.HasValue(tags::PixelSpacing)) {
    area.SetDoubles(tags::PresentationPixelSpacing, head.GetDoubles(tags::PixelSpacing));
  } else {
    area.SetStrings(tags::PresentationPixelAspectRatio, {"1", "1"});
  }
}

DataSet Polyline(const Loop& loop, size_t begin, size_t end) {
  DataSet item;
  item.SetString(tags::GraphicAnnotationUnits, "PIXEL");
  item.SetInt(tags::GraphicDimensions, 2);
  item.SetInt(tags::NumberOfGraphicPoints, static_cast<int64_t>(end - begin));
  std::vector<double> data;
  for (size_t i = begin; i < end; ++i) {
    const Corner& corner = loop[i % loop.size()];  // the last point is the first: closed
    data.push_back(corner.x);
    data.push_back(corner.y);
  }
  item.SetDoubles(tags::GraphicData, data);
  item.SetString(tags::GraphicType, "POLYLINE");
  item.SetString(tags::GraphicFilled, "N");
  return item;
}

// A long outline goes in pieces that share their ends.
void AddPolylines(const std::vector<Loop>& loops, DataSet& annotation) {
  for (const Loop& loop : loops) {
    for (size_t begin = 0; begin < loop.size(); begin += kPointsMax - 1) {
      const size_t end = std::min(begin + kPointsMax, loop.size() + 1);
      annotation.AddItem(tags::GraphicObjectSequence) = Polyline(loop, begin, end);
    }
  }
}

// One item for each frame and segment (C.10.5). Gives the frames that show something.
std::set<size_t> PutGraphics(const Regions& regions, DataSet& object) {
  std::set<size_t> shown;
  std::vector<uint8_t> mask(regions.frame_pixels());
  for (size_t frame = 0; frame < regions.frames.size(); ++frame) {
    for (size_t region = 0; region < regions.regions.size(); ++region) {
      if (!regions.mask(region, frame, mask)) continue;
      const Outlines outlines = TraceOutlines(mask, regions.rows, regions.columns);
      DataSet& annotation = object.AddItem(tags::GraphicAnnotationSequence);
      annotation.SetItems(tags::ReferencedImageSequence,
                          {SopReference(regions.frames[frame].image)});
      annotation.SetString(tags::GraphicLayer, LayerOf(regions.regions[region]));
      AddPolylines(outlines.outer, annotation);
      AddPolylines(outlines.holes, annotation);
      shown.insert(frame);
      std::fill(mask.begin(), mask.end(), 0);
    }
  }
  return shown;
}

void PutLayers(const Regions& regions, DataSet& object) {
  int64_t order = 0;
  for (const Region& region : regions.regions) {
    DataSet& layer = object.AddItem(tags::GraphicLayerSequence);
    layer.SetString(tags::GraphicLayer, LayerOf(region));
    layer.SetInt(tags::GraphicLayerOrder, ++order);
    layer.SetInt(tags::GraphicLayerRecommendedDisplayGrayscaleValue, 65535);
    const dicom::CieLab lab = dicom::ToCieLab(ColorOf(region));
    layer.SetInts(tags::GraphicLayerRecommendedDisplayCIELabValue, {lab[0], lab[1], lab[2]});
    layer.SetString(tags::GraphicLayerDescription, Shortened(region.name, 64));
  }
}

// Presentation State Relationship (C.11.11): the images that the state is for.
void PutRelationship(const Regions& regions, std::set<size_t> shown, DataSet& object) {
  if (shown.empty()) shown.insert(0);
  std::map<std::string, InstanceReference> images;
  for (const size_t frame : shown) {
    const InstanceReference& image = regions.frames[frame].image;
    InstanceReference& known = images.emplace(image.sop_instance_uid, image).first->second;
    if (known.frames != image.frames && !image.frames.empty()) {
      known.frames.push_back(image.frames.front());
    }
  }
  for (const auto& [uid, image] : images) {
    DataSet& series = ItemWith(object, tags::ReferencedSeriesSequence, tags::SeriesInstanceUID,
                               image.series_instance_uid);
    series.AddItem(tags::ReferencedImageSequence) = SopReference(image);
  }
}

}  // namespace

DataSet EncodePresentation(const Regions& regions, const std::vector<DataSet>& image_heads,
                           const PresentationWords& words, const Identity& identity,
                           const Equipment& equipment, Time now) {
  RequireGray(image_heads);
  if (regions.frames.empty()) throw Error(ErrorKind::kInvalid, "no frames");
  DataSet object =
      Begin(regions.head, kGrayscalePresentationStorage, "PR", identity, equipment, now);
  object.SetString(tags::ContentLabel, ToCodeString(words.label));
  object.SetString(tags::ContentDescription, Shortened(words.description, 64));
  object.SetString(tags::ContentCreatorName, words.creator);
  object.SetString(tags::PresentationCreationDate, ToDicomDate(now));
  object.SetString(tags::PresentationCreationTime, ToDicomTime(now));
  const std::set<size_t> shown = PutGraphics(regions, object);
  if (!shown.empty()) PutLayers(regions, object);
  PutRelationship(regions, shown, object);
  PutDisplayedArea(regions, image_heads.front(), object);
  PutGrayscale(image_heads.front(), object);
  Finish(object, regions.head);
  return object;
}

}  // namespace glossator::results
