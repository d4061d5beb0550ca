// The client's batches against the server's side of the same protocol.
#include <doctest/doctest.h>
#include <ringfence/contacts_client.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "contacts/oprf/oprf.h"
#include "contacts/oprf/token.h"
#include "unit/contacts_support.h"

namespace ringfence {
namespace {

constexpr OprfMode kMode = OprfMode::kVoprf;

struct FreeBatch {
  void operator()(rf_contact_batch* batch) const { rf_contact_batch_free(batch); }
};
using Batch = std::unique_ptr<rf_contact_batch, FreeBatch>;

Batch NewBatch() {
  Batch batch(rf_contact_batch_new());
  REQUIRE(batch != nullptr);
  return batch;
}

rf_contact_identifier Identifier(uint8_t kind, std::string_view canonical) {
  rf_contact_identifier identifier{};
  identifier.kind = kind;
  identifier.size = static_cast<uint8_t>(canonical.size());
  std::copy(canonical.begin(), canonical.end(), identifier.bytes);
  return identifier;
}

rf_contact_identifier Phone(size_t n) {
  return Identifier(RF_CONTACT_PHONE, "+1415555" + std::to_string(1000 + n));
}

rf_contact_status Add(const Batch& batch, const rf_contact_identifier& identifier) {
  return rf_contact_batch_add(batch.get(), &identifier);
}

/// The server: evaluates whatever it is sent, with a key of its own.
struct Server {
  std::shared_ptr<const Keyring> keyring = KnownKeyring();
  int64_t epoch = 1;
  std::vector<Element> evaluated;
  OprfProof proof{};

  const OprfKeyPair& key() const { return keyring->EpochKey(epoch); }
  void Answer(const std::vector<Element>& blinded) {
    evaluated.resize(blinded.size());
    size_t bad = 0;
    REQUIRE(EvaluateBlinded(key().secret, blinded, evaluated, &bad));
    proof = Prove(kMode, key(), blinded, evaluated, RandomScalar());
  }
  Token Direct(const rf_contact_identifier& identifier) const {
    OprfOutput output;
    const OprfInput input = InputOf(identifier.kind, {identifier.bytes, identifier.size});
    REQUIRE(EvaluateDirect(kMode, key().secret, input.view(), &output));
    return TokenOf(output);
  }
};

std::vector<Element> BlindBatch(const Batch& batch) {
  std::vector<Element> blinded(rf_contact_batch_size(batch.get()));
  REQUIRE(rf_contact_batch_blind(batch.get(), blinded[0].data()) == RF_CONTACT_OK);
  return blinded;
}

rf_contact_status Finish(const Batch& batch, const std::vector<Element>& evaluated,
                         const uint8_t* proof, const Element& public_key,
                         std::vector<Token>* tokens) {
  Token filler;
  filler.fill(0xEE);
  tokens->assign(evaluated.size(), filler);
  return rf_contact_batch_finish(batch.get(), evaluated[0].data(), evaluated.size(), proof,
                                 public_key.data(), (*tokens)[0].data());
}

TEST_CASE("batches give the tokens the key holder makes directly") {
  Server server;
  for (const size_t size : std::initializer_list<size_t>{1, 2, 10, 100}) {
    const Batch batch = NewBatch();
    std::vector<rf_contact_identifier> identifiers;
    for (size_t i = 0; i < size; ++i) identifiers.push_back(Phone(i));
    identifiers.back() = Identifier(RF_CONTACT_EMAIL, "ann@example.com");
    if (size > 2) identifiers[1] = Identifier(RF_CONTACT_HANDLE, "ann");
    for (const rf_contact_identifier& identifier : identifiers) {
      REQUIRE(Add(batch, identifier) == RF_CONTACT_OK);
    }
    server.Answer(BlindBatch(batch));
    for (const uint8_t* proof :
         {std::as_const(server.proof).data(), static_cast<const uint8_t*>(nullptr)}) {
      std::vector<Token> tokens;
      REQUIRE(Finish(batch, server.evaluated, proof, server.key().public_key, &tokens) ==
              RF_CONTACT_OK);
      for (size_t i = 0; i < size; ++i) CHECK(tokens[i] == server.Direct(identifiers[i]));
    }
  }
}

TEST_CASE("a token is the one an independent implementation makes") {
  Server server;
  const Batch batch = NewBatch();
  REQUIRE(Add(batch, Identifier(RF_CONTACT_PHONE, "+14155550123")) == RF_CONTACT_OK);
  server.Answer(BlindBatch(batch));
  std::vector<Token> tokens;
  REQUIRE(Finish(batch, server.evaluated, server.proof.data(), server.key().public_key, &tokens) ==
          RF_CONTACT_OK);
  CHECK(ToHex(tokens[0]) == "351ee2119d54a92d488344d39c316d13");
}

TEST_CASE("padding: to a multiple, with tokens that match nobody") {
  Server server;
  const Batch batch = NewBatch();
  for (size_t i = 0; i < 3; ++i) REQUIRE(Add(batch, Phone(i)) == RF_CONTACT_OK);
  REQUIRE(rf_contact_batch_pad(batch.get(), 50) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_size(batch.get()) == 50);
  REQUIRE(rf_contact_batch_pad(batch.get(), 50) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_size(batch.get()) == 50);
  const std::vector<Element> blinded = BlindBatch(batch);
  CHECK(std::set<Element>(blinded.begin(), blinded.end()).size() == 50);
  server.Answer(blinded);
  std::vector<Token> tokens;
  REQUIRE(Finish(batch, server.evaluated, server.proof.data(), server.key().public_key, &tokens) ==
          RF_CONTACT_OK);
  for (size_t i = 0; i < 3; ++i) CHECK(tokens[i] == server.Direct(Phone(i)));
  CHECK(std::set<Token>(tokens.begin(), tokens.end()).size() == 50);

  const Batch full = NewBatch();
  for (size_t i = 0; i < 970; ++i) REQUIRE(Add(full, Phone(i)) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_pad(full.get(), 300) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_pad(full.get(), 0) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_pad(full.get(), 1001) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_size(full.get()) == 970);
  CHECK(rf_contact_batch_pad(full.get(), 1000) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_size(full.get()) == 1000);
}

TEST_CASE("padding: an empty book is filled too, and looks like any other") {
  Server server;
  const Batch batch = NewBatch();
  CHECK(rf_contact_batch_pad(batch.get(), 0) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_size(batch.get()) == 0);
  REQUIRE(rf_contact_batch_pad(batch.get(), 50) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_size(batch.get()) == 50);
  const std::vector<Element> blinded = BlindBatch(batch);
  CHECK(std::set<Element>(blinded.begin(), blinded.end()).size() == 50);
  server.Answer(blinded);
  std::vector<Token> tokens;
  REQUIRE(Finish(batch, server.evaluated, server.proof.data(), server.key().public_key, &tokens) ==
          RF_CONTACT_OK);
  CHECK(std::set<Token>(tokens.begin(), tokens.end()).size() == 50);

  const Batch largest = NewBatch();
  REQUIRE(rf_contact_batch_pad(largest.get(), RF_CONTACT_MAX_BATCH) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_size(largest.get()) == RF_CONTACT_MAX_BATCH);
  CHECK(Add(largest, Phone(1)) == RF_CONTACT_BAD_ARGUMENT);
}

TEST_CASE("a wrong key is a bad proof and no token") {
  Server server;
  const Batch batch = NewBatch();
  for (size_t i = 0; i < 5; ++i) REQUIRE(Add(batch, Phone(i)) == RF_CONTACT_OK);
  const std::vector<Element> blinded = BlindBatch(batch);
  server.Answer(blinded);
  const std::vector<Token> nothing(5);
  std::vector<Token> tokens;
  const auto refused = [&](rf_contact_status expected, const std::vector<Element>& evaluated,
                           const OprfProof& proof, const Element& key) {
    CHECK(Finish(batch, evaluated, proof.data(), key, &tokens) == expected);
    CHECK(tokens == nothing);
  };
  const Element other = server.keyring->EpochKey(2).public_key;
  refused(RF_CONTACT_BAD_PROOF, server.evaluated, server.proof, other);
  OprfProof altered = server.proof;
  altered[40] ^= 1;
  refused(RF_CONTACT_BAD_PROOF, server.evaluated, altered, server.key().public_key);
  std::vector<Element> swapped = server.evaluated;
  std::swap(swapped[0], swapped[1]);
  refused(RF_CONTACT_BAD_PROOF, swapped, server.proof, server.key().public_key);
  // An honest proof of the wrong key.
  Server impostor;
  impostor.epoch = 2;
  impostor.Answer(blinded);
  refused(RF_CONTACT_BAD_PROOF, impostor.evaluated, impostor.proof, server.key().public_key);
  // The batch is still good for the honest answer.
  CHECK(Finish(batch, server.evaluated, server.proof.data(), server.key().public_key, &tokens) ==
        RF_CONTACT_OK);
  CHECK(tokens[0] == server.Direct(Phone(0)));
}

TEST_CASE("elements that are none are refused, with and without a proof") {
  Server server;
  const Batch batch = NewBatch();
  for (size_t i = 0; i < 3; ++i) REQUIRE(Add(batch, Phone(i)) == RF_CONTACT_OK);
  server.Answer(BlindBatch(batch));
  std::vector<std::string> bad(std::begin(kBadEncodings), std::end(kBadEncodings));
  bad.push_back(std::string(64, '0'));
  std::vector<Token> tokens;
  for (const std::string& encoding : bad) {
    std::vector<Element> evaluated = server.evaluated;
    evaluated[2] = ArrayOf<32>(encoding);
    for (const uint8_t* proof :
         {std::as_const(server.proof).data(), static_cast<const uint8_t*>(nullptr)}) {
      CHECK(Finish(batch, evaluated, proof, server.key().public_key, &tokens) ==
            RF_CONTACT_BAD_ELEMENT);
      CHECK(tokens == std::vector<Token>(3));
    }
    CHECK(Finish(batch, server.evaluated, server.proof.data(), ArrayOf<32>(encoding), &tokens) ==
          RF_CONTACT_BAD_ELEMENT);
  }
}

TEST_CASE("arguments and order") {
  const Batch batch = NewBatch();
  std::vector<Element> elements(RF_CONTACT_MAX_BATCH);
  std::vector<Token> tokens(RF_CONTACT_MAX_BATCH);
  const Element key = KnownKeyring()->EpochKey(1).public_key;
  const auto finish = [&](size_t count) {
    return rf_contact_batch_finish(batch.get(), elements[0].data(), count, nullptr, nullptr,
                                   tokens[0].data());
  };
  CHECK(rf_contact_batch_size(nullptr) == 0);
  CHECK(rf_contact_batch_add(nullptr, nullptr) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_add(batch.get(), nullptr) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_blind(batch.get(), elements[0].data()) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(finish(0) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(Add(batch, Identifier(RF_CONTACT_PHONE, "0415555")) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(Add(batch, Identifier(RF_CONTACT_EMAIL, "Ann@example.com")) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(Add(batch, Identifier(0, "ann")) == RF_CONTACT_BAD_ARGUMENT);
  rf_contact_identifier long_one = Identifier(RF_CONTACT_HANDLE, std::string(254, 'a'));
  CHECK(Add(batch, long_one) == RF_CONTACT_OK);
  long_one.size = 255;
  CHECK(Add(batch, long_one) == RF_CONTACT_BAD_ARGUMENT);
  for (size_t i = 1; i < RF_CONTACT_MAX_BATCH; ++i) REQUIRE(Add(batch, Phone(i)) == RF_CONTACT_OK);
  CHECK(Add(batch, Phone(0)) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(finish(RF_CONTACT_MAX_BATCH) == RF_CONTACT_BAD_ARGUMENT);  // not blinded yet
  CHECK(rf_contact_batch_blind(batch.get(), nullptr) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_blind(batch.get(), elements[0].data()) == RF_CONTACT_OK);
  CHECK(rf_contact_batch_pad(batch.get(), 10) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(finish(RF_CONTACT_MAX_BATCH - 1) == RF_CONTACT_BAD_ARGUMENT);
  const OprfProof proof{};
  CHECK(rf_contact_batch_finish(batch.get(), elements[0].data(), RF_CONTACT_MAX_BATCH, proof.data(),
                                nullptr, tokens[0].data()) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_batch_finish(batch.get(), nullptr, RF_CONTACT_MAX_BATCH, nullptr, nullptr,
                                tokens[0].data()) == RF_CONTACT_BAD_ARGUMENT);
  rf_contact_batch_free(nullptr);
  CHECK(IsElement(key));
}

TEST_CASE("blinding twice gives other elements for the same identifiers") {
  Server server;
  const Batch batch = NewBatch();
  REQUIRE(Add(batch, Phone(1)) == RF_CONTACT_OK);
  const std::vector<Element> first = BlindBatch(batch);
  const std::vector<Element> second = BlindBatch(batch);
  CHECK(first != second);
  server.Answer(second);
  std::vector<Token> tokens;
  CHECK(Finish(batch, server.evaluated, server.proof.data(), server.key().public_key, &tokens) ==
        RF_CONTACT_OK);
  CHECK(tokens[0] == server.Direct(Phone(1)));
}

TEST_CASE("digests: sorted, distinct") {
  std::mt19937_64 random(3);
  std::vector<Token> tokens = RandomTokens(random, 100);
  std::vector<Token> doubled = tokens;
  doubled.insert(doubled.end(), tokens.begin(), tokens.begin() + 40);
  std::shuffle(doubled.begin(), doubled.end(), random);
  size_t distinct = 0;
  std::array<uint8_t, 32> digest{};
  REQUIRE(rf_contact_book_digest(doubled[0].data(), doubled.size(), &distinct, digest.data()) ==
          RF_CONTACT_OK);
  CHECK(distinct == 100);
  std::sort(tokens.begin(), tokens.end());
  CHECK(std::equal(tokens.begin(), tokens.end(), doubled.begin()));
  CHECK(digest == DigestOf(tokens));
  REQUIRE(rf_contact_book_digest(nullptr, 0, &distinct, digest.data()) == RF_CONTACT_OK);
  CHECK(distinct == 0);
  CHECK(digest == DigestOf({}));
  CHECK(rf_contact_book_digest(nullptr, 1, &distinct, digest.data()) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_book_digest(nullptr, 0, nullptr, digest.data()) == RF_CONTACT_BAD_ARGUMENT);
  CHECK(rf_contact_book_digest(nullptr, 0, &distinct, nullptr) == RF_CONTACT_BAD_ARGUMENT);
}

TEST_CASE("erasing") {
  std::string text = "+14155550123";
  rf_contact_erase(text.data(), text.size());
  CHECK(text == std::string(12, '\0'));
  rf_contact_erase(nullptr, 5);
}

}  // namespace
}  // namespace ringfence
