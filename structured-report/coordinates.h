// SPDX-License-Identifier: GPL-3.0-or-later
// Where something is: in an instance, on a plane, in space, in time (PS3.3 C.18.3 to C.18.9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "structured-report/content.h"
#include "structured-report/instances.h"

namespace glossator::sr {

// An image or waveform among those given to Encode. Frames empty: all of it. `channels` are pairs
// of multiplex group and channel of a waveform (0040,A0B0).
struct ImageReference {
  std::string sop_instance_uid;
  std::vector<int64_t> frames{};
  std::vector<int64_t> channels{};
  bool operator==(const ImageReference&) const = default;
};

// SCOORD with `image` (column, row pairs in pixels; 0.0 is the corner of the first pixel), SCOORD3D
// with `frame_of_reference_uid` (x, y, z in mm). Coordinates have the precision of a float.
struct Region {
  std::string type;  // (0070,0023)
  std::vector<double> points;
  std::optional<ImageReference> image{};
  std::string frame_of_reference_uid{};
  std::string pixel_origin{};            // (0048,0301) FRAME or VOLUME, of tiled images
  std::optional<dicom::Code> purpose{};  // (130400, DCM), such as a bounding box
  bool is_in_space() const { return !image; }
  bool operator==(const Region&) const = default;
};

// TCOORD on an image (video) or waveform: by samples counted from 1, seconds from the start, or
// dates and times. The frames of `source` say the same in frame numbers, first and last.
struct Extent {
  std::string type;  // (0040,A130)
  ImageReference source;
  std::vector<int64_t> samples{};
  std::vector<double> seconds{};
  std::vector<std::string> date_times{};
  bool operator==(const Extent&) const = default;
};

// Content items; `instances` holds every instance that is referred to.
Reference ReferenceTo(const ImageReference& image, const Instances& instances);
ContentItem ToItem(const char* relationship, std::optional<dicom::Code> name,
                   const ImageReference& image, const Instances& instances);
ContentItem ToItem(const char* relationship, const dicom::Code& name, const Region& region,
                   const Instances& instances);
ContentItem ToItem(const char* relationship, const dicom::Code& name, const Extent& extent,
                   const Instances& instances);

ImageReference ToImageReference(const Reference& reference);
std::optional<Region> ToRegion(const ContentItem& item);  // nullopt: no coordinates on an instance
std::optional<Extent> ToExtent(const ContentItem& item);

}  // namespace glossator::sr
