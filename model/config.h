// SPDX-License-Identifier: GPL-3.0-or-later
// The section `Glossator` of Orthanc's configuration as an immutable value. The JSON schema
// plugin/config.schema.json, this struct and the table in docs/operating.md say the same.
#pragma once

#include <json/value.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace glossator {

struct TlsConfig {
  std::filesystem::path certificate;  // PEM chain
  std::filesystem::path private_key;  // PEM
  std::filesystem::path trusted;      // PEM, peers must have a certificate under one of these
};

struct ListenConfig {
  std::string address = "0.0.0.0";
  uint16_t port = 0;  // 0: the system picks a free one
  std::optional<TlsConfig> tls;
};

struct LabConfig : ListenConfig {
  std::string aet = "GLOSSATOR";
};

struct ProjectConfig {
  std::string id;
  std::string policy = "basic";
  std::string protocol = "default";
  std::string destination;  // name in `destinations`, may be empty: results stay here
  double quiet_seconds = 60;
  std::string series_description_prefix = "RESEARCH - not for diagnosis";
  int series_number_base = 9000;
  std::string split = "none";      // segmentations: "none" (one object), "segment", "group"
  std::string consensus = "none";  // made by itself: "none", "majority", "staple"
  bool gives_names = false;        // "name": people by name at the PACS; else organization and code
  double claim_hours = 168;        // without a sign of life a claim ends; 0: never
};

struct RouteConfig {
  std::string called_aet = "*";       // "*" matches all
  std::string calling_aet = "*";      // "*" matches all
  std::string peer = "*";             // address or CIDR, "*" matches all
  std::string project;                // empty: quarantine
  std::string assigning_authority{};  // of Patient IDs that name none (PS3.3 C.7.1.1)
};

struct DestinationConfig {
  std::string aet;
  std::string address;
  uint16_t port = 0;
  std::optional<TlsConfig> tls;
  bool commitment_required = true;  // "required"; false: "query"
  bool label_map = false;
  // Kinds of objects beside SEG and SR of a result: KO, PR, RTSTRUCT, SC, and READERS, the SEG and
  // SR of each other reader.
  std::set<std::string> helpers;
  bool enabled = false;
  bool require_test = false;  // deliveries wait until a test object has arrived
};

struct ReaderConfig {
  std::string user;  // as Orthanc authenticated
  std::string id;    // code in results and journal
  std::string name;
  std::string organization;
  std::set<std::string> roles;
  std::set<std::string> projects;  // "*" is all of them
  std::string aet{};               // of their tools at the lab's DICOM port; empty: none

  bool Sees(const std::string& project) const;
  // When objects really arrived tells by how much a patient's dates were moved: managers and
  // auditors see it, who reads the images does not (ADR 99).
  bool SeesArrivals() const;
};

// Who may sign that a project's results are released as product.
struct SignerConfig {
  std::string id;  // in the statement and the journal
  std::string name;
  std::string role;
  std::filesystem::path public_key;  // PEM, Ed25519
  std::set<std::string> projects;    // "*" is all of them
};

struct Config {
  std::filesystem::path directory;
  std::filesystem::path key_file;
  ListenConfig intake;
  std::string intake_aet = "GLOSSATOR";  // our calling AE title towards the PACS
  std::optional<LabConfig> lab;
  std::vector<ProjectConfig> projects;
  std::vector<RouteConfig> routes;
  std::map<std::string, DestinationConfig> destinations;
  std::vector<std::string> allowed_networks;  // CIDR; loopback is always allowed
  std::vector<ReaderConfig> readers;
  std::vector<SignerConfig> signers;

  // Operation; all have defaults.
  bool own_storage_area = true;        // the plugin keeps Orthanc's files, in Orthanc's layout
  bool supervise_gate = true;          // false: somebody else (systemd) runs the gate
  std::filesystem::path gate_program;  // empty: beside the plugin, then /usr/bin
  double gate_linger_seconds = 600;    // how long the gate outlives an absent Orthanc
  uint64_t spool_bytes_max = 20ull << 30;
  uint64_t object_bytes_max = 4ull << 30;
  double association_idle_seconds = 60;
  double commitment_timeout_seconds = 300;
  double delivery_retry_seconds = 30;

  const ProjectConfig* FindProject(const std::string& id) const;
};

// Throws Error{kInvalid}; the text lists every fault, one a line, each with the path
// ("Glossator.Projects[2].QuietSeconds: expected a number").
Config ParseConfig(const Json::Value& section);
// Every key that ParseConfig knows, "Projects[].QuietSeconds" or "Destinations{}.Aet".
struct ConfigKey {
  std::string path;
  bool required;
};
std::vector<ConfigKey> ConfigKeys();
// The canonical JSON of what ParseConfig took, for gate.json and for comparing two of them.
Json::Value ToJson(const Config& config);
// True when `address` (IPv4 or IPv6 literal) lies in one of `networks` or is loopback.
bool InNetworks(const std::string& address, const std::vector<std::string>& networks);

// An IPv4 or IPv6 literal; the same with "/bits".
bool IsAddress(const std::string& text);
bool IsNetwork(const std::string& text);

}  // namespace glossator
