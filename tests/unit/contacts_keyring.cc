// The key file: what it says, who may have it, how it is replaced; and the keys made of it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contacts/key_file.h"
#include "contacts/keyring.h"
#include "unit/contacts_support.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

Status ParseStatus(std::string text, std::string_view tenant = "default") {
  return Keyring::Parse(std::move(text), tenant).status();
}

Status LoadStatus(const std::string& path) { return Keyring::Load(path, "default").status(); }

void Write(const std::string& path, std::string_view text, mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << text;
  REQUIRE(chmod(path.c_str(), mode) == 0);
}

bool Contains(const Status& status, std::string_view part) {
  return status.message().find(part) != std::string::npos;
}

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  const size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

// Any six digits of a key in a row would be a leak.
bool ShowsKey(const Status& status) {
  const std::string digits =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
      "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
      "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
  for (size_t i = 0; i + 6 <= digits.size(); ++i) {
    if (Contains(status, digits.substr(i, 6))) return true;
  }
  return false;
}

TEST_CASE("keys are derived as an independent implementation derives them") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  CHECK(ToHex(keyring->seed_check()) == "9c98eb33777650aaf201f0d0d260e040");
  REQUIRE(keyring->row_keys().size() == 2);
  const RowKey* const first = keyring->FindRowKey(1);
  const RowKey* const third = keyring->FindRowKey(3);
  REQUIRE(first != nullptr);
  REQUIRE(third == &keyring->newest_row_key());
  CHECK(keyring->FindRowKey(0) == nullptr);
  CHECK(keyring->FindRowKey(2) == nullptr);
  CHECK(ToHex(first->check) == "5c1ad2f3e11a8fd42c16247d7aec91cb");
  CHECK(ToHex(first->seal) == "b98b3ac2be9ef08a2b56cdc96cd68ec2aad271166b4e5e5821725b27d95e1dd2");
  CHECK(ToHex(first->bucket) == "c480b4b867ff786aeea1ee17eb005545");
  CHECK(ToHex(third->check) == "36c2392edb65c54386496273ff23139e");
  CHECK(ToHex(third->seal) == "496dbd2660ee5d5e81a233401b0b3c98b22333b0cf4a605b76a722110ea7c5bc");
  CHECK(ToHex(third->bucket) == "143636f3edf573df7499cd7e7b39843c");
  Token token;
  for (uint8_t i = 0; i < 16; ++i) token[i] = i;
  CHECK(ToHex(keyring->TagOf(2, token)) == "e9b07e7031ebd31e661d2f266b51aaff");
  const OprfKeyPair& key = keyring->EpochKey(1);
  CHECK(ToHex(key.secret) == "62a7155c8970e459f5d47e80773cd9bc644539250eb006a08e14e3ce2b4cbe03");
  CHECK(ToHex(key.public_key) ==
        "48cf49e05d2711b8adba990eec69a462ef8b25709dbc00cb9c780cd35564c834");
}

TEST_CASE("tenants and epochs have other keys; rows do not depend on the tenant") {
  const std::shared_ptr<const Keyring> one = KnownKeyring("default");
  const std::shared_ptr<const Keyring> other = KnownKeyring("other");
  CHECK(one->EpochKey(1).public_key != one->EpochKey(2).public_key);
  CHECK(one->EpochKey(1).public_key != other->EpochKey(1).public_key);
  CHECK(one->seed_check() != other->seed_check());
  CHECK(one->TagOf(1, {}) != one->TagOf(2, {}));
  CHECK(one->TagOf(1, {}) != other->TagOf(1, {}));
  CHECK(one->newest_row_key().check == other->newest_row_key().check);
}

TEST_CASE("epoch keys are worked out once, by whichever thread comes first") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  std::vector<const OprfKeyPair*> seen(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i] { seen[i] = &keyring->EpochKey(7); });
  }
  for (std::thread& thread : threads) thread.join();
  for (int64_t epoch = 1; epoch < 20; ++epoch) keyring->EpochKey(epoch);
  CHECK(std::set<const OprfKeyPair*>(seen.begin(), seen.end()).size() == 1);
  CHECK(seen[0] == &keyring->EpochKey(7));
}

TEST_CASE("tenants have names of a few letters") {
  const std::string text(kKeyText);
  CHECK(ParseStatus(text, "a-b_9").ok());
  CHECK(ParseStatus(text, std::string(64, 'a')).ok());
  for (const std::string& bad : {std::string(), std::string(65, 'a'), std::string("A"),
                                 std::string("a/epoch=2"), std::string("a b")}) {
    CHECK(ParseStatus(text, bad).code() == StatusCode::kInvalidArgument);
  }
}

TEST_CASE("key text: every length but the whole is refused") {
  for (size_t size = 0; size < kKeyText.size(); ++size) {
    const Status status = ParseStatus(std::string(kKeyText.substr(0, size)));
    CHECK(status.code() == StatusCode::kParse);
    CHECK_FALSE(ShowsKey(status));
  }
  CHECK(ParseStatus(std::string(kKeyText)).ok());
}

TEST_CASE("key text: every bit flipped is refused") {
  for (size_t bit = 0; bit < 8 * kKeyText.size(); ++bit) {
    std::string text(kKeyText);
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    const Status status = ParseStatus(text);
    CHECK(status.code() == StatusCode::kParse);
    CHECK_FALSE(ShowsKey(status));
  }
}

TEST_CASE("key text: other forms are refused, with the line") {
  const std::string text(kKeyText);
  const size_t seed = text.find("seed"), row = text.find("row 1"), next = text.find("row 3");
  const std::string seed_line = text.substr(seed, row - seed);
  const std::string row_line = text.substr(row, next - row);
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  const struct {
    std::string text;
    const char* place;
  } cases[] = {
      {crlf, "line 1"},
      {"\xEF\xBB\xBF" + text, "line 1"},
      {" " + text, "line 1"},
      {"\n" + text, "line 1"},
      {Replaced(text, "keys 1", "keys 2"), "line 1"},
      {Replaced(text, seed_line, seed_line + seed_line), "line 3"},
      {Replaced(text, seed_line, ""), "line 2"},
      {Replaced(text, "1d1e1f\n", "1d1e\n"), "line 2"},
      {Replaced(text, "1d1e1f\n", "1d1e1f00\n"), "line 2"},
      {Replaced(text, "0a0b", "0A0B"), "line 2"},
      {Replaced(text, "1d1e1f\n", "1d1e1f \n"), "line 2"},
      {Replaced(text, row_line, ""), "line 4"},  // the sum notices
      {Replaced(text, row_line, row_line + row_line), "line 4"},
      {Replaced(text, "row 3", "row 1"), "line 4"},
      {Replaced(text, "row 1", "row 4"), "line 4"},
      {Replaced(text, "row 1", "row 0"), "line 3"},
      {Replaced(text, "row 1", "row -1"), "line 3"},
      {Replaced(text, "row 1", "row 01"), "line 3"},
      {Replaced(text, "row 1", "row +1"), "line 3"},
      {Replaced(text, "row 1", "row 1000000000"), "line 3"},
      {Replaced(text, "row 1", "row 99999999999999999999"), "line 3"},
      {Replaced(text, "row 1 ", "row 1  "), "line 3"},
      {Replaced(text, "row 1", "rows 1"), "line 3"},
      {Replaced(text, "sum", "row 5"), "line 5"},
      {text + "\n", "line 5"},
      {text + text, "line 5"},
      {Replaced(text, "ringfence", std::string("ring\0ence", 9)), "line 1"},
  };
  for (const auto& [changed, place] : cases) {
    const Status status = ParseStatus(changed);
    CAPTURE(status.message());
    CHECK(status.code() == StatusCode::kParse);
    CHECK(Contains(status, place));
    CHECK_FALSE(ShowsKey(status));
  }
  const std::string none = text.substr(0, row) + text.substr(text.find("sum"));
  CHECK(Contains(ParseStatus(none), "expected 'row '"));
  CHECK(ParseStatus(text + std::string(20000, '\n')).code() == StatusCode::kLimit);
}

TEST_CASE("key text: what is written is what is read") {
  const Result<KeyMaterial> material = ParseKeyText(kKeyText);
  REQUIRE(material.ok());
  const SecretBuffer text = KeyText(*material);
  CHECK(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()) == kKeyText);
}

TEST_CASE("a new key file: mode, contents, never over something") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  const mode_t umask_before = umask(0777);
  const Status created = CreateKeyFile(path);
  umask(umask_before);
  REQUIRE_MESSAGE(created.ok(), created.message());
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  const Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(path, "default");
  REQUIRE_MESSAGE(keyring.ok(), keyring.status().message());
  CHECK((*keyring)->newest_row_key().number == 1);
  const std::string before = ReadText(path);
  CHECK(CreateKeyFile(path).code() == StatusCode::kInvalidArgument);
  CHECK(ReadText(path) == before);
  REQUIRE(symlink((path + "2").c_str(), folder.File("link").c_str()) == 0);
  CHECK(CreateKeyFile(folder.File("link")).code() == StatusCode::kInvalidArgument);
  CHECK_FALSE(std::filesystem::exists(path + "2"));
  REQUIRE(CreateKeyFile(folder.File("other")).ok());
  CHECK(ReadText(folder.File("other")) != before);
  CHECK(CreateKeyFile(folder.File("none/keys")).code() == StatusCode::kIo);
  CHECK(CreateKeyFile("").code() == StatusCode::kInvalidArgument);
  CHECK(CreateKeyFile(std::string("/tmp/a\0b", 8)).code() == StatusCode::kInvalidArgument);
}

TEST_CASE("key file: permissions, each with the way to mend it") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, kKeyText);
  for (const mode_t mode : std::initializer_list<mode_t>{0600, 0400, 0700}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    CHECK(LoadStatus(path).ok());
  }
  for (const mode_t mode :
       std::initializer_list<mode_t>{0644, 0640, 0660, 0604, 0602, 0601, 0610, 0620}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    const Status status = LoadStatus(path);
    CHECK(status.code() == StatusCode::kInvalidArgument);
    CHECK(Contains(status, "chmod 600 '" + path + "'"));
    CHECK_FALSE(ShowsKey(status));
    CHECK(AddRowKeyToFile(path).code() == StatusCode::kInvalidArgument);
  }
  CHECK(ReadText(path) == kKeyText);
}

TEST_CASE("key file: links") {
  const TestFolder folder;
  const std::string path = folder.File("keys"), link = folder.File("link");
  Write(path, kKeyText);
  REQUIRE(symlink(path.c_str(), link.c_str()) == 0);
  Status status = LoadStatus(link);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(Contains(status, "symbolic link"));
  REQUIRE(unlink(link.c_str()) == 0);
  REQUIRE(::link(path.c_str(), link.c_str()) == 0);
  status = LoadStatus(path);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(Contains(status, "hard links"));
  REQUIRE(unlink(link.c_str()) == 0);
  CHECK(LoadStatus(path).ok());
}

TEST_CASE("key file: of another user") {
  if (geteuid() != 0) {
    MESSAGE("skipped: only root can give a file away");
    return;
  }
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, kKeyText);
  REQUIRE(chown(path.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
  const Status status = LoadStatus(path);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(Contains(status, "belongs to user 12345: chown 0 '" + path + "'"));
}

TEST_CASE("key file: no file, a folder, a pipe nobody writes to, a device") {
  const TestFolder folder;
  const std::string pipe = folder.File("pipe");
  CHECK(LoadStatus(folder.File("none")).code() == StatusCode::kNotFound);
  CHECK(LoadStatus(folder.File("none/keys")).code() == StatusCode::kNotFound);
  CHECK(LoadStatus("").code() == StatusCode::kInvalidArgument);
  const Status status = LoadStatus(folder.File(""));
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(Contains(status, "not a regular file"));
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(LoadStatus(pipe).code() == StatusCode::kInvalidArgument);
  CHECK(LoadStatus("/dev/null").code() == StatusCode::kInvalidArgument);
}

TEST_CASE("key file: damage, size") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, "");
  CHECK(LoadStatus(path).code() == StatusCode::kParse);
  Write(path, kKeyText.substr(0, 100));
  CHECK(LoadStatus(path).code() == StatusCode::kParse);
  Write(path, std::string(16385, 'x'));
  const Status status = LoadStatus(path);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(Contains(status, "16 KiB"));
  Write(path, std::string(16384, 'x'));
  CHECK(LoadStatus(path).code() == StatusCode::kParse);
}

TEST_CASE("row keys are added and dropped; the others stay what they are") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, kKeyText);
  REQUIRE(AddRowKeyToFile(path).ok());
  Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(path, "default");
  REQUIRE_MESSAGE(keyring.ok(), keyring.status().message());
  CHECK((*keyring)->row_keys().size() == 3);
  CHECK((*keyring)->newest_row_key().number == 4);
  CHECK((*keyring)->FindRowKey(3)->check == KnownKeyring()->FindRowKey(3)->check);
  CHECK((*keyring)->seed_check() == KnownKeyring()->seed_check());
  const KeyCheck fourth = (*keyring)->newest_row_key().check;

  CHECK(KeepOnlyRowKeyInFile(path, 2).code() == StatusCode::kNotFound);
  REQUIRE(KeepOnlyRowKeyInFile(path, 4).ok());
  REQUIRE(KeepOnlyRowKeyInFile(path, 4).ok());
  keyring = Keyring::Load(path, "default");
  REQUIRE(keyring.ok());
  CHECK((*keyring)->row_keys().size() == 1);
  CHECK((*keyring)->newest_row_key().check == fourth);
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_CASE("a key file that is full, and row key numbers that are used up") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, kKeyText);
  Status status;
  int added = 0;
  while (status.ok() && added < 1000) {
    status = AddRowKeyToFile(path);
    if (status.ok()) ++added;
  }
  CHECK(status.code() == StatusCode::kLimit);
  CHECK(added > 200);
  CHECK(LoadStatus(path).ok());
  REQUIRE(KeepOnlyRowKeyInFile(path, 3).ok());

  Result<KeyMaterial> material = ParseKeyText(kKeyText);
  REQUIRE(material.ok());
  material->row_numbers[1] = kMaxRowKeyNumber;
  const SecretBuffer text = KeyText(*material);
  Write(path, {reinterpret_cast<const char*>(text.data()), text.size()});
  CHECK(AddRowKeyToFile(path).code() == StatusCode::kLimit);
}

TEST_CASE("replacing: what a crash left beside is no obstacle and is not read") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  for (const std::string& rest : {std::string(), std::string(kKeyText.substr(0, 60)),
                                  std::string(kKeyText), std::string("row 9 ")}) {
    Write(path, kKeyText);
    Write(path + ".new", rest, 0644);
    CHECK(LoadStatus(path).ok());
    REQUIRE(AddRowKeyToFile(path).ok());
    CHECK(Keyring::Load(path, "default").value()->row_keys().size() == 3);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
  }
}

TEST_CASE("replacing: one at a time") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, kKeyText);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(flock(fd, LOCK_EX) == 0);
  CHECK(AddRowKeyToFile(path).code() == StatusCode::kBusy);
  CHECK(LoadStatus(path).ok());
  close(fd);
  CHECK(AddRowKeyToFile(path).ok());

  // Threads that all add: each key that was reported added is there.
  std::vector<std::thread> threads;
  std::vector<int> added(4);
  for (size_t i = 0; i < added.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 10; ++n) added[i] += AddRowKeyToFile(path).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  const size_t expected = 3 + static_cast<size_t>(added[0] + added[1] + added[2] + added[3]);
  CHECK(Keyring::Load(path, "default").value()->row_keys().size() == expected);
}

// Runs `body` in a process that ends itself, or is killed after `us` microseconds (0: never).
void InChild(int us, const std::function<void()>& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    body();
    _exit(0);
  }
  if (us > 0) {
    usleep(static_cast<useconds_t>(us));
    kill(child, SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
}

TEST_CASE("replacing: killed at any time, the file is the old one or the new one") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  std::mt19937_64 random(Seed());
  Write(path, kKeyText);
  size_t changes = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string before = ReadText(path);
    InChild(static_cast<int>(random() % 8000) + 1, [&] {
      for (int i = 0; i < 200; ++i) {
        if (!AddRowKeyToFile(path).ok()) KeepOnlyRowKeyInFile(path, 3).ok();
      }
    });
    const Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(path, "default");
    REQUIRE_MESSAGE(keyring.ok(), keyring.status().message());
    CHECK((*keyring)->seed_check() == KnownKeyring()->seed_check());
    CHECK((*keyring)->FindRowKey(3)->check == KnownKeyring()->FindRowKey(3)->check);
    changes += ReadText(path) != before ? 1 : 0;
  }
  MESSAGE("changed before it was killed: ", changes, " of 60");
}

TEST_CASE("replacing: a write that fails leaves the old file and nothing beside") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  Write(path, kKeyText);
  for (const rlim_t limit : std::initializer_list<rlim_t>{0, 1, 100, 300}) {
    InChild(0, [&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit size = {limit, limit};
      if (setrlimit(RLIMIT_FSIZE, &size) != 0) _exit(1);
      const Status status = AddRowKeyToFile(path);
      if (status.code() != StatusCode::kIo || ShowsKey(status)) _exit(2);
      Write(path + ".seen", "");
    });
    CHECK(ReadText(path) == kKeyText);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
    CHECK(std::filesystem::remove(path + ".seen"));
  }
}

}  // namespace
}  // namespace ringfence
