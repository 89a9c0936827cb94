// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/safety.h"

#include <sys/stat.h>

#include <cerrno>

namespace glossator::plugin {
namespace {

using Json::Value;

bool IsTrue(const Value& value) { return value.isBool() && value.asBool(); }
bool IsSet(const Value& value) {
  return !(value.isNull() || (value.isNumeric() && value.asDouble() == 0) ||
           (value.isString() && value.asString().empty()) || value.empty());
}
bool IsSetOrTrue(const Value& value) { return value.isBool() ? value.asBool() : IsSet(value); }
bool IsTrueOrAbsent(const Value& value) { return value.isNull() || IsTrue(value); }

struct Rule {
  const char* key;
  bool (*is_bad)(const Value&);
  const char* text;
};

constexpr Rule kFaults[] = {
    {"AuthenticationEnabled", [](const Value& v) { return !IsTrue(v); },
     "must be true: readers are told apart by whom Orthanc authenticated"},
    {"RegisteredUsers", [](const Value& v) { return !v.isObject() || v.empty(); },
     "must name at least one user"},
    {"MaximumStorageSize", IsSet, "must be 0: Orthanc would delete studies by itself"},
    {"MaximumPatientCount", IsSet, "must be 0: Orthanc would delete studies by itself"},
    {"ExecuteLuaEnabled", IsSetOrTrue, "must be false: scripts go round every lock"},
    {"LuaScripts", IsSet, "must be empty: scripts go round every lock"},
    {"IngestTranscoding", IsSet, "must be empty: Orthanc would change what the gate has released"},
    {"StoreDicom", [](const Value& v) { return v.isBool() && !v.asBool(); },
     "must be true: cases need their images"},
};

constexpr Rule kWarnings[] = {
    {"DicomServerEnabled", IsTrueOrAbsent,
     "Orthanc's own DICOM server is on; what it receives is refused (0x0124). Studies belong to "
     "the port Glossator.Intake.Port; better set it to false"},
    {"HttpCompressionEnabled", IsTrueOrAbsent,
     "Orthanc compresses every answer, images too; better set it to false"},
    {"WebDavEnabled", IsTrueOrAbsent, "WebDAV is refused; better set it to false"},
    {"HttpDescribeErrors", [](const Value& v) { return v.isBool() && !v.asBool(); },
     "answers to failed requests lose their text; better set it to true"},
    {"RestApiWriteToFileSystemEnabled", IsSetOrTrue, "has no effect: that route is refused"},
};

// Sections of plugins that keep Orthanc's files; the databases' do so when they are told to.
constexpr const char* kStorages[] = {"AwsS3Storage", "AzureBlobStorage", "GoogleCloudStorage"};
constexpr const char* kDatabases[] = {"PostgreSQL", "MySQL", "Odbc"};

constexpr const char* kSamplePassword = "CHANGE-ME";  // packaging/glossator.json

void CheckPasswords(const Value& users, std::vector<std::string>& faults) {
  if (!users.isObject()) {
    return;
  }
  for (const std::string& user : users.getMemberNames()) {
    if (!users[user].isString() || users[user].asString().empty()) {
      faults.push_back("RegisteredUsers." + user + ": has no password");
    } else if (users[user].asString() == kSamplePassword) {
      faults.push_back("RegisteredUsers." + user + ": still has the sample's password");
    }
  }
}

}  // namespace

Safety CheckSettings(const Value& orthanc) {
  Safety safety;
  for (const Rule& rule : kFaults) {
    if (rule.is_bad(orthanc[rule.key])) {
      safety.faults.push_back(std::string(rule.key) + ": " + rule.text);
    }
  }
  for (const Rule& rule : kWarnings) {
    if (rule.is_bad(orthanc[rule.key])) {
      safety.warnings.push_back(std::string(rule.key) + ": " + rule.text);
    }
  }
  CheckPasswords(orthanc["RegisteredUsers"], safety.faults);
  return safety;
}

std::optional<std::string> OtherStorage(const Value& orthanc) {
  for (const char* section : kStorages) {
    if (orthanc[section].isObject()) return section;
  }
  for (const char* section : kDatabases) {
    const Value& database = orthanc[section];
    if (database.isObject() && IsTrue(database["EnableStorage"])) return section;
  }
  return std::nullopt;
}

Safety CheckKeyFile(const std::filesystem::path& path) {
  Safety safety;
  const std::string where = "Glossator.KeyFile: " + path.string() + " ";
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == EACCES) {
      safety.warnings.push_back(where + "is hidden from this user; the gate needs to read it");
    } else {
      safety.faults.push_back(where + "is missing");
    }
  } else if (!S_ISREG(status.st_mode)) {
    safety.faults.push_back(where + "is not a file");
  } else if ((status.st_mode & 077) != 0) {
    safety.faults.push_back(where + "can be read by others; set its mode to 0600");
  }
  return safety;
}

}  // namespace glossator::plugin
