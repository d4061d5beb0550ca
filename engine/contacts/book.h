// A book at rest: tokens spread over chunks by a keyed hash, each chunk sealed as one row.
// A probe opens one small chunk whatever the size of the book, and looks at all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "contacts/keyring.h"
#include "contacts/oprf/token.h"

namespace ringfence {

inline constexpr int kMaxBucketBits = 12;
/// Tokens of a chunk on average, at most: few have more than 32, the 512 bytes that the cipher does
/// fastest.
inline constexpr size_t kMeanChunkTokens = 24;
/// Of one chunk, ever: with a mean of at most 25 a keyed hash reaches more with probability 1e-130.
inline constexpr size_t kMaxChunkTokens = 256;

/// The smallest number of bits with entries >> bits <= kMeanChunkTokens.
int BucketBits(size_t entries);
/// The chunk of a token: keyed by row key and callee, so that nobody can aim at one.
uint32_t BucketOf(const RowKey& key, int64_t callee, const Token& token, int bits);

/// All 2^bits chunks, the empty ones too. `tokens` are distinct; bits = BucketBits(tokens.size())
/// or more.
std::vector<std::string> SealBook(const RowKey& key, int64_t callee, int64_t generation, int bits,
                                  std::span<const Token> tokens);
/// The tokens of one chunk, appended; memory the vector outgrows is erased, the rest is the
/// caller's to erase. False, and nothing appended, when the chunk does not open.
[[nodiscard]] bool OpenChunk(const RowKey& key, int64_t callee, int64_t generation, uint32_t bucket,
                             std::span<const uint8_t> sealed, std::vector<Token>* tokens);
/// Whether a chunk holds the token: opens it and compares with every token in it, in time that
/// depends on its size only. False in `*opened` when it does not open or is larger than `scratch`
/// (kMaxChunkTokens * 16 bytes fit all), which is erased. No allocation.
bool ProbeChunk(const RowKey& key, int64_t callee, int64_t generation, uint32_t bucket,
                std::span<const uint8_t> sealed, const Token& token, std::span<uint8_t> scratch,
                bool* opened);

}  // namespace ringfence
