// Contacts' keys over time on a file: row keys rotated, interrupted, resumed; epochs from next to
// retired; what another process sees of it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "unit/api_contacts_support.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

size_t RowKeysIn(const std::string& key_file) {
  const Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(key_file, "default");
  REQUIRE_MESSAGE(keyring.ok(), keyring.status().message());
  return (*keyring)->row_keys().size();
}

/// Numbers of the row keys that rows of any kind are under, "1" or "1 2".
std::string KeysOfRows(const Store& store) {
  std::string keys;
  for (const std::string& row :
       Rows(store.path(),
            "SELECT row_key FROM contact_books UNION SELECT row_key FROM contact_identifiers"
            " UNION SELECT row_key FROM contact_uploads ORDER BY 1")) {
    keys += (keys.empty() ? "" : " ") + row;
  }
  return keys;
}

/// A world with rows of each kind: two books, three lists, an upload under way.
struct FilledWorld : ContactsWorld {
  FilledWorld() {
    Verify("alice", Phone(kAlicePhone));
    Verify("alice", Email("alice@example.com"));
    Verify("mallory", Phone(kMalloryPhone));
    Verify("bob", Email("bob@example.com"));
    Pass(1);
    SyncPeople("bob", {Phone(kAlicePhone)});
    SyncPeople("carol", {Email("alice@example.com")}, 1, 700);
    const int64_t generation = contacts->BookOf("bob")->generation;
    std::vector<ContactToken> next = Fillers(0, 5);
    next.push_back(TokenFor(Phone(kAlicePhone)));
    upload = *contacts->BeginSync("bob", ManifestOf(next, generation));
    REQUIRE(contacts->PutSync("bob", upload, 0, Fillers(0, 5)).ok());
  }
  /// What must be so whatever the keys go through.
  void CheckDecisions() {
    CHECK(Rings("alice", "bob"));
    CHECK(Rings("alice", "carol"));
    CHECK(Fact("mallory", "bob") == "no_match");
    CHECK(Fact("mallory", "carol") == "no_match");
  }
  void CheckUpload() {
    const std::vector<ContactToken> rest = {TokenFor(Phone(kAlicePhone))};
    REQUIRE(contacts->PutSync("bob", upload, 1, rest).ok());
    const Result<SyncReceipt> receipt = contacts->CommitSync("bob", upload);
    REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
    CHECK(receipt->accepted == 6);
  }
  /// What a new process would begin with.
  void OpenAgain() {
    reader.reset();
    engine.reset();
    contacts.reset();
    store = OpenStore(folder.file("world.db"));
    contacts.emplace(OpenContacts(store));
    engine.emplace(OpenEngineOn(store, *contacts));
    reader.emplace(OpenReader(*engine));
  }
  int64_t upload = 0;
};

TEST_CASE("a row key is rotated in place, and nobody notices") {
  FilledWorld world;
  CHECK(KeysOfRows(world.store) == "1");
  for (int64_t number = 2; number <= 3; ++number) {
    std::vector<uint64_t> steps;
    const Result<RotationReport> report =
        world.contacts->RotateRowKey([&](uint64_t done, uint64_t all) {
          steps.push_back(done);
          CHECK(all == 6);
          world.CheckDecisions();  // half of the rows under the old key, half under the new
        });
    REQUIRE_MESSAGE(report.ok(), report.status().message());
    CHECK(report->row_key == number);
    CHECK(report->rows_changed == 6);
    CHECK(std::is_sorted(steps.begin(), steps.end()));
    CHECK(steps.back() == 6);
    CHECK(KeysOfRows(world.store) == std::to_string(number));
    CHECK(RowKeysIn(world.key_file) == 1);
    CHECK(Rows(world.store.path(), "SELECT number FROM contact_keys ORDER BY 1") ==
          std::vector<std::string>{"0", std::to_string(number)});
    world.CheckDecisions();
  }
  world.OpenAgain();
  world.CheckDecisions();
  world.CheckUpload();
  world.CheckDecisions();
}

TEST_CASE("killed at any row, a rotation leaves what can be read, and goes on where it was") {
  for (int rows_done = 0; rows_done <= 4; ++rows_done) {
    FilledWorld world;
    world.reader.reset();
    world.engine.reset();
    world.contacts.reset();
    const std::string database = world.store.path();
    // The parent's connections go before the fork.
    world.store = OpenStore("");
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      StoreOptions options;
      options.path = database;
      Result<Store> store = Store::Open(options);
      if (!store.ok()) _exit(3);
      Result<Contacts> contacts = Contacts::Open(*store, world.Options());
      if (!contacts.ok()) _exit(4);
      int calls = 0;
      (void)contacts->RotateRowKey([&](uint64_t, uint64_t) {
        if (++calls == rows_done) kill(getpid(), SIGKILL);
      });
      _exit(rows_done == 0 ? 0 : 5);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (rows_done == 0) {
      CHECK(WIFEXITED(status));
    } else {
      CHECK(WIFSIGNALED(status));
    }
    world.OpenAgain();
    world.CheckDecisions();
    if (rows_done > 0) {
      CHECK(RowKeysIn(world.key_file) == 2);
      const Result<RotationReport> report = world.contacts->RotateRowKey();
      REQUIRE_MESSAGE(report.ok(), report.status().message());
      CHECK(report->row_key == 2);
    }
    CHECK(RowKeysIn(world.key_file) == 1);
    CHECK(KeysOfRows(world.store) == "2");
    world.CheckDecisions();
    world.CheckUpload();
  }
}

TEST_CASE("interrupted before the first row, or before the file is cleaned") {
  FilledWorld world;
  // The new key is in the file and nowhere else.
  REQUIRE(AddRowKeyToFile(world.key_file).ok());
  world.OpenAgain();
  world.CheckDecisions();
  Result<RotationReport> report = world.contacts->RotateRowKey();
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  CHECK(report->row_key == 2);
  CHECK(report->rows_changed == 6);
  // The database has forgotten the old key, the file has not.
  const std::string both = world.folder.file("both");
  report = world.contacts->RotateRowKey([&](uint64_t done, uint64_t) {
    if (done == 1) std::filesystem::copy_file(world.key_file, both);
  });
  REQUIRE(report.ok());
  CHECK(report->row_key == 3);
  std::filesystem::rename(both, world.key_file);
  CHECK(RowKeysIn(world.key_file) == 2);
  world.OpenAgain();
  world.CheckDecisions();
  report = world.contacts->RotateRowKey();
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  CHECK(report->row_key == 3);
  CHECK(report->rows_changed == 0);
  CHECK(RowKeysIn(world.key_file) == 1);
  world.CheckDecisions();
}

TEST_CASE("another process finds the new key by itself, and no decision flips") {
  FilledWorld world;
  const Store store = OpenStore(world.store.path());
  Result<Contacts> other = Contacts::Open(store, world.Options());
  REQUIRE(other.ok());
  Engine engine = ContactsWorld::OpenEngineOn(store, *other);
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  REQUIRE(world.contacts->RotateRowKey().ok());
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  CHECK(other->Identifiers("alice")->size() == 2);
  CHECK(other->AddIdentifier("alice", Phone(kAlicePhone)).ok());
}

TEST_CASE("readers follow a rotation when the host has dropped its Contacts") {
  FilledWorld world;
  const Store store = OpenStore(world.store.path());
  std::optional<Engine> engine;
  {
    Result<Contacts> other = Contacts::OpenForReading(store, world.Options());
    REQUIRE(other.ok());
    engine = ContactsWorld::OpenEngineOn(store, *other);
  }
  Reader reader = OpenReader(*engine);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  REQUIRE(world.contacts->RotateRowKey().ok());
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
}

TEST_CASE("a key of another file seals nothing") {
  FilledWorld world;
  // A copy of the file goes its own way.
  const std::string copy = world.key_file + ".copy";
  std::filesystem::copy_file(world.key_file, copy);
  REQUIRE(AddRowKeyToFile(copy).ok());
  ContactOptions options = world.Options();
  options.key_file = copy;
  const Store store = OpenStore(world.store.path());
  Result<Contacts> other = Contacts::Open(store, world.Options());
  REQUIRE(other.ok());
  REQUIRE(world.contacts->RotateRowKey().ok());
  std::filesystem::rename(copy, world.key_file);
  CHECK_FALSE(other->AddIdentifier("alice", Phone(kAlicePhone)).ok());
  CHECK(KeysOfRows(world.store) == "2");
  CHECK(world.contacts->Identifiers("alice").ok());
}

TEST_CASE("a row that does not open stops no rotation of others, and keeps the old key") {
  FilledWorld world;
  Rows(world.store.path(),
       "UPDATE contact_identifiers SET sealed = zeroblob(length(sealed))"
       " WHERE account = (SELECT id FROM users WHERE name = 'alice')");
  const Status rotated = world.contacts->RotateRowKey().status();
  CHECK(rotated.code() == StatusCode::kCorrupt);
  CHECK(KeysOfRows(world.store) == "1 2");
  CHECK(RowKeysIn(world.key_file) == 2);
  REQUIRE(world.store.Forget("alice").ok());
  REQUIRE(world.contacts->RotateRowKey().ok());
  CHECK(KeysOfRows(world.store) == "2");
  CHECK(RowKeysIn(world.key_file) == 1);
}

TEST_CASE("another process reads what it has keys for, writes nothing, until it can reload") {
  FilledWorld world;
  const Store store = OpenStore(world.store.path());
  // Its key service still gives the old keys.
  ContactOptions options = world.Options();
  options.key_file.clear();
  auto text = std::make_shared<std::string>(FileBytes(world.key_file));
  options.key_provider = [text]() -> Result<std::string> { return *text; };
  Result<Contacts> other = Contacts::Open(store, options);
  REQUIRE(other.ok());
  Engine engine = ContactsWorld::OpenEngineOn(store, *other);
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  REQUIRE(world.contacts->RotateRowKey().ok());
  const Decision decision = Ask(reader, Between("alice", "bob"));
  CHECK_FALSE(decision.let_through());
  CHECK(decision.basis == Basis::kOnUnavailable);
  CHECK(other->AddIdentifier("alice", Phone(kAlicePhone)).status().code() == StatusCode::kStale);
  CHECK(other->Identifiers("alice").status().code() == StatusCode::kStale);
  CHECK(other->BookOf("bob")->exists);
  *text = FileBytes(world.key_file);
  REQUIRE(other->ReloadKeys().ok());
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  CHECK(other->AddIdentifier("alice", Phone(kAlicePhone)).ok());
  CHECK(other->Identifiers("alice")->size() == 2);
}

TEST_CASE("with a key service, the newest key it gives is the one rows go under") {
  FilledWorld world;
  ContactOptions options = world.Options();
  options.key_file = "";
  options.key_provider = [&]() -> Result<std::string> { return FileBytes(world.key_file); };
  Result<Contacts> contacts = Contacts::Open(world.store, options);
  REQUIRE(contacts.ok());
  REQUIRE(AddRowKeyToFile(world.key_file).ok());
  const Result<RotationReport> report = contacts->RotateRowKey();
  REQUIRE_MESSAGE(report.ok(), report.status().message());
  CHECK(report->row_key == 2);
  CHECK(report->rows_changed == 6);
  CHECK(KeysOfRows(world.store) == "2");
  CHECK(RowKeysIn(world.key_file) == 2);  // not ours to clean
  REQUIRE(KeepOnlyRowKeyInFile(world.key_file, 2).ok());
  REQUIRE(contacts->ReloadKeys().ok());
  world.OpenAgain();
  world.CheckDecisions();
}

TEST_CASE("an epoch from next to retired: matches go on for who syncs, and end for who does not") {
  FilledWorld world;
  REQUIRE(world.contacts->AddEpoch().ok());
  CHECK(world.contacts->AddEpoch().status().code() == StatusCode::kConflict);
  CHECK(world.contacts->AccountsWithout(2).value() == 3);
  world.CheckDecisions();
  world.Verify("alice", Phone(kAlicePhone));
  world.Verify("alice", Email("alice@example.com"));
  world.Verify("mallory", Phone(kMalloryPhone));
  world.Verify("bob", Email("bob@example.com"));
  CHECK(world.contacts->AccountsWithout(2).value() == 0);
  REQUIRE(world.contacts->PromoteEpoch().ok());
  world.CheckDecisions();
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)}, 2);
  world.CheckDecisions();
  CHECK(world.contacts->RetireEpoch(2).status().code() == StatusCode::kConflict);
  REQUIRE(world.contacts->RetireEpoch(1).ok());
  CHECK(world.Rings("alice", "bob"));
  CHECK(world.Fact("alice", "carol") == "expired");
  CHECK_FALSE(world.Rings("alice", "carol"));
  CHECK(world.contacts->BookOf("carol")->epoch_state == EpochState::kRetired);
  CHECK(world.contacts->Parameters("carol")->epochs.size() == 1);
  CHECK(world.contacts->Epochs()->size() == 2);
  // Rows of a retired epoch go along with the row keys all the same.
  REQUIRE(world.contacts->RotateRowKey().ok());
  CHECK(world.Fact("alice", "carol") == "expired");
  world.SyncPeople("carol", {Email("alice@example.com")}, 2);
  world.CheckDecisions();
}

}  // namespace
}  // namespace ringfence
