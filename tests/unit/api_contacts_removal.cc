// What is gone when Contacts says it is gone, and what no file and no error text ever shows.
#include <filesystem>

#include "unit/api_contacts_support.h"
#include "unit/store_file.h"

namespace ringfence {
namespace {

/// Bytes of all files of the database: itself, its log, its shared memory.
std::string DatabaseBytes(const ContactsWorld& world) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(world.folder.path())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("world.db")) bytes += FileBytes(entry.path().string());
  }
  return bytes;
}

std::string FromDigits(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

/// The nonce of every sealed row of a book or an upload: a trace of the row as good as any.
std::vector<std::string> Nonces(const ContactsWorld& world) {
  std::vector<std::string> nonces;
  for (const std::string& hex : Rows(world.store.path(),
                                     "SELECT hex(substr(sealed, 1, 24)) FROM contact_chunks"
                                     " UNION ALL SELECT hex(substr(sealed, 1, 24)) FROM"
                                     " contact_parts")) {
    nonces.push_back(FromDigits(hex));
  }
  return nonces;
}

size_t CountIn(const std::string& bytes, const std::vector<std::string>& needles) {
  size_t found = 0;
  for (const std::string& needle : needles) {
    found += bytes.find(needle) == std::string::npos ? 0 : 1;
  }
  return found;
}

/// bob has a book and an upload under way.
struct RemovalWorld : ContactsWorld {
  RemovalWorld() {
    Verify("alice", Phone(kAlicePhone));
    Pass(1);
    SyncPeople("bob", {Phone(kAlicePhone)});
    const int64_t generation = contacts->BookOf("bob")->generation;
    upload = *contacts->BeginSync("bob", ManifestOf(Fillers(0, 50), generation));
    REQUIRE(contacts->PutSync("bob", upload, 0, Fillers(0, 40)).ok());
    nonces = Nonces(*this);
    REQUIRE(nonces.size() >= 5);
    REQUIRE(CountIn(DatabaseBytes(*this), nonces) == nonces.size());
  }
  int64_t upload = 0;
  std::vector<std::string> nonces;
};

TEST_CASE("a removed book is out of the files, its upload too, and removing again is no error") {
  RemovalWorld world;
  const Result<BookRemoval> removal = world.contacts->RemoveBook("bob", true);
  REQUIRE(removal.ok());
  CHECK(removal->existed);
  CHECK(removal->purged);
  CHECK(CountIn(DatabaseBytes(world), world.nonces) == 0);
  CHECK(world.Fact("alice", "bob") == "no_book");
  CHECK_FALSE(world.contacts->BookOf("bob")->exists);
  CHECK(world.contacts->PutSync("bob", world.upload, 1, Fillers(40, 10)).code() ==
        StatusCode::kNotFound);
  CHECK(world.contacts->CommitSync("bob", world.upload).status().code() == StatusCode::kNotFound);
  const Result<BookRemoval> again = world.contacts->RemoveBook("bob");
  REQUIRE(again.ok());
  CHECK_FALSE(again->existed);
  CHECK(again->purged);
  CHECK(world.contacts->RemoveBook("nobody").status().code() == StatusCode::kNotFound);
  CHECK(world.store.Doctor()->empty());
}

TEST_CASE("an endpoint removes at once, and the next sweep purges") {
  RemovalWorld world;
  const Result<BookRemoval> removal = world.contacts->RemoveBook("bob");
  REQUIRE(removal.ok());
  CHECK(removal->existed);
  CHECK_FALSE(removal->purged);
  CHECK(world.Fact("alice", "bob") == "no_book");
  CHECK_FALSE(world.contacts->RemoveBook("bob")->purged);
  CHECK(world.contacts->Sweep()->purged);
  CHECK(CountIn(DatabaseBytes(world), world.nonces) == 0);
  CHECK(world.contacts->RemoveBook("bob")->purged);
}

TEST_CASE("everything erased without keys: then other keys may begin") {
  RemovalWorld world;
  std::filesystem::remove(world.key_file);
  REQUIRE(Contacts::CreateKeyFile(world.key_file).ok());
  CHECK(Contacts::Open(world.store, world.Options()).status().code() ==
        StatusCode::kInvalidArgument);
  const Result<bool> erased = Contacts::EraseAll(world.store);
  REQUIRE_MESSAGE(erased.ok(), erased.status().message());
  CHECK(*erased);
  CHECK(CountIn(DatabaseBytes(world), world.nonces) == 0);
  const Result<Contacts> anew = Contacts::Open(world.store, world.Options());
  REQUIRE_MESSAGE(anew.ok(), anew.status().message());
  CHECK(anew->Epochs()->size() == 1);
  CHECK_FALSE(anew->BookOf("bob")->exists);
  CHECK(anew->Identifiers("alice")->empty());
  CHECK(world.store.Doctor()->empty());
}

TEST_CASE("with an open reader the answer is no at once, and purged when the reader is gone") {
  RemovalWorld world;
  // A purge waits for readers as long as for other writers.
  StoreOptions options;
  options.path = world.store.path();
  options.busy_timeout_ms = 20;
  Result<Store> impatient = Store::Open(options);
  REQUIRE(impatient.ok());
  Contacts contacts = world.OpenContacts(*impatient);
  {
    Connection reading = OpenPlain(world.store.path());
    REQUIRE(reading.Execute("BEGIN", "begin").ok());
    REQUIRE(Rows(reading, "SELECT count(*) FROM contact_books").front() == "1");
    const Result<BookRemoval> removal = contacts.RemoveBook("bob", true);
    REQUIRE(removal.ok());
    CHECK(removal->existed);
    CHECK_FALSE(removal->purged);
    CHECK(world.Fact("alice", "bob") == "no_book");
    CHECK_FALSE(contacts.RemoveBook("bob", true)->purged);
    CHECK_FALSE(impatient->Purge().value());
    CHECK(Rows(reading, "SELECT count(*) FROM contact_books").front() == "1");
  }
  CHECK(impatient->Purge().value());
  CHECK(CountIn(DatabaseBytes(world), world.nonces) == 0);
}

TEST_CASE("what a rotation re-encrypted is not left under the old key") {
  RemovalWorld world;
  REQUIRE(world.contacts->RotateRowKey().ok());
  CHECK(CountIn(DatabaseBytes(world), world.nonces) == 0);
  CHECK(world.Rings("alice", "bob"));
}

TEST_CASE("a swept book is out of the files") {
  RemovalWorld world;
  world.Pass(180 * kDay);
  const Result<SweepReport> swept = world.contacts->Sweep();
  CHECK(swept->books == 1);
  CHECK(swept->uploads == 1);
  CHECK(CountIn(DatabaseBytes(world), world.nonces) == 0);
}

TEST_CASE("no identifier, token or element is in the files, before or after") {
  ContactsWorld world;
  const std::vector<std::string> people = {kAlicePhone, "alice@example.com", "obj@example.org"};
  const std::vector<CanonicalIdentifier> identifiers = {Phone(people[0]), Email(people[1]),
                                                        Email(people[2])};
  std::vector<std::string> secrets = people;
  const auto add = [&](std::span<const uint8_t> bytes) {
    secrets.emplace_back(bytes.begin(), bytes.end());
  };
  std::vector<ContactElement> elements;
  std::vector<ContactToken> tokens = Fillers(1, 60);
  for (const CanonicalIdentifier& identifier : identifiers) {
    elements.push_back(Blinded(identifier).element);
    tokens.push_back(world.TokenFor(identifier));
  }
  const Result<ContactEvaluation> evaluation = world.contacts->Evaluate("bob", 1, elements);
  REQUIRE(evaluation.ok());
  for (const ContactElement& element : elements) add(element);
  for (const ContactElement& element : evaluation->evaluated) add(element);
  for (const ContactToken& token : tokens) add(token);
  world.Verify("alice", identifiers[0]);
  world.Verify("alice", identifiers[1]);
  REQUIRE(world.contacts->Suppress(identifiers[2]).ok());
  REQUIRE(SyncBook(*world.contacts, "bob", tokens).ok());
  REQUIRE(SyncBook(*world.contacts, "carol", tokens).ok());
  const int64_t generation = world.contacts->BookOf("bob")->generation;
  const Result<int64_t> upload = world.contacts->BeginSync("bob", ManifestOf(tokens, generation));
  REQUIRE(world.contacts->PutSync("bob", *upload, 0, tokens).ok());
  CHECK(CountIn(DatabaseBytes(world), secrets) == 0);
  REQUIRE(world.contacts->RemoveBook("carol").ok());
  REQUIRE(world.contacts->RotateRowKey().ok());
  CHECK(CountIn(DatabaseBytes(world), secrets) == 0);
  // The two books of the same people have no sixteen bytes in common.
  const std::vector<std::string> chunks =
      Rows(world.store.path(), "SELECT hex(sealed) FROM contact_chunks");
  CHECK_FALSE(chunks.empty());
}

TEST_CASE("error texts do not repeat what was asked about") {
  ContactsWorld world;
  const std::string number = "+4915199988877";
  const std::string address = "Secret.Person@example.com";  // a capital: not canonical
  std::vector<ContactToken> tokens = Fillers(900, 3);
  const ContactElement element = Blinded(Phone(number)).element;
  ContactElement broken = element;
  broken[31] = 0xFF;
  std::vector<std::string> texts;
  const auto note = [&](const Status& status) {
    CHECK_FALSE(status.ok());
    texts.push_back(status.message());
  };
  Contacts& contacts = *world.contacts;
  note(contacts.Evaluate("bob", 1, std::vector{element, broken}).status());
  note(contacts.Evaluate("bob", 7, std::vector{element}).status());
  note(contacts.Evaluate("zoe", 1, std::vector{element}).status());
  note(contacts.AddIdentifier("alice", Email(address)).status());
  note(contacts.AddIdentifier("alice", Phone(address)).status());
  note(contacts.RemoveIdentifier("alice", Phone(number)).status());
  note(contacts.Suppress(Email(address)).status());
  note(contacts.EvaluateRaw("bob", 1, std::vector{Phone(number)}).status());
  const SyncManifest manifest = ManifestOf(tokens, 0);
  const int64_t upload = *contacts.BeginSync("bob", manifest);
  note(contacts.PutSync("bob", upload, 4, tokens));
  std::vector<ContactToken> with_zero = tokens;
  with_zero.push_back(ContactToken{});
  note(contacts.PutSync("bob", upload, 0, with_zero));
  note(contacts.PutSync("bob", upload, 0, tokens, tokens));
  REQUIRE(contacts.PutSync("bob", upload, 0, std::vector{tokens[0]}).ok());
  note(contacts.PutSync("bob", upload, 0, tokens));
  note(contacts.CommitSync("bob", upload).status());
  note(contacts.PutSync("bob", upload + 9, 0, tokens));
  for (int i = 0; i < 12; ++i) {
    REQUIRE(contacts.Evaluate("bob", 1, std::vector<ContactElement>(1000, element)).ok());
  }
  note(contacts.Evaluate("bob", 1, std::vector{element}).status());

  const auto digits = [](std::span<const uint8_t> bytes) {
    std::string hex;
    for (const uint8_t byte : bytes) {
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
  };
  std::vector<std::string> secrets = {number, number.substr(1), address, "Secret", "9998887"};
  const auto add = [&](std::span<const uint8_t> bytes) {
    secrets.emplace_back(bytes.begin(), bytes.end());
    secrets.push_back(digits(bytes));
    secrets.push_back(digits(bytes).substr(0, 12));
  };
  add(element);
  add(broken);
  add(manifest.digest);
  for (const ContactToken& token : tokens) add(token);
  CHECK(texts.size() >= 15);
  for (const std::string& text : texts) {
    CHECK_FALSE(text.empty());
    CHECK_MESSAGE(CountIn(text, secrets) == 0, text);
  }
}

}  // namespace
}  // namespace ringfence
