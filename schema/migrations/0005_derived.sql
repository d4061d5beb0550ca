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
