// Files that are not as they should be: missing, somebody else's, newer, locked, read-only,
// truncated while they are read.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "fault/worlds.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Mode = StoreOptions::Mode;

void Require(const Status& status) { REQUIRE_MESSAGE(status.ok(), status.message()); }

Status OpenStatus(const std::string& path, Mode mode) { return OpenFile(path, mode).status(); }

// Runs the body in a process of its own; true if it returned 0. As root nothing is read-only, so
// the process may have to be somebody else.
int InProcess(bool unprivileged, const std::function<int()>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (unprivileged && geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(body());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

TEST_CASE("missing: not found, unless it is to be created") {
  const TemporaryFolder folder;
  for (Mode mode : {Mode::kReadOnly, Mode::kReadWrite}) {
    CHECK(OpenStatus(folder.file("none.db"), mode).code() == StatusCode::kNotFound);
    CHECK(OpenStatus(folder.file("none/none.db"), mode).code() == StatusCode::kNotFound);
  }
  CHECK_FALSE(std::filesystem::exists(folder.file("none.db")));
  CHECK_FALSE(OpenStatus(folder.file("none/none.db"), Mode::kCreate).ok());
  CHECK(OpenStatus(folder.path(), Mode::kReadWrite).code() == StatusCode::kIo);
  CHECK(OpenStatus(folder.path(), Mode::kCreate).code() == StatusCode::kIo);
  CHECK(OpenStatus(std::string("a\0b", 3), Mode::kReadOnly).code() == StatusCode::kInvalidArgument);
  Require(OpenStatus(folder.file("none.db"), Mode::kCreate));
  Require(OpenStatus(folder.file("none.db"), Mode::kCreate));
}

TEST_CASE("a path is a path, whatever SQLite would read into it") {
  const TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  for (const char* name : {":memory:", "file:x.db?mode=memory", "file:y.db"}) {
    CAPTURE(std::string(name));
    CHECK(OpenStatus(name, Mode::kReadWrite).code() == StatusCode::kNotFound);
    Require(OpenStatus(name, Mode::kCreate));
    CHECK(std::filesystem::exists(folder.file(name)));
  }
  std::filesystem::current_path(before);
}

TEST_CASE("somebody else's file is refused and not changed by a byte") {
  const TemporaryFolder folder;
  Sql(folder.file("other.db"), "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  Sql(folder.file("marked.db"), "PRAGMA application_id = 42; CREATE TABLE t (a)");
  Sql(folder.file("versioned.db"), "PRAGMA user_version = 1");
  std::ofstream(folder.file("text.db")) << std::string(5000, 'x');
  std::ofstream(folder.file("short.db")) << "SQLite format 3";
  for (const char* name : {"other.db", "marked.db", "versioned.db", "text.db", "short.db"}) {
    CAPTURE(std::string(name));
    const std::string bytes = FileBytes(folder.file(name));
    for (Mode mode : {Mode::kReadOnly, Mode::kReadWrite, Mode::kCreate}) {
      const Status status = OpenStatus(folder.file(name), mode);
      CHECK(status.code() == StatusCode::kSchema);
      CHECK(status.message().find("not a Ringfence store") != std::string::npos);
    }
    CHECK(FileBytes(folder.file(name)) == bytes);
    CHECK_FALSE(std::filesystem::exists(folder.file(name) + std::string("-wal")));
  }
}

TEST_CASE("an empty file becomes a store only where one is to be created") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("empty.db")).close();
  for (Mode mode : {Mode::kReadOnly, Mode::kReadWrite}) {
    const Status status = OpenStatus(folder.file("empty.db"), mode);
    CHECK(status.code() == StatusCode::kSchema);
    CHECK(status.message().find("empty") != std::string::npos);
  }
  CHECK(FileBytes(folder.file("empty.db")).empty());
  Require(OpenStatus(folder.file("empty.db"), Mode::kCreate));
}

TEST_CASE("a newer schema is refused, and the versions are named") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  NewSqliteStore(path);
  Sql(path, "PRAGMA user_version = 8; UPDATE meta SET min_reader = 7, min_writer = 8");
  const Status reading = OpenStatus(path, Mode::kReadOnly);
  CHECK(reading.code() == StatusCode::kSchema);
  CHECK(reading.message() ==
        "the store has schema 8, to read which a program must know schema 7, and this one knows 6");
  const Status writing = OpenStatus(path, Mode::kReadWrite);
  CHECK(writing.code() == StatusCode::kSchema);
  CHECK(writing.message() ==
        "the store has schema 8, to write which a program must know schema 8, "
        "and this one knows 6");
}

TEST_CASE("a writer in another process: sessions read on, writers wait and say busy") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  const auto store = NewSqliteStore(path, 10);
  Require(Write(*store, [](StoreTransaction& t) { return t.AddUser("bob"); }));
  auto session = store->NewSession(nullptr);
  Require(session.status());
  Connection other = OpenPlain(path);
  Require(other.Execute("BEGIN IMMEDIATE", "lock"));
  const Status busy = store->Begin().status();
  CHECK(busy.code() == StatusCode::kBusy);
  CHECK(AskSource(**session, "alice", "bob").Get("callee.known") == "true");
  (*session)->EndSnapshot();
  CHECK(store->Revision().ok());
  Require(other.Execute("ROLLBACK", "unlock"));
  Require(Write(*store, [](StoreTransaction& t) { return t.AddUser("carol"); }));
}

TEST_CASE("locked as a whole by another process: busy, not corrupt and not empty") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  NewSqliteStore(path);
  Connection other = OpenPlain(path);
  Require(other.Execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", "lock"));
  // POSIX locks are of processes.
  CHECK(InProcess(false, [&] {
          int wrong = 0;
          for (Mode mode : {Mode::kReadOnly, Mode::kReadWrite, Mode::kCreate}) {
            if (OpenStatus(path, mode).code() != StatusCode::kBusy) ++wrong;
          }
          return wrong;
        }) == 0);
}

TEST_CASE("a file that may only be read") {
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  {
    const auto store = NewSqliteStore(path);
    Require(Write(*store, [](StoreTransaction& t) { return FillWorld(t, 10); }));
  }
  REQUIRE(chmod(path.c_str(), 0444) == 0);
  REQUIRE(chmod(folder.path().c_str(), 0777) == 0);
  const auto read_and_fail_to_write = [&] {
    if (OpenStatus(path, Mode::kReadWrite).code() != StatusCode::kReadOnly) return 1;
    if (OpenStatus(path, Mode::kCreate).code() != StatusCode::kReadOnly) return 2;
    auto store = OpenFile(path, Mode::kReadOnly);
    if (!store.ok()) return 3;
    if ((*store)->Begin().status().code() != StatusCode::kReadOnly) return 4;
    if ((*store)->Purge().status().code() != StatusCode::kReadOnly) return 5;
    if (Dump(**store).find("u3 follows u4") == std::string::npos) return 6;
    auto session = (*store)->NewSession(nullptr);
    if (!session.ok()) return 7;
    if (AskSource(**session, "u4", "u3").Get("callee.follows(caller)") != "true") return 8;
    return 0;
  };
  CHECK(InProcess(true, read_and_fail_to_write) == 0);
  // Where not even the files beside it can be made, reading is refused with a reason.
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
  REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
  CHECK(InProcess(true, [&] {
          if (OpenStatus(path, Mode::kCreate).code() != StatusCode::kReadOnly) return 1;
          const Status status = OpenStatus(path, Mode::kReadOnly);
          if (status.code() != StatusCode::kReadOnly) return 2;
          return status.message().find("-shm") == std::string::npos ? 3 : 0;
        }) == 0);
  CHECK(InProcess(true, [&] {
          return OpenStatus(folder.file("new.db"), Mode::kCreate).code() == StatusCode::kReadOnly
                     ? 0
                     : 1;
        }) == 0);
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
}

// Cuts one of the store's files under an open session and asks many questions.
void CutUnderReader(bool checkpointed, const char* suffix, double part) {
  constexpr int kUsers = 3000;
  const TemporaryFolder folder;
  const std::string path = folder.file("store.db");
  auto store = NewSqliteStore(path);
  Require(Write(*store, [](StoreTransaction& t) { return FillWorld(t, kUsers); }));
  if (checkpointed) CHECK(store->Purge().value());
  auto session = store->NewSession(nullptr);
  Require(session.status());
  CHECK(AskSource(**session, "u1", "u0").Get("callee.follows(caller)") == "true");
  (*session)->EndSnapshot();
  const auto size = static_cast<double>(std::filesystem::file_size(path + suffix));
  REQUIRE(size > 0);
  REQUIRE(truncate((path + suffix).c_str(), static_cast<off_t>(size * part)) == 0);
  std::mt19937_64 random(Seed());
  for (int i = 0; i < 500; ++i) {
    const uint64_t callee = random() % kUsers;
    const Answer answer = AskSource(**session, "u" + std::to_string((callee + 1) % kUsers),
                                    "u" + std::to_string(callee));
    (*session)->EndSnapshot();
    const std::string follows = answer.Get("callee.follows(caller)");
    CHECK((follows == "true" || follows == "unavailable"));
    const std::string verified = answer.Get("callee.verified");
    CHECK((verified == (callee % 2 == 0 ? "false" : "true") || verified == "unavailable"));
  }
  // The owner of the damage hears of it, too.
  const auto findings = store->Doctor();
  CHECK((!findings.ok() || !findings->empty()));
}

TEST_CASE("truncated under a reader: right or unavailable, never another answer, never a crash") {
  for (double part : {0.0, 0.1, 0.33, 0.5, 0.9}) {
    CAPTURE(part);
    CutUnderReader(true, "", part);
    CutUnderReader(false, "-wal", part);
  }
}

}  // namespace
}  // namespace ringfence
