// SQLite's file system with two changes that decisions need.
#include "store/sqlite_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

namespace ringfence {
namespace {

// SQLite's smallest page. What it reads in smaller pieces is the header, which may be short where
// the file is new.
constexpr int kMinPageBytes = 512;

// What the default file system does with files, and the same with a strict read. There is one such
// table for each kind of locking; on one file system all databases have the same.
const sqlite3_io_methods* g_default = nullptr;
sqlite3_io_methods g_strict;
std::mutex g_mutex;  // of these two while they are made

const sqlite3_vfs* g_base = nullptr;

int StrictRead(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  const int rc = g_default->xRead(file, buffer, size, offset);
  // The first page may be short where the file is not a database, which SQLite says better.
  const bool page = size >= kMinPageBytes && offset > 0;
  return rc == SQLITE_IOERR_SHORT_READ && page ? SQLITE_CORRUPT : rc;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  // SQLite's functions take the object they were registered with.
  const int rc = g_base->xOpen(const_cast<sqlite3_vfs*>(g_base), name, file, flags, out_flags);
  // The log checks its own pages, and temporary files are nobody else's to cut.
  if (rc != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return rc;
  const std::lock_guard lock(g_mutex);
  if (g_default == nullptr) {
    g_strict = *file->pMethods;
    g_strict.iVersion = g_strict.iVersion < 2 ? g_strict.iVersion : 2;  // 3 would map the file
    g_strict.xRead = StrictRead;
    g_default = file->pMethods;
  }
  if (file->pMethods != g_default) {
    file->pMethods->xClose(file);
    file->pMethods = nullptr;
    return SQLITE_CANTOPEN;
  }
  file->pMethods = &g_strict;
  return SQLITE_OK;
}

int SleepBriefly(sqlite3_vfs*, int microseconds) {
  const int brief = std::clamp(microseconds, 0, kMaxSleepUs);
  std::this_thread::sleep_for(std::chrono::microseconds(brief));
  return brief;
}

struct Layers {
  static constexpr const char* kStrict = "ringfence-strict";
  static constexpr const char* kImpatient = "ringfence-impatient";

  sqlite3_vfs strict, impatient;
  bool registered = false;

  Layers() {
    g_base = sqlite3_vfs_find(nullptr);
    if (g_base == nullptr) return;
    strict = *g_base;
    strict.pNext = nullptr;
    strict.zName = kStrict;
    strict.xOpen = Open;
    impatient = strict;
    impatient.zName = kImpatient;
    impatient.xSleep = SleepBriefly;
    registered = sqlite3_vfs_register(&strict, 0) == SQLITE_OK &&
                 sqlite3_vfs_register(&impatient, 0) == SQLITE_OK;
  }
};

// For the life of the process: connections point to them.
bool Registered() {
  static Layers& layers = *new Layers();
  return layers.registered;
}

}  // namespace

const char* StrictVfs() { return Registered() ? Layers::kStrict : nullptr; }

const char* ImpatientVfs() { return Registered() ? Layers::kImpatient : nullptr; }

}  // namespace ringfence
