// The key file of a log: what it says, who may have it, how epochs are destroyed in it, and that
// none of it stays in memory.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "contract/temporary_folder.h"
#include "log/key_text.h"
#include "log/keys.h"
#include "unit/log_keys_support.h"
#include "unit/memory_search.h"

namespace ringfence {
namespace {

void Write(const std::string& path, std::string_view text, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(chmod(path.c_str(), mode) == 0);
}

std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Status ReadStatus(const std::string& path) { return ReadLogKeys(path).status(); }

bool Contains(const Status& status, std::string_view part) {
  return status.message().find(part) != std::string::npos;
}

std::string Replaced(std::string_view text, std::string_view what, std::string_view by) {
  const size_t at = text.find(what);
  REQUIRE(at != std::string_view::npos);
  return std::string(text).replace(at, what.size(), by);
}

// Any six digits of a key in a row would be a leak.
bool ShowsKey(const Status& status) {
  const std::string_view text = kLogKeysText;
  for (const size_t begin : {text.find("0001"), text.find("4041")}) {
    for (size_t i = 0; i + 6 <= 64; ++i) {
      if (Contains(status, text.substr(begin + i, 6))) return true;
    }
  }
  return false;
}

// --- Text

TEST_CASE("log key text: what is written is what is read") {
  CHECK(FormatLogKeys(KnownLogKeys()) == kLogKeysText);
  const Result<LogKeys> keys = ParseLogKeys(kLogKeysText);
  REQUIRE_MESSAGE(keys.ok(), keys.status().message());
  CHECK(keys->identity == KnownLogKeys().identity);
  CHECK(keys->signing_seed == Counting(0));
  CHECK(keys->first_epoch == 690);
  CHECK(keys->first_key == Counting(0x40));
  for (const uint32_t epoch : {0u, kLastEpoch}) {
    LogKeys other = KnownLogKeys();
    other.first_epoch = epoch;
    CHECK(ParseLogKeys(FormatLogKeys(other)).value().first_epoch == epoch);
  }
}

TEST_CASE("log key text: every length but the whole, every bit flipped is refused") {
  for (size_t size = 0; size < kLogKeysText.size(); ++size) {
    const Status status = ParseLogKeys(kLogKeysText.substr(0, size)).status();
    CHECK(status.code() == StatusCode::kParse);
    CHECK_FALSE(ShowsKey(status));
  }
  for (size_t bit = 0; bit < 8 * kLogKeysText.size(); ++bit) {
    std::string text(kLogKeysText);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    const Status status = ParseLogKeys(text).status();
    CHECK(status.code() == StatusCode::kParse);
    CHECK_FALSE(ShowsKey(status));
  }
}

TEST_CASE("log key text: other forms are refused, with line and expectation") {
  const std::string title = "line 1: expected 'ringfence log keys 1'";
  const std::string log = "line 2: expected 'log ' and 32 lower-case hexadecimal digits";
  const std::string signing = "line 3: expected 'signing ' and 64 lower-case hexadecimal digits";
  const std::string epoch =
      "line 4: expected 'epoch ', a number from 0 to 7116, and 64 lower-case hexadecimal digits";
  const std::string sum = "line 5: expected 'sum ' and 32 lower-case hexadecimal digits";
  const std::string wrong = "line 5: the sum does not fit the lines above: the file is damaged";
  const std::string last = "line 5: the sum must be the last line";
  const std::string text(kLogKeysText);
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"", title},
      {crlf, title},
      {"\xEF\xBB\xBF" + text, title},
      {" " + text, title},
      {"\n" + text, title},
      {Replaced(text, "keys 1", "keys 2"), title},
      {Replaced(text, "log keys", "facts keys"), title},
      {Replaced(text, "ringfence", std::string("ring\0ence", 9)), title},
      {Replaced(text, "log a0", "log  a0"), log},
      {Replaced(text, "log a0", "log A0"), log},
      {Replaced(text, "log a0", "log a"), log},
      {Replaced(text, "log a0", "log a0a0"), log},
      {Replaced(text, "log a0", "id a0"), log},
      {Replaced(text, "signing", "sign"), signing},
      {Replaced(text, "1d1e1f\n", "1d1e\n"), signing},
      {Replaced(text, "1d1e1f\n", "1d1e1f \n"), signing},
      {Replaced(text, "0a0b", "0A0B"), signing},
      {Replaced(text, "epoch 690", "epoch 0690"), epoch},
      {Replaced(text, "epoch 690", "epoch +690"), epoch},
      {Replaced(text, "epoch 690", "epoch -1"), epoch},
      {Replaced(text, "epoch 690", "epoch "), epoch},
      {Replaced(text, "epoch 690", "epoch"), epoch},
      {Replaced(text, "epoch 690", "epoch 7117"), epoch},
      {Replaced(text, "epoch 690", "epoch 99999999999999999999"), epoch},
      {Replaced(text, "epoch 690 ", "epoch 690  "), epoch},
      {Replaced(text, "epoch 690 ", "epoch 690"), epoch},
      {Replaced(text, "5d5e5f\n", "5d5e5f00\n"), epoch},
      {Replaced(text, "sum ed", "sum"), "line 5: expected 'sum '"},
      {Replaced(text, "sum ed", "sum e"), sum},
      {Replaced(text, "sum ed", "sum ED"), sum},
      {Replaced(text, "sum ed", "sum ee"), wrong},
      {Replaced(text, "epoch 690", "epoch 691"), wrong},
      {Replaced(text, "log a0", "log b0"), wrong},
      {text + "\n", last},
      {text + text, last},
  };
  for (const auto& [changed, message] : cases) {
    const Status status = ParseLogKeys(changed).status();
    CHECK(status.code() == StatusCode::kParse);
    CHECK(status.message() == "key file " + message);
    CHECK_FALSE(ShowsKey(status));
  }
  CHECK(ParseLogKeys(text + std::string(20000, '\n')).status().code() == StatusCode::kLimit);
}

// --- File

TEST_CASE("a new log key file: mode, contents, never over something") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys");
  const mode_t umask_before = umask(0777);
  const Status created = CreateLogKeys(path, KnownLogKeys());
  umask(umask_before);
  REQUIRE_MESSAGE(created.ok(), created.message());
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK(ReadText(path) == kLogKeysText);
  const Result<LogKeys> keys = ReadLogKeys(path);
  REQUIRE_MESSAGE(keys.ok(), keys.status().message());
  CHECK(keys->signing_seed == Counting(0));

  LogKeys other = KnownLogKeys();
  other.first_epoch = 3;
  CHECK(CreateLogKeys(path, other).code() == StatusCode::kInvalidArgument);
  CHECK(ReadText(path) == kLogKeysText);
  REQUIRE(symlink(folder.file("none").c_str(), folder.file("link").c_str()) == 0);
  CHECK(CreateLogKeys(folder.file("link"), other).code() == StatusCode::kInvalidArgument);
  CHECK_FALSE(std::filesystem::exists(folder.file("none")));
  CHECK(CreateLogKeys(folder.file("none/keys"), other).code() == StatusCode::kIo);
  CHECK(CreateLogKeys("", other).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("log key file: permissions, each with the way to mend it") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys");
  Write(path, kLogKeysText);
  for (const mode_t mode : std::initializer_list<mode_t>{0600, 0400, 0700}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    CHECK(ReadStatus(path).ok());
  }
  for (const mode_t mode :
       std::initializer_list<mode_t>{0644, 0640, 0660, 0604, 0602, 0601, 0610, 0620}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    const Status status = ReadStatus(path);
    CHECK(status.code() == StatusCode::kInvalidArgument);
    CHECK(Contains(status, "chmod 600 '" + path + "'"));
    CHECK_FALSE(ShowsKey(status));
    CHECK(DestroyEpochsBefore(path, 691).code() == StatusCode::kInvalidArgument);
  }
  CHECK(ReadText(path) == kLogKeysText);
}

TEST_CASE("log key file: links, another user's, what is no file") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys"), link = folder.file("link");
  Write(path, kLogKeysText);
  REQUIRE(symlink(path.c_str(), link.c_str()) == 0);
  CHECK(ReadStatus(link).code() == StatusCode::kInvalidArgument);
  CHECK(Contains(ReadStatus(link), "symbolic link"));
  REQUIRE(unlink(link.c_str()) == 0);
  REQUIRE(::link(path.c_str(), link.c_str()) == 0);
  CHECK(ReadStatus(path).code() == StatusCode::kInvalidArgument);
  CHECK(Contains(ReadStatus(path), "hard links"));
  REQUIRE(unlink(link.c_str()) == 0);
  CHECK(ReadStatus(path).ok());

  CHECK(ReadStatus(folder.file("none")).code() == StatusCode::kNotFound);
  CHECK(ReadStatus(folder.path()).code() == StatusCode::kInvalidArgument);
  const std::string pipe = folder.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(ReadStatus(pipe).code() == StatusCode::kInvalidArgument);
  CHECK(ReadStatus("/dev/null").code() == StatusCode::kInvalidArgument);
  if (geteuid() != 0) {
    MESSAGE("not tested: only root can give a file away");
    return;
  }
  REQUIRE(chown(path.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
  CHECK(Contains(ReadStatus(path), "belongs to user 12345: chown 0 '" + path + "'"));
}

TEST_CASE("log key file: damage, size, the file of something else") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys");
  for (const std::string& text :
       {std::string(), std::string(kLogKeysText.substr(0, 100)), std::string(16384, 'x'),
        std::string("ringfence-contact-keys 1\n")}) {
    Write(path, text);
    CHECK(ReadStatus(path).code() == StatusCode::kParse);
    CHECK(DestroyEpochsBefore(path, 700).code() == StatusCode::kParse);
    CHECK(ReadText(path) == text);
  }
  Write(path, std::string(16385, 'x'));
  CHECK(ReadStatus(path).code() == StatusCode::kInvalidArgument);
  CHECK(Contains(ReadStatus(path), "16 KiB"));
}

TEST_CASE("epochs before one are destroyed; what follows can still be read") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys");
  Write(path, kLogKeysText);
  for (const uint32_t epoch : {0u, 5u, 690u}) {
    REQUIRE(DestroyEpochsBefore(path, epoch).ok());
    CHECK(ReadText(path) == kLogKeysText);
  }
  CHECK(DestroyEpochsBefore(path, kLastEpoch + 1).code() == StatusCode::kInvalidArgument);
  CHECK(ReadText(path) == kLogKeysText);
  const std::string beside = path + ".new";
  Write(beside, "what a crash left", 0644);
  REQUIRE(DestroyEpochsBefore(path, 692).ok());
  CHECK_FALSE(std::filesystem::exists(beside));
  CHECK(ReadText(path) ==
        "ringfence log keys 1\n"
        "log a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
        "signing 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
        "epoch 692 0b969b96a9115a8f57988d2397a5a9372e6873ff06cb0f47fd3507208f0d7a94\n"
        "sum b4aef361e347921035fbb942c653741b\n");
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  const LogKeys keys = ReadLogKeys(path).value();
  CHECK(keys.EpochKey(691).status().code() == StatusCode::kNotFound);
  CHECK(keys.EpochKey(693).value() == KnownLogKeys().EpochKey(693).value());
  REQUIRE(DestroyEpochsBefore(path, kLastEpoch).ok());
  CHECK(ReadLogKeys(path).value().first_key == keys.EpochKey(kLastEpoch).value());
}

TEST_CASE("epochs are destroyed by one at a time, and what many do is done") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys");
  Write(path, kLogKeysText);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(flock(fd, LOCK_EX) == 0);
  CHECK(DestroyEpochsBefore(path, 691).code() == StatusCode::kBusy);
  CHECK(ReadStatus(path).ok());
  close(fd);
  std::vector<std::thread> threads;
  std::vector<uint32_t> reached(4, 690);
  for (size_t i = 0; i < reached.size(); ++i) {
    threads.emplace_back([&, i] {
      for (uint32_t epoch = 691; epoch < 711; ++epoch) {
        if (DestroyEpochsBefore(path, epoch).ok()) reached[i] = epoch;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const LogKeys keys = ReadLogKeys(path).value();
  CHECK(keys.first_epoch == *std::max_element(reached.begin(), reached.end()));
  CHECK(keys.first_key == KnownLogKeys().EpochKey(keys.first_epoch).value());
}

// --- Memory

TEST_CASE("a log's key file leaves neither digits nor bytes of its keys behind") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.keys");
  std::vector<Needle> bytes, digits;
  Apart([&] {
    LogKeys keys = KnownLogKeys();
    FillRandom(keys.signing_seed);
    FillRandom(keys.first_key);
    REQUIRE(CreateLogKeys(path, keys).ok());
    bytes.emplace_back(Bytes(keys.signing_seed).first(16));
    bytes.emplace_back(Bytes(keys.first_key).first(16));
    char text[400] = "";
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(read(fd, text, sizeof text - 1) > 200);
    close(fd);
    digits.emplace_back(AsBytes({std::strstr(text, "signing ") + 8, 32}));
    digits.emplace_back(AsBytes({std::strstr(text, "epoch 690 ") + 10, 32}));
    Wipe({reinterpret_cast<uint8_t*>(text), sizeof text});
  });
  if (Found(bytes[0]) < 0) {
    MESSAGE("skipped: the memory of this process cannot be looked through");
    return;
  }
  const auto check = [&](int copies) {
    for (const Needle& needle : digits) CHECK(Found(needle) == 0);
    for (const Needle& needle : bytes) CHECK(Found(needle) == copies);
  };
  check(0);
  std::optional<LogKeys> keys;
  Apart([&] { keys.emplace(ReadLogKeys(path).value()); });
  check(1);
  std::optional<EpochNames> names;
  Apart([&] {
    Hash key = keys->EpochKey(690).value();
    names.emplace(key, 690);
    Wipe(key);
    names->Caller(PartySecret{PartySecret::Kind::kUnknown, {}, "someone"}, 690 * kDaysPerEpoch + 1);
  });
  CHECK(Found(bytes[1]) == 2);
  names.reset();
  check(1);
  Apart([&] { REQUIRE(DestroyEpochsBefore(path, 695).ok()); });
  check(1);
  keys.reset();
  check(0);
}

}  // namespace
}  // namespace ringfence
