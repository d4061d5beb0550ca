// What opening and making a log refuse: each limit and one past it, foreign keys and folders. A
// refusal changes nothing.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "fault/log_world.h"

namespace ringfence {
namespace {

namespace fs = std::filesystem;

void Write(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

StatusCode CodeOf(const LogWriter::Setup& setup) { return LogWriter::Open(setup).status().code(); }

TEST_CASE("options: each limit, and one past it") {
  const TestLog log;
  struct Limit {
    int LogOptions::*field;
    int least, most;
  };
  for (const Limit limit :
       {Limit{&LogOptions::block_ms, 0, 60000}, Limit{&LogOptions::flush_ms, 1, 10000},
        Limit{&LogOptions::checkpoint_ms, 1, 60000}, Limit{&LogOptions::heartbeat_s, 0, 86400}}) {
    for (const auto& [value, good] : {std::pair{limit.least - 1, false},
                                      {limit.least, true},
                                      {limit.most, true},
                                      {limit.most + 1, false}}) {
      CAPTURE(value);
      LogWriter::Setup setup = log.Setup();
      setup.options.*limit.field = value;
      CHECK(CodeOf(setup) == (good ? StatusCode::kOk : StatusCode::kInvalidArgument));
    }
  }
  for (const auto& [entries, good] : {std::pair{8u, false},
                                      {15u, false},
                                      {16u, true},
                                      {17u, false},
                                      {48u, false},
                                      {65536u, true},
                                      {65537u, false},
                                      {131072u, false},
                                      {0u, false}}) {
    CAPTURE(entries);
    LogWriter::Setup setup = log.Setup();
    setup.options.ring_entries = entries;
    CHECK(CodeOf(setup) == (good ? StatusCode::kOk : StatusCode::kInvalidArgument));
  }
  LogWriter::Setup setup = log.Setup();
  setup.options.path.clear();
  CHECK(CodeOf(setup) == StatusCode::kInvalidArgument);
  setup = log.Setup();
  setup.options.keys.clear();
  CHECK(CodeOf(setup) == StatusCode::kInvalidArgument);
  setup = log.Setup();
  setup.options.ballast_bytes = 0;
  CHECK(CodeOf(setup) == StatusCode::kOk);
}

TEST_CASE("key files: of another log, readable by others, missing, no key file") {
  const TestLog log, other;
  const std::string before = DigestOf(&SystemFiles(), log.path());
  LogWriter::Setup setup = log.Setup();
  setup.options.keys = other.keys();
  CHECK(CodeOf(setup) == StatusCode::kInvalidArgument);
  setup.options.keys = log.keys();
  for (const mode_t mode : {0640u, 0604u, 0660u}) {
    REQUIRE(chmod(log.keys().c_str(), mode) == 0);
    CHECK(CodeOf(setup) == StatusCode::kInvalidArgument);
  }
  REQUIRE(chmod(log.keys().c_str(), 0600) == 0);
  setup.options.keys += ".gone";
  CHECK(CodeOf(setup) == StatusCode::kNotFound);
  fs::copy(log.path() + "/log.json", setup.options.keys);
  REQUIRE(chmod(setup.options.keys.c_str(), 0600) == 0);
  CHECK(CodeOf(setup) == StatusCode::kParse);
  CHECK(DigestOf(&SystemFiles(), log.path()) == before);
  CHECK(CodeOf(log.Setup()) == StatusCode::kOk);
}

TEST_CASE("folders: none, of another application, of a later version") {
  const TestLog log;
  const LogWriter::Setup setup = log.Setup();
  const std::string json = log.path() + "/log.json";
  const std::string text = SystemFiles().ReadWhole(json, 10000).value();
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    return changed.replace(at, from.size(), to);
  };
  fs::remove(json);
  CHECK(CodeOf(setup) == StatusCode::kSchema);
  Write(json, "{\"version\": 3}");
  CHECK(CodeOf(setup) == StatusCode::kSchema);
  Write(json, replaced("\"ringfence_log\": 1", "\"ringfence_log\": 2"));
  CHECK(CodeOf(setup) == StatusCode::kSchema);
  Write(json, text.substr(0, text.size() / 2));
  CHECK(CodeOf(setup) == StatusCode::kParse);
  Write(json, text);
  LogWriter::Setup gone = setup;
  gone.options.path += ".gone";
  CHECK(CodeOf(gone) == StatusCode::kSchema);
  CHECK(!fs::exists(log.path() + "/state/boot"));
  CHECK(CodeOf(setup) == StatusCode::kOk);
}

TEST_CASE("65,535 openings, and not one more") {
  const TestLog log;
  Write(log.path() + "/state/boot", "65534\n");
  CHECK(CodeOf(log.Setup()) == StatusCode::kOk);
  const std::string before = DigestOf(&SystemFiles(), log.path());
  CHECK(CodeOf(log.Setup()) == StatusCode::kLimit);
  CHECK(DigestOf(&SystemFiles(), log.path()) == before);
  for (const char* text : {"", "x\n", "-1\n", "1", "4294967297\n", "7 \n"}) {
    CAPTURE(text);
    Write(log.path() + "/state/boot", text);
    CHECK(CodeOf(log.Setup()) == StatusCode::kCorrupt);
  }
}

TEST_CASE("a new log: names, and nothing is left of one that could not be made") {
  const TemporaryFolder folder;
  LogInit init;
  init.path = folder.file("log");
  init.keys = folder.file("keys");
  const auto make = [&] { return InitLog(&SystemFiles(), init).code(); };
  const auto nothing_there = [&] { return fs::is_empty(folder.path()); };
  for (const std::string& name :
       {std::string(), std::string("/a"), std::string("a/"), std::string("A"), std::string("a b"),
        std::string("-a"), std::string("a+b"), std::string(201, 'a'), std::string("a\n")}) {
    CAPTURE(name);
    init.name = name;
    CHECK(make() == StatusCode::kInvalidArgument);
    CHECK(nothing_there());
  }
  init.name = "example.com/ring";
  for (const std::string& keys : {init.path + "/keys", init.path + "/state/keys",
                                  folder.path() + "/./x/../log/keys", init.path, std::string()}) {
    CAPTURE(keys);
    init.keys = keys;
    CHECK(make() == StatusCode::kInvalidArgument);
    CHECK(nothing_there());
  }
  init.path += "/";
  init.keys = folder.file("log/keys");
  CHECK(make() == StatusCode::kInvalidArgument);
  CHECK(nothing_there());
  // In a folder that is not there.
  init.path = folder.file("no/log");
  init.keys = folder.file("keys");
  CHECK(make() != StatusCode::kOk);
  CHECK(nothing_there());
  init.path = folder.file("log");
  init.keys = folder.file("no/keys");
  CHECK(make() != StatusCode::kOk);
  CHECK(nothing_there());
  // Key files are never overwritten, and folders must be empty.
  init.keys = folder.file("keys");
  Write(init.keys, "precious");
  CHECK(make() == StatusCode::kInvalidArgument);
  CHECK(SystemFiles().ReadWhole(init.keys, 100).value() == "precious");
  fs::remove(init.keys);
  fs::create_directory(init.path);
  Write(init.path + "/file", "");
  CHECK(make() == StatusCode::kInvalidArgument);
  CHECK(!fs::exists(init.keys));
  fs::remove(init.path + "/file");
  init.name = std::string(200, 'a');
  CHECK(make() == StatusCode::kOk);
  CHECK(make() == StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ringfence
