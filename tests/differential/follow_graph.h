// A follow graph and a society on it: who messaged, blocked and chose what, by seed; and the
// questions worth asking about it.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "differential/random_policy.h"
#include "differential/world.h"

namespace ringfence::differential {

/// Subject follows object.
struct Follow {
  std::string subject, object;
  auto operator<=>(const Follow&) const = default;
};

/// `count` follows by preferential attachment: a newcomer follows who is followed already.
std::vector<Follow> GenerateGraph(size_t count, Random& random);

/// A TSV file with the header "subject object". Ends the test when it cannot be read.
std::vector<Follow> ReadGraph(const std::string& path);

/// One question: who calls whom, from which platform with which media, what the host knows and
/// where it fails.
struct GraphQuestion {
  std::string caller, callee;
  FactCode platform = 0, media = 0;
  FactCode contact = 0;        ///< callee.contact(caller), the host's
  bool quiet = false;          ///< callee.quiet(caller), likewise
  Group fails = Group::kCall;  ///< the group whose read fails; kCall: none does
};

struct Society {
  World world;
  std::vector<GraphQuestion> questions;
};

/// Every follow in ring direction (the follower is called), as many reversed, as many random pairs
/// that do not follow; and some about nobody. `messaged` (callee to caller) for 60 % of the first
/// and 1 % of the others, blocks across 1 % of all; half the users changed settings.
Society MakeSociety(const Catalog& catalog, const std::vector<Follow>& graph, Random& random);

/// The cohort the host says a user is in.
FactCode CohortOf(const std::string& user, uint64_t seed);

}  // namespace ringfence::differential
