// Contacts on a file: what opens, the protocol from blinding to the decision, what ages and goes.
#include <ringfence/contacts.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "unit/api_contacts_support.h"

namespace ringfence {
namespace {

TEST_CASE("contacts do not open without keys that fit the store") {
  ContactsWorld world;
  const auto code = [&](const ContactOptions& options) {
    return Contacts::Open(world.store, options).status().code();
  };
  ContactOptions options = world.Options();
  CHECK(code(options) == StatusCode::kOk);
  options.key_file = "";
  CHECK(code(options) == StatusCode::kInvalidArgument);
  options.key_file = world.folder.file("none");
  CHECK(code(options) == StatusCode::kNotFound);
  options = world.Options();
  options.key_provider = [] { return Result<std::string>(std::string()); };
  CHECK(code(options) == StatusCode::kInvalidArgument);  // and a file
  options.key_file = "";
  CHECK(code(options) == StatusCode::kParse);
  options = world.Options();
  for (const std::string& tenant : {std::string(), std::string(65, 'a'), std::string("A")}) {
    options.tenant = tenant;
    CHECK(code(options) == StatusCode::kInvalidArgument);
  }
  options.tenant = "other";
  CHECK(code(options) == StatusCode::kInvalidArgument);  // other tokens than the store's
  options = world.Options();
  options.key_file = world.folder.file("others");
  REQUIRE(Contacts::CreateKeyFile(options.key_file).ok());
  CHECK(Contacts::CreateKeyFile(options.key_file).code() == StatusCode::kInvalidArgument);
  CHECK(code(options) == StatusCode::kInvalidArgument);
  // Nor can they be changed for others while they are in use.
  world.Verify("alice", Phone(kAlicePhone));
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  const std::string right = world.folder.file("right");
  std::filesystem::rename(world.key_file, right);
  std::filesystem::copy_file(options.key_file, world.key_file);
  CHECK(world.contacts->ReloadKeys().code() == StatusCode::kInvalidArgument);
  CHECK(world.contacts->RotateRowKey().status().code() == StatusCode::kInvalidArgument);
  CHECK(world.Rings("alice", "bob"));
  std::filesystem::rename(right, world.key_file);
  CHECK(world.contacts->ReloadKeys().ok());
  const std::string link = world.folder.file("link");
  std::filesystem::create_symlink(world.key_file, link);
  options.key_file = link;
  CHECK(code(options) == StatusCode::kInvalidArgument);
  std::filesystem::permissions(world.key_file, std::filesystem::perms(0644));
  CHECK(code(world.Options()) == StatusCode::kInvalidArgument);
  CHECK(world.contacts->ReloadKeys().code() == StatusCode::kInvalidArgument);
  CHECK(world.contacts->BookOf("bob").ok());  // with the keys it had
}

TEST_CASE("contacts need a store with a file, and an engine the same store") {
  ContactsWorld world;
  CHECK(Contacts::Open(OpenStore(""), world.Options()).status().code() ==
        StatusCode::kInvalidArgument);
  EngineOptions options;
  options.contacts = *world.contacts;
  CHECK(Engine::Open(options).status().code() == StatusCode::kInvalidArgument);
  options.store = OpenStore(world.folder.file("other.db"));
  CHECK(Engine::Open(options).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("for reading: parameters and lists, nothing that writes; the store may be read-only") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  StoreOptions read_only;
  read_only.path = world.store.path();
  read_only.mode = StoreOptions::Mode::kReadOnly;
  const Result<Store> store = Store::Open(read_only);
  REQUIRE(store.ok());
  CHECK(Contacts::Open(*store, world.Options()).status().code() == StatusCode::kReadOnly);
  for (const Store& on : {*store, world.store}) {
    Result<Contacts> contacts = Contacts::OpenForReading(on, world.Options());
    REQUIRE_MESSAGE(contacts.ok(), contacts.status().message());
    CHECK(contacts->Parameters("bob").ok());
    CHECK(contacts->BookOf("bob")->exists);
    CHECK(contacts->Identifiers("alice")->size() == 1);
    CHECK(contacts->Epochs()->size() == 1);
    CHECK(contacts->AccountsWithout(1).value() == 0);
    CHECK(contacts->ReloadKeys().ok());
    const auto refused = [](const Status& status) {
      return status.code() == StatusCode::kReadOnly;
    };
    const Blinded blinded(Phone(kAlicePhone));
    CHECK(refused(contacts->Evaluate("bob", 1, std::vector{blinded.element}).status()));
    CHECK(refused(contacts->BeginSync("bob", ManifestOf({}, 1)).status()));
    CHECK(refused(contacts->RemoveBook("bob").status()));
    CHECK(refused(contacts->AddIdentifier("bob", Phone(kAlicePhone)).status()));
    CHECK(refused(contacts->Suppress(Phone(kAlicePhone)).status()));
    CHECK(refused(contacts->AddEpoch().status()));
    CHECK(refused(contacts->RotateRowKey().status()));
    CHECK(refused(contacts->Sweep().status()));
    Engine engine = ContactsWorld::OpenEngineOn(on, *contacts);
    Reader reader = OpenReader(engine);
    CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  }
}

TEST_CASE("keys may come from a service instead of a file") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  ContactOptions options = world.Options();
  options.key_file = "";
  int calls = 0;
  options.key_provider = [&]() -> Result<std::string> {
    ++calls;
    std::ifstream in(world.key_file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  Result<Contacts> contacts = Contacts::Open(world.store, options);
  REQUIRE_MESSAGE(contacts.ok(), contacts.status().message());
  CHECK(calls == 1);
  Engine engine = ContactsWorld::OpenEngineOn(world.store, *contacts);
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  CHECK(contacts->ReloadKeys().ok());
  CHECK(calls == 2);
  // The service gives no newer row key: nothing to do.
  const Result<RotationReport> none = contacts->RotateRowKey();
  REQUIRE_MESSAGE(none.ok(), none.status().message());
  CHECK(none->row_key == 1);
  CHECK(none->rows_changed == 0);
  options.key_provider = [] { return Result<std::string>(Status(StatusCode::kIo, "no service")); };
  CHECK(Contacts::Open(world.store, options).status().code() == StatusCode::kIo);
}

TEST_CASE("from a number in an address book to a call that rings") {
  ContactsWorld world;
  CHECK_FALSE(world.Rings("alice", "bob"));
  CHECK(world.Fact("alice", "bob") == "no_book");

  const std::vector<Blinded> book = {Blinded(Phone(kAlicePhone)), Blinded(Email("x@example.com"))};
  std::vector<ContactElement> elements;
  elements.reserve(book.size());
  for (const Blinded& entry : book) elements.push_back(entry.element);
  const Result<ContactParameters> parameters = world.contacts->Parameters("bob");
  const Result<ContactEvaluation> evaluation = world.contacts->Evaluate("bob", 1, elements);
  REQUIRE_MESSAGE(evaluation.ok(), evaluation.status().message());
  CHECK(VerifyProof(OprfMode::kVoprf, parameters->epochs[0].public_key, elements,
                    evaluation->evaluated, evaluation->proof));
  CHECK(world.contacts->Parameters("bob")->evaluations_left == 11998);
  std::vector<ContactToken> tokens;
  for (size_t i = 0; i < book.size(); ++i) {
    tokens.push_back(book[i].Finish(evaluation->evaluated[i]));
  }
  CHECK(tokens[0] == world.TokenFor(Phone(kAlicePhone)));
  const Result<SyncReceipt> receipt = SyncBook(*world.contacts, "bob", tokens);
  REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
  CHECK(world.Fact("alice", "bob") == "no_match");
  CHECK_FALSE(world.Rings("alice", "bob"));

  world.Verify("alice", Phone(kAlicePhone));
  // At once, without another upload.
  CHECK(world.Rings("alice", "bob"));
  CHECK_FALSE(world.Rings("mallory", "bob"));
  CHECK_FALSE(world.Rings("alice", "carol"));
  const FactSeen seen = world.Seen("alice", "bob");
  CHECK(seen.value == "match");
  CHECK(seen.detail == "kind tel, generation " + std::to_string(receipt->generation) + ", epoch 1");
  CHECK(world.Seen("mallory", "bob").detail ==
        "generation " + std::to_string(receipt->generation) + ", epoch 1");
  CHECK(world.Seen("alice", "carol").detail.empty());
  // Either side can end it, and it ends at once.
  REQUIRE(world.contacts->RemoveIdentifier("alice", Phone(kAlicePhone)).ok());
  CHECK_FALSE(world.Rings("alice", "bob"));
}

TEST_CASE("an engine without keys: no book is no book, a book is unavailable") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  Engine engine = OpenEngine(world.store);
  Reader reader = OpenReader(engine);
  CHECK(Ask(reader, Between("alice", "carol")).basis == Basis::kComplete);
  const Decision decision = Ask(reader, Between("alice", "bob"));
  CHECK_FALSE(decision.let_through());
  CHECK(decision.basis == Basis::kOnUnavailable);
}

TEST_CASE("the identity among the elements: nothing is evaluated, nothing charged") {
  ContactsWorld world;
  std::vector<ContactElement> elements(1000, Blinded(Phone(kAlicePhone)).element);
  elements[999] = ContactElement{};
  const Status refused = world.contacts->Evaluate("bob", 1, elements).status();
  CHECK(refused.code() == StatusCode::kInvalidArgument);
  CHECK(refused.message().starts_with("element 999 "));
  CHECK(world.contacts->Evaluate("bob", 1, {}).status().code() == StatusCode::kLimit);
  elements.resize(1001, elements[0]);
  CHECK(world.contacts->Evaluate("bob", 1, elements).status().code() == StatusCode::kLimit);
  CHECK(world.contacts->Parameters("bob")->evaluations_left == 12000);
  // The same element twice, and again: charged each time, the same answer.
  elements.assign(2, elements[0]);
  const Result<ContactEvaluation> one = world.contacts->Evaluate("bob", 1, elements);
  const Result<ContactEvaluation> two = world.contacts->Evaluate("bob", 1, elements);
  REQUIRE(one.ok());
  REQUIRE(two.ok());
  CHECK(one->evaluated == two->evaluated);
  CHECK(one->evaluated[0] == one->evaluated[1]);
  CHECK(one->proof != two->proof);
  CHECK(world.contacts->Parameters("bob")->evaluations_left == 11996);
}

TEST_CASE("identifiers in clear only where the host says so; the same tokens, charged alike") {
  ContactsWorld world;
  const std::vector<CanonicalIdentifier> raw = {Phone(kAlicePhone), Email("x@example.com")};
  CHECK(world.contacts->EvaluateRaw("bob", 1, raw).status().code() == StatusCode::kInvalidArgument);
  CHECK(world.contacts->Parameters("bob")->evaluations_left == 12000);
  ContactOptions options = world.Options();
  options.allow_raw = true;
  Result<Contacts> contacts = Contacts::Open(world.store, options);
  REQUIRE(contacts.ok());
  const Result<std::vector<ContactToken>> tokens = contacts->EvaluateRaw("bob", 1, raw);
  REQUIRE(tokens.ok());
  CHECK(tokens->at(0) == world.TokenFor(raw[0]));
  CHECK(tokens->at(1) == world.TokenFor(raw[1]));
  CHECK(contacts->Parameters("bob")->evaluations_left == 11998);
  const std::vector<CanonicalIdentifier> bad = {raw[0], Phone("0151 12345678")};
  const Status refused = contacts->EvaluateRaw("bob", 1, bad).status();
  CHECK(refused.code() == StatusCode::kInvalidArgument);
  CHECK(refused.message().find("0151") == std::string::npos);
  CHECK(contacts->Parameters("bob")->evaluations_left == 11998);
}

TEST_CASE(
    "what all accounts together may have evaluated in a second is bounded, if the host says so") {
  ContactsWorld world;
  ContactOptions options = world.Options();
  options.evaluations_per_s = -1;
  CHECK(Contacts::Open(world.store, options).status().code() == StatusCode::kInvalidArgument);
  options.evaluations_per_s = 10;  // and a whole batch at once
  Result<Contacts> contacts = Contacts::Open(world.store, options);
  REQUIRE(contacts.ok());
  const std::vector<ContactElement> elements(1000, Blinded(Phone(kAlicePhone)).element);
  // What is charged to nobody uses up nothing.
  CHECK(contacts->Evaluate("ghost", 1, elements).status().code() == StatusCode::kNotFound);
  CHECK(contacts->Evaluate("bob", 7, elements).status().code() == StatusCode::kNotFound);
  CHECK(contacts->Evaluate("bob", 1, elements).ok());
  const std::span<const ContactElement> one(elements.data(), 1);
  CHECK(contacts->Evaluate("bob", 1, one).status().code() == StatusCode::kBusy);
  CHECK(contacts->Parameters("bob")->evaluations_left == 11000);
  world.Pass(1);
  CHECK(contacts->Evaluate("bob", 1, one).ok());
}

TEST_CASE("sixteen threads on one bucket of twelve thousand: exactly twelve get their thousand") {
  ContactsWorld world;
  const std::vector<ContactElement> elements(1000, Blinded(Phone(kAlicePhone)).element);
  std::atomic<int> done{0}, refused{0}, wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(16);
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const Result<ContactEvaluation> evaluation = world.contacts->Evaluate("bob", 1, elements);
      if (evaluation.ok()) {
        ++done;
      } else {
        ++(evaluation.status().code() == StatusCode::kQuota ? refused : wrong);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 12);
  CHECK(refused == 4);
  CHECK(wrong == 0);
  const std::vector<ContactElement> few(elements.begin(), elements.begin() + 20);
  const auto code = [&] { return world.contacts->Evaluate("bob", 1, few).status().code(); };
  CHECK(code() == StatusCode::kQuota);
  world.Pass(-365 * kDay);
  CHECK(code() == StatusCode::kQuota);
  world.Pass(365 * kDay + 3599);
  CHECK(code() == StatusCode::kQuota);
  world.Pass(1);
  CHECK(code() == StatusCode::kOk);
  CHECK(code() == StatusCode::kQuota);
  for (const int64_t broken : {std::numeric_limits<int64_t>::min(), int64_t{-1}}) {
    *world.clock = broken;
    CHECK(code() == StatusCode::kQuota);
  }
  *world.clock = std::numeric_limits<int64_t>::max();
  CHECK(world.contacts->Evaluate("bob", 1, elements).ok());
  CHECK(world.contacts->Parameters("bob")->evaluations_left == 11000);
}

TEST_CASE("two devices with one base race: one book, one conflict, never a mixture") {
  ContactsWorld world;
  std::vector<ContactToken> books[2] = {Fillers(0, 300), Fillers(1000, 300)};
  for (int round = 0; round < 8; ++round) {
    world.Pass(kDay);
    const int64_t base = world.contacts->BookOf("bob")->generation;
    std::atomic<int> committed{0}, conflicts{0}, winner{-1};
    std::vector<std::thread> devices;
    devices.reserve(2);
    for (int device = 0; device < 2; ++device) {
      devices.emplace_back([&, device] {
        const std::vector<ContactToken>& book = books[device];
        const std::span<const ContactToken> tokens = book;
        Result<int64_t> upload = world.contacts->BeginSync("bob", ManifestOf(book, base));
        Status status = upload.status();
        for (int64_t part = 0; status.ok() && part < 3; ++part) {
          status = world.contacts->PutSync("bob", *upload, part,
                                           tokens.subspan(static_cast<size_t>(part) * 100, 100));
        }
        if (status.ok()) status = world.contacts->CommitSync("bob", *upload).status();
        if (status.ok()) {
          ++committed;
          winner = device;
        }
        if (status.code() == StatusCode::kConflict) ++conflicts;
      });
    }
    for (std::thread& device : devices) device.join();
    REQUIRE(committed == 1);
    REQUIRE(conflicts == 1);
    // A delta that changes nothing proves what the book consists of.
    const std::vector<ContactToken>& book = books[winner];
    const int64_t generation = world.contacts->BookOf("bob")->generation;
    const Result<int64_t> proof = world.contacts->BeginSync(
        "bob", ManifestOf(book, generation, 1, SyncManifest::Mode::kDelta));
    REQUIRE(proof.ok());
    const Result<SyncReceipt> receipt = world.contacts->CommitSync("bob", *proof);
    REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
    CHECK(receipt->accepted == 300);
    CHECK(receipt->generation > base);
  }
}

TEST_CASE("a recycled number rings nobody whose owner has not looked at it since") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  CHECK(world.Rings("alice", "bob"));
  world.Pass(kDay);
  world.Verify("mallory", Phone(kAlicePhone));
  CHECK(world.Fact("alice", "bob") == "no_match");
  CHECK(world.Fact("mallory", "bob") == "stale");
  CHECK_FALSE(world.Rings("mallory", "bob"));
  // Not to be cured by the new owner: by verifying again, removing, or in a new epoch.
  world.Pass(kDay);
  world.Verify("mallory", Phone(kAlicePhone));
  CHECK(world.Fact("mallory", "bob") == "stale");
  REQUIRE(world.contacts->RemoveIdentifier("mallory", Phone(kAlicePhone)).ok());
  CHECK(world.Fact("mallory", "bob") == "no_match");
  world.Verify("mallory", Phone(kAlicePhone));
  CHECK(world.Fact("mallory", "bob") == "stale");
  REQUIRE(world.contacts->AddEpoch().ok());
  world.Verify("mallory", Phone(kAlicePhone));
  REQUIRE(world.contacts->PromoteEpoch().ok());
  CHECK(world.Fact("mallory", "bob") == "stale");
  // The owner of the book has: now it is mallory's number.
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)}, 2);
  CHECK(world.Rings("mallory", "bob"));
}

TEST_CASE("a number taken over while its book is on the way is not its old owner's") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  const std::vector<ContactToken> book = {world.TokenFor(Phone(kAlicePhone))};
  const Result<int64_t> upload = world.contacts->BeginSync("bob", ManifestOf(book, 0));
  REQUIRE(upload.ok());
  world.Pass(10);
  world.Verify("mallory", Phone(kAlicePhone));
  world.Pass(10);
  REQUIRE(world.contacts->PutSync("bob", *upload, 0, book).ok());
  REQUIRE(world.contacts->CommitSync("bob", *upload).ok());
  CHECK(world.contacts->BookOf("bob")->synced_at_s == world.clock->load() - 20);
  CHECK(world.Fact("mallory", "bob") == "stale");
}

TEST_CASE("a clock that is set back lets no next owner pass for the one in the book") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(kDay);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  world.Pass(-kDay / 2);
  world.Verify("mallory", Phone(kAlicePhone));
  CHECK(world.Fact("mallory", "bob") == "stale");
  world.Pass(kDay);
  CHECK(world.Fact("mallory", "bob") == "stale");
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  CHECK(world.Fact("mallory", "bob") == "match");
  // A book of next year is as good as an expired one, until the clock is there.
  world.Pass(365 * kDay);
  world.SyncPeople("carol", {Phone(kAlicePhone)});
  world.Pass(-365 * kDay);
  CHECK(world.Fact("mallory", "carol") == "expired");
}

TEST_CASE("the trace of a number survives the account that had it") {
  ContactsWorld world;
  // Forget takes the time from the system's clock.
  *world.clock = std::chrono::duration_cast<std::chrono::seconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count() -
                 kDay;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  CHECK(world.Rings("alice", "bob"));
  REQUIRE(world.store.Forget("alice")->existed);
  world.Pass(kDay + 10);
  world.Verify("mallory", Phone(kAlicePhone));
  CHECK(world.Fact("mallory", "bob") == "stale");
  CHECK_FALSE(world.Rings("mallory", "bob"));
}

TEST_CASE("verification ends: a telephone number after a year, an address after two") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Verify("mallory", Email("mallory@example.com"));
  const auto sync = [&] {
    world.SyncPeople("bob", {Phone(kAlicePhone), Email("mallory@example.com")});
  };
  world.Pass(364 * kDay);
  sync();
  CHECK(world.Rings("alice", "bob"));
  world.Pass(kDay - 1);
  CHECK(world.Rings("alice", "bob"));
  world.Pass(1);
  CHECK(world.Fact("alice", "bob") == "no_match");
  CHECK(world.Rings("mallory", "bob"));
  world.Pass(364 * kDay);
  sync();
  CHECK(world.Rings("mallory", "bob"));
  world.Pass(kDay);
  CHECK_FALSE(world.Rings("mallory", "bob"));
  world.Verify("mallory", Email("mallory@example.com"));
  CHECK(world.Rings("mallory", "bob"));
}

TEST_CASE("a book matches for 90 days, and is erased after 180") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  REQUIRE(world.contacts->BeginSync("carol", ManifestOf({}, 0)).ok());
  world.Pass(90 * kDay - 1);
  CHECK(world.Rings("alice", "bob"));
  world.Pass(1);
  CHECK(world.Fact("alice", "bob") == "expired");
  CHECK_FALSE(world.Rings("alice", "bob"));
  CHECK(world.contacts->Sweep()->uploads == 1);
  world.Pass(90 * kDay - 1);
  CHECK(world.contacts->Sweep()->books == 0);
  CHECK(world.contacts->BookOf("bob")->exists);
  world.Pass(1);
  const Result<SweepReport> swept = world.contacts->Sweep();
  REQUIRE(swept.ok());
  CHECK(swept->books == 1);
  CHECK_FALSE(world.contacts->BookOf("bob")->exists);
  CHECK(world.Fact("alice", "bob") == "no_book");
  REQUIRE(world.contacts->RemoveIdentifier("alice", Phone(kAlicePhone)).ok());
  CHECK(world.contacts->Sweep()->tombstones == 0);
  world.Pass(180 * kDay);
  CHECK(world.contacts->Sweep()->tombstones == 1);
  CHECK(world.contacts->Sweep()->tombstones == 0);
}

TEST_CASE("sweeping takes as many transactions as it needs") {
  ContactsWorld world;
  std::vector<std::string> users;
  {
    Result<Store::Transaction> transaction = world.store.Begin();
    REQUIRE(transaction.ok());
    for (int i = 0; i < 101; ++i) {
      users.push_back("user" + std::to_string(i));
      REQUIRE(transaction->AddUser(users.back()).ok());
    }
    REQUIRE(transaction->Commit().ok());
  }
  for (const std::string& user : users) {
    REQUIRE(world.contacts->BeginSync(user, ManifestOf({}, 0)).ok());
  }
  world.Pass(15 * 60);
  CHECK(world.contacts->Sweep()->uploads == 0);
  world.Pass(1);
  CHECK(world.contacts->Sweep()->uploads == 101);
}

TEST_CASE("an objection: no match from then on, whatever came first") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone), Phone(kMalloryPhone)});
  CHECK(world.Rings("alice", "bob"));
  REQUIRE(world.contacts->Suppress(Phone(kAlicePhone)).ok());
  CHECK(world.Fact("alice", "bob") == "no_match");
  CHECK(world.contacts->Identifiers("alice")->at(0).suppressed);
  REQUIRE(world.contacts->Suppress(Phone(kMalloryPhone)).ok());
  world.Verify("mallory", Phone(kMalloryPhone));
  CHECK(world.Fact("mallory", "bob") == "no_match");
  // A book made meanwhile has them too, or its next delta would show that somebody objected.
  world.SyncPeople("carol", {Phone(kAlicePhone)});
  CHECK(world.Fact("alice", "carol") == "no_match");
  REQUIRE(world.contacts->Unsuppress(Phone(kAlicePhone)).ok());
  CHECK(world.Rings("alice", "bob"));
  CHECK(world.Fact("alice", "carol") == "match");
  CHECK(world.contacts->Suppress(Phone("x")).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("forgetting a user takes book, upload, identifiers") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Verify("bob", Phone(kMalloryPhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  const int64_t generation = world.contacts->BookOf("bob")->generation;
  REQUIRE(world.contacts->BeginSync("bob", ManifestOf({}, generation)).ok());
  REQUIRE(world.store.Forget("bob")->existed);
  CHECK(world.contacts->BookOf("bob").status().code() == StatusCode::kNotFound);
  CHECK(world.contacts->Identifiers("bob").status().code() == StatusCode::kNotFound);
  REQUIRE(world.store.SetUser("bob", "allow_contacts", "true").ok());
  CHECK_FALSE(world.contacts->BookOf("bob")->exists);
  CHECK(world.contacts->Identifiers("bob")->empty());
  CHECK(world.Fact("alice", "bob") == "no_book");
  CHECK(world.contacts->CommitSync("bob", generation + 1).status().code() == StatusCode::kNotFound);
}

/// Counts what it is asked, and serves nothing.
class CountingSource final : public FactSource {
 public:
  ReadState Read(Group group, const Question&, GroupWriter&) noexcept override {
    ++reads[static_cast<size_t>(group)];
    return ReadState::kNotMine;
  }
  int Of(Group group) const { return reads[static_cast<size_t>(group)]; }
  std::array<int, kGroupCount> reads{};
};

TEST_CASE("a preview does not look into anybody's book") {
  ContactsWorld world;
  world.Verify("alice", Phone(kAlicePhone));
  world.Pass(1);
  world.SyncPeople("bob", {Phone(kAlicePhone)});
  CountingSource counting;
  FactSource* const sources[] = {&counting};
  Reader reader = OpenReader(*world.engine, sources);
  const auto button = [&](const char* caller, bool as_callee) {
    const Result<PreviewAnswer> answer = reader.Preview(Between(caller, "bob"), as_callee);
    REQUIRE(answer.ok());
    return answer->button;
  };
  CHECK(button("alice", false) == PreviewAnswer::Button::kMaybe);
  CHECK(button("mallory", false) == PreviewAnswer::Button::kMaybe);
  CHECK(counting.Of(Group::kCallee) == 2);
  CHECK(counting.Of(Group::kContact) == 0);
  CHECK(counting.Of(Group::kCallerContact) == 0);
  // Nor for its owner, who may have uploaded guesses.
  CHECK(button("alice", true) == PreviewAnswer::Button::kMaybe);
  CHECK(button("mallory", true) == PreviewAnswer::Button::kMaybe);
  CHECK(counting.Of(Group::kContact) == 0);
  CHECK(Ask(reader, Between("alice", "bob")).rule == "contact");
  CHECK(counting.Of(Group::kContact) == 1);
}

}  // namespace
}  // namespace ringfence
