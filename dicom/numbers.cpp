// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "dicom/error.h"

namespace glossator::dicom {
namespace {

constexpr std::string_view kBlank = " \t";

std::string_view NumberText(std::string_view text) {
  while (!text.empty() && (text.back() == '\0' || kBlank.find(text.back()) != kBlank.npos)) {
    text.remove_suffix(1);
  }
  while (!text.empty() && kBlank.find(text.front()) != kBlank.npos) text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

template <class Number>
std::optional<Number> Parse(std::string_view text) {
  text = NumberText(text);
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Number>
Number Load(std::string_view bytes, size_t index) {
  Number number;
  std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

template <class Number>
void Append(std::string& bytes, Number number) {
  char raw[sizeof number];
  std::memcpy(raw, &number, sizeof number);
  bytes.append(raw, sizeof number);
}

[[noreturn]] void ThrowRange(Tag tag) {
  throw Error(ErrorKind::kInvalid, ToString(tag) + ": the number does not fit the VR");
}

template <class Number>
void AppendChecked(std::string& bytes, Tag tag, int64_t value) {
  if (!std::in_range<Number>(value)) ThrowRange(tag);
  Append(bytes, static_cast<Number>(value));
}

std::optional<int64_t> LoadUnsigned64(std::string_view bytes, size_t index) {
  const auto number = Load<uint64_t>(bytes, index);
  if (number > INT64_MAX) return std::nullopt;
  return static_cast<int64_t>(number);
}

int64_t LoadTag(std::string_view bytes, size_t index) {
  return static_cast<int64_t>(Load<uint16_t>(bytes, 2 * index)) << 16 |
         Load<uint16_t>(bytes, 2 * index + 1);
}

bool HasBinary(const Element& element, size_t index) {
  const size_t size = ValueSize(element.vr);
  return size != 0 && element.value.size() / size > index;
}

void AppendText(std::string& bytes, std::string_view text) {
  if (!bytes.empty()) bytes += '\\';
  bytes += text;
}

}  // namespace

std::optional<int64_t> ParseInteger(std::string_view text) { return Parse<int64_t>(text); }

std::optional<double> ParseDecimal(std::string_view text) {
  const std::optional<double> number = Parse<double>(text);
  // from_chars knows "inf" and "nan", DS does not.
  if (number && !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::string ToDecimalString(double value) {
  char text[32];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  for (int digits = 16; end - text > 16 && digits > 0; --digits) {
    end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
  }
  return std::string(text, end);
}

std::optional<int64_t> IntegerAt(const Element& element, size_t index) {
  if (element.vr == Vr::IS || element.vr == Vr::UN) {
    const auto part = PartAt(element, index);
    return part ? ParseInteger(*part) : std::nullopt;
  }
  if (!HasBinary(element, index)) return std::nullopt;
  const std::string_view bytes = element.value;
  switch (element.vr) {
    case Vr::US:
      return Load<uint16_t>(bytes, index);
    case Vr::SS:
      return Load<int16_t>(bytes, index);
    case Vr::UL:
      return Load<uint32_t>(bytes, index);
    case Vr::SL:
      return Load<int32_t>(bytes, index);
    case Vr::UV:
      return LoadUnsigned64(bytes, index);
    case Vr::SV:
      return Load<int64_t>(bytes, index);
    case Vr::AT:
      return LoadTag(bytes, index);
    default:
      return std::nullopt;
  }
}

std::optional<double> DoubleAt(const Element& element, size_t index) {
  if (element.vr == Vr::DS || element.vr == Vr::IS) {
    const auto part = PartAt(element, index);
    return part ? ParseDecimal(*part) : std::nullopt;
  }
  if (element.vr == Vr::FL || element.vr == Vr::OF) {
    if (!HasBinary(element, index)) return std::nullopt;
    return Load<float>(element.value, index);
  }
  if (element.vr == Vr::FD || element.vr == Vr::OD) {
    if (!HasBinary(element, index)) return std::nullopt;
    return Load<double>(element.value, index);
  }
  const auto integer = IntegerAt(element, index);
  return integer ? std::optional<double>(static_cast<double>(*integer)) : std::nullopt;
}

void AppendInteger(std::string& bytes, Tag tag, Vr vr, int64_t value) {
  switch (vr) {
    case Vr::US:
      return AppendChecked<uint16_t>(bytes, tag, value);
    case Vr::SS:
      return AppendChecked<int16_t>(bytes, tag, value);
    case Vr::UL:
      return AppendChecked<uint32_t>(bytes, tag, value);
    case Vr::SL:
      return AppendChecked<int32_t>(bytes, tag, value);
    case Vr::UV:
      return AppendChecked<uint64_t>(bytes, tag, value);
    case Vr::SV:
      return Append(bytes, value);
    case Vr::AT:
      AppendChecked<uint16_t>(bytes, tag, value >> 16);
      return Append(bytes, static_cast<uint16_t>(value));
    case Vr::FL:
    case Vr::FD:
      return AppendDouble(bytes, tag, vr, static_cast<double>(value));
    default:
      return AppendText(bytes, std::to_string(value));
  }
}

void AppendDouble(std::string& bytes, Tag tag, Vr vr, double value) {
  if (vr == Vr::FL) return Append(bytes, static_cast<float>(value));
  if (vr == Vr::FD) return Append(bytes, value);
  if (!std::isfinite(value)) ThrowRange(tag);
  if (vr == Vr::DS) return AppendText(bytes, ToDecimalString(value));
  if (value != std::floor(value) || std::abs(value) > 9e15) ThrowRange(tag);
  AppendInteger(bytes, tag, vr, static_cast<int64_t>(value));
}

size_t CountValues(const Element& element) {
  if (element.value.empty()) return 0;
  if (!IsMultiValued(element.vr)) return 1;
  const size_t size = ValueSize(element.vr);
  if (size != 0) return element.value.size() / size;
  return 1 + static_cast<size_t>(std::count(element.value.begin(), element.value.end(), '\\'));
}

std::optional<std::string_view> PartAt(const Element& element, size_t index) {
  std::string_view rest = element.value;
  if (!IsMultiValued(element.vr)) {
    return index == 0 ? std::optional(rest) : std::nullopt;
  }
  for (; index > 0; --index) {
    const size_t separator = rest.find('\\');
    if (separator == rest.npos) return std::nullopt;
    rest.remove_prefix(separator + 1);
  }
  return rest.substr(0, rest.find('\\'));
}

std::string_view TrimValue(std::string_view text, Vr vr) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  // Leading spaces are significant in the long texts (PS3.5 Table 6.2-1).
  const bool keep_leading = vr == Vr::LT || vr == Vr::ST || vr == Vr::UT || vr == Vr::UC;
  while (!keep_leading && !text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

}  // namespace glossator::dicom
