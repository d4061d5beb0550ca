// What contact sync costs: evaluations against bare scalar multiplications, what a client pays,
// sealing, and the probe that a decision makes. Ends with what the figures mean for an attacker
// who has the key, and for a server.
//   contacts_bench [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/contacts_client.h>
#include <sodium.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/report.h"
#include "bench/support.h"
#include "contacts/book.h"
#include "contacts/key_file.h"
#include "contacts/keyring.h"
#include "contacts/match.h"
#include "contacts/oprf/oprf.h"
#include "contacts/oprf/ristretto.h"
#include "contacts/oprf/token.h"
#include "contacts/seal.h"

namespace ringfence::bench {
namespace {

constexpr OprfMode kMode = OprfMode::kVoprf;
constexpr double kUs = 1000;
constexpr size_t kTurn = 16;  ///< elements, about a millisecond
constexpr size_t kBookSize = 10000;
constexpr size_t kBookOfMost = 500;
constexpr size_t kCallers = 2000;

void Must(bool fine) {
  if (!fine) Fail("a step that cannot fail did");
}

/// Does something to that many items.
using Work = std::function<void(size_t items)>;

void Register(const std::string& name, size_t items, const Work& work, const Work& baseline) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    const auto turn = [=](const Work& side) -> Turn {
      return side ? [=](size_t) { side(items); } : Turn();
    };
    MeasureInTurns(state, items, turn(work), turn(baseline));
  });
}

std::shared_ptr<const Keyring> RandomKeyring() {
  KeyMaterial material;
  material.bytes = SecretBuffer(kSeedBytes + kRowKeyBytes);
  randombytes_buf(material.bytes.data(), material.bytes.size());
  material.row_numbers = {1};
  const SecretBuffer text = KeyText(material);
  Result<std::shared_ptr<const Keyring>> keyring = Keyring::Parse(
      std::string(reinterpret_cast<const char*>(text.data()), text.size()), "default");
  if (!keyring.ok()) Fail(keyring.status().message());
  return *keyring;
}

std::vector<Token> RandomTokens(size_t count) {
  std::vector<Token> tokens(count);
  randombytes_buf(tokens.data(), count * sizeof(Token));
  return tokens;
}

// --- Evaluations

/// A batch on both sides of the protocol.
struct Exchange {
  rf_contact_batch* batch = rf_contact_batch_new();  ///< lives as long as the program
  std::vector<Element> blinded, evaluated;
  OprfProof proof{};
  std::vector<Token> tokens;

  Exchange(const OprfKeyPair& key, size_t size) : blinded(size), evaluated(size), tokens(size) {
    for (size_t i = 0; i < size; ++i) {
      const std::string text = "+1415" + std::to_string(5550000 + i);
      rf_contact_identifier identifier{};
      identifier.kind = RF_CONTACT_PHONE;
      identifier.size = static_cast<uint8_t>(text.size());
      std::memcpy(identifier.bytes, text.data(), text.size());
      Must(rf_contact_batch_add(batch, &identifier) == RF_CONTACT_OK);
    }
    Blind();
    Evaluate(key.secret);
    proof = Prove(kMode, key, blinded, evaluated, RandomScalar());
  }
  void Blind() { Must(rf_contact_batch_blind(batch, blinded[0].data()) == RF_CONTACT_OK); }
  void Evaluate(const Scalar& secret) {
    size_t bad = 0;
    Must(EvaluateBlinded(secret, blinded, evaluated, &bad));
  }
  void Finish(const uint8_t* checked, const Element& key) {
    Must(rf_contact_batch_finish(batch, evaluated[0].data(), evaluated.size(), checked, key.data(),
                                 tokens[0].data()) == RF_CONTACT_OK);
  }
};

void AddEvaluations(const std::shared_ptr<const Keyring>& keyring, std::vector<Row>* rows) {
  const OprfKeyPair& key = keyring->EpochKey(1);
  const Element element = RandomElement();
  const Work bare = [keyring, &key, element](size_t items) {
    Element product;
    for (size_t i = 0; i < items; ++i) {
      Must(crypto_scalarmult_ristretto255(product.data(), key.secret.data(), element.data()) == 0);
      benchmark::DoNotOptimize(product);
    }
  };
  const auto add = [&](const std::string& name, size_t items, const Work& work,
                       std::optional<double> at_most = {}) {
    rows->push_back({name, at_most, false, {}, false});
    Register(name, items, work, bare);
  };
  const auto turn = std::make_shared<Exchange>(key, kTurn);
  add(
      "evaluate, no proof", kTurn, [turn, &key](size_t) { turn->Evaluate(key.secret); }, 1.18);
  for (const size_t size : std::initializer_list<size_t>{1, 10, 100, 1000}) {
    const auto exchange = std::make_shared<Exchange>(key, size);
    const std::string of = ", batch of " + std::to_string(size);
    add("evaluate and prove" + of, size, [exchange, &key](size_t) {
      exchange->Evaluate(key.secret);
      benchmark::DoNotOptimize(
          Prove(kMode, key, exchange->blinded, exchange->evaluated, RandomScalar()));
    });
    // A batch of its own: blinding again makes the answer another one's.
    const auto client = std::make_shared<Exchange>(key, size);
    add("client: finish" + of, size,
        [client, &key](size_t) { client->Finish(client->proof.data(), key.public_key); });
  }
  const auto unchecked = std::make_shared<Exchange>(key, 100);
  add("client: finish unchecked, of 100", 100,
      [unchecked, &key](size_t) { unchecked->Finish(nullptr, key.public_key); });
  const auto blinding = std::make_shared<Exchange>(key, 100);
  add("client: blind, batch of 100", 100, [blinding](size_t) { blinding->Blind(); });
  add("key holder: token directly", kTurn, [keyring, &key](size_t items) {
    for (size_t i = 0; i < items; ++i) {
      OprfOutput output;
      Must(EvaluateDirect(kMode, key.secret, InputOf(1, "+14155550123").view(), &output));
      benchmark::DoNotOptimize(TokenOf(output));
    }
  });
}

// --- Rows

/// A book in memory and callers with identifiers.
struct Book : ChunkSource {
  std::shared_ptr<const Keyring> keyring;
  const RowKey& key;
  std::vector<Token> tokens;
  BookHeader header;
  std::vector<std::string> chunks;
  std::vector<uint8_t> scratch = std::vector<uint8_t>(kMaxChunkTokens * sizeof(Token));
  ContactMatcher matcher;

  Book(std::shared_ptr<const Keyring> keys, size_t size)
      : keyring(std::move(keys)), key(keyring->newest_row_key()), tokens(RandomTokens(size)) {
    header = {1, 1, 1, BucketBits(size), key.number, 0, 1000, false};
    chunks = SealBook(key, 1, 1, header.bucket_bits, tokens);
  }
  std::span<const uint8_t> Chunk(int64_t, uint32_t bucket) noexcept override {
    return {reinterpret_cast<const uint8_t*>(chunks[bucket].data()), chunks[bucket].size()};
  }
  bool Probe(const Token& token) {
    const uint32_t bucket = BucketOf(key, 1, token, header.bucket_bits);
    bool opened = false;
    const bool hit = ProbeChunk(key, 1, 1, bucket, Chunk(1, bucket), token, scratch, &opened);
    Must(opened);
    return hit;
  }
  std::string Identifiers(size_t count, bool hits) const {
    IdentifierList list;
    list.size = count;
    for (size_t i = 0; i < count; ++i) {
      list.items[i].kind = 1;
      list.items[i].expires_at_s = 1000;
      const size_t one = randombytes_uniform(static_cast<uint32_t>(tokens.size()));
      list.items[i].tokens[0] = {1, hits ? tokens[one] : RandomTokens(1)[0]};
    }
    std::vector<uint8_t> packed(kPackedListBytes);
    Pack(list, std::span<uint8_t, kPackedListBytes>(packed));
    return Seal(key, {SealedThing::kIdentifiers, 2, 0, 0}, packed);
  }
};

void AddRows(const std::shared_ptr<const Keyring>& keyring, std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, size_t items, const Work& work,
                       const Work& baseline = {}) {
    rows->push_back({name, {}, false, {}, false});
    Register(name, items, work, baseline);
  };
  const auto large = std::make_shared<Book>(keyring, kBookSize);
  const auto book = std::make_shared<Book>(keyring, kBookOfMost);
  add("seal a book of 10,000, a token", kBookSize, [large](size_t) {
    benchmark::DoNotOptimize(SealBook(large->key, 1, 1, large->header.bucket_bits, large->tokens));
  });
  add("open a book of 10,000, a token", kBookSize, [large](size_t) {
    std::vector<Token> tokens;
    for (uint32_t bucket = 0; bucket < large->chunks.size(); ++bucket) {
      Must(OpenChunk(large->key, 1, 1, bucket, large->Chunk(1, bucket), &tokens));
    }
    benchmark::DoNotOptimize(tokens.data());
  });
  const auto others = std::make_shared<std::vector<Token>>(RandomTokens(kBookOfMost));
  const Work misses = [book, others](size_t items) {
    for (size_t i = 0; i < items; ++i) Must(!book->Probe((*others)[i]));
  };
  add(
      "probe of one chunk, hit", kBookOfMost,
      [book](size_t items) {
        for (size_t i = 0; i < items; ++i) Must(book->Probe(book->tokens[i]));
      },
      misses);
  // Many callers: one alone would compare two chunks, not a hit with a miss.
  const auto match = [book](size_t count, bool hits) -> Work {
    std::vector<std::string> callers;
    for (size_t i = 0; i < kCallers; ++i) callers.push_back(book->Identifiers(count, hits));
    return [=](size_t items) {
      for (size_t i = 0; i < items; ++i) {
        const std::string& sealed = callers[i % kCallers];
        const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(sealed.data()),
                                             sealed.size());
        const ContactMatch found =
            book->matcher.Match(*book->keyring, book->header, 2, 1, bytes, 50, *book);
        Must(found.available && (found.fact == ContactFact::kMatch) == hits);
      }
    };
  };
  add("match, 1 identifier, hit", kCallers, match(1, true), match(1, false));
  add("match, 8 identifiers, hits", kCallers, match(8, true), match(8, false));
}

// --- What it means

void PrintCosts(const Rounds& rounds) {
  const auto us = [&](const char* name) { return rounds.Median(name, "ns") / kUs; };
  const double direct_us = us("key holder: token directly");
  const double prove_us = us("evaluate and prove, batch of 1000");
  if (direct_us > 0) {
    const double hours = direct_us * 1e8 / 1e6 / 3600;
    std::printf("\nguessing with the seed, one core:   %8.2f us a guess\n", direct_us);
    std::printf("  100 M numbers (a country)         %8.1f core-hours\n", hours);
    std::printf("  118 G numbers (the world)         %8.0f core-days\n", hours * 1180 / 24);
  }
  if (prove_us > 0) {
    std::printf("\na server, one core:                 %8.0f elements a second with proof\n",
                1e6 / prove_us);
    std::printf("  1 M books of 500                  %8.1f core-hours\n",
                prove_us * 5e8 / 1e6 / 3600);
  }
}

int Main(int argc, char** argv) {
  EnsureSodium();
  const std::shared_ptr<const Keyring> keyring = RandomKeyring();
  std::vector<Row> evaluations, at_rest;
  AddEvaluations(keyring, &evaluations);
  AddRows(keyring, &at_rest);
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  std::printf("per element; baseline: one crypto_scalarmult_ristretto255\n");
  PrintTable(rounds, evaluations, {}, kUs, "us");
  std::printf("\nat rest; baseline: the same without a hit\n");
  PrintTable(rounds, at_rest, {}, 1, "ns");
  PrintCosts(rounds);
  return rounds.failed() ? 1 : 0;
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
