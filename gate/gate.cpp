// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/gate.h"

#include <algorithm>
#include <set>
#include <thread>

#include "dimse/server.h"
#include "gate/courier.h"
#include "gate/face_rounds.h"
#include "gate/intake.h"
#include "gate/keys.h"
#include "gate/lab_door.h"
#include "gate/ledger.h"
#include "gate/line_server.h"
#include "gate/periodic.h"
#include "gate/pixel_rounds.h"
#include "gate/release.h"
#include "gate/steward_door.h"
#include "model/error.h"
#include "pixels/worker.h"
#include "store/gate_schema.h"
#include "store/journal.h"
#include "vault/digest.h"

namespace glossator::gate {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kOwnerAndGroup = 0660;
// Orthanc's plugin interface counts an object's bytes in 32 bits. What cleaning adds is far smaller
// than the margin; what is larger is refused while the sender can still be told.
constexpr uint64_t kImportableBytesMax = UINT32_MAX - (uint64_t{1} << 20);
constexpr uint64_t kSegmentBytesMin = 1 << 20;
constexpr size_t kSegmentsAhead = 4;
constexpr auto kAnswerMax = std::chrono::seconds(10);  // also for one who waits for its twin

// Sockets stand on the real file system, whatever holds the rest.
const std::filesystem::path& MakeDirectories(const std::filesystem::path& directory) {
  for (const auto* name : {"", "gate", "gate/quarantine", "gate/outbox", "spool", "spool/return"}) {
    SystemFiles().MakeDirectory(directory / name);
  }
  return directory;
}

// A key that does not belong to this vault would bind every patient anew, unnoticed.
void CheckKey(store::Database& database, const Keys& keys) {
  database.Write([&](store::Transaction& transaction) {
    const auto known = store::GetSetting(transaction, "key_check");
    if (known && *known != keys.check) {
      throw Error(ErrorKind::kForbidden,
                  "Glossator.KeyFile: not the key of this vault; the gate does not start");
    }
    if (known) return;
    store::PutSetting(transaction, "key_check", keys.check);
    store::Append(transaction, "vault.created", "gate", Json::Value(Json::objectValue));
  });
}

std::set<std::string> AuthoritiesOf(const Config& config) {
  std::set<std::string> authorities;
  for (const auto& route : config.routes) authorities.insert(route.assigning_authority);
  return authorities;
}

spool::Options SpoolOptions(const Config& config) {
  spool::Options options;
  options.bytes_max = config.spool_bytes_max;
  // A small spool has several segments too: only whole ones are used again.
  const uint64_t share = std::max(config.spool_bytes_max / 8 & ~uint64_t{4095}, kSegmentBytesMin);
  options.segment_bytes = std::min(options.segment_bytes, share);
  options.written_ahead = kSegmentsAhead;
  return options;
}

dimse::ServerOptions ListenOptions(const Config& config) {
  dimse::ServerOptions options;
  options.address = config.intake.address;
  options.port = config.intake.port;
  options.tls = config.intake.tls;
  options.object_bytes_max = std::min(config.object_bytes_max, kImportableBytesMax);
  options.threads = std::max(2u, std::thread::hardware_concurrency());
  options.idle = milliseconds(static_cast<int64_t>(config.association_idle_seconds * 1000));
  options.answer_max = kAnswerMax;
  return options;
}

}  // namespace

// In the order in which a study meets them. What comes later uses what comes before, and is
// destroyed first.
struct Gate::Parts {
  Parts(const Config& configuration, const std::string& text, const Clock& the_clock,
        Entropy& the_entropy, FileSystem& the_files)
      : config(configuration),
        clock(the_clock),
        entropy(the_entropy),
        files(the_files),
        config_digest(vault::Sha256Hex(text)),
        directory(MakeDirectories(config.directory)),
        keys(vault::ReadKeyFile(config.key_file)),
        database(directory / "gate" / "gate.db", clock, store::GateMigrations()) {
    server.Start();
  }

  const Config config;
  const Clock& clock;
  Entropy& entropy;
  FileSystem& files;
  const std::string config_digest;
  const std::filesystem::path directory;
  const Keys keys;
  RandomUids uids{entropy};
  store::Database database;
  const bool key_is_right{(CheckKey(database, keys), true)};

  // Receive: heads are judged, cleaned or sealed, durable in the spool before the sender hears of
  // it.
  Identities identities{database, keys, entropy, clock, AuthoritiesOf(config)};
  spool::Spool spool{files, directory / "spool" / "intake", SpoolOptions(config)};
  Ledger ledger{{database, spool, identities, keys, files, directory / "spool" / "intake",
                 directory / "gate" / "quarantine"}};
  const spool::RecoveryReport recovered{ledger.Recover()};
  PixelRules pixel_rules{database, keys, entropy};
  Intake intake{{config, database, spool, identities, ledger, keys, entropy, clock, pixel_rules},
                [this](const std::string& aet, uint16_t type, const dicom::DataSet& report) {
                  return courier.Committed(aet, type, report);
                }};
  // What spool and ledger still hold speaks to the intake, also by being destroyed.
  struct LastWords {
    ~LastWords() {
      spool.Stop();
      ledger.Stop();
    }
    spool::Spool& spool;
    Ledger& ledger;
  } last_words{spool, ledger};

  // Look: what may show text in its pixels, or a face that the project removes, was sealed;
  // without it, it comes in again.
  Readmission readmission{config, database, intake, ledger};
  PixelRounds pixel_rounds{{database, identities, intake, ledger, pixel_rules, readmission,
                            pixels::Worker::DefaultProgram()}};
  FaceRounds face_rounds{{config, database, spool, identities, intake, ledger, readmission,
                          pixel_rounds, clock, pixels::Worker::DefaultProgram()}};

  // Release: when a study is complete it is searched once more; then the lab gets its key.
  Releaser releaser{{config, database, spool, identities, keys, entropy, files,
                     directory / "spool" / "intake", clock}};

  // Relink, Deliver, Commit: what the lab accepted goes home.
  Relinker relinker{identities, database, keys};
  ProductReleases products{config, database, clock};
  Courier courier{{config, database, relinker, products, identities, files,
                   directory / "spool" / "return", directory / "gate" / "outbox", uids, clock}};

  // The doors: the network, the plugin, the steward.
  dimse::Server server{ListenOptions(config), intake};
  LabDoor lab_door{{config, config_digest, database, identities, intake, releaser, courier, spool,
                    server, clock}};
  StewardDoor steward_door{{config, database, intake, ledger, courier, products, readmission,
                            pixel_rules, pixel_rounds, face_rounds, keys, uids, clock}};
  Periodic looking{"pixels", milliseconds(100), [this] {
                     pixel_rounds.Round();
                     face_rounds.Round();
                   }};
  Periodic release_rounds{"release", milliseconds(20), [this] { releaser.Round(); }};
  Periodic courier_rounds{"courier", milliseconds(300), [this] { courier.Round(); }};
  LineServer lab_socket{directory / "gate.sock", kOwnerAndGroup,
                        [this](const Json::Value& request) { return lab_door.Handle(request); }};
  LineServer steward_socket{
      directory / "steward.sock", kOwnerAndGroup,
      [this](const Json::Value& request) { return steward_door.Handle(request); },
      StewardDoor::TakesLong};
};

Gate::Gate(const Config& config, const std::string& configuration, const Clock& clock,
           Entropy& entropy, FileSystem& files)
    : parts_(std::make_unique<Parts>(config, configuration, clock, entropy, files)) {}

Gate::~Gate() {
  parts_->face_rounds.Stop();
  parts_->pixel_rounds.Stop();
  parts_->server.Stop();
  parts_->ledger.Flush();
}

bool Gate::finished(bool linger_for_ever) const {
  if (parts_->lab_door.stop_requested()) return true;
  return !linger_for_ever &&
         parts_->lab_door.seconds_since_last_call() > parts_->config.gate_linger_seconds;
}

}  // namespace glossator::gate
