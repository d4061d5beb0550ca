// A generated store of any size, the same for the same numbers on every machine, and questions
// about it. Takes the public API only.
#pragma once

#include <ringfence/engine.h>
#include <ringfence/store.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence::bench {

struct WorldSize {
  uint64_t users = 200000;
  uint64_t relations = 2000000;  ///< "subject relation object", each counted once
  uint64_t seed = 20231025;

  /// A user of the store who says which world it is.
  std::string Marker() const;
};

/// The external id of user number i.
std::string UserName(uint64_t i);

/// Edge number i: who follows whom. Popular users are followed more, as in real graphs.
struct Edge {
  uint64_t subject = 0, object = 0;
  bool messaged = false;
  bool blocks = false;
};
Edge EdgeNumber(const WorldSize& size, uint64_t i);

/// Opens the world in that file, after filling it when there is none. A file that holds something
/// else is an error. Minutes for millions of relations.
Result<Store> OpenWorld(const std::string& path, const WorldSize& size);

/// Two users of the world. Half of the pairs are edges, asked in the direction that may ring or
/// reversed, the others random.
struct Pair {
  std::string caller, callee;
  int64_t caller_handle = 0, callee_handle = 0;
};
Result<std::vector<Pair>> SamplePairs(const WorldSize& size, size_t count, uint64_t seed,
                                      Reader& reader);

}  // namespace ringfence::bench
