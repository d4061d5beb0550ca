// A policy as data: what policy.json says, typed and checked, and nothing else.
// Parse gives it; compile, print, explain, the reference evaluator and analysis read it.
#pragma once

#include <ringfence/catalog.h>
#include <ringfence/decision.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/span.h"
#include "facts/condition.h"

namespace ringfence {

enum class Combine : uint8_t { kFirstApplicable, kDenyOverrides, kPermitOverrides, kHighest };
std::string_view ToString(Combine combine);

/// A named tuple that a rule of `ring` leads to. Built in: "ring" and "refuse".
struct Outcome {
  std::string name;
  Effect effect = Effect::kRefuse;
  Signal signal = Signal::kOffline;
  Record record = Record::kNothing;
  uint16_t sip_status = 0;  ///< already resolved to the signal's default
  std::string told;         ///< likewise
  uint32_t retry_after_s = 0;
  std::optional<int64_t> rank;  ///< for Combine::kHighest
  bool built_in = false;
  SourceSpan span;
};

struct Rule {
  std::string id;
  Condition when;
  /// Index into Document::outcomes for `ring`, into DecisionRules::values elsewhere.
  uint16_t then = 0;
  std::string reason;  ///< default: the id
  SourceSpan span;
};

/// One decision: `ring`, or another such as `path`.
struct DecisionRules {
  std::string name;
  Combine combine = Combine::kFirstApplicable;
  std::vector<std::string> values;  ///< empty for ring
  std::vector<Rule> floor;
  std::vector<Rule> rules;
  Rule otherwise;       ///< id "otherwise", condition true
  Rule on_unavailable;  ///< id "on_unavailable", condition true
  SourceSpan span;
};

/// What an invariant talks about besides facts: a part of a decision compared with a text.
struct DecisionTerm {
  enum class Part : uint8_t { kEffect, kOutcome, kRule, kSignal };
  uint16_t decision = 0;  ///< index into Document::decisions
  Part part = Part::kEffect;
  bool equal = true;               ///< == or in; false: !=
  std::vector<std::string> texts;  ///< checked to exist
};

/// `that` is a condition whose kTest nodes with fact == kTermFact + i stand for terms[i].
struct Invariant {
  static constexpr FactId kTermFact = 0x8000;
  std::string id;
  Condition that;
  std::vector<DecisionTerm> terms;
  SourceSpan span;
};

/// A default that replaces the catalog's for those who never chose: both sides of a user entry.
struct PolicyDefault {
  std::string entry;  ///< "calls_enabled"
  FactId callee_fact = 0;
  FactId caller_fact = 0;
  FactCode value = 0;  ///< value code, never unset
  SourceSpan span;
};

/// A fact about which refusals tell the caller something on purpose.
struct Disclosure {
  FactId fact = 0;  ///< none that the caller knows anyway
  std::string why;
  SourceSpan span;
};

struct Document {
  std::string file;  ///< what its spans are places in; not part of the policy
  std::string name;
  int catalog_version = 1;
  std::vector<PolicyDefault> defaults;
  std::vector<Outcome> outcomes;  ///< [0] "ring", [1] "refuse" built in, then the policy's own
  uint16_t unknown_callee = 1;    ///< index into outcomes; its effect is refuse
  std::vector<DecisionRules> decisions;  ///< [0] is `ring`
  std::vector<Invariant> invariants;
  std::vector<Disclosure> discloses;  ///< by fact
};

/// The value an unset setting takes under this policy: its default, else the catalog's.
FactCode DefaultValue(const Catalog& catalog, const Document& document, FactId fact);

/// Whether the caller knows the fact: as the catalog says, and whether the callee has an account.
/// Who names a callee has found the account: by a profile, a search, an address.
bool IsKnownToCaller(const FactInfo& fact);

/// Text -> document. Every error and warning goes to `diagnostics`; nullopt when there is an error.
std::optional<Document> ParsePolicy(const Catalog& catalog, std::string_view text,
                                    std::string_view file, Diagnostics* diagnostics);

/// Warnings about a valid document: `otherwise` or `on_unavailable` rings, constant conditions,
/// rules that can never decide because of them, an outcome or value no rule uses, a default equal
/// to the catalog's, a rank nobody looks at, ids that differ only in - and _.
void LintDocument(const Catalog& catalog, const Document& document, Diagnostics* diagnostics);

/// Canonical JSON: fixed key order, canonical conditions, two-space indent, defaults spelt out
/// where a reader needs them, without `doc`. ParsePolicy(Print(d)) prints the same.
std::string PrintDocument(const Catalog& catalog, const Document& document);

/// The policy digest: SHA-256 over the canonical document and the catalog's digest, 64 hex digits.
std::string PolicyDigest(const Catalog& catalog, const Document& document);

/// The condition of an invariant: as FormatCondition, with D.effect and its like for the terms.
std::string FormatInvariant(const Catalog& catalog, const Document& document,
                            const Invariant& invariant);

/// One line per thing, for golden tests and `compile --dump document`.
std::string DumpDocument(const Catalog& catalog, const Document& document);

}  // namespace ringfence
