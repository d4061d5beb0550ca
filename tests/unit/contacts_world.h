// A world for tests of contact sync on rows: a keyring, users, a clock, one transaction a call, and
// a watch on what error texts say.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contacts/identifiers.h"
#include "contacts/oprf/token.h"
#include "contacts/rotation.h"
#include "contacts/sealed_rows.h"
#include "contacts/sync.h"
#include "unit/contacts_rows.h"
#include "unit/contacts_support.h"

namespace ringfence {

inline constexpr int64_t kMinute = 60;
inline constexpr int64_t kHour = 3600;
inline constexpr int64_t kDay = 24 * kHour;

/// Token `number` of a space that nothing else is in.
inline ContactToken TokenNumber(uint64_t number) {
  ContactToken token{};
  token[0] = 0xA5;
  for (size_t i = 0; i < 8; ++i) token[15 - i] = static_cast<uint8_t>(number >> (8 * i));
  return token;
}

inline std::vector<ContactToken> TokenNumbers(uint64_t first, uint64_t count) {
  std::vector<ContactToken> tokens;
  for (uint64_t i = 0; i < count; ++i) tokens.push_back(TokenNumber(first + i));
  return tokens;
}

inline ContactDigest DigestOfBook(std::vector<ContactToken> tokens, int64_t* distinct) {
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  *distinct = static_cast<int64_t>(tokens.size());
  return DigestOf(tokens);
}

/// A manifest that is right for a book of these tokens.
inline SyncManifest ManifestFor(const std::vector<ContactToken>& book, int64_t base_generation = 0,
                                SyncManifest::Mode mode = SyncManifest::Mode::kFull,
                                int64_t epoch = 1) {
  SyncManifest manifest;
  manifest.mode = mode;
  manifest.epoch = epoch;
  manifest.base_generation = base_generation;
  manifest.region = "DE";
  manifest.digest = DigestOfBook(book, &manifest.entries);
  return manifest;
}

inline CanonicalIdentifier Phone(std::string_view number) {
  return {IdentifierKind::kPhone, number};
}
inline CanonicalIdentifier Email(std::string_view address) {
  return {IdentifierKind::kEmail, address};
}

/// Error texts must not show what was asked about, in bytes or in hexadecimal digits.
inline void CheckSilent(const std::string& message, std::string_view secret) {
  CHECK_MESSAGE(message.find(secret) == std::string::npos, message);
  CHECK_MESSAGE(message.find(ToHex(BytesOf(secret))) == std::string::npos, message);
}

class ContactWorld {
 public:
  ContactWorld() : ContactWorld(KnownKeyring()) {}
  explicit ContactWorld(std::shared_ptr<const Keyring> keys) : keyring(std::move(keys)) {
    for (const char* user : {"ann", "bob", "carol", "dave"}) {
      REQUIRE(Run([&](ContactTables& tables) { return tables.InternUser(user).status(); }).ok());
    }
    bool changed = false;
    REQUIRE(Run([&](ContactTables& tables) {
              return AdoptKeys(tables, *keyring, now, &changed);
            }).ok());
    REQUIRE(changed);
  }

  /// One transaction, committed if the work was ok.
  template <class Work>
  Status Run(const Work& work) {
    MapTables tables(&rows);
    Status status = work(tables);
    if (status.ok()) status = tables.Commit(true).status();
    if (!status.ok()) {
      for (const std::string& secret : secrets) CheckSilent(status.message(), secret);
    }
    return status;
  }
  template <class T, class Work>
  Result<T> Get(const Work& work) {
    std::optional<T> value;
    Status status = Run([&](ContactTables& tables) {
      Result<T> got = work(tables);
      if (got.ok()) value = std::move(*got);
      return got.status();
    });
    if (!status.ok()) return status;
    return std::move(*value);
  }

  Status Charge(const char* user, size_t count, int64_t epoch = 1) {
    return Run(
        [&](ContactTables& tables) { return ChargeEvaluations(tables, user, epoch, count, now); });
  }
  Result<int64_t> Begin(const char* user, const SyncManifest& manifest) {
    return Get<int64_t>(
        [&](ContactTables& tables) { return BeginUpload(tables, *keyring, user, manifest, now); });
  }
  Status Put(const char* user, int64_t upload, int64_t sequence,
             const std::vector<ContactToken>& add, const std::vector<ContactToken>& remove = {}) {
    for (const ContactToken& token : add) Watch({token.begin(), token.end()});
    return Run([&](ContactTables& tables) {
      return PutTokens(tables, *keyring, user, upload, sequence, add, remove, now);
    });
  }
  Result<SyncReceipt> Commit(const char* user, int64_t upload) {
    return Get<SyncReceipt>(
        [&](ContactTables& tables) { return CommitUpload(tables, *keyring, user, upload, now); });
  }
  Result<ContactBook> Book(const char* user) {
    return Get<ContactBook>([&](ContactTables& tables) { return DescribeBook(tables, user); });
  }
  /// A whole upload of a book, in parts of at most `part` tokens.
  Result<SyncReceipt> Sync(const char* user, const SyncManifest& manifest,
                           const std::vector<ContactToken>& add,
                           const std::vector<ContactToken>& remove = {}, size_t part = 1000) {
    Result<int64_t> upload = Begin(user, manifest);
    if (!upload.ok()) return upload.status();
    int64_t sequence = 0;
    for (size_t at = 0; at < add.size(); at += part) {
      const size_t end = std::min(add.size(), at + part);
      const std::vector<ContactToken> some(add.begin() + static_cast<std::ptrdiff_t>(at),
                                           add.begin() + static_cast<std::ptrdiff_t>(end));
      if (Status put = Put(user, *upload, sequence++, some); !put.ok()) return put;
    }
    for (size_t at = 0; at < remove.size(); at += part) {
      const size_t end = std::min(remove.size(), at + part);
      const std::vector<ContactToken> some(remove.begin() + static_cast<std::ptrdiff_t>(at),
                                           remove.begin() + static_cast<std::ptrdiff_t>(end));
      if (Status put = Put(user, *upload, sequence++, {}, some); !put.ok()) return put;
    }
    return Commit(user, *upload);
  }
  Result<SyncReceipt> SyncFull(const char* user, const std::vector<ContactToken>& book,
                               int64_t base_generation = 0, int64_t epoch = 1) {
    return Sync(user, ManifestFor(book, base_generation, SyncManifest::Mode::kFull, epoch), book);
  }
  /// What the rows hold of a book, sorted.
  std::vector<ContactToken> Stored(const char* user) {
    MapTables tables(&rows);
    Result<std::optional<BookRow>> book = tables.Book(*tables.FindUser(user));
    REQUIRE(book->has_value());
    Result<TokenBuffer> tokens = OpenBook(tables, *keyring, **book);
    REQUIRE_MESSAGE(tokens.ok(), tokens.status().message());
    std::vector<ContactToken> sorted(tokens->tokens().begin(), tokens->tokens().end());
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }

  Status Add(const char* user, const CanonicalIdentifier& identifier) {
    Watch(std::string(identifier.bytes));
    return Run([&](ContactTables& tables) {
      return AddVerified(tables, *keyring, user, identifier, now);
    });
  }
  Status Remove(const char* user, const CanonicalIdentifier& identifier) {
    return Run([&](ContactTables& tables) {
      return RemoveVerified(tables, *keyring, user, identifier, now);
    });
  }
  std::vector<VerifiedIdentifier> List(const char* user) {
    MapTables tables(&rows);
    Result<std::vector<VerifiedIdentifier>> list = ListVerified(tables, *keyring, user);
    REQUIRE_MESSAGE(list.ok(), list.status().message());
    return *list;
  }
  bool Suppress(const CanonicalIdentifier& identifier, bool suppressed = true) {
    bool changed = false;
    const Status done = Run([&](ContactTables& tables) {
      return SetSuppressed(tables, *keyring, identifier, suppressed, now, &changed);
    });
    REQUIRE_MESSAGE(done.ok(), done.message());
    return changed;
  }

  int64_t AddEpoch() {
    return Get<ContactEpoch>(
               [&](ContactTables& tables) { return AddNextEpoch(tables, *keyring, now); })
        ->number;
  }
  void Promote() {
    const Result<ContactEpoch> epoch =
        Get<ContactEpoch>([&](ContactTables& tables) { return PromoteNextEpoch(tables); });
    REQUIRE_MESSAGE(epoch.ok(), epoch.status().message());
  }
  void Retire(int64_t number) {
    const Result<ContactEpoch> epoch = Get<ContactEpoch>(
        [&](ContactTables& tables) { return RetirePreviousEpoch(tables, number, now); });
    REQUIRE_MESSAGE(epoch.ok(), epoch.status().message());
  }

  void Watch(std::string secret) {
    if (secrets.size() < 100 && secret.size() >= 4) secrets.push_back(std::move(secret));
  }

  std::shared_ptr<const Keyring> keyring;
  ContactRows rows;
  int64_t now = 1'700'000'000;
  std::vector<std::string> secrets;
};

}  // namespace ringfence
