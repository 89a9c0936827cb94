// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets and bytes for the tests of this room.
#pragma once

#include <string>
#include <string_view>

#include "dicom/data_set.h"

namespace glossator::dicom {

// Little-endian bytes by hand.
inline std::string Le16(unsigned n) {
  return {static_cast<char>(n & 0xFF), static_cast<char>(n >> 8 & 0xFF)};
}
inline std::string Le32(unsigned n) { return Le16(n & 0xFFFF) + Le16(n >> 16); }
inline std::string TagBytes(Tag tag) { return Le16(tag.group) + Le16(tag.element); }

inline std::string Short(Tag tag, std::string_view vr, std::string_view value) {
  return TagBytes(tag) + std::string(vr) + Le16(static_cast<unsigned>(value.size())) +
         std::string(value);
}
inline std::string Long(Tag tag, std::string_view vr, unsigned length, std::string_view value) {
  return TagBytes(tag) + std::string(vr) + Le16(0) + Le32(length) + std::string(value);
}
inline std::string Implicit(Tag tag, unsigned length, std::string_view value) {
  return TagBytes(tag) + Le32(length) + std::string(value);
}
inline std::string Item(unsigned length, std::string_view value = "") {
  return Implicit({0xFFFE, 0xE000}, length, value);
}
inline std::string EndOfItem() { return Implicit({0xFFFE, 0xE00D}, 0, ""); }
inline std::string EndOfSequence() { return Implicit({0xFFFE, 0xE0DD}, 0, ""); }
inline constexpr unsigned kUndefined = 0xFFFFFFFF;

// One attribute of many VRs, a nested sequence, a private block and pixels.
inline DataSet SmallImage() {
  DataSet image;
  image.SetString(tags::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
  image.SetString(tags::SOPInstanceUID, "2.25.1");
  image.SetString(tags::PatientName, "Test^Image");
  image.SetStrings(tags::ImageType, {"ORIGINAL", "PRIMARY"});
  image.SetInt(tags::PixelRepresentation, 1);
  image.SetInt(tags::SmallestImagePixelValue, -5);
  image.SetInt(tags::Rows, 2);
  image.SetInt(tags::Columns, 3);
  image.SetDoubles(tags::PixelSpacing, {0.5, 0.25});
  image.SetDouble(tags::RealWorldValueSlope, 1.5);
  image.SetInts(tags::FrameIncrementPointer, {0x00181063});
  image.SetInt(tags::SelectorSVValue, -7);
  DataSet& item = image.AddItem(tags::ReferencedSeriesSequence);
  item.SetString(tags::SeriesInstanceUID, "2.25.2");
  item.AddItem(tags::ReferencedInstanceSequence)
      .SetString(tags::ReferencedSOPInstanceUID, "2.25.3");
  item.AddItem(tags::ReferencedInstanceSequence);
  image.AddItem(tags::OtherPatientIDsSequence);
  image.SetItems(tags::ConceptNameCodeSequence, {});
  image.SetBytes({0x0029, 0x0010}, Vr::LO, "GLOSSATOR TEST");
  image.SetBytes({0x0029, 0x1001}, Vr::UN, "opaque");
  image.SetBytes(tags::PixelData, Vr::OW, std::string("\1\0\2\0\3\0\4\0\5\0\6\0", 12));
  return image;
}

inline void MakeEncapsulated(DataSet& image) {
  Element pixels{tags::PixelData, Vr::OB, {}, {}, {"", "frag", "ments!"}, true};
  image.Put(pixels);
}

}  // namespace glossator::dicom
