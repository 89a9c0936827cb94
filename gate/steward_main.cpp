// SPDX-License-Identifier: GPL-3.0-or-later
// glossator-steward: the one door for people on the hospital side.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "dicom/io.h"
#include "dicom/json.h"
#include "gate/line_server.h"
#include "model/error.h"
#include "model/ports.h"
#include "vault/signature.h"

namespace {

using glossator::Error;
using glossator::ErrorKind;

constexpr const char* kHelp =
    "usage: glossator-steward [--socket PATH] [--json] COMMAND\n"
    "  quarantine list | show N [--picture FILE.png [--frame F]]\n"
    "  quarantine reject N [--why TEXT] [--series]\n"
    "  quarantine release N [--why TEXT] [--device | --series]\n"
    "  quarantine redact N X,Y,WIDTH,HEIGHT... [--why TEXT] [--device]\n"
    "      (--device: this rule for this device from now on;\n"
    "       --series: all of its series that are sealed for the same)\n"
    "  rules list | add FILE --project P | remove N    (docs/pixels.md)\n"
    "  held list | show N | resolve N accept-current|retry|give-up\n"
    "  face mask UID --picture FILE.png [--frame F]    (what was cut from an image)\n"
    "  conflicts\n"
    "  identity merge --project P --from ID [--from-issuer I] --into ID [--into-issuer I]\n"
    "  identity split --project P --from ID [--from-issuer I]\n"
    "  routes --dry-run FILE    (lines: CALLED CALLING PEER)\n"
    "  destination test NAME\n"
    "  product list\n"
    "  product release --project P --signer ID --key FILE --why TEXT [--days N]\n"
    "  product revoke --project P --why TEXT\n"
    "PATH is {Directory}/steward.sock; by default /var/lib/glossator/steward.sock.\n"
    "exit status: 0 fine, 1 failed, 2 wrong use, 3 something is quarantined, held or refused\n";

struct Request {
  std::string socket = "/var/lib/glossator/steward.sock";
  bool json = false;
  std::vector<std::string> words;
  Json::Value options{Json::objectValue};
};

// Options that are passed on to the gate, and their names there.
constexpr std::pair<const char*, const char*> kOptions[] = {
    {"--why", "why"},           {"--project", "project"},
    {"--from", "from"},         {"--from-issuer", "from_issuer"},
    {"--into", "into"},         {"--into-issuer", "into_issuer"},
    {"--decision", "decision"}, {"--dry-run", "file"},
    {"--signer", "signer"},     {"--key", "key"},
    {"--days", "days"},         {"--picture", "picture"},
    {"--frame", "frame"},
};

bool TakeOption(Request& request, const std::string& name, const std::string& value) {
  for (const auto& [option, key] : kOptions) {
    if (name != option) continue;
    request.options[key] = value;
    return true;
  }
  if (name != "--socket") return false;
  request.socket = value;
  return true;
}

Request ParseRequest(const std::vector<std::string>& arguments) {
  Request request;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    if (argument == "--json") {
      request.json = true;
    } else if (argument == "--device" || argument == "--series") {
      request.options[argument.substr(2)] = true;
    } else if (argument.rfind("--", 0) != 0) {
      request.words.push_back(argument);
    } else if (i + 1 >= arguments.size() || !TakeOption(request, argument, arguments[++i])) {
      throw std::invalid_argument(argument);
    }
  }
  if (request.words.empty()) throw std::invalid_argument("command");
  return request;
}

std::string Plain(const Json::Value& value) {
  if (value.isNull()) return "-";
  return value.isString() ? value.asString() : glossator::dicom::WriteJson(value);
}

void Print(const Request& request, const Json::Value& reply) {
  const auto& items = reply.isMember("items") ? reply["items"] : Json::Value(Json::arrayValue);
  if (request.json) {
    if (!reply.isMember("items")) std::cout << glossator::dicom::WriteJson(reply) << "\n";
    for (const auto& item : items) std::cout << glossator::dicom::WriteJson(item) << "\n";
    return;
  }
  for (const auto& item : items) {
    std::string line;
    for (const auto& name : item.getMemberNames()) line += name + "=" + Plain(item[name]) + " ";
    std::cout << line << "\n";
  }
  if (reply.isMember("items")) return;
  for (const auto& name : reply.getMemberNames()) {
    if (!reply[name].isArray()) std::cout << name << ": " << Plain(reply[name]) << "\n";
    if (!reply[name].isArray()) continue;
    for (const auto& value : reply[name]) {
      std::cout << "  " << Plain(value["path"]) << " " << Plain(value["keyword"]) << ": "
                << Plain(value["value"]) << "\n";
    }
  }
}

int DryRun(const Request& request) {
  std::ifstream stream(request.options["file"].asString());
  if (!stream) throw Error(ErrorKind::kInvalid, "--dry-run: the file cannot be read");
  int status = 0;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    Json::Value call;
    std::string called;
    std::string calling;
    std::string peer = "127.0.0.1";
    if (!(words >> called >> calling)) continue;
    words >> peer;
    call["call"] = "routes.match";
    call["called"] = called;
    call["calling"] = calling;
    call["peer"] = peer;
    auto reply = glossator::gate::CallLine(request.socket, call);
    if (reply["outcome"].asString() != "project") status = 3;
    reply.removeMember("ok");
    reply["called"] = called;
    reply["calling"] = calling;
    reply["peer"] = peer;
    Print(request, reply);
  }
  return status;
}

// The person's key is used here and goes nowhere.
int ReleaseAsProduct(const Request& request) {
  std::ifstream stream(request.options["key"].asString(), std::ios::binary);
  std::ostringstream key;
  key << stream.rdbuf();
  if (!stream) throw Error(ErrorKind::kInvalid, "--key: the file cannot be read");
  Json::Value call = request.options;
  call.removeMember("key");
  call["call"] = "product.prepare";
  const auto statement = glossator::gate::CallLine(request.socket, call)["statement"].asString();
  std::cerr << "signed: " << statement << "\n";
  call = Json::Value(Json::objectValue);
  call["call"] = "product.release";
  call["statement"] = statement;
  call["signature"] = glossator::ToHex(glossator::vault::Sign(key.str(), statement));
  glossator::gate::CallLine(request.socket, call);
  return 0;
}

// "1,2,3,4".
Json::Value Rectangle(const std::string& word) {
  Json::Value numbers(Json::arrayValue);
  std::istringstream stream(word);
  for (std::string number; std::getline(stream, number, ',');) {
    size_t end = 0;
    const auto value = std::stoul(number, &end);
    if (end != number.size() || value > 0xFFFF) throw std::invalid_argument(word);
    numbers.append(Json::UInt(value));
  }
  if (numbers.size() != 4) throw std::invalid_argument(word);
  return numbers;
}

std::string ReadText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw Error(ErrorKind::kInvalid, path + ": cannot be read");
  return text.str();
}

// What comes after the two words of a call.
void AddWords(const Request& request, Json::Value& call) {
  const auto& words = request.words;
  const bool redacts = call["call"] == "quarantine.redact";
  if (redacts && words.size() < 4) throw std::invalid_argument("redact: no rectangle");
  if (words.size() < 3) return;
  if (words[0] == "destination") {
    call["name"] = words[2];
  } else if (call["call"] == "rules.add") {
    call["rules"] = ReadText(words[2]);
  } else if (call["call"] == "face.mask") {
    call["uid"] = words[2];
  } else {
    call["number"] = Json::Int64(std::stoll(words[2]));
  }
  for (size_t i = 3; i < words.size() && redacts; ++i) {
    call["rectangles"].append(Rectangle(words[i]));
  }
  if (words.size() > 3 && !redacts) call["decision"] = words[3];
}

// For the eyes of the person who asked and of nobody else.
void WritePicture(const std::string& path, Json::Value& picture) {
  const std::string png = glossator::FromHex(picture["png"].asString());
  picture.removeMember("png");
  picture["file"] = path;
  const std::string unfinished = path + ".part";
  std::filesystem::remove(unfinished);
  const int file = open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool whole =
      file >= 0 && write(file, png.data(), png.size()) == static_cast<ssize_t>(png.size());
  if (file >= 0) close(file);
  if (!whole) throw Error(ErrorKind::kUnavailable, path + ": cannot be written");
  std::filesystem::rename(unfinished, path);
}

int Run(const Request& request) {
  const auto& words = request.words;
  if (words[0] == "routes") return DryRun(request);
  if (words.size() == 2 && words[0] == "product" && words[1] == "release") {
    return ReleaseAsProduct(request);
  }
  Json::Value call = request.options;
  call["call"] = words.size() > 1 ? words[0] + "." + words[1] : words[0];
  AddWords(request, call);
  const std::string picture = call.get("picture", "").asString();
  if (call["call"] == "face.mask" && picture.empty()) throw std::invalid_argument("no --picture");
  if (!picture.empty()) call["picture"] = true;
  if (call.isMember("frame")) call["frame"] = Json::UInt(std::stoul(call["frame"].asString()));
  auto reply = glossator::gate::CallLine(request.socket, call);
  reply.removeMember("ok");
  if (!picture.empty()) WritePicture(picture, reply["picture"]);
  Print(request, reply);
  const bool listed = words[0] != "product" && words[0] != "rules" && reply.isMember("items") &&
                      !reply["items"].empty();
  const auto outcome = reply.get("outcome", "").asString();
  return listed || outcome == "SEALED" || outcome == "REFUSED" ? 3 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (const auto& argument : arguments) {
    if (argument == "--help") return std::cout << kHelp, 0;
    if (argument == "--version") {
      std::cout << "glossator-steward " << glossator::dicom::kImplementationVersionName << "\n";
      return 0;
    }
  }
  try {
    return Run(ParseRequest(arguments));
  } catch (const std::logic_error& error) {
    std::cerr << "glossator-steward: wrong use: " << error.what() << "\n" << kHelp;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "glossator-steward: " << error.what() << "\n";
    return 1;
  }
}
