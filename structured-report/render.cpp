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
    "dt{font-weight:bold}ul{padding-left:1.4em}.uid{font-family:monospace;font-size:85%}"
    ".code{color:#555;font-size:85%}";

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

// "(121071, DCM)" in small: what a program reads, beside what a person reads.
std::string CodeMark(const Code& code) {
  const std::string version = code.scheme_version.empty() ? "" : " " + code.scheme_version;
  return " <span class=\"code\">(" + Escape(code.value) + ", " + Escape(code.scheme + version) +
         ")</span>";
}

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
  std::string operator()(const Code& code) const { return Escape(code.meaning) + CodeMark(code); }

  std::string operator()(const Number& number) const {
    if (number.value.empty()) return number.qualifier ? (*this)(*number.qualifier) : "no value";
    // "1" is UCUM's way to say that there is no unit.
    const bool has_unit = number.unit && number.unit->value != "1";
    std::string html = Escape(number.value) + (has_unit ? " " + Escape(number.unit->value) : "");
    if (number.exact) html += " (exactly " + Numbers(std::vector{*number.exact}) + ")";
    if (number.qualifier) html += ", " + (*this)(*number.qualifier);
    return html;
  }

  std::string operator()(const Reference& reference) const {
    const dicom::UidEntry* known = dicom::FindUid(reference.sop_class_uid);
    std::string html = known == nullptr ? "Instance" : Escape(known->name);
    html += " " + Uid(reference.sop_instance_uid);
    if (!reference.segments.empty()) html += ", segment " + Numbers(reference.segments);
    if (!reference.frames.empty()) html += ", frame " + Numbers(reference.frames);
    if (!reference.channels.empty()) html += ", channel " + Numbers(reference.channels);
    return html;
  }

  std::string operator()(const Graphic& graphic) const {
    const std::string& frame = graphic.frame_of_reference_uid;
    return Escape(graphic.type) + " (" + Numbers(graphic.data) + ")" +
           (graphic.pixel_origin.empty() ? "" : ", origin " + Escape(graphic.pixel_origin)) +
           (frame.empty() ? "" : " in " + Uid(frame));
  }
  std::string operator()(const Temporal& temporal) const {
    std::string html = Escape(temporal.range_type);
    if (!temporal.sample_positions.empty()) {
      html += ", samples " + Numbers(temporal.sample_positions);
    }
    if (!temporal.time_offsets.empty()) html += ", " + Numbers(temporal.time_offsets) + " s";
    for (const std::string& text : temporal.date_times) html += ", " + Escape(text);
    return html;
  }
};

std::string Label(const ContentItem& item) {
  return item.concept_name ? Escape(item.concept_name->meaning) : "";
}

// What stands outside of the tree: who, with what, after which document.
struct Section {
  dicom::Tag tag;
  const char* title;
};
const Section kSections[] = {
    {tags::VerifyingObserverSequence, "Verified by"},
    {tags::AuthorObserverSequence, "Observed by"},
    {tags::ParticipantSequence, "Participants"},
    {tags::PredecessorDocumentsSequence, "Replaces"},
    {tags::ContributingEquipmentSequence, "Equipment"},
    {tags::CodingSchemeIdentificationSequence, "Coding schemes"},
    {tags::DigitalSignaturesSequence, "Digital signatures"},
};

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
    Sections();
    return html_ + "</body></html>\n";
  }

 private:
  void Header() {
    static const std::pair<const char*, dicom::Tag> kRows[] = {
        {"Patient", tags::PatientName},
        {"Patient ID", tags::PatientID},
        {"Study date", tags::StudyDate},
        {"Series", tags::SeriesDescription},
        {"Content date", tags::ContentDate},
        {"Content time", tags::ContentTime},
        {"Completion", tags::CompletionFlag},
        {"Completion note", tags::CompletionFlagDescription},
        {"Verification", tags::VerificationFlag},
        {"Manufacturer", tags::Manufacturer},
        {"Model", tags::ManufacturerModelName},
        {"Software version", tags::SoftwareVersions},
        {"Content qualification", tags::ContentQualification},
        {"Document", tags::SOPInstanceUID},
        {"Document class", tags::SOPClassUID},
    };
    html_ += "<table>\n";
    for (const auto& [label, tag] : kRows) {
      const std::string value = data_set_.GetString(tag);
      if (value.empty()) continue;
      html_ += std::string("<tr><th>") + label + "</th><td>" + Escape(value) + "</td></tr>\n";
    }
    html_ += "</table>\n";
  }

  // Every attribute of the items, by keyword; sequences inside in the same way.
  void Attributes(const DataSet& item) {
    html_ += "<ul>\n";
    for (const dicom::Element& element : item) {
      const std::string_view keyword = dicom::KeywordOf(element.tag);
      const bool has_text = dicom::IsString(element.vr) && item.HasValue(element.tag);
      if (keyword.empty() || (element.items.empty() && !has_text)) continue;
      html_ += "<li><b>" + Escape(keyword) + "</b>";
      for (const std::string& text : item.GetStrings(element.tag)) html_ += ": " + Escape(text);
      for (const DataSet& inner : element.items) Attributes(inner);
      html_ += "</li>\n";
    }
    html_ += "</ul>\n";
  }

  void Sections() {
    for (const Section& section : kSections) {
      const auto& items = data_set_.GetItems(section.tag);
      if (items.empty()) continue;
      html_ += std::string("<h2>") + section.title + "</h2>\n";
      for (const DataSet& item : items) Attributes(item);
    }
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
    if (!label.empty()) html_ += "<b>" + label + "</b>" + CodeMark(*item.concept_name);
    if (!label.empty() && !value.empty()) html_ += ": ";
    html_ += value;
    if (!item.template_id.empty()) html_ += " [TID " + Escape(item.template_id) + "]";
    if (!item.by_reference.empty()) html_ += "see item " + Numbers(item.by_reference);
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
