-- Ringfence's database as `ringfence init` creates it: schema version 6 (PRAGMA user_version), in an
-- SQLite file marked by PRAGMA application_id = 1382437747 ('RfSs'). privacy.md says what each column
-- is for, how long it is kept and how it is erased. A changed schema is a new file in migrations/.

-- One row. Every later version keeps this table's name and these columns, so that an older program
-- can tell whether it may go on: it may read while min_reader, and write while min_writer, is not
-- above the version it knows.
CREATE TABLE meta (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  revision       INTEGER NOT NULL CHECK (revision >= 0),       -- +1 with every committed transaction
  policy_number  INTEGER NOT NULL CHECK (policy_number >= 0),  -- in force; 0: none
  min_reader     INTEGER NOT NULL,
  min_writer     INTEGER NOT NULL,
  cohort_key     BLOB    NOT NULL CHECK (length(cohort_key) = 16),  -- of SipHash-2-4, random
  forgets        INTEGER NOT NULL,  -- users forgotten so far ...
  forgets_purged INTEGER NOT NULL   -- ... and those of them that are gone from free space and WAL
) STRICT;

-- The catalog's stored entries as they lie in users.settings ('user') and in each half of a pair
-- ('pair'). A program whose catalog disagrees refuses the file; one that knows more entries adds
-- them. The views below decode by it.
CREATE TABLE entries (
  block      TEXT    NOT NULL CHECK (block IN ('user', 'pair')),
  name       TEXT    NOT NULL,
  first_bit  INTEGER NOT NULL,
  width_bits INTEGER NOT NULL,
  type       TEXT    NOT NULL CHECK (type IN ('bool', 'enum', 'int')),
  symmetric  INTEGER NOT NULL,
  lowest     INTEGER,        -- of an int
  highest    INTEGER,
  PRIMARY KEY (block, name)
) STRICT, WITHOUT ROWID;

-- The values of those that are a bool or an enum.
CREATE TABLE entry_values (
  block TEXT    NOT NULL,
  name  TEXT    NOT NULL,
  code  INTEGER NOT NULL,
  value TEXT    NOT NULL,
  PRIMARY KEY (block, name, code)
) STRICT, WITHOUT ROWID;

-- Every user a write has named. The id is the user's handle; AUTOINCREMENT never gives it again.
CREATE TABLE users (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  name     TEXT NOT NULL UNIQUE,  -- the external id, compared byte by byte
  settings BLOB NOT NULL CHECK (length(settings) = 20)
  -- 160 bits, words little-endian, as the catalog lays them out: bit 0 is set; each setting or
  -- attribute is 0 where nothing was chosen, else its value's code + 1
) STRICT;

-- For "who may ring bob?": the few who have what lets people through. The digit of a row that holds
-- the value has a place of its own in each; engine/store/user_sets.cc says which.
CREATE INDEX users_allow_verified ON users (id)
  WHERE substr(hex(settings), 1, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_allow_contacts ON users (id)
  WHERE substr(hex(settings), 4, 1) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F');
CREATE INDEX users_allow_everyone ON users (id)
  WHERE substr(hex(settings), 4, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_call_audience ON users (id)
  WHERE substr(hex(settings), 18, 1) IN ('1', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_verified ON users (id)
  WHERE substr(hex(settings), 10, 1) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F');
CREATE INDEX users_premium ON users (id)
  WHERE substr(hex(settings), 10, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_business ON users (id)
  WHERE substr(hex(settings), 14, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');
CREATE INDEX users_has_list ON users (id)
  WHERE substr(hex(settings), 39, 1) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F');

-- Every two users with a relation between them, twice: once from each side, written together. So
-- both directions are one probe, and all of a user's relations, as subject and as object, are one
-- range of the primary key: there is no index by caller.
CREATE TABLE pairs (
  callee  INTEGER NOT NULL,
  caller  INTEGER NOT NULL CHECK (caller <> callee),
  forward INTEGER NOT NULL CHECK (forward BETWEEN 0 AND 4294967295),  -- callee's relations to caller
  reverse INTEGER NOT NULL CHECK (reverse BETWEEN 0 AND 4294967295),  -- caller's relations to callee
  PRIMARY KEY (callee, caller)
) STRICT, WITHOUT ROWID;

-- Every activation of a policy; the latest is in force.
CREATE TABLE policies (
  number         INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT    NOT NULL,
  digest         TEXT    NOT NULL,  -- of the compiled policy and its catalog
  text           TEXT    NOT NULL,  -- canonical
  text_sha256    TEXT    NOT NULL,
  note           TEXT    NOT NULL,
  activated_at_s INTEGER NOT NULL   -- Unix time
) STRICT;

-- From here to the decision log: contact sync. What stands in a column `sealed` opens only with the key file,
-- which is not in the database; contact_sync.md says how.

-- Epochs of the token key. Clients check the server's proofs against public_key.
CREATE TABLE contact_epochs (
  epoch        INTEGER PRIMARY KEY CHECK (epoch > 0),
  public_key   BLOB    NOT NULL CHECK (length(public_key) = 32),
  state        TEXT    NOT NULL CHECK (state IN ('next', 'current', 'previous', 'retired')),
  created_at_s INTEGER NOT NULL,
  retired_at_s INTEGER NOT NULL  -- 0: not retired
) STRICT;

-- How a program recognises the keys this file was used with. 0: the seed; others: row keys.
CREATE TABLE contact_keys (
  number      INTEGER PRIMARY KEY CHECK (number >= 0),
  check_value BLOB    NOT NULL CHECK (length(check_value) = 16)
) STRICT;

-- One book a callee, whatever the epoch: a new one replaces the old, so that what was taken out of
-- an address book cannot go on matching through an older copy.
CREATE TABLE contact_books (
  callee       INTEGER PRIMARY KEY,
  epoch        INTEGER NOT NULL,
  generation   INTEGER NOT NULL CHECK (generation > 0),  -- the upload that made it
  bucket_bits  INTEGER NOT NULL CHECK (bucket_bits BETWEEN 0 AND 12),
  entries      INTEGER NOT NULL,
  row_key      INTEGER NOT NULL,
  norm         TEXT    NOT NULL,
  region       TEXT    NOT NULL,
  synced_at_s  INTEGER NOT NULL,
  expires_at_s INTEGER NOT NULL,
  erased_at_s  INTEGER NOT NULL,
  duplicates   INTEGER NOT NULL,  -- the receipt: a repeated commit is answered
  rejected     INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_books_synced ON contact_books (synced_at_s);

-- The tokens of a book, spread by a keyed hash over 2^bucket_bits sealed rows.
CREATE TABLE contact_chunks (
  id     INTEGER PRIMARY KEY,  -- callee << 12 | bucket
  sealed BLOB NOT NULL
) STRICT;

-- At most one open upload an account, and its parts.
CREATE TABLE contact_uploads (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  account         INTEGER NOT NULL UNIQUE,
  mode            TEXT    NOT NULL CHECK (mode IN ('full', 'delta')),
  epoch           INTEGER NOT NULL,
  base_generation INTEGER NOT NULL,
  norm            TEXT    NOT NULL,
  region          TEXT    NOT NULL,
  entries         INTEGER NOT NULL,
  digest          BLOB    NOT NULL CHECK (length(digest) = 32),  -- keyed, bound to the account
  next_sequence   INTEGER NOT NULL,
  tokens          INTEGER NOT NULL,
  row_key         INTEGER NOT NULL,
  opened_at_s     INTEGER NOT NULL
) STRICT;

CREATE TABLE contact_parts (
  upload   INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  added    INTEGER NOT NULL,
  removed  INTEGER NOT NULL,
  sealed   BLOB    NOT NULL,
  PRIMARY KEY (upload, sequence)
) STRICT;

-- The verified identifiers of an account: one sealed row of fixed size.
CREATE TABLE contact_identifiers (
  account INTEGER PRIMARY KEY,
  row_key INTEGER NOT NULL,
  sealed  BLOB    NOT NULL
) STRICT;

-- Who has an identifier, by a keyed hash of its token. Account 0: nobody any more; kept for a while
-- so that the next owner of a recycled number is recognised as such.
CREATE TABLE contact_owners (
  tag         BLOB    NOT NULL PRIMARY KEY CHECK (length(tag) = 16),
  account     INTEGER NOT NULL,
  moved_at_s  INTEGER NOT NULL,
  erased_at_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_owners_account ON contact_owners (account);

-- Identifiers whose owner has objected.
CREATE TABLE contact_suppressed (
  tag        BLOB    NOT NULL PRIMARY KEY CHECK (length(tag) = 16),
  added_at_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an account has used of its limits: leaky buckets, each a level and the time of its last change.
CREATE TABLE contact_quotas (
  account         INTEGER PRIMARY KEY,
  evaluations     INTEGER NOT NULL,
  evaluations_at  INTEGER NOT NULL,
  full_syncs      INTEGER NOT NULL,
  full_syncs_at   INTEGER NOT NULL,
  delta_syncs     INTEGER NOT NULL,
  delta_syncs_at  INTEGER NOT NULL,
  identifiers     INTEGER NOT NULL,
  identifiers_at  INTEGER NOT NULL,
  credit_at_s     INTEGER NOT NULL,
  credit_epoch    INTEGER NOT NULL
) STRICT;

-- From here on: the decision log (decision_log.md).

-- Everything a log can say of a user hangs on 32 random bytes, written with the user's row and
-- deleted with it. Not in that row, which every decision reads and which is kept small.
CREATE TABLE log_seeds (
  user INTEGER PRIMARY KEY,
  seed BLOB NOT NULL CHECK (length(seed) = 32)
) STRICT;

-- The second copy of each log's newest checkpoint: a log folder that holds less is an old copy. A
-- row is replaced by one of the same or a later month, size and opening only.
CREATE TABLE log_checkpoints (
  log    TEXT    NOT NULL PRIMARY KEY,  -- its name
  origin TEXT    NOT NULL,              -- NAME/2026-11
  size   INTEGER NOT NULL CHECK (size >= 0),
  boot   INTEGER NOT NULL CHECK (boot BETWEEN 0 AND 65535),  -- the log's last opening
  note   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Entries that wait until a process with a log takes them over.
CREATE TABLE log_outbox (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  kind    INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 255),
  payload BLOB    NOT NULL CHECK (length(payload) = 128)
) STRICT;

-- Reports of replays that wait for the process that has their log open.

-- Of one log each: another one would not hold what the report is about.
CREATE TABLE log_reports (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  log    TEXT    NOT NULL,  -- its name
  report BLOB    NOT NULL CHECK (length(report) BETWEEN 1 AND 8388608)
) STRICT;

-- What facts are derived from: earlier calls, consent, lists, schedules. engine/derived/rows.h says
-- what each kind is, whose keys it has, and how its bytes are packed.
CREATE TABLE derived (
  kind      INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 255),
  a         INTEGER NOT NULL,  -- a user, or a group (negative)
  b         INTEGER NOT NULL,  -- a user, or 0
  data      BLOB    NOT NULL CHECK (length(data) BETWEEN 1 AND 32768),
  expires_s INTEGER NOT NULL,  -- Unix time from which it says nothing; 0: never
  PRIMARY KEY (kind, a, b)
) STRICT, WITHOUT ROWID;
CREATE INDEX derived_b ON derived (b) WHERE b <> 0;

-- For people with sqlite3: what users have chosen or were given, one row each.
CREATE VIEW v_settings (user, name, value) AS
WITH digits (user, name, type, lowest, highest, shift, mask, word) AS (
  SELECT u.name, e.name, e.type, e.lowest, e.highest,
         e.first_bit % 32, (1 << e.width_bits) - 1,
         hex(substr(u.settings, 4 * (e.first_bit / 32) + 1, 4))
  FROM users AS u CROSS JOIN entries AS e
  WHERE e.block = 'user'
), coded (user, name, type, lowest, highest, code) AS (
  -- instr() gives a hexadecimal digit's value, 0 for the digit that is not listed.
  SELECT user, name, type, lowest, highest, ((
           instr('123456789ABCDEF', substr(word, 2, 1))
         | (instr('123456789ABCDEF', substr(word, 1, 1)) << 4)
         | (instr('123456789ABCDEF', substr(word, 4, 1)) << 8)
         | (instr('123456789ABCDEF', substr(word, 3, 1)) << 12)
         | (instr('123456789ABCDEF', substr(word, 6, 1)) << 16)
         | (instr('123456789ABCDEF', substr(word, 5, 1)) << 20)
         | (instr('123456789ABCDEF', substr(word, 8, 1)) << 24)
         | (instr('123456789ABCDEF', substr(word, 7, 1)) << 28)) >> shift) & mask
  FROM digits
)
SELECT c.user, c.name,
       coalesce(v.value,
                CASE WHEN c.type = 'int' AND c.lowest + c.code - 1 <= c.highest
                     THEN CAST(c.lowest + c.code - 1 AS TEXT) END,
                'corrupt')
FROM coded AS c
LEFT JOIN entry_values AS v ON v.block = 'user' AND v.name = c.name AND v.code = c.code - 1
WHERE c.code > 0;

-- The same for relations: "subject relation object", value 'true' or the choice.
CREATE VIEW v_relations (subject, relation, object, value) AS
SELECT s.name, e.name, o.name, coalesce(v.value, 'corrupt')
FROM users AS s
JOIN pairs AS p ON p.callee = s.id
JOIN users AS o ON o.id = p.caller
JOIN entries AS e ON e.block = 'pair'
LEFT JOIN entry_values AS v
  ON v.block = 'pair' AND v.name = e.name
     AND v.code = (p.forward >> e.first_bit) & ((1 << e.width_bits) - 1)
WHERE (p.forward >> e.first_bit) & ((1 << e.width_bits) - 1);
