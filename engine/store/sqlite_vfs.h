// SQLite's file system with two changes that decisions need. Takes the default one; gives names to
// open connections with.
#pragma once

namespace ringfence {

/// Null where SQLite has no file system at all.
///
/// Strict: a page of the database that is not there in full is an error. SQLite reads what is
/// missing as zeros; where somebody has cut the file in the middle of a page, rows of that page (a
/// block, say) would silently be gone.
const char* StrictVfs();

/// The same, and it never sleeps. SQLite's own retries to begin a read transaction last up to ten
/// seconds, busy timeout or not, while another process holds a lock of the log's index (a process
/// that was stopped while it emptied the log, say); a decision must not wait that long.
const char* ImpatientVfs();

}  // namespace ringfence
