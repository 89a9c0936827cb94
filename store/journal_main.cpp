// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-journal: is the chain of events whole?
#include <charconv>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "dicom/error.h"
#include "dicom/json.h"
#include "store/journal.h"

namespace {

namespace fs = std::filesystem;
namespace store = glossator::store;

constexpr const char* kHelp =
    "glossator-journal: the hash-chained journals of a node\n"
    "  glossator-journal verify [--json] [--only NAME] [--anchor NAME:SEQ:HASH]... DIR\n"
    "  glossator-journal --help | --version\n"
    "DIR is the configured Directory; its journals are node (node/node.db) and gate "
    "(gate/gate.db); --only checks one of them.\n"
    "Prints each journal's number of events and head. A head that was noted outside of this "
    "machine\n"
    "is an anchor: the journal must still contain it.\n"
    "Exit status: 0 whole, 1 failed, 2 wrong use, 3 broken: the first broken event is named.\n";

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;
constexpr int kBroken = 3;

struct WrongUse {
  std::string text;
};

struct Anchor {
  std::string journal;
  store::JournalAnchor head;
};

struct Words {
  bool json = false;
  std::string only;
  std::vector<Anchor> anchors;
  std::string directory;
};

Anchor ParseAnchor(const std::string& text) {
  const size_t first = text.find(':');
  const size_t second = text.find(':', first + 1);
  Anchor anchor;
  if (first != std::string::npos && second != std::string::npos) {
    anchor.journal = text.substr(0, first);
    anchor.head.hash = text.substr(second + 1);
    const char* end = text.data() + second;
    if (std::from_chars(text.data() + first + 1, end, anchor.head.seq).ptr == end) return anchor;
  }
  throw WrongUse{"--anchor needs NAME:SEQ:HASH"};
}

Words Parse(const std::vector<std::string>& arguments) {
  Words words;
  if (arguments.empty() || arguments[0] != "verify") throw WrongUse{"the command is verify"};
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--json") {
      words.json = true;
    } else if (arguments[i] == "--only" && i + 1 < arguments.size()) {
      words.only = arguments[++i];
      if (words.only != "node" && words.only != "gate") throw WrongUse{"--only node or gate"};
    } else if (arguments[i] == "--anchor" && i + 1 < arguments.size()) {
      words.anchors.push_back(ParseAnchor(arguments[++i]));
    } else if (arguments[i].starts_with("-") || !words.directory.empty()) {
      throw WrongUse{"unknown argument " + arguments[i]};
    } else {
      words.directory = arguments[i];
    }
  }
  if (words.directory.empty()) throw WrongUse{"verify needs a directory"};
  return words;
}

void Print(const Words& words, const std::string& name, const store::JournalReport& report) {
  if (words.json) {
    Json::Value json(Json::objectValue);
    json["journal"] = name;
    json["events"] = Json::Int64(report.events);
    json["head"] = report.head;
    json["whole"] = !report.fault;
    if (report.fault) {
      json["broken"]["seq"] = Json::Int64(report.fault->seq);
      json["broken"]["what"] = report.fault->what;
    }
    std::cout << glossator::dicom::WriteJson(json) << "\n";
  } else if (report.fault) {
    std::cout << name << ": broken at event " << report.fault->seq << " (" << report.fault->what
              << "), " << report.events << " events before it are whole\n";
  } else {
    std::cout << name << ": " << report.events << " events are whole, head " << name << ":"
              << report.events << ":" << report.head << "\n";
  }
}

store::JournalReport Check(const Words& words, const std::string& name, const fs::path& database) {
  const std::vector<Anchor>& anchors = words.anchors;
  store::JournalReport report = store::Verify(database);
  for (size_t i = 0; i < anchors.size() && !report.fault; ++i) {
    if (anchors[i].journal == name) report = store::Verify(database, anchors[i].head);
  }
  return report;
}

int Verify(const Words& words) {
  const fs::path directory = words.directory;
  const fs::path gate = directory / "gate" / "gate.db";
  bool broken = false;
  const auto check = [&](const std::string& name, const fs::path& database) {
    if (!words.only.empty() && words.only != name) return;
    const store::JournalReport report = Check(words, name, database);
    Print(words, name, report);
    broken = broken || report.fault.has_value();
  };
  check("node", directory / "node" / "node.db");
  if (words.only == "gate" || fs::exists(gate)) check("gate", gate);
  return broken ? kBroken : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 1 && arguments[0] == "--help") {
      std::cout << kHelp;
      return 0;
    }
    if (arguments.size() == 1 && arguments[0] == "--version") {
      std::cout << "glossator-journal 0.1.0\n";
      return 0;
    }
    return Verify(Parse(arguments));
  } catch (const WrongUse& wrong) {
    std::cerr << "glossator-journal: " << wrong.text << "\n" << kHelp;
    return kWrongUse;
  } catch (const std::exception& error) {
    std::cerr << "glossator-journal: " << error.what() << "\n";
    return kFailed;
  }
}
