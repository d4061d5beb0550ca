// Proofs about a policy: what holds in every situation, or the smallest situation in which it does
// not. Takes a compiled policy; gives claims. Exact, because facts have finitely many values that
// matter.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/export.h>
#include <ringfence/policy.h>
#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringfence {

/// What a claim is about.
enum class ClaimKind : uint8_t {
  kInvariant,    ///< an invariant of the policy
  kFloor,        ///< where a floor rule applies nothing lifts it: it or an earlier one decides
  kNobodyRings,  ///< a callee without an account never gets a call
  kRule,         ///< a rule decides somewhere: it is not dead, nor hidden by those before it
  kCondition,    ///< a test of a rule's condition makes a difference somewhere
  kOpacity,      ///< a refusal tells its caller nothing of a fact the caller does not know
  kDisclosure,   ///< what the policy lists under "discloses" is told, and needs to be listed
};
RINGFENCE_API std::string_view ToString(ClaimKind kind);

/// One situation, and what the policy does in it.
struct Counterexample {
  /// Facts that differ from a situation in which both parties are known and nothing is stored; as
  /// few as there can be. kUnavailableCode: the fact could not be read.
  std::vector<Fact> facts;
  std::string situation;  ///< "callee.blocks(caller) = true, call.media = video"
  std::string decision;   ///< "ring by 'followed'"
  /// As an element of "cases" in a cases file, indented so. It expects what the policy decides now.
  std::string ready_case;
};

struct Claim {
  ClaimKind kind = ClaimKind::kInvariant;
  bool holds = true;
  std::string decision;  ///< "ring"; empty where it is no matter of one decision
  std::string subject;   ///< an invariant's or rule's id, a fact's name
  std::string text;      ///< what is claimed, or where it does not hold what is the case
  uint32_t line = 0;     ///< in the policy's file, from 1; 0: none
  uint32_t column = 0;
  /// Of a rule that never decides: the rules that decide where it applies, in effective order.
  /// Empty where its condition never holds.
  std::vector<std::string> hidden_by;
  std::optional<Counterexample> counterexample;
};

struct ProveOptions {
  /// Invariants and the claim about unknown callees also hold when any of the facts cannot be read,
  /// whatever these are in truth.
  bool unavailable = false;
};

struct ProofReport {
  std::string policy_name;
  std::string file;           ///< as given to Policy::Compile
  std::vector<Claim> claims;  ///< by kind, then in the policy's order
  /// Not claims, for no policy can hide it all: what a call that is let through tells of facts the
  /// caller does not know ("callee.blocks(caller) = false"), and whether refusals tell a callee who
  /// has an account from one who has none.
  std::vector<std::string> told_by_ringing;
  bool tells_account = false;
  size_t facts = 0;  ///< over which was quantified
  size_t nodes = 0;  ///< made for it

  RINGFENCE_API bool Holds() const;  ///< every claim holds
};

/// Proves or refutes every invariant, and what is claimed of every policy. Situations that cannot
/// occur are left out: those the kinds of facts exclude (who has no account has no settings), and
/// those the catalog's constraints exclude. Errors: kInvalidArgument where the constraints
/// contradict each other, for then everything would be proven; kLimit where more than
/// kMaxAnalysisCreated nodes are needed. Thread-safe; O(nodes).
RINGFENCE_API Result<ProofReport> Prove(const Policy& policy, const ProveOptions& options = {});

}  // namespace ringfence
