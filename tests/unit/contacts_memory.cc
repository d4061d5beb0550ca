// What stays in this process's memory of secrets and identifiers: nothing. Looks through every
// writable page of the process for bytes that it keeps in disguise itself.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <ringfence/contacts_client.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contacts/book.h"
#include "contacts/key_file.h"
#include "contacts/keyring.h"
#include "contacts/match.h"
#include "contacts/seal.h"
#include "unit/contacts_support.h"
#include "unit/memory_search.h"

namespace ringfence {
namespace {

TEST_CASE("the search finds what is there") {
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(0x31 + 11 * i);
  const Needle needle(bytes);
  const int found = Found(needle);
  if (found < 0) {
    MESSAGE("skipped: the memory of this process cannot be looked through");
    return;
  }
  CHECK(found >= 1);
  Erase(bytes.data(), bytes.size());
  CHECK(Found(needle) == 0);
}

TEST_CASE("a batch leaves no identifier behind") {
  std::unique_ptr<Needle> needle;
  rf_contact_batch* const batch = rf_contact_batch_new();
  Apart([&] {
    rf_contact_identifier identifier{};
    identifier.kind = RF_CONTACT_HANDLE;
    identifier.size = 24;
    for (size_t i = 0; i < 24; ++i) {
      identifier.bytes[i] = static_cast<char>('a' + RandomScalar()[0] % 26);
    }
    needle = std::make_unique<Needle>(BytesOf({identifier.bytes, 24}));
    REQUIRE(rf_contact_batch_add(batch, &identifier) == RF_CONTACT_OK);
    // Enough to outgrow the first memory.
    rf_contact_identifier other{};
    other.kind = RF_CONTACT_HANDLE;
    other.size = 254;
    std::memset(other.bytes, 'x', 254);
    for (int i = 0; i < 98; ++i) REQUIRE(rf_contact_batch_add(batch, &other) == RF_CONTACT_OK);
    // Last too: what the steps below leave on the stack of an earlier one, the next overwrites.
    REQUIRE(rf_contact_batch_add(batch, &identifier) == RF_CONTACT_OK);
    rf_contact_erase(&identifier, sizeof identifier);
  });
  if (Found(*needle) < 0) {
    MESSAGE("skipped: the memory of this process cannot be looked through");
    rf_contact_batch_free(batch);
    return;
  }
  CHECK(Found(*needle) == 2);
  std::vector<Element> blinded(100), evaluated(100);
  Apart([&] { REQUIRE(rf_contact_batch_blind(batch, blinded[0].data()) == RF_CONTACT_OK); });
  CHECK(Found(*needle) == 2);
  size_t bad = 0;
  REQUIRE(EvaluateBlinded({3}, blinded, evaluated, &bad));
  Apart([&] {
    std::vector<Token> tokens(100);
    REQUIRE(rf_contact_batch_finish(batch, evaluated[0].data(), 100, nullptr, nullptr,
                                    tokens[0].data()) == RF_CONTACT_OK);
  });
  CHECK(Found(*needle) == 2);
  rf_contact_batch_free(batch);
  CHECK(Found(*needle) == 0);
}

TEST_CASE("a key file leaves neither digits nor bytes of the seed behind") {
  const TestFolder folder;
  const std::string path = folder.File("keys");
  REQUIRE(CreateKeyFile(path).ok());
  std::unique_ptr<Needle> digits, bytes;
  Apart([&] {
    char text[256];
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(read(fd, text, sizeof text) > 100);
    close(fd);
    const std::string_view seed(std::strstr(text, "seed ") + 5, 64);
    digits = std::make_unique<Needle>(BytesOf(seed.substr(0, 32)));
    std::vector<uint8_t> decoded = FromHex(seed);
    bytes = std::make_unique<Needle>(std::span<const uint8_t>(decoded).first(16));
    Erase(decoded.data(), decoded.size());
    Erase(text, sizeof text);
  });
  if (Found(*bytes) < 0) {
    MESSAGE("skipped: the memory of this process cannot be looked through");
    return;
  }
  CHECK(Found(*bytes) == 0);
  std::shared_ptr<const Keyring> keyring;
  Apart([&] { keyring = Keyring::Load(path, "default").value(); });
  CHECK(Found(*digits) == 0);
  CHECK(Found(*bytes) == 1);
  Apart([&] {
    REQUIRE(AddRowKeyToFile(path).ok());
    REQUIRE(KeepOnlyRowKeyInFile(path, 2).ok());
    keyring->EpochKey(1);
    keyring->TagOf(1, {});
  });
  CHECK(Found(*digits) == 0);
  CHECK(Found(*bytes) == 1);
  keyring.reset();
  CHECK(Found(*bytes) == 0);
  // A text that a key service gave: whoever calls moves it in, and it is erased.
  Apart([&] {
    std::string text(400, '\0');
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    text.resize(static_cast<size_t>(read(fd, text.data(), text.size())));
    close(fd);
    keyring = Keyring::Parse(std::move(text), "default").value();
  });
  CHECK(Found(*digits) == 0);
  CHECK(Found(*bytes) == 1);
}

TEST_CASE("a match leaves neither the caller's tokens nor the book's behind") {
  const std::shared_ptr<const Keyring> keyring = KnownKeyring();
  const RowKey& key = keyring->newest_row_key();
  std::unique_ptr<Needle> own, other;
  std::string chunk, sealed;
  const auto prepare = [&] {
    IdentifierList list;
    std::vector<Token> tokens(2);
    for (Token& token : tokens) {
      for (uint8_t& byte : token) byte = RandomScalar()[0];
    }
    other = std::make_unique<Needle>(std::span<const uint8_t>(tokens[0]));
    own = std::make_unique<Needle>(std::span<const uint8_t>(tokens[1]));
    chunk = SealBook(key, 1, 1, 0, tokens)[0];
    list.size = 1;
    list.items[0].kind = 1;
    list.items[0].expires_at_s = 100;
    list.items[0].tokens[0].epoch = 1;
    list.items[0].tokens[0].token = tokens[1];
    std::vector<uint8_t> packed(kPackedListBytes);
    Pack(list, std::span<uint8_t, kPackedListBytes>(packed));
    sealed = Seal(key, {SealedThing::kIdentifiers, 2, 0, 0}, packed);
    Erase(packed.data(), packed.size());
    Erase(&list, sizeof list);
    Erase(tokens.data(), tokens.size() * sizeof(Token));
  };
  struct OneChunk : ChunkSource {
    std::span<const uint8_t> bytes;
    std::span<const uint8_t> Chunk(int64_t, uint32_t) noexcept override { return bytes; }
  } source;
  ContactMatcher matcher;
  ContactMatch match;
  const auto ask = [&] {
    const BookHeader book = {1, 1, 1, 0, key.number, 0, 100, false};
    source.bytes = BytesOf(chunk);
    match = matcher.Match(*keyring, book, 2, key.number, BytesOf(sealed), 50, source);
  };
  // Once for the dynamic linker, which puts all registers on the stack at the first call of a
  // function; then with other tokens.
  Apart(prepare);
  Apart(ask);
  Apart(prepare);
  if (Found(*own) < 0) {
    MESSAGE("skipped: the memory of this process cannot be looked through");
    return;
  }
  CHECK(Found(*own) == 0);
  CHECK(Found(*other) == 0);
  Apart(ask);
  CHECK(match.fact == ContactFact::kMatch);
  CHECK(Found(*own) == 0);
  CHECK(Found(*other) == 0);
}

}  // namespace
}  // namespace ringfence
