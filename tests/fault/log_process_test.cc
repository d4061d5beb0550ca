// Two writers, forked children, folders that are moved under a writer: one of them goes on, the
// other does not write a byte. On real files.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "fault/log_world.h"
#include "unit/log_builder.h"
#include "unit/sanitizers.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

namespace fs = std::filesystem;

std::string Digest(const std::string& folder) { return DigestOf(&SystemFiles(), folder); }

/// AddressSanitizer's allocator may be locked for ever in a child of a process with threads.
LogWriter::Setup ForForking(const TestLog& log) {
  LogWriter::Setup setup = log.Setup();
  setup.threads = RINGFENCE_TEST_SANITIZED == 0;
  return setup;
}

/// A child's exit code; a child that hangs is killed and gives -1.
template <class Body>
int InChild(Body body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(20);
    _exit(body());
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

uint32_t SomePolicy(LogWriter* writer) {
  Hash digest;
  const std::string blob = TestPolicyBlob("first", &digest);
  const Result<uint32_t> number = writer->PolicyNumber(digest, 1, blob);
  REQUIRE_MESSAGE(number.ok(), number.status().message());
  return *number;
}

Recorded RecordOne(Recorder* recorder, uint32_t policy) {
  static std::mt19937_64 random(Seed());
  RequestId receipt;
  return recorder->Record(RandomRecord(policy, &random), recorder->Now(), &receipt);
}

TEST_CASE("a second process is refused, and so is a second writer in the same one") {
  const TestLog log;
  const std::shared_ptr<LogWriter> writer = log.Open(ForForking(log));
  REQUIRE(writer->Flush().ok());
  const std::string before = Digest(log.path());
  CHECK(LogWriter::Open(log.Setup()).status().code() == StatusCode::kBusy);
  CHECK(InChild([&] {
          return LogWriter::Open(log.Setup()).status().code() == StatusCode::kBusy ? 0 : 1;
        }) == 0);
  CHECK(Digest(log.path()) == before);
  CHECK(writer->Flush().ok());
}

TEST_CASE("a copy of the folder is another log, but not while the first one is open") {
  const TestLog log;
  const std::shared_ptr<LogWriter> writer = log.Open(log.Setup());
  const uint32_t policy = SomePolicy(writer.get());
  std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  REQUIRE(RecordOne(recorder.get(), policy) == Recorded::kYes);
  fs::copy(log.path(), log.path() + ".copy", fs::copy_options::recursive);
  LogWriter::Setup setup = log.Setup();
  setup.options.path += ".copy";
  // They would share the rings.
  CHECK(LogWriter::Open(setup).status().code() == StatusCode::kBusy);
  recorder.reset();
  REQUIRE(writer->Close().ok());
  CHECK(writer->Counters().sealed == 3);
  CHECK(LogWriter::Open(setup).ok());
}

TEST_CASE("a forked child records nothing, hangs nowhere, and its parent goes on") {
  const TestLog log;
  std::shared_ptr<LogWriter> writer = log.Open(ForForking(log));
  const uint32_t policy = SomePolicy(writer.get());
  std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  REQUIRE(RecordOne(recorder.get(), policy) == Recorded::kYes);
  const auto use_all = [&] {
    int step = 1;
    for (int i = 0; i < 100; ++i, ++step) {
      if (RecordOne(recorder.get(), policy) != Recorded::kCounted) return step;
    }
    if (recorder->Lose(recorder->Now()) != Recorded::kCounted) return step;
    if (writer->NewRecorder().status().code() != StatusCode::kClosed) return ++step;
    if (writer->PolicyNumber(Hash{9}, 9, "{}").status().code() != StatusCode::kClosed)
      return ++step;
    writer->Append(OwnEntry{});
    if (writer->Flush().code() != StatusCode::kClosed) return ++step;
    if (!writer->Counters().failed) return ++step;
    if (writer->Close().code() != StatusCode::kClosed) return ++step;
    recorder.reset();
    writer.reset();
    return 0;
  };
  // While the parent's threads hold locks and wait, too.
  for (int i = 0; i < 20; ++i) {
    for (int k = 0; k < 10; ++k) RecordOne(recorder.get(), policy);
    if (i % 4 == 0) REQUIRE(writer->Flush().ok());
    CHECK(InChild(use_all) == 0);
  }
  REQUIRE(writer->Flush().ok());
  CHECK(writer->Counters().decisions == 201);
  recorder.reset();
  REQUIRE(writer->Close().ok());
  CHECK(FindingsOn(&SystemFiles(), log.path()) == "");
}

TEST_CASE("a child that lives on does not keep the log from being opened again") {
  const TestLog log;
  std::shared_ptr<LogWriter> writer = log.Open(log.Setup());
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[1]);
    char byte = 0;
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  close(ends[0]);
  REQUIRE(writer->Close().ok());
  const Result<std::shared_ptr<LogWriter>> again = LogWriter::Open(log.Setup());
  CHECK_MESSAGE(again.ok(), again.status().message());
  close(ends[1]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a log opened in the child") {
  const TestLog log, other;
  const std::shared_ptr<LogWriter> writer = log.Open(ForForking(log));
  CHECK(InChild([&] {
          const Result<std::shared_ptr<LogWriter>> own = LogWriter::Open(other.Setup());
          if (!own.ok()) return 1;
          Result<std::unique_ptr<Recorder>> recorder = (*own)->NewRecorder();
          if (!recorder.ok()) return 2;
          const Result<uint32_t> policy = (*own)->PolicyNumber(Hash{1}, 1, "{}");
          if (!policy.ok() || RecordOne(recorder->get(), *policy) != Recorded::kYes) return 3;
          recorder->reset();
          return (*own)->Close().ok() ? 0 : 4;
        }) == 0);
  CHECK(EntriesOn(&SystemFiles(), other.path()).size() == 4);
}

TEST_CASE("after Close the log can be opened again, whoever still holds the old one") {
  const TestLog log;
  const std::shared_ptr<LogWriter> writer = log.Open(log.Setup());
  const uint32_t policy = SomePolicy(writer.get());
  const std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  REQUIRE(RecordOne(recorder.get(), policy) == Recorded::kYes);
  REQUIRE(writer->Close().ok());
  const std::shared_ptr<LogWriter> second = log.Open(log.Setup());
  REQUIRE(second->Flush().ok());
  const std::string before = Digest(log.path());
  CHECK(RecordOne(recorder.get(), policy) == Recorded::kCounted);
  CHECK(writer->Flush().code() == StatusCode::kClosed);
  CHECK(writer->Close().ok());
  CHECK(writer->NewRecorder().status().code() == StatusCode::kClosed);
  CHECK(writer->PolicyNumber(Hash{9}, 9, "{}").status().code() == StatusCode::kClosed);
  CHECK(!writer->Counters().failed);
  CHECK(Digest(log.path()) == before);
  CHECK(second->Flush().ok());
}

/// What a writer without threads may still do once `lose` has happened: nothing.
template <class Lose>
void CheckFenced(const TestLog& log, const std::string& looked_at, Lose lose) {
  LogWriter::Setup setup = log.Setup();
  setup.threads = false;
  const std::shared_ptr<LogWriter> writer = log.Open(setup);
  const uint32_t policy = SomePolicy(writer.get());
  std::unique_ptr<Recorder> recorder = std::move(writer->NewRecorder()).value();
  REQUIRE(RecordOne(recorder.get(), policy) == Recorded::kYes);
  REQUIRE(writer->SealOnce().ok());  // not signed yet
  REQUIRE(RecordOne(recorder.get(), policy) == Recorded::kYes);
  lose();
  const std::string before = Digest(looked_at);
  CHECK(!writer->CheckpointOnce().ok());
  CHECK(!writer->SealOnce().ok());
  CHECK(!writer->Flush().ok());
  CHECK(RecordOne(recorder.get(), policy) == Recorded::kCounted);
  CHECK(writer->Counters().failed);
  CHECK(!writer->Close().ok());
  CHECK(Digest(looked_at) == before);
}

TEST_CASE("the fence: another number in state/boot") {
  const TestLog log;
  CheckFenced(log, log.path(), [&] { std::ofstream(log.path() + "/state/boot") << "2\n"; });
  const TestLog other;
  CheckFenced(other, other.path(), [&] { fs::remove(other.path() + "/state/boot"); });
}

TEST_CASE("the folder is renamed, or replaced by another, under its writer") {
  const TestLog log;
  CheckFenced(log, log.path() + ".moved", [&] { fs::rename(log.path(), log.path() + ".moved"); });
  fs::rename(log.path() + ".moved", log.path());
  CHECK(LogWriter::Open(log.Setup()).ok());
  const TestLog other;
  CheckFenced(other, other.path(), [&] {
    fs::rename(other.path(), other.path() + ".moved");
    fs::copy(other.path() + ".moved", other.path(), fs::copy_options::recursive);
  });
}

TEST_CASE("a writer with threads stops by itself when its folder is gone") {
  const TestLog log;
  const std::shared_ptr<LogWriter> writer = log.Open(log.Setup());
  fs::rename(log.path(), log.path() + ".moved");
  for (int i = 0; i < 500 && !writer->Counters().failed; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(writer->Counters().failed);
  CHECK(!writer->Flush().ok());
  fs::rename(log.path() + ".moved", log.path());
}

}  // namespace
}  // namespace ringfence
