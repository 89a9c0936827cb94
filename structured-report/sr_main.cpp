// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-sr: encode, decode, verify and render structured reports.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dicom/charset.h"
#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "model/ports.h"
#include "structured-report/concepts.h"
#include "structured-report/csv.h"
#include "structured-report/decode.h"
#include "structured-report/description_json.h"
#include "structured-report/encode.h"
#include "structured-report/heads.h"
#include "structured-report/render.h"
#include "structured-report/verify.h"

namespace {

namespace fs = std::filesystem;
namespace dicom = glossator::dicom;
namespace sr = glossator::sr;
namespace tags = glossator::dicom::tags;
using glossator::Error;
using glossator::ErrorKind;

constexpr const char* kHelp =
    "glossator-sr: structured reports (PS3.16 TID 1500)\n"
    "  glossator-sr encode --description FILE.json [--source DIR] [--reference FILE]... --out "
    "FILE\n"
    "  glossator-sr decode [--tree | --csv] FILE\n"
    "  glossator-sr verify [--source DIR] [--json] FILE...\n"
    "  glossator-sr render FILE\n"
    "  glossator-sr schema\n"
    "  glossator-sr --help | --version\n"
    "encode   writes a structured report; the images come from DIR or from the description\n"
    "decode   prints the report as JSON, with --tree (or when it is another template) as a tree,\n"
    "         with --csv as a table of one value a row\n"
    "verify   prints every finding, one a line; --json one object a line\n"
    "render   prints one HTML page without scripts\n"
    "schema   prints the JSON schema of a description\n"
    "Exit status: 0 fine, 1 failed, 2 wrong use, 3 findings of severity error.\n";

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;
constexpr int kFindings = 3;

struct WrongUse {
  std::string text;
};

// The words behind the command.
struct Words {
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string> files;

  bool Has(const std::string& name) const { return options.count(name) != 0; }
  std::string One(const std::string& name) const {
    return Has(name) ? options.at(name).back() : "";
  }
};

Words Parse(const std::vector<std::string>& arguments, const std::set<std::string>& with_value,
            const std::set<std::string>& plain) {
  Words words;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (plain.count(word) != 0) {
      words.options[word];
    } else if (with_value.count(word) != 0) {
      if (++i == arguments.size()) throw WrongUse{word + " needs a value"};
      words.options[word].push_back(arguments[i]);
    } else if (word.size() > 1 && word[0] == '-') {
      throw WrongUse{"unknown option " + word};
    } else {
      words.files.push_back(word);
    }
  }
  return words;
}

std::string OnlyFile(const Words& words) {
  if (words.files.size() != 1) throw WrongUse{"one file is expected"};
  return words.files.front();
}

Json::Value ReadJsonFile(const std::string& name) {
  std::ifstream stream(name, std::ios::binary);
  if (!stream) throw Error(ErrorKind::kNotFound, "the description cannot be opened");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return dicom::ParseJson(text);
}

dicom::DataSet ReadReport(const std::string& name) {
  try {
    return dicom::ReadFile(fs::path(name)).data_set;
  } catch (const Error& error) {
    throw Error(error.kind(), name + ": " + error.what());
  }
}

int Encode(const Words& words) {
  if (!words.Has("--description") || !words.Has("--out") || !words.files.empty()) {
    throw WrongUse{"encode needs --description and --out"};
  }
  glossator::SystemEntropy entropy;
  glossator::RandomUids uids(entropy);
  sr::DescriptionFile file =
      sr::DescriptionFromJson(ReadJsonFile(words.One("--description")), uids);
  std::vector<dicom::DataSet> heads = std::move(file.sources);
  std::vector<std::string> places;
  if (words.Has("--source")) places.push_back(words.One("--source"));
  if (words.Has("--reference")) {
    const auto& references = words.options.at("--reference");
    places.insert(places.end(), references.begin(), references.end());
  }
  for (const std::string& place : places) {
    for (dicom::DataSet& head : sr::ReadHeads(place)) heads.push_back(std::move(head));
  }
  const sr::Heads split = sr::SplitHeads(std::move(heads), file.source_series, file.description);
  sr::Identity identity;
  identity.series_instance_uid = uids.New();
  identity.sop_instance_uid = uids.New();
  identity.series_number = file.series_number;
  identity.series_description = file.series_description;
  const dicom::DataSet report = sr::Encode(file.description, split.sources, split.others, identity,
                                           glossator::SystemClock().Now());
  dicom::WriteFileTo(words.One("--out"), report, dicom::kExplicitLittleEndian);
  return 0;
}

Json::Value ReportJson(const sr::Report& report) {
  Json::Value json;
  json["sop_class_uid"] = report.sop_class_uid;
  json["sop_instance_uid"] = report.sop_instance_uid;
  json["study_instance_uid"] = report.study_instance_uid;
  json["series_instance_uid"] = report.series_instance_uid;
  json["completion"] = report.completion;
  json["verification"] = report.verification;
  json["description"] = sr::ToJson(report.description);
  if (!report.series_description.empty()) {
    json["description"]["series_description"] = report.series_description;
  }
  return json;
}

Json::Value TreeJson(const dicom::DataSet& data_set, const sr::ContentItem& root) {
  Json::Value json;
  json["sop_class_uid"] = data_set.GetString(tags::SOPClassUID);
  json["sop_instance_uid"] = data_set.GetString(tags::SOPInstanceUID);
  json["content"] = sr::TreeToJson(root);
  return json;
}

int Decode(const Words& words) {
  dicom::DataSet report = ReadReport(OnlyFile(words));
  if (!sr::IsStructuredReport(report.GetString(tags::SOPClassUID))) {
    throw Error(ErrorKind::kInvalid, "not a structured report");
  }
  if (words.Has("--csv")) {
    std::cout << sr::ToCsv(sr::Decode(report));
    return 0;
  }
  dicom::ConvertToUtf8(report);
  const sr::ContentItem root = sr::ReadContent(report);
  const bool tree = words.Has("--tree") || !root.Is(sr::concepts::kImagingMeasurementReport);
  const Json::Value json = tree ? TreeJson(report, root) : ReportJson(sr::Decode(report));
  std::cout << dicom::WriteJson(json) << '\n';
  return 0;
}

int Verify(const Words& words) {
  if (words.files.empty()) throw WrongUse{"verify needs a file"};
  std::vector<dicom::DataSet> sources;
  if (words.Has("--source")) sources = sr::ReadHeads(words.One("--source"));
  bool errors = false;
  for (const std::string& name : words.files) {
    auto findings = sr::Verify(ReadReport(name), words.Has("--source") ? &sources : nullptr);
    for (glossator::Finding& finding : findings) {
      finding.file = name;
      std::cout << (words.Has("--json") ? dicom::WriteJson(glossator::ToJson(finding))
                                        : name + ": " + glossator::ToLine(finding))
                << '\n';
    }
    errors = errors || glossator::HasErrors(findings);
  }
  return errors ? kFindings : 0;
}

int Render(const Words& words) {
  std::cout << sr::RenderHtml(ReadReport(OnlyFile(words)));
  return 0;
}

int Schema(const Words& words) {
  if (!words.files.empty()) throw WrongUse{"schema takes no file"};
  std::cout << sr::DescriptionSchema().toStyledString();
  return 0;
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw WrongUse{"a command is expected"};
  const std::string& command = arguments.front();
  if (command == "--help" || command == "--version") {
    std::cout << (command == "--help" ? kHelp : "glossator-sr 0.1.0\n");
    return 0;
  }
  if (command == "encode") {
    return Encode(Parse(arguments, {"--description", "--source", "--reference", "--out"}, {}));
  }
  if (command == "decode") return Decode(Parse(arguments, {}, {"--tree", "--csv"}));
  if (command == "verify") return Verify(Parse(arguments, {"--source"}, {"--json"}));
  if (command == "render") return Render(Parse(arguments, {}, {}));
  if (command == "schema") return Schema(Parse(arguments, {}, {}));
  throw WrongUse{"unknown command " + command};
}

}  // namespace

int main(int count, char** values) {
  try {
    const int status = Run({values + 1, values + count});
    std::cout.flush();
    return std::cout ? status : kFailed;
  } catch (const WrongUse& wrong) {
    std::cerr << "glossator-sr: " << wrong.text << "\n" << kHelp;
    return kWrongUse;
  } catch (const std::exception& error) {
    std::cerr << "glossator-sr: " << error.what() << "\n";
    return kFailed;
  }
}
