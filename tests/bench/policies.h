// Policies made for measuring the compiler: a family that stays small in a good order of facts, and
// some that grow beyond every budget. Gives policy text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence::bench {

/// Six gates, then n rules `call.tenant == t && setting_k && relation_k`, k = t mod 12. n <= 4000.
std::string Tenants(int n);

struct Hostile {
  std::string name;
  std::string text;
};
/// Policies within every limit of the language whose diagrams are over budget in every order.
std::vector<Hostile> HostilePolicies();

}  // namespace ringfence::bench
