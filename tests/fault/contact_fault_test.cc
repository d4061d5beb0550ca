// Sync, rotation and removal while disk, power and the process itself fail: the book before or the
// book after, never half of one, and nothing that was acknowledged is lost.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fault/contact_worlds.h"
#include "fault/fault_vfs.h"
#include "fault/worlds.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using How = FaultVfs::How;
using Mode = StoreOptions::Mode;

int ErrorOf(FileOp op) {
  switch (op) {
    case FileOp::kOpen:
      return SQLITE_CANTOPEN;
    case FileOp::kRead:
      return SQLITE_IOERR_READ;
    case FileOp::kWrite:
      return SQLITE_FULL;
    case FileOp::kSync:
      return SQLITE_IOERR_FSYNC;
    case FileOp::kTruncate:
      return SQLITE_IOERR_TRUNCATE;
    case FileOp::kSharedMemory:
      return SQLITE_IOERR_SHMMAP;
    case FileOp::kLock:
      return SQLITE_BUSY;
  }
  return SQLITE_IOERR;
}

// Opens the file and runs until something fails. How many transactions were acknowledged.
size_t Go(const ContactRun& run, const std::string& path, Status* stopped) {
  size_t acknowledged = 0;
  auto store = OpenFile(path, Mode::kReadWrite, StandardLayout(), 0);
  *stopped = store.status();
  if (store.ok()) *stopped = run.Go(**store, [&] { ++acknowledged; });
  return acknowledged;
}

TEST_CASE("each operation of a sync, a rotation and a removal fails once, or for good") {
  const ContactRun run;
  const size_t all = run.states().size() - 1;
  FaultVfs vfs;
  for (FileOp op : kFileOps) {
    int failures = 0;
    for (How how : {How::kOnce, How::kFromThenOn}) {
      CAPTURE(ToString(op));
      CAPTURE(static_cast<int>(how));
      for (int64_t n = 1;; ++n) {
        CAPTURE(n);
        REQUIRE(n < 5000);
        run.Reset(run.path());
        vfs.FailAt(op, n, ErrorOf(op), how);
        Status stopped;
        const size_t acknowledged = Go(run, run.path(), &stopped);
        const bool failed = vfs.Disarm();
        if (!stopped.ok()) {
          ++failures;
          CHECK_FALSE(stopped.message().empty());
          CHECK(stopped.code() != StatusCode::kInternal);
        }
        run.CheckFile(run.path(), acknowledged);
        if (failed) continue;
        CHECK(acknowledged == all);
        break;
      }
    }
    // Only cutting a log that is used anew is never in a transaction's way.
    if (op != FileOp::kTruncate) CHECK(failures > 0);
  }
}

TEST_CASE("power is lost at each change of the files during a sync, a rotation and a removal") {
  const ContactRun run;
  const std::string restored = run.folder().file("restored.db");
  int losses = 0;
  bool lost = true;
  for (int64_t n = 1; lost; ++n) {
    REQUIRE(n < 5000);
    for (uint64_t kind = 0; kind < 2; ++kind) {
      CAPTURE(n);
      CAPTURE(kind);
      size_t acknowledged = 0;
      {
        FaultVfs vfs;
        run.Reset(run.path());
        vfs.Record({run.path(), run.path() + "-wal"});
        vfs.LosePowerAt(n, Seed() + 2 * static_cast<uint64_t>(n) + kind);
        Status stopped;
        acknowledged = Go(run, run.path(), &stopped);
        lost = vfs.power_lost();
        if (!lost) break;
        ++losses;
        for (const char* suffix : {"", "-wal"}) {
          std::ofstream(restored + suffix, std::ios::binary) << vfs.disk().at(run.path() + suffix);
        }
        std::filesystem::remove(restored + "-shm");
      }
      run.CheckFile(restored, acknowledged);
    }
  }
  CHECK(losses > 100);
}

// Runs in a process of its own that is killed at the n-th operation. How many transactions it had
// acknowledged; `*killed` is false when there is no n-th operation.
size_t GoAndDie(const ContactRun& run, FileOp op, int64_t n, bool* killed) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    FaultVfs vfs;
    vfs.FailAt(op, n, SQLITE_IOERR, How::kKill);
    auto store = OpenFile(run.path(), Mode::kReadWrite, StandardLayout(), 0);
    if (!store.ok()) _exit(1);
    const Status stopped = run.Go(**store, [&] {
      if (write(ends[1], "+", 1) != 1) _exit(2);
    });
    _exit(stopped.ok() ? 0 : 3);
  }
  close(ends[1]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  *killed = WIFSIGNALED(status);
  if (!*killed) CHECK(WEXITSTATUS(status) == 0);
  size_t acknowledged = 0;
  for (char byte = 0; read(ends[0], &byte, 1) == 1;) ++acknowledged;
  close(ends[0]);
  return acknowledged;
}

TEST_CASE("kill -9 at every write, sync and truncation of a sync, a rotation and a removal") {
  const ContactRun run;
  for (FileOp op : {FileOp::kWrite, FileOp::kSync, FileOp::kTruncate}) {
    int64_t kills = 0;
    for (bool killed = true; killed; ++kills) {
      REQUIRE(kills < 5000);
      CAPTURE(ToString(op));
      CAPTURE(kills);
      run.Reset(run.path());
      const size_t acknowledged = GoAndDie(run, op, kills + 1, &killed);
      run.CheckFile(run.path(), acknowledged);
      if (!killed) CHECK(acknowledged == run.states().size() - 1);
    }
    CHECK(kills > (op == FileOp::kTruncate ? 1 : 10));
  }
}

}  // namespace
}  // namespace ringfence
