// After contact sync has done its work, nothing it was given is left in the process: no identifier,
// token or blinded element anywhere, and no key in memory that a core dump would hold.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <ringfence/contacts.h>
#include <ringfence/engine.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "contacts/oprf/oprf.h"
#include "contacts/oprf/secret.h"
#include "contacts/oprf/token.h"
#include "contract/temporary_folder.h"
#include "unit/sanitizers.h"

namespace ringfence {
namespace {

constexpr uint8_t kMask = 0xA5;

/// Bytes to look for, kept masked so that the search does not find itself.
struct Needle {
  std::string name;
  std::vector<uint8_t> masked;
};

Needle MaskedNeedle(std::string name, std::span<const uint8_t> bytes) {
  Needle needle{std::move(name), {}};
  for (const uint8_t byte : bytes) needle.masked.push_back(byte ^ kMask);
  return needle;
}

bool Contains(std::span<const uint8_t> memory, const Needle& needle) {
  const size_t size = needle.masked.size();
  const auto first = static_cast<uint8_t>(needle.masked[0] ^ kMask);
  for (size_t at = 0; at + size <= memory.size(); ++at) {
    if (memory[at] != first) continue;
    size_t same = 1;
    while (same < size && memory[at + same] == (needle.masked[same] ^ kMask)) ++same;
    if (same == size) return true;
  }
  return false;
}

/// The names of needles found in writable memory; `dumped_only`: that a core dump would hold.
std::vector<std::string> FindInMemory(const std::vector<Needle>& needles, bool dumped_only) {
  struct Range {
    uintptr_t begin = 0, end = 0;
    bool writable = false, dumped = true;
  };
  std::vector<Range> ranges;
  std::ifstream smaps("/proc/self/smaps");
  std::string line;
  while (std::getline(smaps, line)) {
    Range range;
    char access[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &range.begin, &range.end, access) == 3) {
      range.writable = access[0] == 'r' && access[1] == 'w';
      ranges.push_back(range);
    } else if (line.starts_with("VmFlags:") && line.find(" dd") != std::string::npos) {
      ranges.back().dumped = false;
    }
  }
  std::vector<std::string> found;
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  REQUIRE(memory >= 0);
  std::vector<uint8_t> page(1 << 20);
  for (const Range& range : ranges) {
    if (!range.writable || (dumped_only && !range.dumped)) continue;
    // Blocks overlap by the longest needle; this buffer itself is left out.
    const auto buffer = reinterpret_cast<uintptr_t>(page.data());
    if (buffer >= range.begin && buffer < range.end) continue;
    for (uintptr_t at = range.begin; at < range.end; at += page.size() - 256) {
      const size_t want = std::min<size_t>(page.size(), range.end - at);
      const ssize_t got = pread(memory, page.data(), want, static_cast<off_t>(at));
      if (got <= 0) break;
      for (const Needle& needle : needles) {
        if (Contains({page.data(), static_cast<size_t>(got)}, needle)) found.push_back(needle.name);
      }
    }
  }
  close(memory);
  Erase(page.data(), page.size());
  return found;
}

std::span<const uint8_t> BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// A sync with everything in it, through the public API. Notes what passes, and erases its own
/// copies.
class Scenario {
 public:
  explicit Scenario(const TemporaryFolder& folder) : folder_(folder) {
    StoreOptions options;
    options.path = folder.file("store.db");
    options.mode = StoreOptions::Mode::kCreate;
    auto store = Store::Open(options);
    REQUIRE(store.ok());
    REQUIRE(store->SetUser("bob", "allow_contacts", "true").ok());
    REQUIRE(Contacts::CreateKeyFile(folder.file("keys")).ok());
    ContactOptions contact_options;
    contact_options.key_file = folder.file("keys");
    contact_options.allow_raw = true;
    auto contacts = Contacts::Open(*store, contact_options);
    REQUIRE_MESSAGE(contacts.ok(), contacts.status().message());
    Sync(*contacts);
    Decide(*store, *contacts);
    Refusals(*contacts);
    REQUIRE(contacts->RotateRowKey().ok());
    NoteKeys();
    alive_ = *contacts;  // the keys are in use while memory is searched
  }

  const std::vector<Needle>& passed() const { return passed_; }
  const std::vector<Needle>& keys() const { return keys_; }

 private:
  /// Made from parts, so that the program's own constants do not hold it.
  static std::string Phone(int number) { return "+4930" + std::to_string(771234500 + number); }

  void Note(std::string name, std::span<const uint8_t> bytes) {
    passed_.push_back(MaskedNeedle(std::move(name), bytes));
  }

  void Sync(Contacts& contacts) {
    for (int i = 0; i < 3; ++i) {
      std::string phone = Phone(i);
      const EraseGuard erase(phone.data(), phone.size());
      Note("identifier", BytesOf(phone).subspan(3));
      REQUIRE(contacts.AddIdentifier("alice", {IdentifierKind::kPhone, phone}).ok());
    }
    std::string phone = Phone(0);
    const EraseGuard erase_phone(phone.data(), phone.size());
    const CanonicalIdentifier known{IdentifierKind::kPhone, phone};
    auto tokens = contacts.EvaluateRaw("bob", 1, {&known, 1});
    REQUIRE(tokens.ok());
    const EraseGuard erase_tokens(tokens->data(), tokens->size() * sizeof(ContactToken));
    Note("token", (*tokens)[0]);

    const OprfInput input = InputOf(1, "+4930999999999");
    ContactElement blinded;
    REQUIRE(Blind(OprfMode::kVoprf, input.view(), RandomScalar(), &blinded));
    const EraseGuard erase_blinded(blinded.data(), blinded.size());
    Note("blinded element", blinded);
    REQUIRE(contacts.Evaluate("bob", 1, {&blinded, 1}).ok());

    SyncManifest manifest;
    manifest.epoch = 1;
    manifest.region = "DE";
    manifest.entries = 1;
    manifest.digest = DigestOf(*tokens);
    auto upload = contacts.BeginSync("bob", manifest);
    REQUIRE(upload.ok());
    REQUIRE(contacts.PutSync("bob", *upload, 0, *tokens).ok());
    REQUIRE(contacts.CommitSync("bob", *upload).ok());
    std::string objected = Phone(2);
    const EraseGuard erase_objected(objected.data(), objected.size());
    REQUIRE(contacts.Suppress({IdentifierKind::kPhone, objected}).ok());
  }

  void Decide(const Store& store, const Contacts& contacts) {
    EngineOptions options;
    options.store = store;
    options.contacts = contacts;
    auto engine = Engine::Open(std::move(options));
    REQUIRE(engine.ok());
    auto reader = engine->NewReader();
    REQUIRE(reader.ok());
    Question question;
    question.caller = "alice";
    question.callee = "bob";
    auto decision = reader->Decide(question);
    REQUIRE(decision.ok());
    CHECK(decision->rule == "contact");
    auto explanation = reader->Explain(question);
    REQUIRE(explanation.ok());
  }

  /// What goes wrong must not keep what it was given either.
  void Refusals(Contacts& contacts) {
    std::string wrong = Phone(7) + "x";
    const EraseGuard erase(wrong.data(), wrong.size());
    Note("refused identifier", BytesOf(wrong).subspan(3));
    CHECK(!contacts.AddIdentifier("alice", {IdentifierKind::kPhone, wrong}).ok());
    ContactElement element;
    element.fill(0xC7);
    const EraseGuard erase_element(element.data(), element.size());
    CHECK(!contacts.Evaluate("bob", 1, {&element, 1}).ok());
  }

  void NoteKeys() {
    std::ifstream file(folder_.file("keys"));
    std::string line;
    while (std::getline(file, line)) {
      const size_t at = line.rfind(' ');
      if (!line.starts_with("seed") && !line.starts_with("row")) continue;
      std::vector<uint8_t> bytes;
      for (size_t i = at + 1; i + 1 < line.size(); i += 2) {
        bytes.push_back(static_cast<uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
      }
      keys_.push_back(MaskedNeedle("key", bytes));
      Erase(bytes.data(), bytes.size());
    }
    Erase(line.data(), line.size());
  }

  const TemporaryFolder& folder_;
  std::vector<Needle> passed_, keys_;
  std::optional<Contacts> alive_;
};

TEST_CASE("process memory holds nothing that contact sync was given, and dumps no key") {
  if (RINGFENCE_TEST_SANITIZED != 0) {
    MESSAGE("skipped: a sanitizer's shadow memory cannot be searched");
    return;
  }
  // The search finds what is there.
  std::string planted = "planted" + std::to_string(getpid());
  const std::vector<Needle> self = {MaskedNeedle("planted", BytesOf(planted))};
  CHECK(!FindInMemory(self, false).empty());

  const TemporaryFolder folder;
  const Scenario scenario(folder);
  CHECK(scenario.passed().size() >= 6);
  CHECK(scenario.keys().size() >= 2);
  for (const std::string& name : FindInMemory(scenario.passed(), false)) {
    FAIL_CHECK(name << " is left in memory");
  }
  for (const std::string& name : FindInMemory(scenario.keys(), true)) {
    FAIL_CHECK(name << " would stand in a core dump");
  }
}

}  // namespace
}  // namespace ringfence
