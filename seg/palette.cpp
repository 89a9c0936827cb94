// SPDX-License-Identifier: GPL-3.0-or-later
// The palette of a LABELMAP (PS3.3 C.7.9) and the color space that its entries are in.
#include <algorithm>
#include <array>
#include <cmath>

#include "seg/header.h"

namespace glossator::seg {
namespace tags = dicom::tags;
namespace {

using Color = std::array<uint8_t, 3>;

// Hues a golden angle apart stay far from each other however many there are.
Color DistinctColor(uint16_t label) {
  const double hue = std::fmod(label * 137.507764, 360.0) / 60;
  const double falling = 1 - std::abs(std::fmod(hue, 2.0) - 1);
  const std::array<std::array<double, 3>, 6> sectors = {{{1, falling, 0},
                                                         {falling, 1, 0},
                                                         {0, 1, falling},
                                                         {0, falling, 1},
                                                         {falling, 0, 1},
                                                         {1, 0, falling}}};
  const auto& sector = sectors[std::min<size_t>(5, static_cast<size_t>(hue))];
  Color color{};
  for (size_t k = 0; k < 3; ++k) color[k] = static_cast<uint8_t>(55 + std::lround(200 * sector[k]));
  return color;
}

void Put16(std::string& bytes, uint32_t value) {  // big endian, as ICC profiles are
  bytes += static_cast<char>(value >> 8);
  bytes += static_cast<char>(value);
}

void Put32(std::string& bytes, uint32_t value) {
  Put16(bytes, value >> 16);
  Put16(bytes, value & 0xFFFF);
}

// s15Fixed16Number.
void PutFixed(std::string& bytes, double value) {
  Put32(bytes, static_cast<uint32_t>(std::lround(value * 65536)));
}

std::string Text(std::string_view ascii) {
  std::string tag("mluc\0\0\0\0", 8);
  Put32(tag, 1);
  Put32(tag, 12);
  tag += "enUS";
  Put32(tag, static_cast<uint32_t>(2 * ascii.size()));
  Put32(tag, 28);
  for (const char c : ascii) Put16(tag, static_cast<unsigned char>(c));
  return tag;
}

std::string Numbers(const char* type, std::initializer_list<double> numbers) {
  std::string tag = std::string(type) + std::string(4, '\0');
  for (const double number : numbers) PutFixed(tag, number);
  return tag;
}

// IEC 61966-2-1 as function type 3 of a parametric curve.
std::string Curve() {
  std::string tag("para\0\0\0\0\0\3\0\0", 12);
  for (const double number : {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045}) {
    PutFixed(tag, number);
  }
  return tag;
}

}  // namespace

std::string SrgbProfile() {
  // Primaries and white of sRGB adapted to D50 by Bradford, as in the conversion to CIELab.
  const std::pair<const char*, std::string> entries[] = {
      {"desc", Text("sRGB")},
      {"cprt", Text("No copyright, use freely")},
      {"wtpt", Numbers("XYZ ", {0.9642, 1.0, 0.8249})},
      {"chad", Numbers("sf32", {1.0478112, 0.0228866, -0.0501270, 0.0295424, 0.9904844, -0.0170491,
                                -0.0092345, 0.0150436, 0.7521316})},
      {"rXYZ", Numbers("XYZ ", {0.4360747, 0.2225045, 0.0139322})},
      {"gXYZ", Numbers("XYZ ", {0.3850649, 0.7168786, 0.0971045})},
      {"bXYZ", Numbers("XYZ ", {0.1430804, 0.0606169, 0.7141733})},
      {"rTRC", Curve()},
      {"gTRC", Curve()},
      {"bTRC", Curve()},
  };
  std::string table;
  std::string data;
  Put32(table, std::size(entries));
  for (const auto& [name, tag] : entries) {
    table += name;
    Put32(table, static_cast<uint32_t>(128 + 4 + 12 * std::size(entries) + data.size()));
    Put32(table, static_cast<uint32_t>(tag.size()));
    data += tag;
    data.resize((data.size() + 3) / 4 * 4);
  }
  std::string header;
  Put32(header, static_cast<uint32_t>(128 + table.size() + data.size()));
  header += std::string(4, '\0') + std::string("\4\x30\0\0", 4) + "mntrRGB XYZ ";
  for (const uint32_t part : {2024, 1, 1, 0, 0, 0}) Put16(header, part);
  header += "acsp";
  header.resize(68);
  for (const double part : {0.9642, 1.0, 0.8249}) PutFixed(header, part);  // D50
  header.resize(128);
  return header + table + data;
}

void PutPalette(dicom::DataSet& header, const Description& description, unsigned label_bytes) {
  std::vector<Color> colors(1);  // the background is black
  for (const Segment& segment : description.segments) {
    colors.resize(std::max<size_t>(colors.size(), segment.label + size_t{1}));
    colors[segment.label] = segment.color.value_or(DistinctColor(segment.label));
  }
  // White behind the last label, where no pixel points: no half of a word is left over, and the
  // entries use all of their bits, which dciodvfy insists on.
  const size_t filled = std::min<size_t>(65536, colors.size() + 2 - colors.size() % 2);
  colors.resize(filled, Color{255, 255, 255});
  // 65536 entries are said by 0 (C.7.6.3.1.5). 8-bit entries lie two to a word.
  const auto entries = static_cast<int64_t>(colors.size() % 65536);
  const std::pair<dicom::Tag, dicom::Tag> tables[] = {
      {tags::RedPaletteColorLookupTableDescriptor, tags::RedPaletteColorLookupTableData},
      {tags::GreenPaletteColorLookupTableDescriptor, tags::GreenPaletteColorLookupTableData},
      {tags::BluePaletteColorLookupTableDescriptor, tags::BluePaletteColorLookupTableData}};
  for (size_t k = 0; k < 3; ++k) {
    std::string values;
    for (const Color& color : colors) {
      if (label_bytes == 2) values += static_cast<char>(color[k]);  // x 257: all of 16 bits
      values += static_cast<char>(color[k]);
    }
    std::string descriptor;
    for (const int64_t number : {entries, int64_t{0}, int64_t{8} * label_bytes}) {
      descriptor += static_cast<char>(number & 0xFF);
      descriptor += static_cast<char>(number >> 8);
    }
    header.SetBytes(tables[k].first, dicom::Vr::US, std::move(descriptor));
    header.SetBytes(tables[k].second, dicom::Vr::OW, std::move(values));
  }
  header.SetBytes(tags::ICCProfile, dicom::Vr::OB, SrgbProfile());
}

}  // namespace glossator::seg
