// The log's files: what every implementation does, the system's, the one in memory, the one that
// fails; and that the last two fail as they say.
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contract/temporary_folder.h"
#include "fault/fault_files.h"
#include "fault/memory_files.h"
#include "log/files.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Open = LogFiles::Open;
using Loss = MemoryFiles::Loss;

std::unique_ptr<LogFile> Opened(LogFiles* files, const std::string& path,
                                Open how = Open::kCreate) {
  Result<std::unique_ptr<LogFile>> file = files->OpenFile(path, how);
  REQUIRE_MESSAGE(file.ok(), file.status().message());
  return std::move(*file);
}

void Append(LogFiles* files, const std::string& path, std::string_view text) {
  const Status status = Opened(files, path)->Append(AsBytes(text));
  REQUIRE_MESSAGE(status.ok(), status.message());
}

std::string Text(LogFiles* files, const std::string& path) {
  const Result<std::string> text = files->ReadWhole(path, 1 << 20);
  return text.ok() ? *text : "(" + std::string(ToString(text.status().code())) + ")";
}

bool Names(const Status& status, const std::string& path) {
  return status.message().find("'" + path + "'") != std::string::npos;
}

// Runs on every implementation, each with an empty folder.
void OnEach(const std::function<void(LogFiles* files, const std::string& folder)>& body) {
  {
    INFO("the system's");
    const TemporaryFolder folder;
    body(&SystemFiles(), folder.path());
  }
  {
    INFO("in memory");
    MemoryFiles memory;
    REQUIRE(memory.MakeFolder("/log").ok());
    body(&memory, "/log");
  }
  {
    INFO("without faults");
    MemoryFiles memory;
    FaultFiles faults(&memory);
    REQUIRE(faults.MakeFolder("log").ok());
    body(&faults, "log");
  }
}

// --- What all do

TEST_CASE("files: appended, read, cut, appended again") {
  OnEach([](LogFiles* files, const std::string& folder) {
    const std::string path = folder + "/file";
    const std::unique_ptr<LogFile> file = Opened(files, path);
    CHECK(file->Size().value() == 0);
    REQUIRE(file->Append(AsBytes("hello ")).ok());
    REQUIRE(file->Append(AsBytes("world")).ok());
    REQUIRE(file->Append({}).ok());
    REQUIRE(file->Sync().ok());
    CHECK(file->Size().value() == 11);
    std::array<uint8_t, 5> bytes;
    REQUIRE(file->Read(6, bytes).ok());
    CHECK(std::string(bytes.begin(), bytes.end()) == "world");
    REQUIRE(file->Read(11, {}).ok());
    for (const uint64_t offset : {7u, 11u, 100u}) {
      const Status status = file->Read(offset, bytes);
      CHECK(status.code() == StatusCode::kCorrupt);
      CHECK(Names(status, path));
    }
    REQUIRE(file->Truncate(5).ok());
    REQUIRE(file->Append(AsBytes("!")).ok());
    CHECK(Text(files, path) == "hello!");
    const std::unique_ptr<LogFile> other = Opened(files, path, Open::kAppend);
    REQUIRE(other->Append(AsBytes("?")).ok());
    REQUIRE(file->Append(AsBytes(".")).ok());
    CHECK(Text(files, path) == "hello!?.");
    const std::unique_ptr<LogFile> reader = Opened(files, path, Open::kRead);
    CHECK(reader->Size().value() == 8);
    CHECK_FALSE(reader->Append(AsBytes("x")).ok());
    CHECK_FALSE(reader->Truncate(0).ok());
    CHECK(Text(files, path) == "hello!?.");
  });
}

TEST_CASE("files: what is not there, what is none, what is too large") {
  OnEach([](LogFiles* files, const std::string& folder) {
    const std::string path = folder + "/none", deeper = folder + "/none/file";
    for (const Open how : {Open::kRead, Open::kAppend}) {
      const Status status = files->OpenFile(path, how).status();
      CHECK(status.code() == StatusCode::kNotFound);
      CHECK(Names(status, path));
    }
    CHECK(files->OpenFile(deeper, Open::kCreate).status().code() == StatusCode::kNotFound);
    CHECK(files->ReadWhole(path, 10).status().code() == StatusCode::kNotFound);
    CHECK(files->Replace(deeper, "x", 0600).code() == StatusCode::kNotFound);
    CHECK(files->MakeFolder(deeper).code() == StatusCode::kNotFound);
    CHECK(files->SyncFolder(path).code() == StatusCode::kNotFound);
    CHECK(files->List(path).status().code() == StatusCode::kNotFound);
    CHECK_FALSE(files->Exists(path).value());
    CHECK_FALSE(files->Exists(deeper).value());
    CHECK(files->Remove(path).ok());
    CHECK(files->OpenFile(folder, Open::kRead).status().code() == StatusCode::kIo);
    Append(files, path, "12345");
    CHECK(files->ReadWhole(path, 5).value() == "12345");
    const Status status = files->ReadWhole(path, 4).status();
    CHECK(status.code() == StatusCode::kLimit);
    CHECK(Names(status, path));
    CHECK(files->MakeFolder(path).code() == StatusCode::kIo);
  });
}

TEST_CASE("files: replaced whole, listed, removed, reserved") {
  OnEach([](LogFiles* files, const std::string& folder) {
    const std::string path = folder + "/b", inner = folder + "/c";
    REQUIRE(files->Replace(path, "one", 0644).ok());
    CHECK(Text(files, path) == "one");
    const std::unique_ptr<LogFile> before = Opened(files, path, Open::kRead);
    Append(files, path + ".new", "what a crash left, and longer");
    REQUIRE(files->Replace(path, "two", 0644).ok());
    CHECK(Text(files, path) == "two");
    std::array<uint8_t, 3> bytes;
    REQUIRE(before->Read(0, bytes).ok());
    CHECK(bytes[0] == 'o');
    REQUIRE(files->MakeFolder(inner).ok());
    REQUIRE(files->MakeFolder(inner).ok());
    REQUIRE(files->SyncFolder(folder + "/").ok());
    Append(files, inner + "/file", "x");
    Append(files, folder + "/a", "");
    CHECK(files->List(folder).value() == std::vector<std::string>{"a", "b", "c"});
    CHECK(files->Exists(inner).value());
    CHECK_FALSE(files->Remove(inner).ok());
    REQUIRE(files->Remove(inner + "/file").ok());
    REQUIRE(files->Remove(inner).ok());
    REQUIRE(files->Remove(path).ok());
    CHECK(files->List(folder).value() == std::vector<std::string>{"a"});
    REQUIRE(files->Allocate(folder + "/ballast", 100000).ok());
    CHECK(Opened(files, folder + "/ballast")->Size().value() == 100000);
    REQUIRE(files->Allocate(folder + "/ballast", 5).ok());
    CHECK(Opened(files, folder + "/ballast")->Size().value() == 100000);
  });
}

// --- The system's

TEST_CASE("system files: modes, and what must not keep a reader waiting") {
  const TemporaryFolder folder;
  LogFiles* const files = &SystemFiles();
  const mode_t umask_before = umask(0);
  Append(files, folder.file("file"), "x");
  REQUIRE(files->MakeFolder(folder.file("sub")).ok());
  REQUIRE(files->Replace(folder.file("public"), "x", 0644).ok());
  umask(umask_before);
  const auto mode = [&](const char* name) {
    struct stat info;
    REQUIRE(stat(folder.file(name).c_str(), &info) == 0);
    return info.st_mode & 07777;
  };
  CHECK(mode("file") == 0640);
  CHECK(mode("sub") == 0750);
  CHECK(mode("public") == 0644);
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(files->OpenFile(folder.file("pipe"), Open::kRead).status().code() == StatusCode::kIo);
  CHECK(files->ReadWhole(folder.file("pipe"), 10).status().code() == StatusCode::kIo);
  REQUIRE(symlink(folder.file("file").c_str(), folder.file("link.new").c_str()) == 0);
  CHECK_FALSE(files->Replace(folder.file("link"), "y", 0644).ok());
  CHECK(Text(files, folder.file("file")) == "x");
}

TEST_CASE("system files: replaced by many at once, a file is always whole") {
  const TemporaryFolder folder;
  const std::string path = folder.file("file");
  std::atomic<bool> done = false;
  std::atomic<int> bad = 0;
  REQUIRE(SystemFiles().Replace(path, std::string(1000, 'a'), 0644).ok());
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = 0; i < 60; ++i) {
        const std::string text(1000 + 1000 * i, static_cast<char>('a' + t));
        if (!SystemFiles().Replace(path, text, 0644).ok()) ++bad;
      }
    });
  }
  std::thread reader([&] {
    while (!done) {
      const std::string text = SystemFiles().ReadWhole(path, 1 << 20).value();
      if (text.size() % 1000 != 0 || text.find_first_not_of(text[0]) != std::string::npos) ++bad;
    }
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  reader.join();
  CHECK(bad == 0);
  CHECK(SystemFiles().List(folder.path()).value() == std::vector<std::string>{"file"});
}

// In a process that has a file system of 64 KiB to itself. 0: all well; 77: it may not have one.
int OnSmallDisk(const std::string& folder) {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return 77;
  mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (mount("none", folder.c_str(), "tmpfs", 0, "size=64k,nr_inodes=5") != 0) return 77;
  LogFiles& files = SystemFiles();
  const std::string path = folder + "/file", ballast = folder + "/ballast";
  if (!files.Replace(path, "old", 0644).ok()) return 1;
  if (!files.Allocate(ballast, 32768).ok()) return 2;
  if (files.Allocate(ballast, 1 << 20).code() != StatusCode::kFull) return 3;
  if (files.OpenFile(ballast, Open::kRead).value()->Size().value() != 32768) return 4;
  if (files.Allocate(folder + "/more", 1 << 20).code() != StatusCode::kFull) return 5;
  if (files.Exists(folder + "/more").value()) return 6;
  const std::string large(100000, 'x');
  const Status status = files.Replace(path, large, 0644);
  if (status.code() != StatusCode::kFull || !Names(status, path + ".new")) return 7;
  if (Text(&files, path) != "old" || files.Exists(path + ".new").value()) return 8;
  if (files.OpenFile(path, Open::kAppend).value()->Append(AsBytes(large)).code() !=
      StatusCode::kFull) {
    return 9;
  }
  if (!files.Remove(ballast).ok() || !files.Remove(path).ok()) return 10;
  if (!files.Replace(path, large.substr(0, 60000), 0644).ok()) return 11;
  if (mount("none", folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
  if (files.OpenFile(path, Open::kAppend).status().code() != StatusCode::kReadOnly) return 12;
  if (files.Replace(path, "x", 0644).code() != StatusCode::kReadOnly) return 13;
  if (files.MakeFolder(folder + "/sub").code() != StatusCode::kReadOnly) return 14;
  if (files.Remove(path).code() != StatusCode::kReadOnly) return 15;
  if (!files.OpenFile(path, Open::kRead).ok()) return 16;
  return 0;
}

TEST_CASE("system files: a disk that is full, then one for reading only") {
  const TemporaryFolder folder;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(OnSmallDisk(folder.path()));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("skipped: no file system of our own to fill");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}

// --- Power

TEST_CASE("power: what was synced is there, whatever is lost") {
  MemoryFiles memory;
  REQUIRE(memory.MakeFolder("log").ok());
  const std::unique_ptr<LogFile> file = Opened(&memory, "log/file");
  REQUIRE(file->Append(AsBytes(std::string(10000, 'a'))).ok());
  REQUIRE(file->Sync().ok());
  REQUIRE(memory.SyncFolder("log").ok());
  REQUIRE(memory.SyncFolder(".").ok());
  REQUIRE(file->Append(AsBytes(std::string(10000, 'b'))).ok());
  std::set<size_t> sizes;
  std::set<std::string> tails;
  for (uint64_t seed = Seed(); seed - Seed() < 300; ++seed) {
    for (const Loss loss : {Loss::kAll, Loss::kPrefix, Loss::kPages}) {
      const std::string text = memory.AfterPowerLoss(loss, seed)->Contents("log/file");
      REQUIRE(text.size() >= 10000);
      CHECK(text.substr(0, 10000) == std::string(10000, 'a'));
      CHECK(text.size() <= (loss == Loss::kAll ? 10000 : 20000));
      const std::string tail = text.substr(10000);
      if (loss == Loss::kPrefix) {
        sizes.insert(tail.size());
        CHECK(tail == std::string(tail.size(), 'b'));
      }
      if (loss == Loss::kPages) {
        tails.insert(tail);
        CHECK(tail.find_first_not_of(std::string("b\0", 2)) == std::string::npos);
      }
    }
    CHECK(memory.AfterPowerLoss(Loss::kPages, seed)->Contents("log/file") ==
          memory.AfterPowerLoss(Loss::kPages, seed)->Contents("log/file"));
  }
  CHECK(sizes.size() > 100);
  CHECK(tails.size() > 100);
  CHECK(memory.Snapshot()->Contents("log/file").size() == 20000);
}

TEST_CASE("power: a cut and what was written over it are old, new, or zero") {
  MemoryFiles memory;
  const std::unique_ptr<LogFile> file = Opened(&memory, "file");
  REQUIRE(file->Append(AsBytes(std::string(12288, 'a'))).ok());
  REQUIRE(file->Sync().ok());
  REQUIRE(memory.SyncFolder(".").ok());
  REQUIRE(file->Truncate(4096).ok());
  REQUIRE(file->Append(AsBytes(std::string(4096, 'b'))).ok());
  std::set<std::string> seen;
  for (uint64_t seed = Seed(); seed - Seed() < 500; ++seed) {
    const std::string text = memory.AfterPowerLoss(Loss::kPages, seed)->Contents("file");
    CHECK(text.substr(0, 4096) == std::string(4096, 'a'));
    CHECK(text.size() <= 12288);
    for (size_t at = 4096; at < text.size(); at += 4096) seen.insert({text[at]});
  }
  CHECK(seen == std::set<std::string>{"a", "b", std::string(1, '\0')});
  CHECK(memory.AfterPowerLoss(Loss::kAll, 1)->Contents("file") == std::string(12288, 'a'));
}

TEST_CASE("power: names are durable when their folder is synced, and not before") {
  MemoryFiles memory;
  REQUIRE(memory.MakeFolder("log").ok());
  REQUIRE(memory.SyncFolder(".").ok());
  const std::unique_ptr<LogFile> file = Opened(&memory, "log/file");
  REQUIRE(file->Append(AsBytes("x")).ok());
  REQUIRE(file->Sync().ok());
  int there = 0;
  for (uint64_t seed = Seed(); seed - Seed() < 100; ++seed) {
    there += memory.AfterPowerLoss(Loss::kPrefix, seed)->Exists("log/file").value() ? 1 : 0;
  }
  CHECK(there > 10);
  CHECK(there < 90);
  CHECK_FALSE(memory.AfterPowerLoss(Loss::kAll, 1)->Exists("log/file").value());
  REQUIRE(memory.SyncFolder("log").ok());
  CHECK(memory.AfterPowerLoss(Loss::kAll, 1)->Contents("log/file") == "x");
  REQUIRE(memory.Remove("log/file").ok());
  CHECK(memory.AfterPowerLoss(Loss::kAll, 1)->Contents("log/file") == "x");
  REQUIRE(memory.SyncFolder("log").ok());
  CHECK_FALSE(memory.AfterPowerLoss(Loss::kAll, 1)->Exists("log/file").value());
  // A folder that is gone takes along what is in it.
  REQUIRE(memory.MakeFolder("log/sub").ok());
  REQUIRE(memory.Replace("log/sub/file", "y", 0644).ok());
  CHECK_FALSE(memory.AfterPowerLoss(Loss::kAll, 1)->Exists("log/sub/file").value());
}

TEST_CASE("power: in the steps of a replacement the file is the old one or the new one") {
  MemoryFiles memory;
  FaultFiles files(&memory);
  REQUIRE(files.Replace("file", "old", 0644).ok());
  std::vector<std::unique_ptr<MemoryFiles>> moments;
  files.BeforeEach([&](FileOp, const std::string&) { moments.push_back(memory.Snapshot()); });
  REQUIRE(files.Replace("file", "new", 0644).ok());
  moments.push_back(memory.Snapshot());
  REQUIRE(moments.size() == 4);
  std::set<std::string> seen;
  for (const auto& moment : moments) {
    for (uint64_t seed = Seed(); seed - Seed() < 100; ++seed) {
      const auto after = moment->AfterPowerLoss(Loss::kPages, seed);
      seen.insert(after->Contents("file"));
      REQUIRE(after->Replace("file", "next", 0644).ok());
      CHECK(after->Contents("file") == "next");
    }
  }
  CHECK(seen == std::set<std::string>{"old", "new"});
}

TEST_CASE("power: pages of a sync that failed are lost, though the next sync succeeds") {
  MemoryFiles memory;
  FaultFiles files(&memory);
  files.OnFailedSync([&](const std::string& path) { memory.LosePages(path); });
  const std::unique_ptr<LogFile> file = Opened(&files, "file");
  REQUIRE(files.SyncFolder(".").ok());
  REQUIRE(file->Append(AsBytes("aa")).ok());
  REQUIRE(file->Sync().ok());
  REQUIRE(file->Append(AsBytes("bb")).ok());
  files.Inject({.op = FileOp::kSync, .nth = 1, .times = 1, .code = StatusCode::kIo});
  CHECK(file->Sync().code() == StatusCode::kIo);
  REQUIRE(file->Append(AsBytes("cc")).ok());
  REQUIRE(file->Sync().ok());
  CHECK(Text(&files, "file") == "aabbcc");
  for (const Loss loss : {Loss::kAll, Loss::kPrefix, Loss::kPages}) {
    CHECK(memory.AfterPowerLoss(loss, 1)->Contents("file") == std::string("aa\0\0cc", 6));
  }
  REQUIRE(file->Truncate(2).ok());
  REQUIRE(file->Append(AsBytes("dd")).ok());
  REQUIRE(file->Sync().ok());
  CHECK(memory.AfterPowerLoss(Loss::kAll, 1)->Contents("file") == "aadd");
}

// --- Faults

TEST_CASE("faults: the n-th of a sort, so many times, on some paths, then no more") {
  MemoryFiles memory;
  FaultFiles files(&memory);
  const std::unique_ptr<LogFile> a = Opened(&files, "a"), b = Opened(&files, "b");
  files.Inject({.op = FileOp::kAppend, .nth = 2, .times = 2, .code = StatusCode::kFull, .in = "a"});
  std::vector<bool> ok;
  for (int i = 0; i < 5; ++i) {
    ok.push_back(a->Append(AsBytes("x")).ok());
    CHECK(b->Append(AsBytes("x")).ok());
  }
  CHECK(ok == std::vector<bool>{true, false, false, true, true});
  CHECK(memory.Contents("a") == "xxx");
  CHECK(files.count(FileOp::kAppend) == 10);
  CHECK(files.operations() == 12);
  CHECK(files.fired() == 2);

  FileFault part = {.op = FileOp::kAppend, .code = StatusCode::kFull};
  part.written = 2;
  files.Inject(part);
  const Status status = a->Append(AsBytes("yyyy"));
  CHECK(status.code() == StatusCode::kFull);
  CHECK(Names(status, "a"));
  CHECK(memory.Contents("a") == "xxxyy");

  files.Inject({.op = std::nullopt, .nth = 3, .times = UINT64_MAX});
  CHECK(a->Sync().ok());
  CHECK(files.Exists("a").ok());
  CHECK_FALSE(a->Sync().ok());
  CHECK_FALSE(files.Allocate("c", 1).ok());
  CHECK_FALSE(files.OpenFile("a", Open::kRead).ok());
  CHECK_FALSE(a->Truncate(0).ok());
  files.Heal();
  CHECK(a->Truncate(0).ok());
}

TEST_CASE("faults: each step of a replacement leaves what a system would") {
  MemoryFiles memory;
  FaultFiles files(&memory);
  REQUIRE(files.Replace("f", "old", 0644).ok());
  FileFault fault = {.op = FileOp::kReplaceWrite, .code = StatusCode::kFull};
  fault.written = 2;
  files.Inject(fault);
  CHECK(files.Replace("f", "new", 0644).code() == StatusCode::kFull);
  CHECK(memory.Contents("f") == "old");
  CHECK(memory.Contents("f.new") == "ne");
  files.Inject({.op = FileOp::kReplaceRename});
  CHECK(files.Replace("f", "new", 0644).code() == StatusCode::kIo);
  CHECK(memory.Contents("f") == "old");
  CHECK(memory.Contents("f.new") == "new");
  files.Inject({.op = FileOp::kReplaceSync});
  CHECK(files.Replace("f", "new", 0644).code() == StatusCode::kIo);
  CHECK(memory.Contents("f") == "new");
  CHECK_FALSE(memory.Exists("f.new").value());
}

TEST_CASE("faults: a disk of so many bytes") {
  MemoryFiles memory;
  memory.SetContents("there", "12345");
  FaultFiles files(&memory);
  Opened(&files, "there");
  CHECK(files.used() == 5);
  files.SetCapacity(20);
  const std::unique_ptr<LogFile> file = Opened(&files, "file");
  REQUIRE(file->Append(AsBytes("0123456789")).ok());
  CHECK(files.Allocate("ballast", 6).code() == StatusCode::kFull);
  REQUIRE(files.Allocate("ballast", 2).ok());
  const Status full = file->Append(AsBytes("abcdef"));
  CHECK(full.code() == StatusCode::kFull);
  CHECK(memory.Contents("file") == "0123456789abc");
  CHECK(files.used() == 20);
  CHECK(files.Replace("there", "xy", 0644).code() == StatusCode::kFull);
  CHECK(memory.Contents("there") == "12345");
  REQUIRE(files.Remove("ballast").ok());
  REQUIRE(files.Replace("there", "xy", 0644).ok());
  CHECK(files.used() == 15);
  REQUIRE(file->Truncate(3).ok());
  REQUIRE(file->Append(AsBytes("123456789012345")).ok());
  CHECK_FALSE(file->Append(AsBytes("x")).ok());
  files.SetCapacity(21);
  CHECK(file->Append(AsBytes("x")).ok());
}

TEST_CASE("faults: bits that flip on the way to the disk, or back") {
  MemoryFiles memory;
  FaultFiles files(&memory);
  const std::unique_ptr<LogFile> file = Opened(&files, "file");
  files.Inject(FileFlip{.in = "fi", .offset = 5, .mask = 0x20});
  REQUIRE(file->Append(AsBytes("abc")).ok());
  CHECK(files.fired() == 0);
  REQUIRE(file->Append(AsBytes("def")).ok());
  CHECK(memory.Contents("file") == "abcdeF");
  files.Inject(FileFlip{.in = "file", .offset = 1, .mask = 0x20, .on_read = true, .times = 2});
  std::array<uint8_t, 2> bytes;
  REQUIRE(file->Read(1, bytes).ok());
  CHECK(bytes[0] == 'B');
  REQUIRE(file->Read(2, bytes).ok());
  CHECK(bytes[0] == 'c');
  CHECK(Text(&files, "file") == "aBcdeF");
  CHECK(Text(&files, "file") == "abcdeF");
  CHECK(memory.Contents("file") == "abcdeF");
  CHECK(files.fired() == 3);
}

TEST_CASE("faults: many threads, each with files of its own") {
  MemoryFiles memory;
  FaultFiles files(&memory);
  files.Inject({.op = FileOp::kAppend, .nth = 100, .times = 7});
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string path = "file" + std::to_string(t);
      const Result<std::unique_ptr<LogFile>> file = files.OpenFile(path, Open::kCreate);
      for (int i = 0; i < 200; ++i) {
        failed += (*file)->Append(AsBytes("x")).ok() ? 0 : 1;
        failed += (*file)->Sync().ok() ? 0 : 1;
        failed += files.Replace("shared", path, 0644).ok() ? 0 : 1;
        memory.AfterPowerLoss(Loss::kPages, static_cast<uint64_t>(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == 7);
  CHECK(files.used() == 4 * 200 - 7 + 5);
}

}  // namespace
}  // namespace ringfence
