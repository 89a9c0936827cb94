// SPDX-License-Identifier: GPL-3.0-or-later
// What the labels mean: the JSON description of docs/segmentation.md as a value.
#pragma once

#include <json/value.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dicom/code.h"
#include "model/finding.h"

namespace glossator::seg {

// How an algorithm is identified (PS3.3 10.16): once per segment that it made.
struct Algorithm {
  dicom::Code family;  // CID 7162, e.g. (123110, DCM, Artificial Intelligence)
  std::string name;
  std::string version;
  std::string source;      // optional: who makes it
  std::string parameters;  // optional
};

// Who or what had a part in the object (Contributing Equipment, PS3.3 C.12.1.1.5): a person at a
// workstation, a device, or, as IHE AIR asks, an algorithm with its Device UID.
struct Contributor {
  dicom::Code purpose;  // CID 7005; empty: processing equipment, an algorithm's is AIR's
  std::string manufacturer;
  std::string model_name;
  std::string serial_number;
  std::string software_versions;
  std::string device_uid;
  std::string institution;
  std::vector<std::string> operators;  // person names, or codes where policy says so
  std::string description;
  bool algorithm = false;
};

struct Segment {
  uint16_t label = 0;  // value in the labelmap; not 0
  std::string name;    // Segment Label, UTF-8
  std::string description;
  dicom::Code category;
  dicom::Code type;
  std::vector<dicom::Code> type_modifiers;
  std::optional<dicom::Code> region;
  std::vector<dicom::Code> region_modifiers;
  std::string algorithm_type = "MANUAL";        // or SEMIAUTOMATIC, AUTOMATIC
  std::string algorithm_name;                   // required unless MANUAL
  std::optional<std::array<uint8_t, 3>> color;  // sRGB
  std::optional<Algorithm> algorithm;
  uint32_t group = 0;       // segments of one group go into one object when asked for
  std::string tracking_id;  // comes with tracking_uid; both empty: made
  std::string tracking_uid;
};

struct Description {
  std::string series_description;
  std::string content_creator;  // person name
  std::string content_label;    // CS; "SEGMENTATION" when empty
  std::string content_description;
  std::vector<Contributor> contributors;
  std::vector<Segment> segments;  // in order of label once parsed
};

// Every fault of the JSON; empty: ParseDescription will take it. Paths are JSON paths.
std::vector<Finding> CheckDescription(const Json::Value& json);
// Throws kInvalid with every fault, one a line.
Description ParseDescription(const Json::Value& json);
Json::Value ToJson(const Description& description);
// The same checks on a value that was made in code.
std::vector<Finding> Check(const Description& description);

}  // namespace glossator::seg
