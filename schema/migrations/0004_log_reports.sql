-- Reports of replays that wait for the process that has their log open (decision_log.md). A table
-- of its own, so that programs that do not know it, and would log an entry without its report,
-- leave them alone.

-- Of one log each: another one would not hold what the report is about.
CREATE TABLE log_reports (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  log    TEXT    NOT NULL,  -- its name
  report BLOB    NOT NULL CHECK (length(report) BETWEEN 1 AND 8388608)
) STRICT;
