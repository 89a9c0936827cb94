// SPDX-License-Identifier: GPL-3.0-or-later
// NRRD with attached data (teem.sourceforge.net/nrrd/format.html): text fields, an empty line,
// voxels raw or gzip.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <sstream>

#include "dicom/error.h"
#include "seg/gzip.h"
#include "seg/volume_file.h"
#include "seg/volume_types.h"

namespace glossator::seg {
namespace {

[[noreturn]] void Invalid(const std::string& text) {
  throw Error(ErrorKind::kInvalid, "NRRD: " + text);
}

struct TypeName {
  std::string_view name;
  ValueType type;
};
constexpr TypeName kTypes[] = {
    {"signed char", ValueType::kInt8},    {"int8", ValueType::kInt8},
    {"int8_t", ValueType::kInt8},         {"uchar", ValueType::kUint8},
    {"unsigned char", ValueType::kUint8}, {"uint8", ValueType::kUint8},
    {"uint8_t", ValueType::kUint8},       {"short", ValueType::kInt16},
    {"short int", ValueType::kInt16},     {"signed short", ValueType::kInt16},
    {"int16", ValueType::kInt16},         {"int16_t", ValueType::kInt16},
    {"ushort", ValueType::kUint16},       {"unsigned short", ValueType::kUint16},
    {"uint16", ValueType::kUint16},       {"uint16_t", ValueType::kUint16},
    {"int", ValueType::kInt32},           {"int32", ValueType::kInt32},
    {"int32_t", ValueType::kInt32},       {"uint", ValueType::kUint32},
    {"unsigned int", ValueType::kUint32}, {"uint32", ValueType::kUint32},
    {"uint32_t", ValueType::kUint32},     {"float", ValueType::kFloat},
    {"double", ValueType::kDouble},
};

// Signs that turn a space into left-posterior-superior.
struct SpaceName {
  std::string_view name;
  std::array<double, 3> signs;
};
constexpr SpaceName kSpaces[] = {
    {"left-posterior-superior", {1, 1, 1}},   {"lps", {1, 1, 1}},
    {"right-anterior-superior", {-1, -1, 1}}, {"ras", {-1, -1, 1}},
    {"left-anterior-superior", {1, -1, 1}},   {"las", {1, -1, 1}},
};

using FieldMap = std::map<std::string, std::string, std::less<>>;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Fields up to the empty line; `bytes` is left at the voxels.
FieldMap TakeFields(std::string_view& bytes) {
  FieldMap fields;
  if (bytes.substr(0, 4) != "NRRD") Invalid("no NRRD header");
  for (bool first = true;; first = false) {
    const size_t end = bytes.find('\n');
    if (end == std::string_view::npos || end > 1 << 20) Invalid("the header does not end");
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) return fields;
    const size_t colon = line.find(": ");
    if (first || line[0] == '#' || colon == std::string_view::npos) continue;
    fields[Lower(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
  }
}

const std::string& Required(const FieldMap& fields, std::string_view name) {
  const auto field = fields.find(name);
  if (field == fields.end()) Invalid("without " + std::string(name));
  return field->second;
}

// Numbers in any mixture of blanks, commas and brackets.
std::vector<double> NumbersIn(std::string text) {
  for (char& c : text) {
    if (c == '(' || c == ')' || c == ',') c = ' ';
  }
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  std::vector<double> numbers;
  for (double number = 0; stream >> number;) numbers.push_back(number);
  return numbers;
}

// "none" stands for an axis that is not in space: Slicer's list of layers.
struct Axes {
  std::vector<uint64_t> sizes;
  std::optional<size_t> list;
};

Axes AxesOf(const FieldMap& fields) {
  Axes axes;
  for (const double size : NumbersIn(Required(fields, "sizes"))) {
    if (!(size >= 1 && size <= 1e6)) Invalid("a side without voxels");
    axes.sizes.push_back(static_cast<uint64_t>(size));
  }
  if (axes.sizes.size() < 2 || axes.sizes.size() > 4) Invalid("expected 2 to 4 dimensions");
  if (axes.sizes.size() < 4) return axes;
  const auto directions = fields.find("space directions");
  const bool last = directions != fields.end() && directions->second.compare(0, 4, "none") != 0;
  axes.list = last ? 3 : 0;
  return axes;
}

// The list axis becomes the outermost.
std::string Outermost(const std::string& data, uint64_t layers, size_t value_bytes) {
  std::string result(data.size(), '\0');
  const uint64_t voxels = data.size() / value_bytes / layers;
  for (uint64_t layer = 0; layer < layers; ++layer) {
    for (uint64_t voxel = 0; voxel < voxels; ++voxel) {
      std::memcpy(result.data() + (layer * voxels + voxel) * value_bytes,
                  data.data() + (voxel * layers + layer) * value_bytes, value_bytes);
    }
  }
  return result;
}

std::optional<Affine> AffineOfFields(const FieldMap& fields) {
  const auto space = fields.find("space");
  const auto directions = fields.find("space directions");
  if (space == fields.end() || directions == fields.end()) return std::nullopt;
  const auto* known = std::find_if(std::begin(kSpaces), std::end(kSpaces), [&](const SpaceName& s) {
    return s.name == Lower(space->second);
  });
  if (known == std::end(kSpaces)) Invalid("a space that is not of the patient");
  std::string text = directions->second;
  for (size_t at = text.find("none"); at != std::string::npos; at = text.find("none")) {
    text.replace(at, 4, "    ");
  }
  const auto numbers = NumbersIn(text);
  const auto origin_field = fields.find("space origin");
  const auto origin =
      origin_field == fields.end() ? std::vector<double>(3, 0) : NumbersIn(origin_field->second);
  if (numbers.size() != 9 || origin.size() != 3) return std::nullopt;
  Affine affine;
  for (size_t row = 0; row < 3; ++row) {
    affine.origin[row] = origin[row] * known->signs[row];
    for (size_t k = 0; k < 3; ++k) affine.axes[k][row] = numbers[3 * k + row] * known->signs[row];
  }
  return affine;
}

bool IsZipped(const FieldMap& fields) {
  const std::string encoding = Lower(Required(fields, "encoding"));
  if (encoding == "gzip" || encoding == "gz") return true;
  if (encoding == "raw") return false;
  throw Error(ErrorKind::kUnsupported, "NRRD: encoding is neither raw nor gzip");
}

bool IsBigEndian(const FieldMap& fields) {
  const auto endian = fields.find("endian");
  return endian != fields.end() && Lower(endian->second) == "big";
}

std::string Text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string Text(const std::array<double, 3>& v) {
  return "(" + Text(v[0]) + "," + Text(v[1]) + "," + Text(v[2]) + ")";
}

}  // namespace

VolumeHeader ParseNrrdHeader(std::string_view bytes) {
  const size_t size_before = bytes.size();
  const FieldMap fields = TakeFields(bytes);
  if (fields.count("data file") > 0 || fields.count("datafile") > 0) {
    throw Error(ErrorKind::kUnsupported, "NRRD: voxels in another file");
  }
  VolumeHeader volume;
  const std::string type_name = Lower(Required(fields, "type"));
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const TypeName& t) { return t.name == type_name; });
  if (type == std::end(kTypes)) Invalid("a type that is no label");
  volume.type = type->type;
  const Axes axes = AxesOf(fields);
  volume.size = {1, 1, 1};
  for (size_t i = 0, k = 0; i < axes.sizes.size(); ++i) {
    const auto size = static_cast<uint32_t>(axes.sizes[i]);
    if (axes.list == i) {
      volume.layers = size;
    } else {
      volume.size[k++] = size;
    }
  }
  volume.interleaved = axes.list == size_t{0};
  volume.zipped = IsZipped(fields);
  volume.big_endian = IsBigEndian(fields);
  volume.data_at = size_before - bytes.size();
  DataBytes(volume);  // throws when it is absurd
  volume.affine = AffineOfFields(fields);
  return volume;
}

VolumeFile ParseNrrd(std::string_view bytes) {
  VolumeFile volume{ParseNrrdHeader(bytes), {}};
  bytes.remove_prefix(volume.data_at);
  const uint64_t size = DataBytes(volume);
  volume.data = volume.zipped ? Gunzip(bytes, size) : std::string(bytes.substr(0, size));
  if (volume.data.size() != size) Invalid("fewer voxels than it says");
  const size_t value_bytes = BytesOf(volume.type);
  if (volume.big_endian) SwapBytes(volume.data, value_bytes);
  if (volume.interleaved) volume.data = Outermost(volume.data, volume.layers, value_bytes);
  volume.big_endian = volume.interleaved = volume.zipped = false;
  volume.data_at = 0;
  return volume;
}

std::string NrrdHeader(const VolumeShape& shape, const Source& source) {
  const bool many = shape.layers > 1;
  const char* type = shape.type == ValueType::kFloat    ? "float"
                     : shape.type == ValueType::kUint16 ? "unsigned short"
                                                        : "unsigned char";
  std::string text =
      "NRRD0004\n# Complete NRRD file format specification at:\n"
      "# http://teem.sourceforge.net/nrrd/format.html\n";
  text += std::string("type: ") + type + "\n";
  text += std::string("dimension: ") + (many ? "4" : "3") + "\n";
  const auto affine = AffineOf(source);
  if (affine) text += "space: left-posterior-superior\n";
  text += "sizes: " + std::to_string(shape.columns) + " " + std::to_string(shape.rows) + " " +
          std::to_string(shape.frames) + (many ? " " + std::to_string(shape.layers) : "") + "\n";
  if (affine) {
    text += "space directions: " + Text(affine->axes[0]) + " " + Text(affine->axes[1]) + " " +
            Text(affine->axes[2]) + (many ? " none" : "") + "\n";
  }
  text += std::string("kinds: domain domain domain") + (many ? " list" : "") + "\n";
  text += "endian: little\nencoding: gzip\n";
  if (affine) text += "space origin: " + Text(affine->origin) + "\n";
  return text + "\n";
}

uint64_t DataBytes(const VolumeHeader& volume) {
  uint64_t bytes = BytesOf(volume.type);
  for (const uint64_t side : {uint64_t{volume.size[0]}, uint64_t{volume.size[1]},
                              uint64_t{volume.size[2]}, uint64_t{volume.layers}}) {
    bytes *= side;
    if (bytes > uint64_t{1} << 36) {
      throw Error(ErrorKind::kInvalid, "labels: more voxels than can be true");
    }
  }
  return bytes;
}

void SwapBytes(std::string& data, size_t size) {
  for (size_t i = 0; size > 1 && i + size <= data.size(); i += size) {
    std::reverse(data.begin() + static_cast<std::ptrdiff_t>(i),
                 data.begin() + static_cast<std::ptrdiff_t>(i + size));
  }
}

}  // namespace glossator::seg
