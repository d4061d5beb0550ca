-- The decision log: seeds of users, copies of checkpoints, entries that wait (decision_log.md).
-- Users that are known already get their seeds from the program that migrates, because SQLite's
-- random bytes are not made for keys.

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
