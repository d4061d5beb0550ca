// RFC 6962 Merkle trees in tiles of 256 (C2SP tlog-tiles): growing one, roots, proofs.
// Takes leaf hashes in order; gives roots, and the hashes of tiles as they become full.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "log/crypto.h"

namespace ringfence {

inline constexpr uint64_t kTileWidth = 256;
inline constexpr int kTileLevels = 6;  ///< 256^6 = 2^48 entries

/// Root of 1..256 hashes as the leaves of a tree of their own.
Hash RootOf(TreeHasher* hasher, std::span<const Hash> hashes);

/// The right edge of a growing tree: of each level the hashes of the tile that is not full. Memory
/// is constant.
class TreeEdge {
 public:
  uint64_t size() const { return size_; }
  /// Adds a leaf hash. `full(level, hash)` is called for each hash that this adds to levels 1 and
  /// up: that of a tile of the level below that has just become full. Amortised O(1).
  template <class Full>
  void Add(TreeHasher* hasher, const Hash& leaf, const Full& full);
  /// O(log size). That of an empty tree is EmptyRoot().
  Hash Root(TreeHasher* hasher) const;

  /// Rebuilds the edge of a tree of `size` from its tiles: `read(level, index, out)` gives
  /// out.size() hashes of a level from `index` on. Reads at most 255 a level.
  using ReadHashes = std::function<Status(int level, uint64_t index, std::span<Hash> out)>;
  static Result<TreeEdge> Load(uint64_t size, const ReadHashes& read);

 private:
  uint64_t size_ = 0;
  std::array<std::vector<Hash>, kTileLevels> edge_;  ///< each shorter than kTileWidth
};

template <class Full>
void TreeEdge::Add(TreeHasher* hasher, const Hash& leaf, const Full& full) {
  ++size_;
  Hash hash = leaf;
  for (int level = 0; level < kTileLevels; ++level) {
    std::vector<Hash>& tile = edge_[static_cast<size_t>(level)];
    if (tile.capacity() < kTileWidth) tile.reserve(kTileWidth);
    tile.push_back(hash);
    if (tile.size() < kTileWidth) return;
    hash = RootOf(hasher, tile);
    tile.clear();
    if (level + 1 < kTileLevels) full(level + 1, hash);
  }
}

/// Root of the tree of `size` from its tiles. Reads O(log size) ranges.
Result<Hash> RootFromTiles(TreeHasher* hasher, uint64_t size, const TreeEdge::ReadHashes& read);

/// RFC 6962 section 2.1.1 / 2.1.2, from tiles. kInvalidArgument: index >= size, or from > to, or
/// from == 0 (nothing to prove).
Result<std::vector<Hash>> InclusionProof(TreeHasher* hasher, uint64_t index, uint64_t size,
                                         const TreeEdge::ReadHashes& read);
Result<std::vector<Hash>> ConsistencyProof(TreeHasher* hasher, uint64_t from, uint64_t to,
                                           const TreeEdge::ReadHashes& read);
bool VerifyInclusion(TreeHasher* hasher, const Hash& leaf, uint64_t index, uint64_t size,
                     std::span<const Hash> proof, const Hash& root);
bool VerifyConsistency(TreeHasher* hasher, uint64_t from, const Hash& from_root, uint64_t to,
                       const Hash& to_root, std::span<const Hash> proof);

}  // namespace ringfence
