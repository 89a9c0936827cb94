// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/node_schema.h"

#include <array>

#include "store/journal.h"

namespace glossator::store {
namespace {

constexpr std::string_view kNodeTables = R"sql(
CREATE TABLE study_case (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL,
  study_uid TEXT NOT NULL UNIQUE,
  patient_code TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('RECEIVING','OPEN','ACCEPTED','RETURNED','QUARANTINED','WITHDRAWN')),
  revision INTEGER NOT NULL DEFAULT 0,
  instances INTEGER NOT NULL DEFAULT 0,
  arriving INTEGER NOT NULL DEFAULT 0,
  sealed INTEGER NOT NULL DEFAULT 0,
  reasons TEXT NOT NULL DEFAULT '[]',
  created TEXT NOT NULL,
  updated TEXT NOT NULL
) STRICT;
CREATE INDEX study_case_by_project ON study_case (project, state, id);

CREATE TABLE instance (
  sop_instance_uid TEXT PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES study_case (id),
  series_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  modality TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  image INTEGER NOT NULL CHECK (image IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX instance_by_case ON instance (case_id, series_instance_uid);

CREATE TABLE batch (
  manifest TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  case_id INTEGER NOT NULL REFERENCES study_case (id),
  revision INTEGER NOT NULL,
  instances INTEGER NOT NULL,
  imported TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workitem (
  uid TEXT PRIMARY KEY,
  case_id INTEGER NOT NULL REFERENCES study_case (id),
  revision INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('READ','REVIEW')),
  seat INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('SCHEDULED','IN PROGRESS','COMPLETED','CANCELED')),
  transaction_uid TEXT NOT NULL,
  performer TEXT NOT NULL,
  scheduled_performer TEXT NOT NULL,
  excluded_performer TEXT NOT NULL,
  submission INTEGER REFERENCES submission (id) DEFERRABLE INITIALLY DEFERRED,
  replaces TEXT NOT NULL,
  reason TEXT NOT NULL,
  progress TEXT NOT NULL,
  created TEXT NOT NULL,
  updated TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL
) STRICT;
CREATE INDEX workitem_by_case ON workitem (case_id);
CREATE INDEX workitem_by_state ON workitem (state);

CREATE TABLE submission (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workitem_uid TEXT NOT NULL REFERENCES workitem (uid),
  case_id INTEGER NOT NULL REFERENCES study_case (id),
  author TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  digest TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('SUBMITTED','ACCEPTED','RETURNED','REJECTED')),
  created TEXT NOT NULL
) STRICT;
CREATE INDEX submission_by_case ON submission (case_id);

CREATE TABLE submission_object (
  submission INTEGER NOT NULL REFERENCES submission (id),
  ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('SEG','SR')),
  sop_class_uid TEXT NOT NULL,
  sop_instance_uid TEXT NOT NULL UNIQUE,
  series_instance_uid TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (submission, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  submission INTEGER NOT NULL UNIQUE REFERENCES submission (id),
  workitem_uid TEXT NOT NULL REFERENCES workitem (uid),
  reader TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('ACCEPT','RETURN','REJECT')),
  reason TEXT NOT NULL,
  created TEXT NOT NULL
) STRICT;

CREATE TABLE result (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL UNIQUE,
  case_id INTEGER NOT NULL REFERENCES study_case (id),
  submission INTEGER NOT NULL UNIQUE REFERENCES submission (id),
  decision INTEGER NOT NULL REFERENCES decision (id),
  created TEXT NOT NULL
) STRICT;

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  result INTEGER NOT NULL REFERENCES result (id),
  destination TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN
    ('QUEUED','SENDING','STORED','COMMITTED','STORED_VERIFIED','HELD','FAILED')),
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  spooled INTEGER NOT NULL CHECK (spooled IN (0, 1)),
  created TEXT NOT NULL,
  updated TEXT NOT NULL,
  UNIQUE (result, destination)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (id) WHERE spooled = 0;

-- How far the gate's feeds were read.
CREATE TABLE feed (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was handed in, judged or accepted stays what it was.
CREATE TRIGGER submission_is_immutable BEFORE UPDATE OF
    workitem_uid, case_id, author, series_instance_uid, digest, content, created ON submission
  BEGIN SELECT RAISE(ABORT, 'a submission is never changed'); END;
CREATE TRIGGER submission_stays BEFORE DELETE ON submission
  BEGIN SELECT RAISE(ABORT, 'a submission is never deleted'); END;
CREATE TRIGGER submission_object_is_immutable BEFORE UPDATE ON submission_object
  BEGIN SELECT RAISE(ABORT, 'a submission is never changed'); END;
CREATE TRIGGER decision_is_immutable BEFORE UPDATE ON decision
  BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER decision_stays BEFORE DELETE ON decision
  BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;
)sql";

constexpr std::string_view kNodeSetting = R"sql(
-- What this node decided once, such as its UID as an observer device.
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kPatientLinks = R"sql(
ALTER TABLE study_case ADD COLUMN patient_links TEXT NOT NULL DEFAULT '[]';
)sql";

// How many images of a case may show a face.
constexpr std::string_view kFaces = R"sql(
ALTER TABLE study_case ADD COLUMN faces INTEGER NOT NULL DEFAULT 0;
)sql";

// A delivery is that of a result or of the note that withdraws it.
constexpr std::string_view kNodeWithdrawal = R"sql(
CREATE TABLE withdrawal (
  uid TEXT PRIMARY KEY,
  result INTEGER NOT NULL UNIQUE REFERENCES result (id),
  code TEXT NOT NULL CHECK (code IN ('113001','113037')),
  reason TEXT NOT NULL,
  reader TEXT NOT NULL,
  created TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The first read of each new version.
CREATE TABLE amendment (
  workitem TEXT PRIMARY KEY REFERENCES workitem (uid),
  result INTEGER NOT NULL REFERENCES result (id),
  reason TEXT NOT NULL,
  reader TEXT NOT NULL,
  created TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What acceptance adds to the submission's own objects: the report that names who decided.
CREATE TABLE result_object (
  result INTEGER NOT NULL REFERENCES result (id),
  ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  sop_instance_uid TEXT NOT NULL UNIQUE,
  series_instance_uid TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (result, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_next (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  result INTEGER NOT NULL REFERENCES result (id),
  destination TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN
    ('QUEUED','SENDING','STORED','COMMITTED','STORED_VERIFIED','HELD','FAILED')),
  reason TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  spooled INTEGER NOT NULL CHECK (spooled IN (0, 1)),
  created TEXT NOT NULL,
  updated TEXT NOT NULL,
  withdrawal TEXT NOT NULL DEFAULT '',
  UNIQUE (result, destination, withdrawal)
) STRICT;
INSERT INTO delivery_next (id, result, destination, key, state, reason, attempts, spooled, created,
                           updated)
  SELECT id, result, destination, key, state, reason, attempts, spooled, created, updated
  FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_next RENAME TO delivery;
CREATE INDEX delivery_waiting ON delivery (id) WHERE spooled = 0;

-- What was sent beside SEG and SR.
CREATE TABLE delivery_helper (
  delivery INTEGER NOT NULL REFERENCES delivery (id),
  ordinal INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  sop_instance_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  PRIMARY KEY (delivery, ordinal)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kNodeAdjudication = R"sql(
-- The read of an adjudicator.
CREATE TABLE adjudication (
  workitem TEXT PRIMARY KEY REFERENCES workitem (uid),
  reason TEXT NOT NULL,
  reader TEXT NOT NULL,
  created TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Apart from the objects, coarse, and only what the project's policy keeps.
constexpr std::string_view kSubgroup = R"sql(
CREATE TABLE subgroup (
  case_id INTEGER NOT NULL REFERENCES study_case (id),
  series_instance_uid TEXT NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (case_id, series_instance_uid, facts)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kResultsByCase = R"sql(
CREATE INDEX result_by_case ON result (case_id);
)sql";

constexpr std::array kNounTables = std::to_array<std::string_view>(
    {"study_case", "instance", "batch", "workitem", "submission", "submission_object", "decision",
     "result", "result_object", "delivery", "delivery_helper", "withdrawal", "amendment",
     "adjudication", "setting", "subgroup"});

}  // namespace

std::span<const Migration> NodeMigrations() {
  static const std::array<Migration, 9> kMigrations = {
      kJournalMigration,
      Migration{2, "node", kNodeTables},
      Migration{3, "setting", kNodeSetting},
      Migration{4, "links of patients", kPatientLinks},
      Migration{5, "withdrawal", kNodeWithdrawal},
      Migration{6, "adjudication", kNodeAdjudication},
      Migration{7, "faces", kFaces},
      Migration{8, "subgroup", kSubgroup},
      Migration{9, "results by case", kResultsByCase}};
  return kMigrations;
}

std::span<const std::string_view> NodeNounTables() { return kNounTables; }

}  // namespace glossator::store
