// Books to chunks and back, and the probe.
#include "contacts/book.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "base/siphash.h"
#include "contacts/seal.h"

namespace ringfence {
namespace {

SealedPlace PlaceOf(int64_t callee, int64_t generation, uint32_t bucket) {
  return {SealedThing::kChunk, callee, generation, int64_t{bucket}};
}

// Chunks hold a multiple of this many tokens, the last ones all zero.
constexpr size_t kChunkStep = 8;

size_t RoundUp(size_t tokens) { return (tokens + kChunkStep - 1) / kChunkStep * kChunkStep; }

// The number of tokens of a sealed chunk; -1 when no chunk has that size.
int64_t TokensOf(std::span<const uint8_t> sealed) {
  constexpr size_t kStepBytes = kChunkStep * sizeof(Token);
  if (sealed.size() < kSealBytes || (sealed.size() - kSealBytes) % kStepBytes != 0) return -1;
  return static_cast<int64_t>((sealed.size() - kSealBytes) / sizeof(Token));
}

// 1 when equal, else 0, without a branch.
unsigned Equal(const uint8_t* one, const uint8_t* other) {
  uint8_t difference = 0;
  for (size_t i = 0; i < sizeof(Token); ++i) {
    difference = static_cast<uint8_t>(difference | (one[i] ^ other[i]));
  }
  return ((unsigned{difference} - 1) >> 8) & 1;
}

// A vector that grows leaves its old memory behind: this one leaves zeros.
void ReserveErasing(size_t size, std::vector<Token>* tokens) {
  if (tokens->capacity() >= size) return;
  std::vector<Token> larger;
  larger.reserve(std::max(size, 2 * tokens->capacity()));
  larger.assign(tokens->begin(), tokens->end());
  tokens->swap(larger);
  Erase(larger.data(), larger.size() * sizeof(Token));
}

}  // namespace

int BucketBits(size_t entries) {
  int bits = 0;
  while ((entries >> bits) > kMeanChunkTokens) ++bits;
  CHECK(bits <= kMaxBucketBits);
  return bits;
}

uint32_t BucketOf(const RowKey& key, int64_t callee, const Token& token, int bits) {
  CHECK(bits >= 0 && bits <= kMaxBucketBits);
  SipHashKey hash_key;
  std::array<char, 8 + sizeof(Token)> message;
  const EraseGuard erase_key(&hash_key, sizeof hash_key);
  const EraseGuard erase_message(&message, sizeof message);
  CHECK(key.bucket.size() == hash_key.size());
  std::copy(key.bucket.begin(), key.bucket.end(), hash_key.begin());
  for (size_t i = 0; i < 8; ++i) {
    message[i] = static_cast<char>(static_cast<uint64_t>(callee) >> (8 * i));
  }
  std::memcpy(message.data() + 8, token.data(), token.size());
  const uint64_t hash = SipHash24(hash_key, std::string_view(message.data(), message.size()));
  return static_cast<uint32_t>(hash & ((uint64_t{1} << bits) - 1));
}

std::vector<std::string> SealBook(const RowKey& key, int64_t callee, int64_t generation, int bits,
                                  std::span<const Token> tokens) {
  const size_t chunks = size_t{1} << bits;
  std::vector<uint32_t> buckets;
  std::vector<size_t> counts(chunks);
  buckets.reserve(tokens.size());
  for (const Token& token : tokens) {
    buckets.push_back(BucketOf(key, callee, token, bits));
    ++counts[buckets.back()];
  }
  const size_t most = *std::max_element(counts.begin(), counts.end());
  CHECK(most <= kMaxChunkTokens);
  const size_t chunk_bytes = std::max<size_t>(RoundUp(most), kChunkStep) * sizeof(Token);

  SecretBuffer plain(chunks * chunk_bytes);
  std::vector<size_t> next(chunks);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const size_t at = buckets[i] * chunk_bytes + next[buckets[i]]++ * sizeof(Token);
    std::copy(tokens[i].begin(), tokens[i].end(), plain.data() + at);
  }
  std::vector<std::string> sealed;
  sealed.reserve(chunks);
  for (uint32_t bucket = 0; bucket < chunks; ++bucket) {
    sealed.push_back(
        Seal(key, PlaceOf(callee, generation, bucket),
             std::span<const uint8_t>(plain.bytes()).subspan(bucket * chunk_bytes, chunk_bytes)));
  }
  return sealed;
}

bool OpenChunk(const RowKey& key, int64_t callee, int64_t generation, uint32_t bucket,
               std::span<const uint8_t> sealed, std::vector<Token>* tokens) {
  const int64_t count = TokensOf(sealed);
  if (count < 0 || count > static_cast<int64_t>(kMaxChunkTokens)) return false;
  const size_t before = tokens->size();
  const size_t after = before + static_cast<size_t>(count);
  ReserveErasing(after, tokens);
  tokens->resize(after);
  const std::span<uint8_t> out(reinterpret_cast<uint8_t*>(tokens->data() + before),
                               static_cast<size_t>(count) * sizeof(Token));
  const bool opened = Unseal(key, PlaceOf(callee, generation, bucket), sealed, out);
  // Without the padding, or without anything.
  size_t end = opened ? after : before;
  while (end > before && (*tokens)[end - 1] == Token{}) --end;
  tokens->resize(end);
  return opened;
}

bool ProbeChunk(const RowKey& key, int64_t callee, int64_t generation, uint32_t bucket,
                std::span<const uint8_t> sealed, const Token& token, std::span<uint8_t> scratch,
                bool* opened) {
  *opened = false;
  const int64_t count = TokensOf(sealed);
  if (count < 0 || static_cast<size_t>(count) > scratch.size() / sizeof(Token)) return false;
  const std::span<uint8_t> plain = scratch.first(static_cast<size_t>(count) * sizeof(Token));
  if (!Unseal(key, PlaceOf(callee, generation, bucket), sealed, plain)) return false;
  *opened = true;
  unsigned found = 0;
  for (size_t at = 0; at < plain.size(); at += sizeof(Token)) {
    found |= Equal(plain.data() + at, token.data());
  }
  Erase(plain.data(), plain.size());
  return found != 0;
}

}  // namespace ringfence
