// RFC 6962 trees: published roots, and everything against the recursive definitions of the RFC.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "log/tree.h"
#include "unit/hex_bytes.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

Hash LeafOf(uint64_t index) { return TreeHasher().Leaf(AsBytes("entry " + std::to_string(index))); }

size_t SplitOf(size_t count) {
  size_t left = 1;
  while (2 * left < count) left *= 2;
  return left;
}

// RFC 6962 section 2.1, word for word. Roots of ranges are remembered, which makes large trees
// affordable and changes no result.
class Reference {
 public:
  explicit Reference(std::vector<Hash> leaves) : leaves_(std::move(leaves)) {}

  Hash Mth(size_t first, size_t count) {
    if (count == 0) return Sha256Of("");
    if (count == 1) return leaves_[first];
    const auto [at, is_new] = known_.try_emplace({first, count});
    if (!is_new) return at->second;
    const size_t k = SplitOf(count);
    std::string bytes(1, '\1');
    for (const Hash& hash : {Mth(first, k), Mth(first + k, count - k)}) {
      bytes.append(hash.begin(), hash.end());
    }
    return known_[{first, count}] = Sha256Of(bytes);
  }

  std::vector<Hash> Path(size_t m, size_t first, size_t count) {
    if (count == 1) return {};
    const size_t k = SplitOf(count);
    std::vector<Hash> path = m < k ? Path(m, first, k) : Path(m - k, first + k, count - k);
    path.push_back(m < k ? Mth(first + k, count - k) : Mth(first, k));
    return path;
  }

  std::vector<Hash> Proof(size_t m, size_t count) { return SubProof(m, 0, count, true); }

 private:
  std::vector<Hash> SubProof(size_t m, size_t first, size_t count, bool whole) {
    if (m == count) return whole ? std::vector<Hash>() : std::vector<Hash>{Mth(first, count)};
    const size_t k = SplitOf(count);
    std::vector<Hash> proof =
        m <= k ? SubProof(m, first, k, whole) : SubProof(m - k, first + k, count - k, false);
    proof.push_back(m <= k ? Mth(first + k, count - k) : Mth(first, k));
    return proof;
  }

  std::vector<Hash> leaves_;
  std::map<std::pair<size_t, size_t>, Hash> known_;
};

// Tiles in memory, as a writer keeps them.
struct Tiles {
  TreeHasher hasher;
  TreeEdge edge;
  std::array<std::vector<Hash>, kTileLevels> levels;

  void Add(const Hash& leaf) {
    levels[0].push_back(leaf);
    edge.Add(&hasher, leaf, [this](int level, const Hash& hash) {
      levels[static_cast<size_t>(level)].push_back(hash);
    });
  }
  TreeEdge::ReadHashes Source() const {
    return [this](int level, uint64_t index, std::span<Hash> out) {
      const std::vector<Hash>& hashes = levels[static_cast<size_t>(level)];
      if (index + out.size() > hashes.size() || out.size() >= kTileWidth) {
        return Status(StatusCode::kCorrupt, "beyond the tiles");
      }
      std::copy_n(hashes.begin() + static_cast<long>(index), out.size(), out.begin());
      return Status();
    };
  }
};

struct World {
  explicit World(size_t size) : reference({}) {
    std::vector<Hash> leaves;
    for (size_t i = 0; i < size; ++i) leaves.push_back(LeafOf(i));
    for (const Hash& leaf : leaves) tiles.Add(leaf);
    reference = Reference(std::move(leaves));
  }
  Hash Leaf(size_t index) const { return tiles.levels[0][index]; }

  Tiles tiles;
  Reference reference;
};

TEST_CASE("trees: the roots of the tests of Certificate Transparency") {
  constexpr std::string_view kLeaves[] = {"",
                                          "00",
                                          "10",
                                          "2021",
                                          "3031",
                                          "40414243",
                                          "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f"};
  constexpr std::string_view kRoots[] = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Tiles tiles;
  for (size_t size = 0; size < std::size(kRoots); ++size) {
    CHECK(ToHex(tiles.edge.Root(&tiles.hasher)) == kRoots[size]);
    if (size < std::size(kLeaves)) tiles.Add(tiles.hasher.Leaf(HexBytes(kLeaves[size])));
  }
}

void CheckRoots(World* world, size_t size) {
  TreeHasher hasher;
  const Hash expected = world->reference.Mth(0, size);
  const Result<Hash> root = RootFromTiles(&hasher, size, world->tiles.Source());
  REQUIRE(root.ok());
  REQUIRE(*root == expected);
}

void CheckInclusion(World* world, size_t index, size_t size) {
  CAPTURE(index);
  CAPTURE(size);
  TreeHasher hasher;
  const Hash root = world->reference.Mth(0, size);
  const auto proof = InclusionProof(&hasher, index, size, world->tiles.Source());
  REQUIRE(proof.ok());
  REQUIRE(*proof == world->reference.Path(index, 0, size));
  REQUIRE(VerifyInclusion(&hasher, world->Leaf(index), index, size, *proof, root));
}

void CheckConsistency(World* world, size_t from, size_t to) {
  CAPTURE(from);
  CAPTURE(to);
  TreeHasher hasher;
  const auto proof = ConsistencyProof(&hasher, from, to, world->tiles.Source());
  REQUIRE(proof.ok());
  REQUIRE(*proof == world->reference.Proof(from, to));
  REQUIRE(VerifyConsistency(&hasher, from, world->reference.Mth(0, from), to,
                            world->reference.Mth(0, to), *proof));
}

TEST_CASE("trees: every size to 300, every proof of the smaller ones") {
  World world(300);
  Tiles growing;
  for (size_t size = 0; size <= 300; ++size) {
    CAPTURE(size);
    REQUIRE(growing.edge.size() == size);
    REQUIRE(growing.edge.Root(&growing.hasher) == world.reference.Mth(0, size));
    CheckRoots(&world, size);
    if (size < 300) growing.Add(LeafOf(size));
    const size_t step = size <= 70 || (size >= 254 && size <= 258) ? 1 : 37;
    for (size_t i = 0; i < size; i += step) CheckInclusion(&world, i, size);
    for (size_t from = 1; from <= size; from += step) CheckConsistency(&world, from, size);
  }
}

TEST_CASE("trees: sizes around three levels of tiles") {
  World world(66000);
  std::mt19937_64 random(Seed());
  std::vector<size_t> sizes = {511, 512, 513, 65279, 65280, 65281, 65535, 65536, 65537, 66000};
  for (int i = 0; i < 10; ++i) sizes.push_back(1 + random() % 66000);
  for (const size_t size : sizes) {
    CheckRoots(&world, size);
    for (const size_t index : {size_t{0}, size / 2, size - 1}) CheckInclusion(&world, index, size);
    for (int i = 0; i < 10; ++i) {
      CheckInclusion(&world, random() % size, size);
      CheckConsistency(&world, 1 + random() % size, size);
    }
    for (const size_t from : {size_t{1}, size_t{255}, size_t{256}, size_t{257}, size}) {
      if (from <= size) CheckConsistency(&world, from, size);
    }
  }
  CHECK(world.tiles.levels[1].size() == 257);
  CHECK(world.tiles.levels[2].size() == 1);
}

TEST_CASE("trees: an edge loaded from tiles grows on like the one that was never put away") {
  World world(1100);
  std::mt19937_64 random(Seed());
  for (const size_t size :
       {size_t{0}, size_t{1}, size_t{255}, size_t{256}, size_t{random() % 999}}) {
    CAPTURE(size);
    Result<TreeEdge> edge = TreeEdge::Load(size, world.tiles.Source());
    REQUIRE(edge.ok());
    TreeHasher hasher;
    size_t full = size / kTileWidth;
    for (size_t i = size; i < 1100; ++i) {
      edge->Add(&hasher, world.Leaf(i), [&](int level, const Hash& hash) {
        REQUIRE(level == 1);
        REQUIRE(hash == world.tiles.levels[1][full++]);
      });
      REQUIRE(edge->size() == i + 1);
    }
    REQUIRE(edge->Root(&hasher) == world.tiles.edge.Root(&hasher));
  }
}

// Whatever is changed about a proof, it proves nothing any more.
template <class Verifies>
void CheckTampered(std::vector<Hash> proof, const Verifies& verifies) {
  REQUIRE(verifies(proof));
  for (Hash& hash : proof) {
    for (const size_t byte : {size_t{0}, size_t{17}, size_t{31}}) {
      hash[byte] ^= 0x10;
      REQUIRE_FALSE(verifies(proof));
      hash[byte] ^= 0x10;
    }
  }
  for (size_t i = 0; i + 1 < proof.size(); ++i) {
    std::swap(proof[i], proof[i + 1]);
    REQUIRE_FALSE(verifies(proof));
    std::swap(proof[i], proof[i + 1]);
  }
  std::vector<Hash> longer = proof, shorter = proof;
  longer.push_back(Hash{});
  REQUIRE_FALSE(verifies(longer));
  longer = proof;
  longer.insert(longer.begin(), Hash{});
  REQUIRE_FALSE(verifies(longer));
  if (shorter.empty()) return;
  shorter.pop_back();
  REQUIRE_FALSE(verifies(shorter));
  shorter = proof;
  shorter.erase(shorter.begin());
  REQUIRE_FALSE(verifies(shorter));
}

TEST_CASE("proofs: tampered ones are refused") {
  World world(270);
  TreeHasher hasher;
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 60; ++round) {
    const size_t size = 2 + random() % 269, index = random() % size;
    CAPTURE(size);
    CAPTURE(index);
    const Hash root = world.reference.Mth(0, size), leaf = world.Leaf(index);
    CheckTampered(world.reference.Path(index, 0, size), [&](const std::vector<Hash>& proof) {
      return VerifyInclusion(&hasher, leaf, index, size, proof, root);
    });
    const std::vector<Hash> path = world.reference.Path(index, 0, size);
    CHECK_FALSE(VerifyInclusion(&hasher, LeafOf(9999), index, size, path, root));
    CHECK_FALSE(VerifyInclusion(&hasher, leaf, index ^ 1, size, path, root));
    CHECK_FALSE(VerifyInclusion(&hasher, leaf, index, size, path, Hash{}));
    CHECK_FALSE(VerifyInclusion(&hasher, leaf, size, size, path, root));

    const size_t from = 1 + random() % (size - 1);
    CAPTURE(from);
    const Hash old_root = world.reference.Mth(0, from);
    const std::vector<Hash> proof = world.reference.Proof(from, size);
    CheckTampered(proof, [&](const std::vector<Hash>& tampered) {
      return VerifyConsistency(&hasher, from, old_root, size, root, tampered);
    });
    CHECK_FALSE(VerifyConsistency(&hasher, from, Hash{}, size, root, proof));
    CHECK_FALSE(VerifyConsistency(&hasher, from, old_root, size, Hash{}, proof));
    CHECK_FALSE(VerifyConsistency(&hasher, size, root, from, old_root, proof));
  }
}

TEST_CASE("proofs: nothing to prove, and what cannot be proved") {
  World world(10);
  TreeHasher hasher;
  const auto source = world.tiles.Source();
  const Hash root = world.reference.Mth(0, 10);
  CHECK(InclusionProof(&hasher, 10, 10, source).status().code() == StatusCode::kInvalidArgument);
  CHECK(InclusionProof(&hasher, 0, 0, source).status().code() == StatusCode::kInvalidArgument);
  CHECK(ConsistencyProof(&hasher, 0, 10, source).status().code() == StatusCode::kInvalidArgument);
  CHECK(ConsistencyProof(&hasher, 11, 10, source).status().code() == StatusCode::kInvalidArgument);
  CHECK(ConsistencyProof(&hasher, 10, 10, source)->empty());
  CHECK(VerifyConsistency(&hasher, 10, root, 10, root, {}));
  CHECK_FALSE(VerifyConsistency(&hasher, 10, root, 10, Hash{}, {}));
  CHECK_FALSE(VerifyConsistency(&hasher, 10, root, 10, root, std::vector<Hash>(1)));
  // Every tree continues the empty one.
  CHECK(VerifyConsistency(&hasher, 0, EmptyRoot(), 10, root, {}));
  CHECK(VerifyConsistency(&hasher, 0, EmptyRoot(), 0, EmptyRoot(), {}));
  CHECK_FALSE(VerifyConsistency(&hasher, 0, root, 10, root, {}));
  CHECK_FALSE(VerifyConsistency(&hasher, 0, EmptyRoot(), 0, root, {}));
  CHECK_FALSE(VerifyConsistency(&hasher, 0, EmptyRoot(), 10, root, std::vector<Hash>(1)));
  CHECK_FALSE(VerifyInclusion(&hasher, root, 0, 0, {}, root));
}

TEST_CASE("trees: what the tiles do not hold is the reader's error; 2^48 entries are too many") {
  World world(600);
  TreeHasher hasher;
  const auto source = world.tiles.Source();
  CHECK(RootFromTiles(&hasher, 601, source).status().code() == StatusCode::kCorrupt);
  CHECK(InclusionProof(&hasher, 3, 1024, source).status().code() == StatusCode::kCorrupt);
  CHECK(ConsistencyProof(&hasher, 600, 1024, source).status().code() == StatusCode::kCorrupt);
  // The largest tree reads six tiles of 255 hashes; one entry more has no place.
  const TreeEdge::ReadHashes zeros = [](int level, uint64_t index, std::span<Hash> out) {
    REQUIRE(level < kTileLevels);
    REQUIRE(index + out.size() < uint64_t{1} << (48 - 8 * level));
    std::fill(out.begin(), out.end(), Hash{});
    return Status();
  };
  constexpr uint64_t kTooMany = uint64_t{1} << 48;
  CHECK(RootFromTiles(&hasher, kTooMany - 1, zeros).ok());
  CHECK(InclusionProof(&hasher, kTooMany - 2, kTooMany - 1, zeros).ok());
  for (const Status& status : {RootFromTiles(&hasher, kTooMany, zeros).status(),
                               InclusionProof(&hasher, 1, kTooMany, zeros).status(),
                               ConsistencyProof(&hasher, 1, kTooMany, zeros).status()}) {
    CHECK(status.code() == StatusCode::kInvalidArgument);
  }
}

// Trees in which every leaf is the same, so that all hashes of a level are and any size can be had.
struct EqualLeaves {
  uint64_t size;
  const char* root;
  const char* proofs;  // SHA-256 of the proofs, one after the other
};
// Computed with golang.org/x/mod/sumdb/tlog 0.7.0: TreeHash; ProveRecord of the entries 0, size / 2
// and size - 1, then ProveTree from size - 1. The leaf is that of "leaf".
constexpr EqualLeaves kEqualLeaves[] = {
    {1, "0d27e27f7827ccd745199e8eb3a6af368e1064af42ae9f83740e98121e2bc025",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {255, "b9d3e5012f11574b987f2bdea9cb8ebd0f86df0ea2ffb902043354dabcce64ec",
     "c434d6254c4413c5090a12d13f5ecd94e8a46976a21e602e83d1853e09c73003"},
    {256, "136a1584ee8f9d4d93f2bbdd7466481f81e2e3f8af64ddd977e50d58c04418ab",
     "2c7a9ef6c87df0122fca904b61978726d63e9971f1c4e95a2d6914cf77c64118"},
    {257, "f9583aee0d69b79415f32dfc91889d50e1c02a77d9d186442b2fddc5a55b2a8d",
     "f67dc6de8903fe9e6cbc05077375eab70fcdae7056de4f1fe6f12568ef6704b7"},
    {65535, "6170f760a4cefc5e301dc1e180f7ecac89178b10c81feee88f346101e85581d7",
     "6b06a56f215d3041409fb417a0bd76820ff20864e33a0209a97d0e548f2f2176"},
    {65536, "c8e613431962d082853ef1318bcc4b632509d4940e06ffc8e350b447db024551",
     "4483903e9a966423f4ef4d33a993ff2e0fd23d805916f643daed3ef2c5908487"},
    {65537, "038fad7f0e8b0b49315bf0e1874c30ef60c1e925459a19321199d104ce8f41c4",
     "91f0c11df90decdc2467b91e1ef354589a55c99c76e745180ebafdea7cf675f2"},
    {16777215, "f6a7f32d47fd418ec68fa6186617cbbf979f433d85fad52ca7342b28402b5bef",
     "17b43a11a5b5bf16428316e4de856414962acbb268710ff0cc5e9e866703ac81"},
    {16777216, "2a906ff4c444b7f90521c2870cee28eef3944c28c7233bad02cfa2a6d55a4712",
     "564193fe5af6609ef6e74dada1fd483bc687e6f8f99cd259cc79006785ab9e11"},
    {16777217, "4fc2e319e97aa4d1445264f665960555e83572b91168331a0b0e357d32e7aad9",
     "8e50eeb8344b96ca03e081eb14ff620e69c128cd952bae8f78b4171ee823110e"},
};

TEST_CASE("trees: roots and proofs are those of x/mod, to 2^24 entries and one more") {
  TreeHasher hasher;
  std::vector<Hash> levels = {hasher.Leaf(AsBytes("leaf"))};
  while (levels.size() <= 48) levels.push_back(hasher.Node(levels.back(), levels.back()));
  const TreeEdge::ReadHashes source = [&](int level, uint64_t, std::span<Hash> out) {
    std::fill(out.begin(), out.end(), levels[8 * static_cast<size_t>(level)]);
    return Status();
  };
  for (const EqualLeaves& expected : kEqualLeaves) {
    CAPTURE(expected.size);
    const uint64_t size = expected.size;
    const Result<Hash> root = RootFromTiles(&hasher, size, source);
    REQUIRE(root.ok());
    CHECK(ToHex(*root) == expected.root);
    Result<TreeEdge> edge = TreeEdge::Load(size - 1, source);
    REQUIRE(edge.ok());
    edge->Add(&hasher, levels[0], [](int, const Hash&) {});
    CHECK(edge->Root(&hasher) == *root);
    std::string proofs;
    const auto append = [&](const Result<std::vector<Hash>>& proof) {
      REQUIRE(proof.ok());
      for (const Hash& hash : *proof) proofs.append(hash.begin(), hash.end());
    };
    for (const uint64_t index : {uint64_t{0}, size / 2, size - 1}) {
      append(InclusionProof(&hasher, index, size, source));
    }
    if (size > 1) append(ConsistencyProof(&hasher, size - 1, size, source));
    CHECK(Sha256Hex(proofs) == expected.proofs);
  }
}

}  // namespace
}  // namespace ringfence
