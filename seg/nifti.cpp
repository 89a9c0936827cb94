// SPDX-License-Identifier: GPL-3.0-or-later
// NIfTI-1 single files (nifti1.h of the NIfTI data format working group): a header of 348 bytes,
// voxels from vox_offset on, millimetres in RAS+.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "dicom/error.h"
#include "seg/volume_file.h"
#include "seg/volume_types.h"

namespace glossator::seg {
namespace {

constexpr size_t kHeader = 348;
constexpr size_t kData = kNiftiHeader;

// Byte offsets of the fields.
enum At : size_t {
  kSizeOfHeader = 0,
  kDim = 40,
  kDataType = 70,
  kBitPix = 72,
  kPixDim = 76,
  kVoxOffset = 108,
  kSlope = 112,
  kIntercept = 116,
  kUnits = 123,
  kQformCode = 252,
  kSformCode = 254,
  kQuaternion = 256,
  kQoffset = 268,
  kSrow = 280,
  kMagic = 344,
};

struct TypeCode {
  int16_t code;
  ValueType type;
};
constexpr TypeCode kTypes[] = {
    {2, ValueType::kUint8},    {4, ValueType::kInt16},    {8, ValueType::kInt32},
    {16, ValueType::kFloat},   {64, ValueType::kDouble},  {256, ValueType::kInt8},
    {512, ValueType::kUint16}, {768, ValueType::kUint32},
};

[[noreturn]] void Invalid(const char* text) {
  throw Error(ErrorKind::kInvalid, std::string("NIfTI: ") + text);
}

class Fields {
 public:
  Fields(std::string_view bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

  template <class Number>
  Number Get(size_t at) const {
    std::array<char, sizeof(Number)> raw;
    std::memcpy(raw.data(), bytes_.data() + at, raw.size());
    if (swapped_) std::reverse(raw.begin(), raw.end());
    Number number;
    std::memcpy(&number, raw.data(), raw.size());
    return number;
  }
  double Real(size_t at) const { return Get<float>(at); }
  int Short(size_t at) const { return Get<int16_t>(at); }

 private:
  std::string_view bytes_;
  bool swapped_;
};

// Column k of a 3 x 4 matrix in RAS to LPS.
void ToLps(std::array<double, 3>& vector) {
  vector[0] = -vector[0];
  vector[1] = -vector[1];
}

Affine FromSform(const Fields& fields) {
  Affine affine;
  for (size_t row = 0; row < 3; ++row) {
    for (size_t k = 0; k < 3; ++k) {
      affine.axes[k][row] = fields.Real(kSrow + 16 * row + 4 * k);
    }
    affine.origin[row] = fields.Real(kSrow + 16 * row + 12);
  }
  return affine;
}

// Method 2 of nifti1.h: a unit quaternion, voxel sizes and an offset.
Affine FromQform(const Fields& fields) {
  const double b = fields.Real(kQuaternion);
  const double c = fields.Real(kQuaternion + 4);
  const double d = fields.Real(kQuaternion + 8);
  const double a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d));
  const double flip = fields.Real(kPixDim) < 0 ? -1 : 1;
  const double rotation[3][3] = {
      {a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
      {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
      {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}};
  Affine affine;
  for (size_t row = 0; row < 3; ++row) {
    for (size_t k = 0; k < 3; ++k) {
      const double size = fields.Real(kPixDim + 4 + 4 * k) * (k == 2 ? flip : 1);
      affine.axes[k][row] = rotation[row][k] * size;
    }
    affine.origin[row] = fields.Real(kQoffset + 4 * row);
  }
  return affine;
}

std::optional<Affine> AffineOfHeader(const Fields& fields) {
  std::optional<Affine> affine;
  if (fields.Short(kSformCode) > 0) {
    affine = FromSform(fields);
  } else if (fields.Short(kQformCode) > 0) {
    affine = FromQform(fields);
  }
  if (!affine) return affine;
  ToLps(affine->origin);
  for (auto& axis : affine->axes) ToLps(axis);
  return affine;
}

void ReadShape(const Fields& fields, VolumeHeader& volume) {
  const int dimensions = fields.Short(kDim);
  if (dimensions < 2 || dimensions > 7) Invalid("the number of dimensions is absurd");
  uint64_t layers = 1;
  for (int i = 1; i <= dimensions; ++i) {
    const int size = fields.Short(kDim + 2 * static_cast<size_t>(i));
    if (size < 1) Invalid("a dimension without voxels");
    if (i <= 3) volume.size[static_cast<size_t>(i) - 1] = static_cast<uint32_t>(size);
    if (i > 3) layers *= static_cast<uint64_t>(size);
  }
  if (dimensions == 2) volume.size[2] = 1;
  if (layers > 65535) Invalid("more than 65535 volumes");
  volume.layers = static_cast<uint32_t>(layers);
}

template <class Number>
void Put(std::string& bytes, size_t at, Number number) {
  std::memcpy(bytes.data() + at, &number, sizeof(number));
}

double Length(const std::array<double, 3>& v) {
  return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

void PutAffine(std::string& header, Affine affine) {
  ToLps(affine.origin);
  for (auto& axis : affine.axes) ToLps(axis);
  Put(header, kSformCode, int16_t{1});
  for (size_t k = 0; k < 3; ++k) {
    Put(header, kPixDim + 4 + 4 * k, static_cast<float>(Length(affine.axes[k])));
    for (size_t row = 0; row < 3; ++row) {
      Put(header, kSrow + 16 * row + 4 * k, static_cast<float>(affine.axes[k][row]));
    }
    Put(header, kSrow + 16 * k + 12, static_cast<float>(affine.origin[k]));
  }
}

}  // namespace

VolumeHeader ParseNiftiHeader(std::string_view bytes) {
  if (bytes.size() < kData) Invalid("shorter than its header");
  VolumeHeader volume;
  volume.big_endian = Fields(bytes, true).Get<int32_t>(kSizeOfHeader) == 348;
  const Fields fields(bytes, volume.big_endian);
  if (fields.Get<int32_t>(kSizeOfHeader) != 348) Invalid("no NIfTI-1 header");
  if (bytes.substr(kMagic, 3) != "n+1") Invalid("header and voxels must be in one file");
  ReadShape(fields, volume);
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeCode& t) {
    return t.code == fields.Short(kDataType);
  });
  if (type == std::end(kTypes)) Invalid("a data type that is no label");
  volume.type = type->type;
  const double slope = std::isfinite(fields.Real(kSlope)) ? fields.Real(kSlope) : 0;
  if ((slope != 0 && slope != 1) || (slope != 0 && fields.Real(kIntercept) != 0)) {
    Invalid("scaled values are no labels");
  }
  const double offset = fields.Real(kVoxOffset);
  if (!(offset >= kHeader && offset <= 1e9)) Invalid("an absurd offset of the voxels");
  volume.data_at = static_cast<uint64_t>(offset);
  DataBytes(volume);  // throws when it is absurd
  volume.affine = AffineOfHeader(fields);
  return volume;
}

VolumeFile ParseNifti(std::string_view bytes) {
  VolumeFile volume{ParseNiftiHeader(bytes), {}};
  const uint64_t size = DataBytes(volume);
  if (volume.data_at > bytes.size() || bytes.size() - volume.data_at < size) {
    Invalid("fewer voxels than it says");
  }
  volume.data = bytes.substr(volume.data_at, size);
  if (volume.big_endian) SwapBytes(volume.data, BytesOf(volume.type));
  volume.big_endian = false;
  volume.data_at = 0;
  return volume;
}

std::string NiftiHeader(const VolumeShape& shape, const Source& source) {
  std::string bytes(kData, '\0');
  Put(bytes, kSizeOfHeader, int32_t{348});
  const size_t dim[] = {shape.layers > 1 ? size_t{4} : size_t{3},
                        shape.columns,
                        shape.rows,
                        shape.frames,
                        shape.layers,
                        1,
                        1,
                        1};
  for (size_t i = 0; i < 8; ++i) {
    if (dim[i] > 32767) throw Error(ErrorKind::kUnsupported, "NIfTI-1: a side above 32767");
    Put(bytes, kDim + 2 * i, static_cast<int16_t>(dim[i]));
    Put(bytes, kPixDim + 4 * i, 1.0F);
  }
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const TypeCode& t) { return t.type == shape.type; });
  Put(bytes, kDataType, type->code);
  Put(bytes, kBitPix, static_cast<int16_t>(8 * BytesOf(shape.type)));
  Put(bytes, kVoxOffset, static_cast<float>(kData));
  Put(bytes, kSlope, 1.0F);
  bytes[kUnits] = 2;  // millimetres
  std::memcpy(bytes.data() + kMagic, "n+1", 4);
  if (const auto affine = AffineOf(source)) PutAffine(bytes, *affine);
  return bytes;
}

}  // namespace glossator::seg
