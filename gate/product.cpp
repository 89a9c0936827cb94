// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/product.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "dicom/json.h"
#include "model/error.h"
#include "store/gate_identity.h"
#include "store/journal.h"
#include "vault/digest.h"
#include "vault/signature.h"

namespace glossator::gate {
namespace {

constexpr const char* kKind = "glossator release as product";
constexpr int kVersion = 1;
constexpr int kDaysMax = 3660;
constexpr size_t kStatementMax = 16 << 10;
constexpr auto kSigningTime = std::chrono::hours(1);  // between Prepare and Accept

std::string SettingOf(const std::string& project) { return "product/" + project; }

std::string ReadText(const std::filesystem::path& path, const char* what) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw Error(ErrorKind::kInvalid, std::string(what) + " cannot be read");
  return text.str();
}

std::string FileDigest(const std::string& name_or_file) {
  if (!name_or_file.starts_with('/')) return "";
  return vault::Sha256Hex(ReadText(name_or_file, "policy or protocol of the project"));
}

const SignerConfig* FindSigner(const Config& config, const std::string& id) {
  const auto found = std::ranges::find(config.signers, id, &SignerConfig::id);
  return found == config.signers.end() ? nullptr : &*found;
}

bool MaySign(const SignerConfig& signer, const std::string& project) {
  return signer.projects.contains("*") || signer.projects.contains(project);
}

Json::Value Parse(const std::string& statement) {
  const auto json = dicom::ParseJson(statement, kStatementMax);
  constexpr const char* kTexts[] = {"kind", "project", "project_digest", "signer", "name",
                                    "role", "why",     "issued",         "expires"};
  const bool whole =
      json.isObject() && json["version"] == kVersion &&
      std::ranges::all_of(kTexts, [&](const char* key) { return json[key].isString(); }) &&
      json["kind"].asString() == kKind;
  if (!whole) throw Error(ErrorKind::kInvalid, "not a statement of this kind");
  return json;
}

}  // namespace

std::string ProjectDigest(const ProjectConfig& project) {
  Json::Value json(Json::objectValue);
  json["id"] = project.id;
  json["policy"] = project.policy;
  json["policy_content"] = FileDigest(project.policy);
  json["protocol"] = project.protocol;
  json["protocol_content"] = FileDigest(project.protocol);
  json["destination"] = project.destination;
  return vault::Sha256Hex(dicom::WriteJson(json));
}

const ProjectConfig& ProductReleases::Require(const std::string& project) const {
  const auto* found = config_.FindProject(project);
  if (found == nullptr) throw Error(ErrorKind::kNotFound, "no such project");
  return *found;
}

std::string ProductReleases::Prepare(const std::string& project, const std::string& signer,
                                     const std::string& why, int days) const {
  const auto* person = FindSigner(config_, signer);
  if (person == nullptr) throw Error(ErrorKind::kNotFound, "no such signer is configured");
  if (!MaySign(*person, project)) {
    throw Error(ErrorKind::kForbidden, "the signer may not release this project");
  }
  if (why.empty()) throw Error(ErrorKind::kInvalid, "a reason is needed (--why)");
  if (days < 1 || days > kDaysMax) throw Error(ErrorKind::kInvalid, "--days: expected 1 to 3660");
  Json::Value json(Json::objectValue);
  json["kind"] = kKind;
  json["version"] = kVersion;
  json["project"] = project;
  json["project_digest"] = ProjectDigest(Require(project));
  json["signer"] = person->id;
  json["name"] = person->name;
  json["role"] = person->role;
  json["why"] = why;
  json["issued"] = ToIso8601(clock_.Now());
  json["expires"] = ToIso8601(clock_.Now() + std::chrono::hours(24) * days);
  return dicom::WriteJson(json);
}

std::string ProductReleases::FaultOf(const std::string& statement,
                                     const std::string& signature) const {
  try {
    const auto json = Parse(statement);
    const auto now = ToIso8601(clock_.Now());
    const auto project = json["project"].asString();
    const auto* person = FindSigner(config_, json["signer"].asString());
    if (person == nullptr || !MaySign(*person, project)) return "the signer may not release it";
    if (!vault::IsSigned(ReadText(person->public_key, "the signer's public key"), statement,
                         signature)) {
      return "the signature is not the signer's over this statement";
    }
    if (json["project_digest"].asString() != ProjectDigest(Require(project))) {
      return "the project is configured otherwise than what was signed";
    }
    if (json["issued"].asString() > now || json["expires"].asString() <= now) {
      return "the statement is not valid now";
    }
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void ProductReleases::Accept(const std::string& statement, const std::string& signature) {
  const auto fault = FaultOf(statement, signature);
  if (!fault.empty()) throw Error(ErrorKind::kForbidden, fault);
  const auto json = Parse(statement);
  // A statement that was revoked must not come back.
  if (json["issued"].asString() < ToIso8601(clock_.Now() - kSigningTime)) {
    throw Error(ErrorKind::kForbidden, "the statement is older than an hour; prepare a new one");
  }
  Json::Value kept(Json::objectValue);
  kept["statement"] = statement;
  kept["signature"] = ToHex(signature);
  database_.Write([&](store::Transaction& transaction) {
    store::PutSetting(transaction, SettingOf(json["project"].asString()), dicom::WriteJson(kept));
    Json::Value fields = json;
    fields["statement_sha256"] = vault::Sha256Hex(statement);
    fields["signature"] = ToHex(signature);
    store::Append(transaction, "product.released", json["signer"].asString(), fields);
  });
}

void ProductReleases::Revoke(const std::string& project, const std::string& why) {
  database_.Write([&](store::Transaction& transaction) {
    const auto kept = store::GetSetting(transaction, SettingOf(project));
    if (!kept || kept->empty()) throw Error(ErrorKind::kNotFound, "the project is not released");
    store::PutSetting(transaction, SettingOf(project), "");
    Json::Value fields(Json::objectValue);
    fields["project"] = project;
    fields["why"] = why;
    store::Append(transaction, "product.revoked", "steward", fields);
  });
}

Qualification ProductReleases::Of(const std::string& project) const {
  std::optional<std::string> kept;
  database_.Read(
      [&](const store::Reader& reader) { kept = store::GetSetting(reader, SettingOf(project)); });
  if (!kept || kept->empty()) return Qualification::kResearch;
  try {
    const auto json = dicom::ParseJson(*kept);
    const auto statement = json["statement"].asString();
    // One project's statement does not speak for another.
    if (Parse(statement)["project"].asString() != project) return Qualification::kVoid;
    return FaultOf(statement, FromHex(json["signature"].asString())).empty()
               ? Qualification::kProduct
               : Qualification::kVoid;
  } catch (const std::exception&) {
    return Qualification::kVoid;
  }
}

Json::Value ProductReleases::List() const {
  Json::Value items(Json::arrayValue);
  for (const auto& project : config_.projects) {
    std::optional<std::string> kept;
    database_.Read([&](const store::Reader& reader) {
      kept = store::GetSetting(reader, SettingOf(project.id));
    });
    if (!kept || kept->empty()) continue;
    Json::Value item(Json::objectValue);
    item["project"] = project.id;
    item["standing"] = Of(project.id) == Qualification::kProduct ? "PRODUCT" : "VOID";
    item["statement"] = dicom::ParseJson(*kept)["statement"];
    items.append(item);
  }
  return items;
}

}  // namespace glossator::gate
