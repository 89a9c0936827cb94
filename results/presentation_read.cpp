// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "results/presentation.h"

namespace glossator::results {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

InstanceReference ReadReference(const DataSet& item) {
  InstanceReference reference;
  reference.sop_class_uid = item.GetString(tags::ReferencedSOPClassUID);
  reference.sop_instance_uid = item.GetString(tags::ReferencedSOPInstanceUID);
  for (size_t i = 0; const auto frame = item.GetInt(tags::ReferencedFrameNumber, i); ++i) {
    reference.frames.push_back(*frame);
  }
  return reference;
}

std::vector<InstanceReference> ReadImages(const DataSet& parent) {
  std::vector<InstanceReference> images;
  for (const DataSet& item : parent.GetItems(tags::ReferencedImageSequence)) {
    images.push_back(ReadReference(item));
  }
  return images;
}

GraphicLayer ReadLayer(const DataSet& item) {
  GraphicLayer layer{.name = item.GetString(tags::GraphicLayer),
                     .order = item.GetInt(tags::GraphicLayerOrder).value_or(0),
                     .description = item.GetString(tags::GraphicLayerDescription),
                     .color = {}};
  dicom::CieLab lab{};
  bool complete = true;
  for (size_t i = 0; i < 3; ++i) {
    const auto part = item.GetInt(tags::GraphicLayerRecommendedDisplayCIELabValue, i);
    complete = complete && part.has_value();
    lab[i] = static_cast<uint16_t>(part.value_or(0));
  }
  if (complete) layer.color = dicom::ToRgb(lab);
  return layer;
}

Graphic ReadText(const DataSet& item, Graphic graphic) {
  graphic.type = "TEXT";
  graphic.text = item.GetString(tags::UnformattedTextValue);
  const bool anchored = item.HasValue(tags::AnchorPoint);
  graphic.in_display = item.GetString(anchored ? tags::AnchorPointAnnotationUnits
                                               : tags::BoundingBoxAnnotationUnits) == "DISPLAY";
  graphic.points =
      item.GetDoubles(anchored ? tags::AnchorPoint : tags::BoundingBoxTopLeftHandCorner);
  return graphic;
}

void ReadAnnotation(const DataSet& item, std::vector<Graphic>& graphics) {
  Graphic common;
  common.layer = item.GetString(tags::GraphicLayer);
  common.images = ReadImages(item);
  for (const DataSet& object : item.GetItems(tags::GraphicObjectSequence)) {
    Graphic graphic = common;
    graphic.type = object.GetString(tags::GraphicType);
    graphic.in_display = object.GetString(tags::GraphicAnnotationUnits) == "DISPLAY";
    graphic.filled = object.GetString(tags::GraphicFilled) == "Y";
    graphic.points = object.GetDoubles(tags::GraphicData);
    graphics.push_back(std::move(graphic));
  }
  for (const DataSet& text : item.GetItems(tags::TextObjectSequence)) {
    graphics.push_back(ReadText(text, common));
  }
}

}  // namespace

bool IsPresentation(const std::string& sop_class_uid) {
  return sop_class_uid.starts_with("1.2.840.10008.5.1.4.1.1.11.");
}

Presentation ReadPresentation(const DataSet& given) {
  if (!IsPresentation(given.GetString(tags::SOPClassUID))) {
    throw Error(ErrorKind::kInvalid, "not a presentation state");
  }
  DataSet data_set = given;
  dicom::ConvertToUtf8(data_set);
  Presentation presentation;
  presentation.label = data_set.GetString(tags::ContentLabel);
  presentation.description = data_set.GetString(tags::ContentDescription);
  for (const DataSet& series : data_set.GetItems(tags::ReferencedSeriesSequence)) {
    for (InstanceReference& image : ReadImages(series)) {
      image.series_instance_uid = series.GetString(tags::SeriesInstanceUID);
      image.study_instance_uid = data_set.GetString(tags::StudyInstanceUID);
      presentation.images.push_back(std::move(image));
    }
  }
  for (const DataSet& item : data_set.GetItems(tags::GraphicLayerSequence)) {
    presentation.layers.push_back(ReadLayer(item));
  }
  for (const DataSet& item : data_set.GetItems(tags::GraphicAnnotationSequence)) {
    ReadAnnotation(item, presentation.graphics);
  }
  return presentation;
}

namespace {

// Points that a graphic needs (C.10.5.1.2); 0: any number from 2.
size_t PointsNeeded(const std::string& type) {
  if (type == "POINT" || type == "TEXT") return 1;
  if (type == "CIRCLE") return 2;
  return type == "ELLIPSE" ? 4 : 0;
}

std::string FaultOf(const Graphic& graphic) {
  const size_t points = graphic.points.size() / 2;
  const size_t needed = PointsNeeded(graphic.type);
  if (graphic.points.size() % 2 != 0) return "an odd number of values";
  if (needed != 0 && points != needed) return "a wrong number of points";
  if (needed == 0 && points < 2) return "too few points";
  return "";
}

}  // namespace

std::vector<Finding> VerifyPresentation(const DataSet& data_set) {
  std::vector<Finding> findings;
  const auto add = [&](const char* code, std::string path, const char* paragraph,
                       std::string message) {
    findings.push_back({"", kFindingError, code, std::move(path), paragraph, std::move(message)});
  };
  const Presentation state = ReadPresentation(data_set);
  std::set<std::string> images;
  for (const InstanceReference& image : state.images) images.insert(image.sop_instance_uid);
  if (images.empty()) add("images", "(0008,1115)", "PS3.3 C.11.11", "a state is for an image");
  std::set<std::string> layers;
  for (const GraphicLayer& layer : state.layers) {
    if (!layers.insert(layer.name).second) {
      add("layer", "(0070,0060)", "PS3.3 C.10.7", "two layers of one name");
    }
  }
  for (const Graphic& graphic : state.graphics) {
    if (layers.count(graphic.layer) == 0) {
      add("layer", "(0070,0001)", "PS3.3 C.10.5", "a graphic on a layer that is not declared");
    }
    for (const InstanceReference& image : graphic.images) {
      if (images.count(image.sop_instance_uid) == 0) {
        add("reference", "(0070,0001)", "PS3.3 C.10.5", "a graphic on an image of no reference");
      }
    }
    if (const std::string fault = FaultOf(graphic); !fault.empty()) {
      add("graphic-data", "(0070,0001)", "PS3.3 C.10.5.1.2", fault);
    }
  }
  return findings;
}

}  // namespace glossator::results
