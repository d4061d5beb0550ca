-- Contact sync: keys' public halves, books, uploads, verified identifiers, objections, quotas.
-- What stands in a sealed column opens only with the key file; contact_sync.md says how.

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
