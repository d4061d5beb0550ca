// RFC 6962 trees over tiles. Every hash that is needed is the root of a perfect subtree, which is
// at most 128 hashes of one tile, or is made of such roots.
#include "log/tree.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

constexpr int kTileHeight = 8;  // 256 = 2^8
constexpr uint64_t kMaxTreeSize = uint64_t{1} << (kTileHeight * kTileLevels);

Status CheckTreeSize(uint64_t size) {
  if (size < kMaxTreeSize) return Status();
  return Status(StatusCode::kInvalidArgument,
                "a tree of " + std::to_string(size) + " entries: fewer than 2^48 are possible");
}

// Leaves [first, first + count). Those of a tree of its own where `first` is a multiple of the
// power of two at or above `count`, as in all splits of RFC 6962.
struct Range {
  uint64_t first;
  uint64_t count;
};

// The left side of a split: the largest power of two smaller than `count`.
uint64_t LeftCount(uint64_t count) {
  DCHECK(count >= 2);
  return std::bit_floor(count - 1);
}
Range LeftOf(const Range& range) { return {range.first, LeftCount(range.count)}; }
Range RightOf(const Range& range) {
  const uint64_t left = LeftCount(range.count);
  return {range.first + left, range.count - left};
}

// Root of a perfect subtree: 2^height leaves.
Result<Hash> PerfectRoot(TreeHasher* hasher, const Range& range, const TreeEdge::ReadHashes& read) {
  const int height = std::countr_zero(range.count);
  const int level = height / kTileHeight;
  const int shift = level * kTileHeight;
  DCHECK(range.first % range.count == 0 && level < kTileLevels);
  std::array<Hash, kTileWidth / 2> hashes;
  const std::span<Hash> used = std::span(hashes).first(range.count >> shift);
  Status status = read(level, range.first >> shift, used);
  if (!status.ok()) return status;
  return RootOf(hasher, used);
}

Result<Hash> RangeRoot(TreeHasher* hasher, Range range, const TreeEdge::ReadHashes& read) {
  std::vector<Hash> lefts;
  for (; !std::has_single_bit(range.count); range = RightOf(range)) {
    Result<Hash> left = PerfectRoot(hasher, LeftOf(range), read);
    if (!left.ok()) return left;
    lefts.push_back(*left);
  }
  Result<Hash> root = PerfectRoot(hasher, range, read);
  if (!root.ok()) return root;
  for (; !lefts.empty(); lefts.pop_back()) *root = hasher->Node(lefts.back(), *root);
  return root;
}

// The roots of the ranges, last one first: proofs are found from the root down and written from the
// leaf up.
Result<std::vector<Hash>> RootsUpwards(TreeHasher* hasher, const std::vector<Range>& ranges,
                                       const TreeEdge::ReadHashes& read) {
  std::vector<Hash> roots;
  roots.reserve(ranges.size());
  for (size_t i = ranges.size(); i > 0; --i) {
    Result<Hash> root = RangeRoot(hasher, ranges[i - 1], read);
    if (!root.ok()) return root.status();
    roots.push_back(*root);
  }
  return roots;
}

}  // namespace

Hash RootOf(TreeHasher* hasher, std::span<const Hash> hashes) {
  CHECK(!hashes.empty() && hashes.size() <= kTileWidth);
  std::array<Hash, kTileWidth> row;
  std::copy(hashes.begin(), hashes.end(), row.begin());
  // Pair by pair; one left over goes up as it is, which is where RFC 6962 splits too.
  for (size_t count = hashes.size(); count > 1; count = (count + 1) / 2) {
    for (size_t i = 0; i < count / 2; ++i) row[i] = hasher->Node(row[2 * i], row[2 * i + 1]);
    if (count % 2 == 1) row[count / 2] = row[count - 1];
  }
  return row[0];
}

Hash TreeEdge::Root(TreeHasher* hasher) const {
  if (size_ == 0) return EmptyRoot();
  std::array<Hash, kTileWidth> row;
  bool any = false;
  Hash root{};
  // A level's hashes, and behind them what is not yet a hash of that level.
  for (const std::vector<Hash>& tile : edge_) {
    if (tile.empty()) continue;
    DCHECK(tile.size() < kTileWidth);
    std::copy(tile.begin(), tile.end(), row.begin());
    if (any) row[tile.size()] = root;
    root = RootOf(hasher, std::span(row).first(tile.size() + (any ? 1 : 0)));
    any = true;
  }
  CHECK(any);
  return root;
}

Result<TreeEdge> TreeEdge::Load(uint64_t size, const ReadHashes& read) {
  Status status = CheckTreeSize(size);
  if (!status.ok()) return status;
  TreeEdge edge;
  edge.size_ = size;
  for (int level = 0; level < kTileLevels; ++level) {
    const uint64_t end = size >> (level * kTileHeight);
    const uint64_t width = end % kTileWidth;
    if (width == 0) continue;
    std::vector<Hash>& tile = edge.edge_[static_cast<size_t>(level)];
    tile.reserve(kTileWidth);
    tile.resize(width);
    status = read(level, end - width, tile);
    if (!status.ok()) return status;
  }
  return edge;
}

Result<Hash> RootFromTiles(TreeHasher* hasher, uint64_t size, const TreeEdge::ReadHashes& read) {
  const Result<TreeEdge> edge = TreeEdge::Load(size, read);
  if (!edge.ok()) return edge.status();
  return edge->Root(hasher);
}

Result<std::vector<Hash>> InclusionProof(TreeHasher* hasher, uint64_t index, uint64_t size,
                                         const TreeEdge::ReadHashes& read) {
  Status status = CheckTreeSize(size);
  if (!status.ok()) return status;
  if (index >= size) {
    return Status(
        StatusCode::kInvalidArgument,
        "index " + std::to_string(index) + " in a tree of " + std::to_string(size) + " entries");
  }
  std::vector<Range> siblings;
  for (Range range{0, size}; range.count > 1;) {
    const Range left = LeftOf(range), right = RightOf(range);
    const bool in_left = index < right.first;
    siblings.push_back(in_left ? right : left);
    range = in_left ? left : right;
  }
  return RootsUpwards(hasher, siblings, read);
}

Result<std::vector<Hash>> ConsistencyProof(TreeHasher* hasher, uint64_t from, uint64_t to,
                                           const TreeEdge::ReadHashes& read) {
  Status status = CheckTreeSize(to);
  if (!status.ok()) return status;
  if (from == 0 || from > to) {
    return Status(StatusCode::kInvalidArgument, "no tree of " + std::to_string(to) +
                                                    " entries continues one of " +
                                                    std::to_string(from) + " provably");
  }
  std::vector<Range> parts;
  Range range{0, to};
  while (from < range.first + range.count) {
    const Range left = LeftOf(range), right = RightOf(range);
    const bool in_left = from <= right.first;
    parts.push_back(in_left ? right : left);
    range = in_left ? left : right;
  }
  // The old tree's own right edge; where it is the whole old tree, the verifier has its root.
  if (range.first != 0) parts.push_back(range);
  return RootsUpwards(hasher, parts, read);
}

// RFC 9162 section 2.1.3.2.
bool VerifyInclusion(TreeHasher* hasher, const Hash& leaf, uint64_t index, uint64_t size,
                     std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  uint64_t node = index, last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      hash = hasher->Node(sibling, hash);
      for (; node % 2 == 0 && node != 0; node /= 2) last /= 2;
    } else {
      hash = hasher->Node(hash, sibling);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

// RFC 9162 section 2.1.4.2.
bool VerifyConsistency(TreeHasher* hasher, uint64_t from, const Hash& from_root, uint64_t to,
                       const Hash& to_root, std::span<const Hash> proof) {
  if (from > to) return false;
  if (from == 0 && from_root != EmptyRoot()) return false;
  if (from == to) return proof.empty() && from_root == to_root;
  if (from == 0) return proof.empty();
  const bool whole = std::has_single_bit(from);  // its root is the proof's first hash
  if (proof.empty()) return false;
  uint64_t node = from - 1, last = to - 1;
  for (; node % 2 == 1; node /= 2) last /= 2;
  Hash old_hash = whole ? from_root : proof[0];
  Hash new_hash = old_hash;
  for (const Hash& sibling : proof.subspan(whole ? 0 : 1)) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      old_hash = hasher->Node(sibling, old_hash);
      new_hash = hasher->Node(sibling, new_hash);
      for (; node % 2 == 0 && node != 0; node /= 2) last /= 2;
    } else {
      new_hash = hasher->Node(new_hash, sibling);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && old_hash == from_root && new_hash == to_root;
}

}  // namespace ringfence
