// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/gate_schema.h"

#include <array>

#include "store/journal.h"

namespace glossator::store {
namespace {

constexpr std::string_view kGateTables = R"sql(
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE change(seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL) STRICT;

CREATE TABLE patient(
  number INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  identity_index TEXT NOT NULL UNIQUE,
  secret BLOB NOT NULL,
  merged_into INTEGER REFERENCES patient(number)
) STRICT;

CREATE TABLE study(
  number INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  identity_index TEXT NOT NULL UNIQUE,
  patient INTEGER NOT NULL REFERENCES patient(number),
  patient_index TEXT NOT NULL,
  uid TEXT NOT NULL UNIQUE,
  patient_code TEXT NOT NULL,
  data_key BLOB NOT NULL,
  identity BLOB NOT NULL,
  dictionary BLOB NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('RECEIVING','RELEASED','IMPORTED','QUARANTINED')),
  reasons TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 0,
  instances INTEGER NOT NULL DEFAULT 0,
  sealed INTEGER NOT NULL DEFAULT 0,
  last_arrival INTEGER NOT NULL,
  release_requested INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE batch(
  number INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES study(number),
  revision INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('RELEASED','IMPORTED'))
) STRICT;

CREATE TABLE instance(
  number INTEGER PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES study(number),
  identity_index TEXT NOT NULL UNIQUE,
  sop_instance_uid TEXT NOT NULL UNIQUE,
  series_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  digest TEXT NOT NULL,
  seal TEXT NOT NULL,
  size INTEGER NOT NULL,
  head_size INTEGER NOT NULL,
 
  identity BLOB NOT NULL,
  segment INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('HELD','BATCHED','IMPORTED')),
  batch INTEGER REFERENCES batch(number)
) STRICT;
CREATE INDEX instance_by_study ON instance(study, state);

CREATE TABLE quarantine(
  number INTEGER PRIMARY KEY,
  place TEXT NOT NULL UNIQUE,
  project TEXT NOT NULL,
  study INTEGER REFERENCES study(number),
  identity_index TEXT NOT NULL,
  digest TEXT NOT NULL,
  reason TEXT NOT NULL,
  path TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  size INTEGER NOT NULL,
  key BLOB NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('OPEN','RELEASED','REJECTED')),
  since TEXT NOT NULL
) STRICT;
CREATE INDEX quarantine_by_identity ON quarantine(identity_index, digest);

CREATE TABLE delivery(
  number INTEGER PRIMARY KEY,
  delivery_key TEXT NOT NULL UNIQUE,
  result TEXT NOT NULL,
  project TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  destination TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN
    ('QUEUED','SENDING','STORED','COMMITTED','STORED_VERIFIED','HELD','FAILED')),
  reason TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  accept_current INTEGER NOT NULL DEFAULT 0,
  transaction_uid TEXT NOT NULL DEFAULT '',
  requests INTEGER NOT NULL DEFAULT 0,
  updated TEXT NOT NULL,
  seq INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE returned(
  sop_instance_uid TEXT PRIMARY KEY,
  sop_class_uid TEXT NOT NULL,
  delivery INTEGER NOT NULL REFERENCES delivery(number),
  state TEXT NOT NULL CHECK(state IN ('QUEUED','STORED','COMMITTED','FAILED')),
  echoes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX returned_by_delivery ON returned(delivery);
)sql";

constexpr std::string_view kIdentityVersions = R"sql(
CREATE TABLE identity_version(
  study INTEGER NOT NULL REFERENCES study(number),
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  identity BLOB NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY(study, version)
) STRICT;
ALTER TABLE instance ADD COLUMN identity_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN identity_digest TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::string_view kLinks = R"sql(
CREATE INDEX patient_by_merge ON patient(merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX study_by_patient ON study(patient);
)sql";

// What was sealed before there was a pixel stage gets its chance too.
constexpr std::string_view kPixelStage = R"sql(
ALTER TABLE quarantine ADD COLUMN pixel_tries INTEGER NOT NULL DEFAULT 0;
UPDATE quarantine SET pixel_tries = 3 WHERE state = 'OPEN' AND reason = 'BURNED_IN_RISK';
CREATE INDEX quarantine_by_tries ON quarantine(pixel_tries) WHERE pixel_tries > 0;
CREATE TABLE pixel_rule(
  number INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  rule BLOB NOT NULL,
  since TEXT NOT NULL
) STRICT;
)sql";

constexpr std::string_view kFacts = R"sql(
ALTER TABLE instance ADD COLUMN facts TEXT NOT NULL DEFAULT '';
)sql";

// A face that waited for a person before: whether the text in it was a person's decision was not
// noted, and is taken for one, as it was.
constexpr std::string_view kFacesRemoved = R"sql(
ALTER TABLE quarantine ADD COLUMN series TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN text_decided INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN face_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN face_cut INTEGER NOT NULL DEFAULT 0;
UPDATE quarantine SET text_decided = 1 WHERE reason = 'RECOGNIZABLE_FACE';
CREATE INDEX quarantine_by_face_tries ON quarantine(face_tries) WHERE face_tries > 0;
CREATE INDEX quarantine_by_series ON quarantine(study, series);
CREATE TABLE face_mask(
  sop_instance_uid TEXT PRIMARY KEY,
  study INTEGER NOT NULL REFERENCES study(number),
  mask BLOB NOT NULL
) STRICT;
)sql";

// What the rounds ask again and again holds open work only, however much was done before: rows stay
// for ever. What a study has HELD is counted with the study, so that the row of an instance pays
// for no index more when it arrives.
constexpr std::string_view kOpenWork = R"sql(
ALTER TABLE study ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
UPDATE study SET held = (SELECT count(*) FROM instance
  WHERE instance.study = study.number AND instance.state = 'HELD');
CREATE INDEX study_to_release ON study(number) WHERE state <> 'QUARANTINED'
  AND (held > 0 OR (state = 'RECEIVING' AND sealed > 0 AND instances = 0));
CREATE INDEX study_open ON study(state) WHERE state <> 'IMPORTED';
CREATE INDEX instance_by_batch ON instance(batch) WHERE batch IS NOT NULL;
CREATE INDEX batch_open ON batch(number) WHERE state = 'RELEASED';
DROP INDEX quarantine_by_tries;
DROP INDEX quarantine_by_face_tries;
DROP INDEX quarantine_by_series;
CREATE INDEX quarantine_open ON quarantine(study, series) WHERE state = 'OPEN';
CREATE INDEX quarantine_for_pixels ON quarantine(number) WHERE pixel_tries > 0 AND state = 'OPEN';
CREATE INDEX quarantine_for_faces ON quarantine(study, series)
  WHERE face_tries > 0 AND state = 'OPEN';
CREATE INDEX delivery_by_state ON delivery(state, next_at);
CREATE INDEX delivery_by_transaction ON delivery(transaction_uid) WHERE transaction_uid <> '';
)sql";

}  // namespace

std::span<const Migration> GateMigrations() {
  static const std::array<Migration, 8> kMigrations{
      kJournalMigration,
      Migration{2, "hospital side", kGateTables},
      Migration{3, "versions of identity", kIdentityVersions},
      Migration{4, "links of patients", kLinks},
      Migration{5, "pixel stage", kPixelStage},
      Migration{6, "facts of subgroups", kFacts},
      Migration{7, "faces", kFacesRemoved},
      Migration{8, "open work", kOpenWork}};
  return kMigrations;
}

int64_t NextChange(Transaction& transaction) {
  return transaction.Insert("INSERT INTO change(at) VALUES (?)", {transaction.now()});
}

}  // namespace glossator::store
