// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/config.h"

#include "dicom/error.h"
#include "model/config_fields.h"

namespace glossator {
namespace fields {
namespace {

const std::set<std::string> kRoles = {"annotator", "specialist", "clinician", "manager", "auditor"};

bool IsAeTitle(const std::string& text) {  // PS3.5 6.2, AE
  return !text.empty() && text.size() <= 16 && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; });
}

bool IsName(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

using Text = std::string;

Text Unless(bool fine, const char* expected) { return fine ? "" : expected; }

Text AeTitle(const Text& text) {
  return Unless(IsAeTitle(text), "expected an AE title of 1 to 16 printable ASCII characters");
}
Text AeTitleOrNone(const Text& text) { return text.empty() ? "" : AeTitle(text); }
Text AeTitleOrAny(const Text& text) { return text == "*" ? "" : AeTitle(text); }
Text SplitName(const Text& text) {
  return Unless(text == "none" || text == "segment" || text == "group",
                "expected \"none\", \"segment\" or \"group\"");
}
Text ConsensusName(const Text& text) {
  return Unless(text == "none" || text == "majority" || text == "staple",
                "expected \"none\", \"majority\" or \"staple\"");
}
Text Identifier(const Text& text) {
  return Unless(IsName(text), "expected 1 to 64 letters, digits, '.', '_' or '-'");
}
Text NotEmpty(const Text& text) {
  return Unless(!text.empty() && text.size() <= 64, "expected 1 to 64 characters");
}
// LO (PS3.5 6.2), so that it can stand where an object's own issuer stands.
Text LongString(const Text& text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c != '\\'; });
  return Unless(plain && text.size() <= 64, "expected at most 64 characters without backslash");
}
Text Address(const Text& text) {
  return Unless(IsAddress(text), "expected an IPv4 or IPv6 address to bind");
}
Text Host(const Text& text) {
  return Unless(IsAddress(text) || (IsName(text) && text.find('_') == Text::npos),
                "expected a host name or an address");
}
Text Peer(const Text& text) {
  return Unless(text == "*" || IsNetwork(text), "expected an address, a CIDR network or \"*\"");
}
Text Networks(const std::vector<Text>& networks) {
  return Unless(std::ranges::all_of(networks, IsNetwork), "expected CIDR networks");
}
Text Roles(const std::set<Text>& roles) {
  const bool known = std::ranges::all_of(roles, [](const Text& r) { return kRoles.contains(r); });
  return Unless(known && !roles.empty(),
                "expected some of annotator, specialist, clinician, manager, auditor");
}
Text NotNone(const std::set<Text>& names) {
  return Unless(!names.empty(), "expected at least one project, or \"*\"");
}
Text AtMostAYear(const double& hours) {
  return Unless(hours <= 8784, "expected at most 8784 hours");
}
Text AtMostADay(const double& seconds) {
  return Unless(seconds <= 86400, "expected at most 86400 seconds");
}
Text APort(const uint16_t& port) { return Unless(port != 0, "expected a port of 1 to 65535"); }
Text Prefix(const Text& text) {
  return Unless(text.size() <= 48, "expected at most 48 characters");
}
Text SeriesBlock(const int& number) {
  return Unless(number >= 1 && number <= 2'000'000'000, "expected 1 to 2000000000");
}
Text SomeProjects(const std::vector<ProjectConfig>& projects) {
  return Unless(!projects.empty(), "expected at least one project");
}
Text NamedDestinations(const std::map<Text, DestinationConfig>& destinations) {
  return Unless(std::ranges::all_of(destinations, [](const auto& d) { return IsName(d.first); }),
                "expected names of letters, digits, '.', '_' or '-'");
}
Text HelperKinds(const std::set<Text>& kinds) {
  static const std::set<Text> kKnown = {"KO", "PR", "READERS", "RTSTRUCT", "SC"};
  return Unless(std::ranges::includes(kKnown, kinds), "expected KO, PR, READERS, RTSTRUCT or SC");
}
Check<uint64_t> AtLeast(uint64_t least) {
  return [least](const uint64_t& value) {
    return value >= least ? Text() : "expected at least " + std::to_string(least);
  };
}

Field<DestinationConfig> Commitment() {
  return {"Commitment", false,
          [](const Node& node, DestinationConfig& out) {
            if (node.json != "required" && node.json != "query") {
              node.Fault("expected \"required\" or \"query\"");
            }
            out.commitment_required = node.json == "required";
          },
          [](const DestinationConfig& value) {
            return Json::Value(value.commitment_required ? "required" : "query");
          },
          [](const Text&, std::vector<ConfigKey>&) {}};
}

Field<ProjectConfig> Names() {
  return {"Names", false,
          [](const Node& node, ProjectConfig& out) {
            if (node.json != "organization" && node.json != "name") {
              node.Fault("expected \"organization\" or \"name\"");
            }
            out.gives_names = node.json == "name";
          },
          [](const ProjectConfig& value) {
            return Json::Value(value.gives_names ? "name" : "organization");
          },
          [](const Text&, std::vector<ConfigKey>&) {}};
}

}  // namespace

template <>
const std::vector<Field<TlsConfig>>& Table<TlsConfig>() {
  static const std::vector<Field<TlsConfig>> table = {
      Required("Certificate", &TlsConfig::certificate),
      Required("PrivateKey", &TlsConfig::private_key),
      Required("Trusted", &TlsConfig::trusted),
  };
  return table;
}

template <>
const std::vector<Field<ListenConfig>>& Table<ListenConfig>() {
  static const std::vector<Field<ListenConfig>> table = {
      Optional<ListenConfig, Text>("Address", &ListenConfig::address, Address),
      Required("Port", &ListenConfig::port),
      Optional("Tls", &ListenConfig::tls),
  };
  return table;
}

template <>
const std::vector<Field<LabConfig>>& Table<LabConfig>() {
  static const std::vector<Field<LabConfig>> table = {
      Optional<LabConfig, Text>("Address", &LabConfig::address, Address),
      Required<LabConfig, uint16_t>("Port", &LabConfig::port),
      Optional<LabConfig, Text>("AeTitle", &LabConfig::aet, AeTitle),
      Optional<LabConfig, std::optional<TlsConfig>>("Tls", &LabConfig::tls),
  };
  return table;
}

template <>
const std::vector<Field<ProjectConfig>>& Table<ProjectConfig>() {
  static const std::vector<Field<ProjectConfig>> table = {
      Required<ProjectConfig, Text>("Id", &ProjectConfig::id, Identifier),
      Optional<ProjectConfig, Text>("Policy", &ProjectConfig::policy),
      Optional<ProjectConfig, Text>("Protocol", &ProjectConfig::protocol),
      Optional<ProjectConfig, Text>("Destination", &ProjectConfig::destination),
      Optional<ProjectConfig, double>("QuietSeconds", &ProjectConfig::quiet_seconds, AtMostADay),
      Optional<ProjectConfig, Text>("SeriesDescriptionPrefix",
                                    &ProjectConfig::series_description_prefix, Prefix),
      Optional<ProjectConfig, int>("SeriesNumberBase", &ProjectConfig::series_number_base,
                                   SeriesBlock),
      Optional<ProjectConfig, Text>("SplitSegmentations", &ProjectConfig::split, SplitName),
      Optional<ProjectConfig, Text>("Consensus", &ProjectConfig::consensus, ConsensusName),
      Optional<ProjectConfig, double>("ClaimHours", &ProjectConfig::claim_hours, AtMostAYear),
      Names(),
  };
  return table;
}

template <>
const std::vector<Field<RouteConfig>>& Table<RouteConfig>() {
  static const std::vector<Field<RouteConfig>> table = {
      Optional<RouteConfig, Text>("CalledAet", &RouteConfig::called_aet, AeTitleOrAny),
      Optional<RouteConfig, Text>("CallingAet", &RouteConfig::calling_aet, AeTitleOrAny),
      Optional<RouteConfig, Text>("Peer", &RouteConfig::peer, Peer),
      Optional("Project", &RouteConfig::project),
      Optional<RouteConfig, Text>("AssigningAuthority", &RouteConfig::assigning_authority,
                                  LongString),
  };
  return table;
}

template <>
const std::vector<Field<DestinationConfig>>& Table<DestinationConfig>() {
  using D = DestinationConfig;
  static const std::vector<Field<D>> table = {
      Required<D, Text>("Aet", &D::aet, AeTitle),
      Required<D, Text>("Address", &D::address, Host),
      Required<D, uint16_t>("Port", &D::port, APort),
      Optional("Tls", &D::tls),
      Commitment(),
      Optional("LabelMap", &D::label_map),
      Optional<D, std::set<Text>>("Helpers", &D::helpers, HelperKinds),
      Optional("Enabled", &D::enabled),
      Optional("RequireTest", &D::require_test),
  };
  return table;
}

template <>
const std::vector<Field<ReaderConfig>>& Table<ReaderConfig>() {
  using R = ReaderConfig;
  static const std::vector<Field<R>> table = {
      Required<R, Text>("User", &R::user, NotEmpty),
      Required<R, Text>("Id", &R::id, Identifier),
      Optional("Name", &R::name),
      Optional("Organization", &R::organization),
      Required<R, std::set<Text>>("Roles", &R::roles, Roles),
      Required<R, std::set<Text>>("Projects", &R::projects, NotNone),
      Optional<R, Text>("AeTitle", &R::aet, AeTitleOrNone),
  };
  return table;
}

template <>
const std::vector<Field<SignerConfig>>& Table<SignerConfig>() {
  using S = SignerConfig;
  static const std::vector<Field<S>> table = {
      Required<S, Text>("Id", &S::id, Identifier),
      Required<S, Text>("Name", &S::name, NotEmpty),
      Required<S, Text>("Role", &S::role, NotEmpty),
      Required("PublicKey", &S::public_key),
      Required<S, std::set<Text>>("Projects", &S::projects, NotNone),
  };
  return table;
}

template <>
const std::vector<Field<Config>>& Table<Config>() {
  static const std::vector<Field<Config>> table = {
      Required("Directory", &Config::directory),
      Required("KeyFile", &Config::key_file),
      Required("Intake", &Config::intake),
      Optional<Config, Text>("IntakeAeTitle", &Config::intake_aet, AeTitle),
      Optional("Lab", &Config::lab),
      Required<Config, std::vector<ProjectConfig>>("Projects", &Config::projects, SomeProjects),
      Optional("Routes", &Config::routes),
      Optional<Config, std::map<Text, DestinationConfig>>("Destinations", &Config::destinations,
                                                          NamedDestinations),
      Optional<Config, std::vector<Text>>("AllowedNetworks", &Config::allowed_networks, Networks),
      Optional("Readers", &Config::readers),
      Optional("Signers", &Config::signers),
      Optional("OwnStorageArea", &Config::own_storage_area),
      Optional("SuperviseGate", &Config::supervise_gate),
      Optional("GateProgram", &Config::gate_program),
      Optional<Config, double>("GateLingerSeconds", &Config::gate_linger_seconds, AtMostADay),
      Optional<Config, uint64_t>("SpoolBytesMax", &Config::spool_bytes_max, AtLeast(64 << 20)),
      Optional<Config, uint64_t>("ObjectBytesMax", &Config::object_bytes_max, AtLeast(1 << 20)),
      Optional<Config, double>("AssociationIdleSeconds", &Config::association_idle_seconds,
                               AtMostADay),
      Optional<Config, double>("CommitmentTimeoutSeconds", &Config::commitment_timeout_seconds,
                               AtMostADay),
      Optional<Config, double>("DeliveryRetrySeconds", &Config::delivery_retry_seconds, AtMostADay),
  };
  return table;
}

namespace {

// A list where `name` of each entry must be its own.
template <class Entry>
void RequireUnique(const Node& list, const char* key, const std::vector<Entry>& entries,
                   std::string Entry::*name) {
  std::set<Text> seen;
  for (Json::ArrayIndex i = 0; i < entries.size(); ++i) {
    if (!seen.insert(entries[i].*name).second) {
      list.Child(i).Child(key).Fault("is used twice");
    }
  }
}

void RequireProject(const Node& node, const Config& config, const Text& id) {
  if (!config.FindProject(id)) {
    node.Fault("names no project of this configuration");
  }
}

void CheckProjects(const Node& root, const Config& config) {
  const Node list = root.Child("Projects");
  RequireUnique(list, "Id", config.projects, &ProjectConfig::id);
  for (Json::ArrayIndex i = 0; i < config.projects.size(); ++i) {
    const Text& destination = config.projects[i].destination;
    if (!destination.empty() && !config.destinations.contains(destination)) {
      list.Child(i).Child("Destination").Fault("names no destination of this configuration");
    }
  }
}

void CheckRoutes(const Node& root, const Config& config) {
  for (Json::ArrayIndex i = 0; i < config.routes.size(); ++i) {
    if (!config.routes[i].project.empty()) {
      RequireProject(root.Child("Routes").Child(i).Child("Project"), config,
                     config.routes[i].project);
    }
  }
}

// A host name is held against AllowedNetworks when it has been resolved, before each delivery.
void CheckDestinations(const Node& root, const Config& config) {
  for (const auto& [name, destination] : config.destinations) {
    if (IsAddress(destination.address) &&
        !InNetworks(destination.address, config.allowed_networks)) {
      root.Child("Destinations")
          .Child(name)
          .Child("Address")
          .Fault("lies outside of AllowedNetworks");
    }
  }
}

void CheckSigners(const Node& root, const Config& config) {
  const Node list = root.Child("Signers");
  RequireUnique(list, "Id", config.signers, &SignerConfig::id);
  for (Json::ArrayIndex i = 0; i < config.signers.size(); ++i) {
    for (const Text& project : config.signers[i].projects) {
      if (project != "*") {
        RequireProject(list.Child(i).Child("Projects"), config, project);
      }
    }
  }
}

void CheckReaders(const Node& root, const Config& config) {
  const Node list = root.Child("Readers");
  RequireUnique(list, "User", config.readers, &ReaderConfig::user);
  RequireUnique(list, "Id", config.readers, &ReaderConfig::id);
  for (Json::ArrayIndex i = 0; i < config.readers.size(); ++i) {
    for (const Text& project : config.readers[i].projects) {
      if (project != "*") {
        RequireProject(list.Child(i).Child("Projects"), config, project);
      }
    }
  }
}

}  // namespace
}  // namespace fields

Config ParseConfig(const Json::Value& section) {
  Config config;
  fields::Faults faults;
  const fields::Node root{section, "Glossator", faults};
  fields::Read(root, config);
  if (faults.empty()) {  // what refers to each other makes sense only when each is whole
    fields::CheckProjects(root, config);
    fields::CheckRoutes(root, config);
    fields::CheckDestinations(root, config);
    fields::CheckReaders(root, config);
    fields::CheckSigners(root, config);
  }
  if (!faults.empty()) {
    std::string text;
    for (const std::string& fault : faults) {
      text += (text.empty() ? "" : "\n") + fault;
    }
    throw Error(ErrorKind::kInvalid, text);
  }
  return config;
}

std::vector<ConfigKey> ConfigKeys() {
  std::vector<ConfigKey> keys;
  fields::ListKeys<Config>("", keys);
  return keys;
}

Json::Value ToJson(const Config& config) { return fields::Write(config); }

const ProjectConfig* Config::FindProject(const std::string& id) const {
  const auto found = std::ranges::find(projects, id, &ProjectConfig::id);
  return found == projects.end() ? nullptr : &*found;
}

bool ReaderConfig::Sees(const std::string& project) const {
  return projects.contains("*") || projects.contains(project);
}

bool ReaderConfig::SeesArrivals() const {
  return roles.contains("manager") || roles.contains("auditor");
}

}  // namespace glossator
