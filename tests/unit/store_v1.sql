-- Ringfence's database as `ringfence init` creates it: schema version 1 (PRAGMA user_version), in an
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
