// SPDX-License-Identifier: GPL-3.0-or-later
// Labels to a Segmentation object (PS3.3 A.51, C.8.20), streamed.
//
// Empty frames are left out. A labelmap without any voxel set gives one empty frame of the first
// segment, since an object must have a frame and "nothing found" is a result.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dicom/data_set.h"
#include "model/finding.h"
#include "model/ports.h"
#include "seg/description.h"
#include "seg/labels.h"
#include "seg/source.h"

namespace glossator::seg {

enum class Kind { kBinary, kFractional, kLabelMap };
enum class FractionalType { kProbability, kOccupancy };
// Frame by frame (PS3.5 A.4): RLE and JPEG-LS for whole bytes only, Deflated Image Frame for all.
enum class Compression { kNone, kRle, kJpegLs, kDeflatedFrame };

// The UIDs and numbers of the new object; all required, none may be the source's.
struct Identity {
  std::string series_instance_uid;
  std::string sop_instance_uid;
  int series_number = 1;
  int instance_number = 1;
  std::string series_description;  // empty: the description's
};

// Images besides the source that were looked at (PS3.3 C.12.2), of this study or of another.
struct SeriesReference {
  std::string study_instance_uid;
  std::string series_instance_uid;
  std::vector<SourceInstance> instances;
};

struct Equipment {
  std::string manufacturer = "Glossator";
  std::string model_name = "Glossator";
  std::string serial_number = "1";
  std::string software_versions = "0.1.0";
};

struct Options {
  Kind kind = Kind::kBinary;
  FractionalType fractional_type = FractionalType::kProbability;
  uint8_t maximum_fractional_value = 255;
  bool keep_empty_frames = false;                // every source frame for every segment
  bool deflated = false;                         // Deflated Explicit VR Little Endian (PS3.5 A.5)
  Compression compression = Compression::kNone;  // not together with `deflated`
  bool palette = false;                          // LABELMAP in PALETTE COLOR
  std::string derivation_note;             // Derivation Description of every frame, e.g. resampling
  std::vector<SeriesReference> also_used;  // besides the source
  Equipment equipment;
  std::string content_qualification;                   // "RESEARCH", "PRODUCT" or empty: left out
  std::vector<dicom::DataSet> contributing_equipment;  // items of (0018,A001)
  // More top-level attributes, put last: they replace what is there (e.g. clinical trial modules).
  dicom::DataSet extra;
};

struct Encoded {
  std::string sop_instance_uid;
  uint32_t frames = 0;
  uint64_t bytes = 0;
  // Segment numbers in the object, in the order of Description::segments. BINARY and FRACTIONAL
  // count from 1 (C.8.20.2.4), LABELMAP keeps the labels.
  std::vector<uint16_t> segment_numbers;
  std::vector<std::string> tracking_uids;  // in the same order
};

// Shape and content of labels against source and description; all findings. Empty: Encode works.
std::vector<Finding> CheckLabels(const Source& source, std::span<const LabelVolume> layers,
                                 const Description& description, const Options& options = {});
std::vector<Finding> CheckLabels(const Source& source, const LabelVolume& labels,
                                 const Description& description);

using Sink = std::function<void(std::string_view bytes)>;  // called in order; may throw

// Writes a Part 10 file. `layers`:
//  BINARY      one labelmap, or several when segments overlap; a label means the same in each
//  LABELMAP    exactly one
//  FRACTIONAL  one uint8 layer per segment, values 0..maximum_fractional_value
// Throws kInvalid with all of CheckLabels' errors, one a line.
Encoded Encode(const Source& source, std::span<const LabelVolume> layers,
               const Description& description, const Identity& identity, const Options& options,
               UidSource& uids, Time now, const Sink& sink);
// The same into memory.
std::string Encode(const Source& source, const LabelVolume& labels, const Description& description,
                   const Identity& identity, const Options& options, UidSource& uids, Time now,
                   Encoded* encoded = nullptr);
// The same into a file: a temporary file beside it, fsync, rename.
Encoded EncodeToFile(const std::filesystem::path& path, const Source& source,
                     std::span<const LabelVolume> layers, const Description& description,
                     const Identity& identity, const Options& options, UidSource& uids, Time now);

}  // namespace glossator::seg
