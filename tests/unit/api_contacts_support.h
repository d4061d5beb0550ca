// A world for tests of Contacts: a store in a folder, a key file, a clock that stands until told,
// clients that blind what they ask, callees whose contacts may call.
#pragma once

#include <ringfence/contacts.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "contacts/identifiers.h"
#include "contacts/oprf/token.h"
#include "unit/api_support.h"

namespace ringfence {

inline constexpr int64_t kDay = 24 * 3600;

inline CanonicalIdentifier Phone(std::string_view number) {
  return {IdentifierKind::kPhone, number};
}
inline CanonicalIdentifier Email(std::string_view address) {
  return {IdentifierKind::kEmail, address};
}

inline const std::string kAlicePhone = "+4915112345678";
inline const std::string kMalloryPhone = "+4915187654321";

/// What a client does with one identifier.
struct Blinded {
  explicit Blinded(const CanonicalIdentifier& identifier)
      : input(InputOf(static_cast<uint8_t>(identifier.kind), identifier.bytes)),
        blind(RandomScalar()) {
    REQUIRE(Blind(OprfMode::kVoprf, input.view(), blind, &element));
  }
  ContactToken Finish(const ContactElement& evaluated) const {
    OprfOutput output;
    REQUIRE(Finalize(input.view(), blind, evaluated, &output));
    return TokenOf(output);
  }
  OprfInput input;
  Scalar blind;
  ContactElement element;
};

/// A token that no identifier has.
inline ContactToken Filler(uint64_t number) {
  ContactToken token{};
  token[0] = 0x5A;
  for (size_t i = 0; i < 8; ++i) token[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return token;
}

inline std::vector<ContactToken> Fillers(uint64_t first, uint64_t count) {
  std::vector<ContactToken> tokens;
  for (uint64_t i = 0; i < count; ++i) tokens.push_back(Filler(first + i));
  return tokens;
}

inline SyncManifest ManifestOf(std::vector<ContactToken> book, int64_t base_generation,
                               int64_t epoch = 1,
                               SyncManifest::Mode mode = SyncManifest::Mode::kFull) {
  std::sort(book.begin(), book.end());
  book.erase(std::unique(book.begin(), book.end()), book.end());
  SyncManifest manifest;
  manifest.mode = mode;
  manifest.epoch = epoch;
  manifest.base_generation = base_generation;
  manifest.region = "DE";
  manifest.entries = static_cast<int64_t>(book.size());
  manifest.digest = DigestOf(book);
  return manifest;
}

/// A whole book, whatever was there before.
inline Result<SyncReceipt> SyncBook(Contacts& contacts, const std::string& user,
                                    const std::vector<ContactToken>& book, int64_t epoch = 1) {
  const Result<ContactBook> before = contacts.BookOf(user);
  if (!before.ok()) return before.status();
  const Result<int64_t> upload =
      contacts.BeginSync(user, ManifestOf(book, before->generation, epoch));
  if (!upload.ok()) return upload.status();
  int64_t sequence = 0;
  for (size_t at = 0; at < book.size(); at += kMaxContactBatch) {
    const size_t count = std::min(kMaxContactBatch, book.size() - at);
    Status put = contacts.PutSync(user, *upload, sequence++,
                                  std::span<const ContactToken>(book).subspan(at, count));
    if (!put.ok()) return put;
  }
  return contacts.CommitSync(user, *upload);
}

struct ContactsWorld {
  ContactsWorld() {
    REQUIRE(Contacts::CreateKeyFile(key_file).ok());
    for (const char* user : {"alice", "mallory"}) {
      REQUIRE(store.SetUser(user, "allow_everyone", "false").ok());
    }
    for (const char* user : {"bob", "carol"}) {
      REQUIRE(store.SetUser(user, "allow_contacts", "true").ok());
    }
    contacts.emplace(OpenContacts(store));
    engine.emplace(OpenEngineOn(store, *contacts));
    reader.emplace(OpenReader(*engine));
  }

  ContactOptions Options() const {
    ContactOptions options;
    options.key_file = key_file;
    options.clock_s = [clock = clock] { return clock->load(); };
    return options;
  }
  Contacts OpenContacts(const Store& on) const {
    Result<Contacts> opened = Contacts::Open(on, Options());
    REQUIRE_MESSAGE(opened.ok(), opened.status().message());
    return *opened;
  }
  static Engine OpenEngineOn(const Store& on, const Contacts& with) {
    EngineOptions options;
    options.store = on;
    options.contacts = with;
    return OpenEngine(std::move(options));
  }

  /// The token a client would get for an identifier, made the key holder's way.
  ContactToken TokenFor(const CanonicalIdentifier& identifier, int64_t epoch = 1) const {
    const Result<std::shared_ptr<const Keyring>> keyring = Keyring::Load(key_file, "default");
    REQUIRE_MESSAGE(keyring.ok(), keyring.status().message());
    return DirectToken(**keyring, epoch, identifier);
  }
  /// A book of `fillers` tokens and the identifiers given.
  void SyncPeople(const std::string& user, const std::vector<CanonicalIdentifier>& people,
                  int64_t epoch = 1, uint64_t fillers = 100) {
    std::vector<ContactToken> book = Fillers(0, fillers);
    for (const CanonicalIdentifier& person : people) book.push_back(TokenFor(person, epoch));
    const Result<SyncReceipt> receipt = SyncBook(*contacts, user, book, epoch);
    REQUIRE_MESSAGE(receipt.ok(), receipt.status().message());
  }
  void Verify(const std::string& user, const CanonicalIdentifier& identifier) {
    const Result<uint64_t> added = contacts->AddIdentifier(user, identifier);
    REQUIRE_MESSAGE(added.ok(), added.status().message());
  }
  void Pass(int64_t seconds) { *clock += seconds; }

  bool Rings(const char* caller, const char* callee) {
    const Decision decision = Ask(*reader, Between(caller, callee));
    CHECK(decision.let_through() == (decision.rule == "contact"));
    return decision.let_through();
  }
  /// callee.contact(caller) as an explanation shows it.
  FactSeen Seen(const char* caller, const char* callee) {
    const Result<Explanation> explanation = reader->Explain(Between(caller, callee));
    REQUIRE_MESSAGE(explanation.ok(), explanation.status().message());
    for (const FactSeen& fact : explanation->facts) {
      if (fact.name == "callee.contact(caller)") return fact;
    }
    FAIL("the policy does not ask for the contact");
    return {};
  }
  std::string Fact(const char* caller, const char* callee) { return Seen(caller, callee).value; }

  TemporaryFolder folder;
  std::string key_file = folder.file("keys");
  std::shared_ptr<std::atomic<int64_t>> clock =
      std::make_shared<std::atomic<int64_t>>(1'700'000'000);
  Store store = OpenStore(folder.file("world.db"));
  std::optional<Contacts> contacts;
  std::optional<Engine> engine;
  std::optional<Reader> reader;
};

}  // namespace ringfence
