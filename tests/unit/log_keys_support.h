// Keys that tests of the log know, and the text of a key file that holds them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "log/keys.h"

namespace ringfence {

inline Hash Counting(uint8_t first) {
  Hash hash;
  for (size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<uint8_t>(first + i);
  return hash;
}

/// Identity a0 a1 .. af, signing seed 00 01 .. 1f, key of epoch 690 40 41 .. 5f.
inline LogKeys KnownLogKeys() {
  LogKeys keys;
  const Hash identity = Counting(0xa0);
  std::copy_n(identity.begin(), keys.identity.size(), keys.identity.begin());
  keys.signing_seed = Counting(0);
  keys.first_epoch = 690;
  keys.first_key = Counting(0x40);
  return keys;
}

inline constexpr std::string_view kLogKeysText =
    "ringfence log keys 1\n"
    "log a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\n"
    "signing 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    "epoch 690 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f\n"
    "sum ed6f0ddddeb84d088585db54c6dfd5fc\n";

}  // namespace ringfence
