// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-deid: see kHelp.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "deid/face.h"
#include "deid/folder_tool.h"
#include "dicom/error.h"
#include "dicom/json.h"
#include "pixels/ctp_script.h"
#include "pixels/worker.h"

namespace {

using namespace glossator;
namespace fs = std::filesystem;

constexpr const char* kHelp =
    "Usage: glossator-deid --policy NAME_OR_FILE --key-file FILE [options] IN OUT\n"
    "       glossator-deid --import-ctp SCRIPT    (pixel rules as JSON on standard output)\n"
    "       glossator-deid --key-file FILE --open-mask FILE    (PBM on standard output)\n"
    "De-identifies the DICOM files under IN, one universe of patients, into\n"
    "OUT/{study}/{series}/{instance}.dcm. '-' is one object on standard input or output.\n"
    "  --policy            basic, research, safe-harbor, limited-data-set, or a document\n"
    "  --key-file          32 bytes in hex; the same key gives the same bytes\n"
    "  --pixel-rules FILE  which device burns text in where (docs/pixels.md)\n"
    "  --face-masks DIR    sealed masks of removed faces; needed by a policy that defaces\n"
    "  --report FILE       what was done with each file, as JSON\n"
    "  --report-input-names  name the inputs in the report, not only number them\n"
    "  --json              one object a file on standard output\n"
    "  --help, --version\n"
    "Exit status: 0 all clean, 1 failed, 2 wrong use, 3 something was quarantined or unreadable.\n";

struct Arguments {
  std::string policy, key_file, pixel_rules, face_masks, open_mask, report, in, out;
  bool names = false, json = false;
};

class WrongUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Arguments Parse(const std::vector<std::string>& words) {
  Arguments arguments;
  const std::map<std::string, std::string*> values{
      {"--policy", &arguments.policy},           {"--key-file", &arguments.key_file},
      {"--pixel-rules", &arguments.pixel_rules}, {"--face-masks", &arguments.face_masks},
      {"--open-mask", &arguments.open_mask},     {"--report", &arguments.report}};
  const std::map<std::string, bool*> flags{{"--report-input-names", &arguments.names},
                                           {"--json", &arguments.json}};
  std::vector<std::string> paths;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = values.find(words[i]);
    const auto flag = flags.find(words[i]);
    if (value != values.end()) {
      if (++i == words.size()) throw WrongUse(words[i - 1] + " needs a value");
      *value->second = words[i];
    } else if (flag != flags.end()) {
      *flag->second = true;
    } else if (words[i].size() > 1 && words[i][0] == '-') {
      throw WrongUse("unknown option " + words[i]);
    } else {
      paths.push_back(words[i]);
    }
  }
  if (!arguments.open_mask.empty() && paths.empty() && !arguments.key_file.empty()) {
    return arguments;
  }
  if (paths.size() != 2) throw WrongUse("IN and OUT are needed");
  if (arguments.policy.empty()) throw WrongUse("--policy is needed");
  if (arguments.key_file.empty()) throw WrongUse("--key-file is needed");
  arguments.in = paths[0];
  arguments.out = paths[1];
  if ((arguments.in == "-") != (arguments.out == "-") && arguments.out == "-") {
    throw WrongUse("OUT can be '-' only when IN is '-'");
  }
  return arguments;
}

Json::Value ToJson(const deid::FileReport& report, bool names) {
  Json::Value json(Json::objectValue);
  json["input"] = static_cast<Json::UInt64>(report.input);
  if (names) json["name"] = report.name;
  json["output"] = report.status == "clean" ? report.output : "";
  json["status"] = report.status;
  json["reasons"] = Json::Value(Json::arrayValue);
  for (const deid::Reason& reason : report.reasons) {
    Json::Value entry;
    entry["code"] = reason.code;
    entry["path"] = reason.path;
    json["reasons"].append(entry);
  }
  json["actions"] = Json::Value(Json::objectValue);
  for (const auto& [action, count] : report.actions)
    json["actions"][std::string(1, action)] = count;
  if (!report.note.empty()) json["note"] = report.note;
  for (const auto& [name, value] : report.facts) json["facts"][name] = value;
  return json;
}

// Exit status 3: something of the script is left out.
int ImportCtp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw Error(ErrorKind::kInvalid, "--import-ctp: the script cannot be read");
  const auto script = pixels::ReadCtpScript(text);
  std::cout << pixels::WriteRules(script.rules) << '\n';
  for (const auto& why : script.left_out) std::cerr << "left out, " << why << '\n';
  std::cerr << script.rules.size() << " rules\n";
  return script.left_out.empty() ? 0 : 3;
}

int OpenMask(const Arguments& arguments) {
  std::ifstream in(arguments.open_mask, std::ios::binary);
  const std::string sealed{std::istreambuf_iterator<char>(in), {}};
  std::cout << deid::OpenMask(deid::ReadKey(arguments.key_file), sealed) << std::flush;
  return std::cout ? 0 : 1;
}

void WriteAtomically(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".part";
  std::ofstream out(unfinished, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw Error(ErrorKind::kUnavailable, "cannot write " + path);
  fs::rename(unfinished, path);
}

struct Tally {
  size_t clean = 0, quarantined = 0, failed = 0;
  void Count(const deid::FileReport& report) {
    ++(report.status == "clean" ? clean : report.status == "failed" ? failed : quarantined);
  }
  int exit_status() const { return quarantined + failed > 0 ? 3 : 0; }
};

void RunPipe(deid::FolderTool& tool, const Arguments& arguments,
             const std::function<void(const deid::FileReport&)>& done) {
  const std::string bytes{std::istreambuf_iterator<char>(std::cin), {}};
  deid::FileReport report;
  const auto cleaned = tool.CleanOne(bytes, report);
  if (cleaned && arguments.out == "-") {
    std::cout.write(cleaned->data(), static_cast<std::streamsize>(cleaned->size()));
    std::cout.flush();
  } else if (cleaned) {
    fs::create_directories((fs::path(arguments.out) / report.output).parent_path());
    WriteAtomically((fs::path(arguments.out) / report.output).string(), *cleaned);
  }
  done(report);
}

int Run(const Arguments& arguments) {
  deid::Policy policy = deid::LoadPolicy(arguments.policy);
  if (deid::HasExpired(policy, SystemClock().Now())) {
    throw Error(ErrorKind::kForbidden, "policy " + policy.name +
                                           ": the expert's determination of " + policy.expires +
                                           " has expired");
  }
  if (policy.faces == deid::Faces::kDeface && arguments.face_masks.empty()) {
    throw WrongUse("a policy that removes faces needs --face-masks");
  }
  Json::Value whole(Json::objectValue);
  whole["tool"] = "glossator-deid 0.1.0";
  whole["policy"]["name"] = policy.name;
  whole["policy"]["version"] = policy.version;
  whole["policy"]["digest"] = policy.digest;
  whole["policy"]["remaining_risks"] = Json::Value(Json::arrayValue);
  for (const auto& risk : policy.remaining_risks) whole["policy"]["remaining_risks"].append(risk);
  whole["files"] = Json::Value(Json::arrayValue);
  auto rules =
      arguments.pixel_rules.empty() ? pixels::Rules() : pixels::LoadRules(arguments.pixel_rules);
  deid::FolderTool tool(std::move(policy), deid::ReadKey(arguments.key_file),
                        {std::move(rules), pixels::Worker::DefaultProgram()},
                        pixels::Worker::DefaultProgram(), arguments.face_masks);
  Tally tally;
  const auto done = [&](const deid::FileReport& report) {
    const Json::Value json = ToJson(report, arguments.names);
    // Standard output belongs to the object when OUT is a pipe.
    if (arguments.json && arguments.out != "-") std::cout << dicom::WriteJson(json) << '\n';
    whole["files"].append(json);
    tally.Count(report);
  };
  if (arguments.in == "-") {
    RunPipe(tool, arguments, done);
  } else {
    tool.Run(arguments.in, arguments.out, done);
  }
  if (!arguments.report.empty()) WriteAtomically(arguments.report, dicom::WriteJson(whole));
  std::cerr << tally.clean << " clean, " << tally.quarantined << " quarantined, " << tally.failed
            << " unreadable, " << tool.skipped() << " not DICOM\n";
  return tally.exit_status();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (const std::string& word : words) {
    if (word == "--help") return std::fputs(kHelp, stdout) < 0;
    if (word == "--version") return std::puts("glossator-deid 0.1.0") < 0;
  }
  try {
    if (words.size() == 2 && words[0] == "--import-ctp") return ImportCtp(words[1]);
    const Arguments arguments = Parse(words);
    return arguments.open_mask.empty() ? Run(arguments) : OpenMask(arguments);
  } catch (const WrongUse& wrong) {
    std::cerr << "glossator-deid: " << wrong.what() << "; see --help\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "glossator-deid: " << error.what() << '\n';
    return 1;
  }
}
