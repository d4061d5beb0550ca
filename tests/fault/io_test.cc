// Every operation on the file fails once, one after another, until a run has no failure: after each
// the file opens, is healthy, and holds the state before or after the write, nothing else.
#include <doctest/doctest.h>

#include <filesystem>

#include "fault/fault_vfs.h"
#include "fault/worlds.h"
#include "store/sqlite_vfs.h"

namespace ringfence {
namespace {

using How = FaultVfs::How;
using Mode = StoreOptions::Mode;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

int ErrorOf(FileOp op) {
  switch (op) {
    case FileOp::kOpen:
      return SQLITE_CANTOPEN;
    case FileOp::kRead:
      return SQLITE_IOERR_READ;
    case FileOp::kWrite:
      return SQLITE_IOERR_WRITE;
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

// What one run of a loop below needs: a file in the state before, and both states as text.
struct Fixture {
  explicit Fixture(int users) {
    {
      const auto store = NewSqliteStore(pristine);
      Require(Write(*store, [&](StoreTransaction& t) { return FillWorld(t, users); }));
      Require(store->SaveLogCheckpoint(kFaultLog, FaultCheckpoint(7)));
      before = Dump(*store);
    }
    Reset();
    const auto store = NewSqliteStore(path);
    Require(Write(*store, ChangeWorld));
    after = Dump(*store);
    REQUIRE(before != after);
    REQUIRE(after.find("waits: 7") != std::string::npos);  // the erasure that ChangeWorld causes
  }
  void Reset() {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
      std::filesystem::remove(path + suffix);
    }
    std::filesystem::copy_file(pristine, path);
  }
  /// Nothing fails any more: the file must open for writing, be healthy and in one of both states.
  void CheckFile(bool acknowledged) {
    auto store = OpenFile(path, Mode::kReadWrite);
    Require(store.status());
    RequireHealthy(**store);
    const std::string now = Dump(**store);
    if (acknowledged) {
      CHECK(now == after);
    } else {
      CHECK((now == before || now == after));
    }
    Require(Write(**store, [](StoreTransaction& t) { return t.AddUser("later"); }));
  }

  TemporaryFolder folder;
  std::string pristine = folder.file("pristine.db");
  std::string path = folder.file("store.db");
  std::string before, after;
};

struct Counts {
  int runs = 0, failed_writes = 0, acknowledged = 0;
};

// Opens, changes the world and purges, failing the n-th operation, for n = 1, 2, ...
Counts FailEach(Fixture& fixture, FaultVfs& vfs, FileOp op, How how, int error) {
  Counts counts;
  for (int64_t n = 1;; ++n) {
    CAPTURE(n);
    REQUIRE(n < 5000);
    fixture.Reset();
    vfs.FailAt(op, n, error, how);
    bool acknowledged = false;
    {
      auto store = OpenFile(fixture.path, Mode::kReadWrite, StandardLayout(), 0);
      if (store.ok()) {
        const Status written = Write(**store, ChangeWorld);
        acknowledged = written.ok();
        if (!acknowledged) {
          ++counts.failed_writes;
          CHECK_FALSE(written.message().empty());
          CHECK(written.code() != StatusCode::kInternal);
        }
        // Not purged, or an error: both may happen here.
        static_cast<void>((*store)->Purge());
      } else {
        CHECK(store.status().code() != StatusCode::kInternal);
      }
    }
    const bool failed = vfs.Disarm();
    fixture.CheckFile(acknowledged);
    ++counts.runs;
    counts.acknowledged += acknowledged ? 1 : 0;
    if (failed) continue;
    CHECK(acknowledged);
    return counts;
  }
}

TEST_CASE("each operation fails once, or for good: old state or new, and healthy") {
  Fixture fixture(30);
  FaultVfs vfs;
  for (FileOp op : kFileOps) {
    for (How how : {How::kOnce, How::kFromThenOn}) {
      CAPTURE(ToString(op));
      CAPTURE(static_cast<int>(how));
      const Counts counts = FailEach(fixture, vfs, op, how, ErrorOf(op));
      // The loop has seen something.
      CHECK(counts.runs > 2);
      CHECK(counts.acknowledged > 0);
      CHECK(counts.acknowledged < counts.runs + (op == FileOp::kTruncate ? 1 : 0));
      if (op == FileOp::kWrite || op == FileOp::kSync) CHECK(counts.failed_writes > 0);
    }
  }
}

TEST_CASE("a file being created: after any failure it can be created") {
  FaultVfs vfs;
  for (FileOp op : kFileOps) {
    for (int64_t n = 1;; ++n) {
      CAPTURE(ToString(op));
      CAPTURE(n);
      REQUIRE(n < 1000);
      const TemporaryFolder folder;
      vfs.FailAt(op, n, ErrorOf(op), How::kFromThenOn);
      static_cast<void>(OpenFile(folder.file("store.db"), Mode::kCreate, StandardLayout(), 0));
      const bool failed = vfs.Disarm();
      auto store = OpenFile(folder.file("store.db"), Mode::kCreate);
      Require(store.status());
      RequireHealthy(**store);
      CHECK(Dump(**store).empty());
      if (!failed) break;
    }
  }
}

TEST_CASE("a store goes on after a failure, without being opened again") {
  Fixture fixture(30);
  FaultVfs vfs;
  for (FileOp op : {FileOp::kRead, FileOp::kWrite, FileOp::kSync, FileOp::kLock}) {
    fixture.Reset();
    auto store = OpenFile(fixture.path, Mode::kReadWrite, StandardLayout(), 0);
    Require(store.status());
    auto session = (*store)->NewSession(nullptr);
    Require(session.status());
    uint64_t revision = *(*store)->Revision();
    for (int64_t n = 1; n < 200; ++n) {
      CAPTURE(ToString(op));
      CAPTURE(n);
      const std::string user = "n" + std::to_string(n);
      vfs.FailAt(op, n, ErrorOf(op), How::kOnce);
      const Status written = Write(**store, [&](StoreTransaction& t) {
        return t.Relate(user, Relation("follows"), "u1", 1);
      });
      const bool failed = vfs.Disarm();
      if (written.ok()) ++revision;
      // What was refused is not seen by anybody, what was acknowledged by all.
      CHECK((*store)->Revision().value() == revision);
      const Answer answer = AskSource(**session, "u1", user);
      (*session)->EndSnapshot();
      CHECK(answer.Get("callee.follows(caller)") == (written.ok() ? "true" : "false"));
      if (!failed) break;
    }
    RequireHealthy(**store);
  }
}

TEST_CASE("a log's writes under failures: acknowledged and there, or refused and not there") {
  Fixture fixture(30);
  const std::array<uint8_t, kLogPayloadBytes> payload{};
  FaultVfs vfs;
  for (FileOp op : {FileOp::kRead, FileOp::kWrite, FileOp::kSync, FileOp::kLock}) {
    fixture.Reset();
    auto store = OpenFile(fixture.path, Mode::kReadWrite, StandardLayout(), 0);
    Require(store.status());
    const uint64_t revision = *(*store)->Revision();
    uint64_t size = 7;
    size_t waiting = 0;
    int refused = 0;
    for (int64_t n = 1;; ++n) {
      CAPTURE(ToString(op));
      CAPTURE(n);
      REQUIRE(n < 1000);
      vfs.FailAt(op, n, ErrorOf(op), How::kOnce);
      const Status saved = (*store)->SaveLogCheckpoint(kFaultLog, FaultCheckpoint(size + 1));
      const Result<int64_t> added = (*store)->AddToLogOutbox(10, payload);
      const Result<int64_t> report = (*store)->AddLogReport(kFaultLog, "report");
      const bool failed = vfs.Disarm();
      size += saved.ok() ? 1 : 0;
      waiting += added.ok() ? 1 : 0;
      refused += saved.ok() && added.ok() ? 0 : 1;
      CHECK((*store)->LoadLogCheckpoint(kFaultLog).value()->size == size);
      CHECK((*store)->LogOutbox()->size() == waiting);
      const std::vector<LogReportRow> reports = (*store)->LogReports(kFaultLog).value();
      CHECK(reports.size() == (report.ok() ? 1 : 0));
      if (report.ok()) Require((*store)->RemoveLogReports(std::vector<int64_t>{*report}));
      CHECK((*store)->Revision().value() == revision);
      if (failed) continue;
      CHECK(saved.ok());
      CHECK(added.ok());
      break;
    }
    if (op == FileOp::kWrite || op == FileOp::kSync) CHECK(refused > 0);
    RequireHealthy(**store);
  }
}

TEST_CASE("disk full during an import: nothing of it is applied, and it can be repeated") {
  Fixture fixture(30);
  FaultVfs vfs;
  // More than the writer's cache would hold back and several times the log's automatic checkpoint.
  constexpr int kUsers = 20000;
  const auto import_all = [](StoreTransaction& t) {
    for (int i = 0; i < kUsers; ++i) {
      Status status = t.Relate("import" + std::to_string(i), Relation("follows"),
                               "import" + std::to_string((i * 7919 + 1) % kUsers), 1);
      if (!status.ok()) return status;
    }
    return Status();
  };
  int refused = 0;
  for (int64_t n = 1;; n = n * 3 + 1) {
    CAPTURE(n);
    fixture.Reset();
    auto store = OpenFile(fixture.path, Mode::kReadWrite, StandardLayout(), 0);
    Require(store.status());
    vfs.FailAt(FileOp::kWrite, n, SQLITE_FULL, How::kFromThenOn);
    const Status imported = Write(**store, import_all);
    const bool failed = vfs.Disarm();
    if (!imported.ok()) {
      ++refused;
      CHECK(imported.code() == StatusCode::kFull);
      CHECK(Dump(**store) == fixture.before);
      RequireHealthy(**store);
      // Space has been made.
      Require(Write(**store, [](StoreTransaction& t) { return t.AddUser("later"); }));
    }
    if (!failed) {
      CHECK(imported.ok());
      break;
    }
  }
  CHECK(refused > 3);
}

TEST_CASE("a session under failing reads: right, or unavailable, and itself again afterwards") {
  Fixture fixture(2000);
  FaultVfs vfs;
  auto store = OpenFile(fixture.path, Mode::kReadWrite, StandardLayout(), 0);
  Require(store.status());
  for (FileOp op : {FileOp::kRead, FileOp::kLock, FileOp::kSharedMemory}) {
    int unavailable = 0;
    for (int64_t n = 1;; ++n) {
      CAPTURE(ToString(op));
      CAPTURE(n);
      REQUIRE(n < 1000);
      auto session = (*store)->NewSession(nullptr);
      Require(session.status());
      vfs.FailAt(op, n, ErrorOf(op), How::kOnce);
      const Answer answer = AskSource(**session, "u1001", "u1000");
      SnapshotInfo info;
      const Status status = (*session)->Info(&info);
      (*session)->EndSnapshot();
      const bool failed = vfs.Disarm();
      for (const auto& [fact, value] :
           {std::pair("callee.verified", "false"), std::pair("caller.verified", "true"),
            std::pair("callee.follows(caller)", "true"),
            std::pair("caller.follows(callee)", "false")}) {
        const std::string now = answer.Get(fact);
        CHECK((now == value || now == "unavailable"));
        if (now == "unavailable") ++unavailable;
      }
      CHECK(
          (status.ok() || status.code() == StatusCode::kBusy || status.code() == StatusCode::kIo));
      const Answer again = AskSource(**session, "u1001", "u1000");
      (*session)->EndSnapshot();
      CHECK(again.Get("callee.follows(caller)") == "true");
      CHECK(again.Get("callee.verified") == "false");
      if (!failed) break;
    }
    // A lock that is refused once is had at the second try.
    if (op == FileOp::kRead) CHECK(unavailable > 0);
  }
}

TEST_CASE("a session that gets no lock says unavailable without sleeping as SQLite would") {
  Fixture fixture(30);
  FaultVfs vfs;
  auto store = OpenFile(fixture.path, Mode::kReadWrite, StandardLayout(), 10);
  Require(store.status());
  auto session = (*store)->NewSession(nullptr);
  Require(session.status());
  vfs.FailAt(FileOp::kLock, 1, SQLITE_BUSY, How::kFromThenOn);
  const int64_t before = vfs.sleeps();
  const Answer answer = AskSource(**session, "u1", "u2");
  SnapshotInfo info;
  CHECK((*session)->Info(&info).code() == StatusCode::kBusy);
  PolicyRecord record;
  CHECK((*session)->PolicyText(1, &record).code() == StatusCode::kBusy);
  (*session)->EndSnapshot();
  CHECK((*session)->Resolve("u1").status().code() == StatusCode::kBusy);
  for (Group group : {Group::kCallee, Group::kCaller, Group::kPair}) CHECK(answer.Failed(group));
  CHECK(vfs.sleeps() == before);
  sqlite3_vfs* impatient = sqlite3_vfs_find(ImpatientVfs());
  CHECK(impatient->xSleep(impatient, 10000000) == kMaxSleepUs);
  // A writer does.
  CHECK((*store)->Begin().status().code() == StatusCode::kBusy);
  CHECK(vfs.sleeps() > before);
  CHECK(vfs.Disarm());
  CHECK(AskSource(**session, "u1", "u2").Get("callee.known") == "true");
  (*session)->EndSnapshot();
}

}  // namespace
}  // namespace ringfence
