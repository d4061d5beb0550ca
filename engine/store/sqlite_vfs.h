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

/// The same, and it hardly sleeps. To begin a read transaction SQLite tries up to a hundred times,
/// busy timeout or not, while somebody changes the log's index, and sleeps ever longer in between:
/// ten seconds in all where a process was stopped right then. A decision must not wait for that. It
/// must not give up within microseconds either, or it would find the store unavailable each time it
/// meets somebody who is just emptying the log. With this much sleep it gives up after some ten
/// milliseconds.
inline constexpr int kMaxSleepUs = 50;
const char* ImpatientVfs();

}  // namespace ringfence
