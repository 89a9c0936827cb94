// SPDX-License-Identifier: GPL-3.0-or-later
// A node with a real database and made-up neighbours. Every port call can be the last one before
// the process "dies" (it throws), and no transaction may change a noun without telling of it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dicom/error.h"
#include "dicom/io.h"
#include "dicom/json.h"
#include "node/node.h"
#include "store/digest.h"
#include "store/journal.h"
#include "store/node_schema.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"

namespace glossator::node {

namespace tags = dicom::tags;

inline constexpr const char* kCtImage = "1.2.840.10008.5.1.4.1.1.2";
inline constexpr const char* kStudy = "2.25.100";
inline constexpr const char* kSeries = "2.25.101";
inline constexpr uint32_t kRows = 7;
inline constexpr uint32_t kColumns = 9;

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

// Counts down over all port calls; throws when it arrives at zero.
class Fate {
 public:
  void DieAfter(int calls) { left_ = calls; }
  void Live() { left_ = -1; }
  bool died() const { return died_; }
  void Step() {
    ++calls_;
    if (left_ < 0 || left_-- > 0) return;
    left_ = 0;  // dead stays dead
    died_ = true;
    throw Killed();
  }
  int calls() const { return calls_; }

 private:
  int left_ = -1;
  int calls_ = 0;
  bool died_ = false;
};

// A cleaned slice at z = 2.5 mm x number of a slightly tilted series.
inline dicom::DataSet Slice(int number) {
  dicom::DataSet object;
  const std::pair<dicom::Tag, std::string> texts[] = {
      {tags::SOPClassUID, kCtImage},
      {tags::SOPInstanceUID, "2.25.200" + std::to_string(number)},
      {tags::StudyInstanceUID, kStudy},
      {tags::SeriesInstanceUID, kSeries},
      {tags::FrameOfReferenceUID, "2.25.102"},
      {tags::PatientName, "P-TEST"},
      {tags::PatientID, "P-TEST"},
      {tags::PatientIdentityRemoved, "YES"},
      {tags::StudyDate, "20200102"},
      {tags::StudyTime, "101112"},
      {tags::Modality, "CT"},
      {tags::Manufacturer, "ACME"},
      {tags::ImageType, "ORIGINAL\\PRIMARY\\AXIAL"},
      {tags::PhotometricInterpretation, "MONOCHROME2"},
      {tags::ImagePositionPatient, "1\\2\\" + std::to_string(number * 2.5)},
      {tags::ImageOrientationPatient, "1\\0\\0\\0\\0.8\\-0.6"},
      {tags::PixelSpacing, "0.5\\0.5"},
      {tags::SliceThickness, "2"},
  };
  for (const auto& [tag, text] : texts) object.SetString(tag, text);
  for (const auto tag : {tags::PatientBirthDate, tags::PatientSex, tags::AccessionNumber,
                         tags::StudyID, tags::ReferringPhysicianName}) {
    object.SetEmpty(tag);
  }
  const std::pair<dicom::Tag, int> numbers[] = {
      {tags::SeriesNumber, 1},       {tags::InstanceNumber, 100 - number},
      {tags::SamplesPerPixel, 1},    {tags::Rows, kRows},
      {tags::Columns, kColumns},     {tags::BitsAllocated, 16},
      {tags::BitsStored, 16},        {tags::HighBit, 15},
      {tags::PixelRepresentation, 1}};
  for (const auto& [tag, value] : numbers) object.SetInt(tag, value);
  object.SetBytes(tags::PixelData, dicom::Vr::OW,
                  std::string(kRows * kColumns * 2, static_cast<char>(number)));
  return object;
}

class FakeArchive final : public Archive {
 public:
  explicit FakeArchive(Fate& fate) : fate_(fate) {}
  void Put(const Instance<Lab>& instance, std::string_view file) override {
    fate_.Step();
    auto& known = files[instance.data_set().GetString(tags::SOPInstanceUID)];
    if (known == file) return;
    known = file;
    ++puts;
  }
  std::optional<std::string> Get(const std::string& uid) override {
    fate_.Step();
    return files.contains(uid) ? std::optional(files[uid]) : std::nullopt;
  }
  bool Has(const std::string& uid) override {
    fate_.Step();
    return files.contains(uid);
  }
  void Sync() override {
    fate_.Step();
    ++syncs;
  }

  std::map<std::string, std::string> files;
  int puts = 0;
  int syncs = 0;

 private:
  Fate& fate_;
};

class FakeSpools final : public BatchSource, public ReturnQueue {
 public:
  explicit FakeSpools(Fate& fate) : fate_(fate) {}
  std::string Read(const Batch&, const BatchRecord& record) override {
    fate_.Step();
    const std::string& file = records[record.sop_instance_uid];
    if (store::Sha256Hex(file) != record.seal) throw Error(ErrorKind::kInvalid, "another record");
    return file;
  }
  void Append(const std::vector<std::string_view>& chunks, std::string_view trailer) override {
    fate_.Step();
    returned.push_back({{chunks.begin(), chunks.end()}, std::string(trailer)});
  }

  std::map<std::string, std::string> records;
  struct Returned {
    std::vector<std::string> chunks;
    std::string trailer;
  };
  std::vector<Returned> returned;

 private:
  Fate& fate_;
};

// The gate as far as the lab can see it.
class FakeGate final : public GateLink {
 public:
  explicit FakeGate(Fate& fate) : fate_(fate) {}

  Json::Value Call(const Json::Value& request) override {
    fate_.Step();
    const std::string call = request["call"].asString();
    calls[call] += 1;
    Json::Value reply(Json::objectValue);
    reply["ok"] = true;
    if (call == "imported") {
      batches.erase(request["batch"].asInt64());
    } else if (call == "batches") {
      reply["items"] = Json::Value(Json::arrayValue);
      for (const auto& [number, batch] : batches) reply["items"].append(batch);
    } else if (feeds.contains(call)) {
      Page(call, request, reply);
    }
    return reply;
  }

  void Tell(const std::string& feed, Json::Value item) {
    item["seq"] = Json::Int64(feeds[feed].size() + 1);
    feeds[feed].append(item);
  }

  std::map<int64_t, Json::Value> batches;
  std::map<std::string, Json::Value> feeds = {{"studies", Json::Value(Json::arrayValue)},
                                              {"deliveries", Json::Value(Json::arrayValue)},
                                              {"quarantine", Json::Value(Json::arrayValue)},
                                              {"events", Json::Value(Json::arrayValue)}};
  std::map<std::string, int> calls;

 private:
  void Page(const std::string& feed, const Json::Value& request, Json::Value& reply) {
    reply["items"] = Json::Value(Json::arrayValue);
    reply["next"] = request["after"];
    for (const Json::Value& item : feeds[feed]) {
      if (item["seq"].asInt64() <= request["after"].asInt64()) continue;
      if (reply["items"].size() >= request["limit"].asUInt()) break;
      reply["items"].append(item);
      reply["next"] = item["seq"];
    }
  }

  Fate& fate_;
};

inline ReaderConfig MakePerson(const std::string& id, const std::string& role) {
  ReaderConfig person;
  person.user = person.id = id;
  person.name = "Name of " + id;
  person.organization = "Lab";
  person.roles = {role};
  person.projects = {"LUNG"};
  return person;
}

// What went into the return spool as one record.
struct Sent {
  Json::Value manifest;
  std::vector<std::string> files;
  std::vector<dicom::DataSet> objects;
};

class NodeTest : public testing::Test {
 protected:
  NodeTest() {
    std::filesystem::create_directories(directory_.path() / "node");
    config_.directory = directory_.path();
    ProjectConfig project;
    project.id = "LUNG";
    project.protocol = "default";
    project.destination = "pacs";
    config_.projects = {project};
    config_.readers = {alice_, bob_, carol_, max_};
    Start();
    DemandEvents();
  }

  // A process that begins (again) over what is on disk.
  void Start() {
    node_.reset();
    database_.reset();
    database_ = std::make_unique<store::Database>(directory_.path() / "node" / "node.db", clock_,
                                                  store::NodeMigrations());
    node_ = std::make_unique<Node>(config_, clock_, uids_, *database_, archive_, spools_, spools_,
                                   gate_);
  }

  // From now on a COMMIT fails when a noun was changed and no event was appended after that.
  void DemandEvents() {
    database_->Write([](store::Transaction& transaction) {
      transaction.Execute(
          "CREATE TABLE owed (event INTEGER NOT NULL REFERENCES event (seq) DEFERRABLE INITIALLY"
          " DEFERRED)");
      for (const std::string_view table : store::NodeNounTables()) {
        for (const std::string verb : {"INSERT", "UPDATE", "DELETE"}) {
          transaction.Execute("CREATE TRIGGER owed_" + std::string(table) + verb + " AFTER " +
                              verb + " ON " + std::string(table) +
                              " BEGIN INSERT INTO owed SELECT seq + 1 FROM journal_head; END");
        }
      }
    });
  }

  void TellStudy(const std::string& state, int instances, int revision = 0,
                 const std::vector<std::string>& links = {}) {
    Json::Value item;
    item["study"] = 1;
    item["project"] = "LUNG";
    item["study_uid"] = kStudy;
    item["patient_code"] = "P-TEST";
    item["state"] = state;
    item["instances"] = instances;
    item["sealed"] = 0;
    item["reasons"] = Json::Value(Json::arrayValue);
    item["patient_links"] = Json::Value(Json::arrayValue);
    for (const std::string& code : links) item["patient_links"].append(code);
    item["revision"] = revision;
    gate_.Tell("studies", item);
  }

  Json::Value RecordOf(const dicom::DataSet& object) {
    const std::string file = dicom::WriteFile(object, dicom::kExplicitLittleEndian);
    const std::string uid = object.GetString(tags::SOPInstanceUID);
    spools_.records[uid] = file;
    Json::Value record;
    record["segment"] = 1;
    record["offset"] = 0;
    record["sop_instance_uid"] = uid;
    record["series_instance_uid"] = object.GetString(tags::SeriesInstanceUID);
    record["sop_class_uid"] = object.GetString(tags::SOPClassUID);
    record["transfer_syntax_uid"] = std::string(dicom::kExplicitLittleEndian.uid);
    record["seal"] = store::Sha256Hex(file);
    record["size"] = Json::UInt64(file.size());
    record["head_size"] = 0;
    record["facts"]["age-band"] = "60-69";
    return record;
  }

  void ReleaseBatch(int64_t number, const std::vector<dicom::DataSet>& objects) {
    Json::Value batch;
    batch["batch"] = Json::Int64(number);
    batch["study"] = 1;
    batch["project"] = "LUNG";
    batch["study_uid"] = kStudy;
    batch["patient_code"] = "P-TEST";
    batch["revision"] = Json::Int64(number);
    batch["key"] = std::string(64, '0');
    for (const dicom::DataSet& object : objects) batch["records"].append(RecordOf(object));
    gate_.batches[number] = batch;
  }

  // Five slices arrive, are released and imported.
  void OpenCase() {
    TellStudy("RELEASED", 5, 1);
    ReleaseBatch(1, {Slice(1), Slice(2), Slice(3), Slice(4), Slice(5)});
    node_->Tick();
  }

  Json::Value CaseFor(const ReaderConfig& who) { return node_->queries().Case(who, 1); }
  std::string CaseState() { return CaseFor(max_)["state"].asString(); }
  // The only workitem of that stage and state that they see; "" when there is none.
  std::string WorkFor(const ReaderConfig& who, const std::string& stage,
                      const std::string& state = "SCHEDULED") {
    const Json::Value found = CaseFor(who);
    for (const Json::Value& item : found["workitems"]) {
      if (item["stage"] == stage && item["state"] == state) return item["uid"].asString();
    }
    return "";
  }
  std::string Claim(const ReaderConfig& who) {
    const std::string uid = WorkFor(who, "READ");
    EXPECT_EQ(node_->ChangeState(who, uid, kLock, "IN PROGRESS").status, 0);
    return uid;
  }

  // Another read of the case, which a manager opens.
  std::string OpenSeat() {
    dicom::DataSet attributes;
    attributes.SetString(tags::ProcedureStepState, "SCHEDULED");
    attributes.SetString(tags::ProcedureStepLabel, "READ");
    attributes.AddItem(tags::InputInformationSequence).SetString(tags::StudyInstanceUID, kStudy);
    return node_->CreateWorkitem(max_, "", attributes);
  }

  static std::string Form(int frames = 5) {
    return R"({"seriesInstanceUid":"2.25.101","shape":[)" + std::to_string(frames) +
           R"(,7,9],"dtype":"uint8","segments":[
      {"number":1,"label":"Nodule","algorithm":"MANUAL",
       "category":{"code":"49755003","scheme":"SCT","meaning":"Morphologically Abnormal Structure"},
       "type":{"code":"27925004","scheme":"SCT","meaning":"Nodule"}},
      {"number":4,"label":"Lung","algorithm":"MANUAL",
       "category":{"code":"123037004","scheme":"SCT","meaning":"Anatomical Structure"},
       "type":{"code":"39607008","scheme":"SCT","meaning":"Lung"}}],
      "measurements":[{"trackingIdentifier":"Nodule 1","segment":1,"value":12.3456789,
       "concept":{"code":"118565006","scheme":"SCT","meaning":"Volume"},
       "unit":{"code":"mm3","scheme":"UCUM","meaning":"cubic millimeter"},
       "finding":{"code":"27925004","scheme":"SCT","meaning":"Nodule"}}]})";
  }
  // Touches the corners, differs per frame.
  static std::string Labels(int frames = 5) {
    std::string labels(static_cast<size_t>(frames) * kRows * kColumns, '\0');
    for (int f = 0; f < frames; ++f) {
      char* frame = labels.data() + static_cast<size_t>(f) * kRows * kColumns;
      frame[0] = 1;
      frame[kRows * kColumns - 1] = 4;
      frame[5 + f] = static_cast<char>(f % 2 == 0 ? 1 : 4);
    }
    return labels;
  }
  SubmitReply SubmitAs(const ReaderConfig& who, const std::string& uid) {
    return node_->Submit(who, uid, kLock, Form(), Labels());
  }
  // Up to an open review; returns the submission's id.
  int64_t Submitted() {
    OpenCase();
    return SubmitAs(alice_, Claim(alice_)).id;
  }

  Sent Returned(size_t index) {
    const auto& record = spools_.returned.at(index);
    Sent sent{dicom::ParseJson(record.chunks[0]), {}, {}};
    std::string bytes;
    for (size_t i = 1; i < record.chunks.size(); ++i) bytes += record.chunks[i];
    for (const Json::Value& file : sent.manifest["files"]) {
      sent.files.push_back(bytes.substr(0, file["size"].asUInt64()));
      sent.objects.push_back(dicom::ReadFile(std::string_view(sent.files.back())).data_set);
      bytes.erase(0, file["size"].asUInt64());
    }
    return sent;
  }

  std::vector<Event> Events() {
    std::vector<Event> events;
    database_->Read([&](const store::Reader& reader) { events = store::Events(reader, 0, 10000); });
    return events;
  }
  int CountEvents(const std::string& type) {
    int count = 0;
    for (const Event& event : Events()) count += event.type == type ? 1 : 0;
    return count;
  }
  void ExpectWholeJournal() {
    EXPECT_FALSE(store::Verify(directory_.path() / "node" / "node.db").fault);
  }
  void TellDelivery(const std::string& state, const std::string& reason = "") {
    const Json::Value mine = node_->queries().Deliveries(max_, 0, 10)["items"][0];
    Json::Value item;
    item["delivery"] = 77;
    item["result"] = mine["result"];
    item["study_uid"] = kStudy;
    item["destination"] = mine["destination"];
    item["state"] = state;
    item["reason"] = reason;
    item["attempts"] = 1;
    item["updated"] = "2026-11-23T15:20:31.000000Z";
    gate_.Tell("deliveries", item);
    node_->Tick();
  }

  static constexpr const char* kLock = "2.25.999";
  const ReaderConfig alice_ = MakePerson("alice", "annotator");
  const ReaderConfig bob_ = MakePerson("bob", "specialist");
  const ReaderConfig carol_ = MakePerson("carol", "annotator");
  const ReaderConfig max_ = MakePerson("max", "manager");

  support::TemporaryDirectory directory_;
  support::FixedClock clock_;
  support::CountingUids uids_{"2.25.5"};
  Config config_;
  Fate fate_;
  FakeArchive archive_{fate_};
  FakeSpools spools_{fate_};
  FakeGate gate_{fate_};
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Node> node_;
};

// The kind of what `work` throws, or nothing.
template <class Work>
std::optional<ErrorKind> KindOf(Work work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error.kind();
  }
}

}  // namespace glossator::node
