// SPDX-License-Identifier: GPL-3.0-or-later
#include "structured-report/render.h"

#include "dicom/charset.h"
#include "dicom/dictionary.h"
#include "structured-report/content.h"

namespace glossator::sr {
namespace tags = dicom::tags;
namespace {

using dicom::DataSet;

constexpr const char* kStyle =
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2em .6em;text-align:left}"
    "dt{font-weight:bold}ul{padding-left:1.4em}.uid{font-family:monospace;font-size:85%}";

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Control characters other than line ends have no place in HTML.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

std::string Uid(const std::string& uid) { return "<span class=\"uid\">" + Escape(uid) + "</span>"; }

template <class Number>
std::string Numbers(const std::vector<Number>& numbers) {
  std::string text;
  for (const Number& number : numbers) {
    DataSet scratch;  // writes 0.5 as 0.5, not 0.500000
    scratch.SetDouble(tags::NumericValue, static_cast<double>(number));
    text += (text.empty() ? "" : ", ") + scratch.GetString(tags::NumericValue);
  }
  return text;
}

struct ValueToHtml {
  ValueType type;

  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(const std::string& text) const {
    return type == ValueType::kUidRef ? Uid(text) : Escape(text);
  }
  std::string operator()(const Code& code) const {
    return Escape(code.meaning.empty() ? code.value : code.meaning);
  }

  std::string operator()(const Number& number) const {
    if (number.value.empty()) return number.qualifier ? (*this)(*number.qualifier) : "no value";
    // "1" is UCUM's way to say that there is no unit.
    const bool has_unit = number.unit && number.unit->value != "1";
    return Escape(number.value) + (has_unit ? " " + Escape(number.unit->value) : "");
  }

  std::string operator()(const Reference& reference) const {
    const dicom::UidEntry* known = dicom::FindUid(reference.sop_class_uid);
    std::string html = known == nullptr ? "Instance" : Escape(known->name);
    html += " " + Uid(reference.sop_instance_uid);
    if (!reference.segments.empty()) html += ", segment " + Numbers(reference.segments);
    if (!reference.frames.empty()) html += ", frame " + Numbers(reference.frames);
    return html;
  }

  std::string operator()(const Graphic& graphic) const {
    return Escape(graphic.type) + " (" + Numbers(graphic.data) + ")";
  }
  std::string operator()(const Temporal& temporal) const {
    return Escape(temporal.range_type) + " (" + Numbers(temporal.sample_positions) +
           Numbers(temporal.time_offsets) + ")";
  }
};

std::string Label(const ContentItem& item) {
  return item.concept_name ? Escape(item.concept_name->meaning) : "";
}

class Page {
 public:
  explicit Page(const DataSet& data_set) : data_set_(data_set) {}

  std::string Run() {
    const ContentItem root = ReadContent(data_set_);
    const std::string title = root.concept_name ? Label(root) : "Structured report";
    html_ = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
            "</title><style>" + kStyle + "</style></head>\n<body><h1>" + title + "</h1>\n";
    Header();
    Children(root);
    return html_ + "</body></html>\n";
  }

 private:
  void Header() {
    static const std::pair<const char*, dicom::Tag> kRows[] = {
        {"Patient", tags::PatientName},           {"Patient ID", tags::PatientID},
        {"Study date", tags::StudyDate},          {"Series", tags::SeriesDescription},
        {"Content date", tags::ContentDate},      {"Completion", tags::CompletionFlag},
        {"Verification", tags::VerificationFlag},
    };
    html_ += "<table>\n";
    for (const auto& [label, tag] : kRows) {
      const std::string value = data_set_.GetString(tag);
      if (value.empty()) continue;
      html_ += std::string("<tr><th>") + label + "</th><td>" + Escape(value) + "</td></tr>\n";
    }
    html_ += "</table>\n";
  }

  void Children(const ContentItem& item) {
    if (item.children.empty()) return;
    html_ += "<ul>\n";
    for (const ContentItem& child : item.children) Item(child);
    html_ += "</ul>\n";
  }

  void Item(const ContentItem& item) {
    const std::string label = Label(item);
    const std::string value = std::visit(ValueToHtml{item.type}, item.value);
    html_ += "<li>";
    if (!label.empty()) html_ += "<b>" + label + "</b>" + (value.empty() ? "" : ": ");
    html_ += value;
    Children(item);
    html_ += "</li>\n";
  }

  const DataSet& data_set_;
  std::string html_;
};

}  // namespace

std::string RenderHtml(const DataSet& data_set) {
  DataSet text = data_set;
  dicom::ConvertToUtf8(text);
  return Page(text).Run();
}

}  // namespace glossator::sr
