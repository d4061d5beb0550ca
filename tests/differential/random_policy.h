// Random documents and assignments over a catalog, by seed: every shape the policy language has,
// small enough for the reference evaluator to enumerate.
#pragma once

#include <ringfence/catalog.h>

#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "policy/document.h"
#include "reference/reference.h"

namespace ringfence::differential {

/// A generator whose numbers are the same with every standard library.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t Next() { return engine_(); }
  /// 0 <= number < count.
  size_t Below(size_t count) { return static_cast<size_t>(engine_() % count); }
  int64_t Between(int64_t lowest, int64_t highest) {
    return lowest + static_cast<int64_t>(Below(static_cast<size_t>(highest - lowest + 1)));
  }
  bool Percent(unsigned percent) { return engine_() % 100 < percent; }
  template <class T>
  const T& Of(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// Builds a condition node by node; each call gives the index of the node it made.
class ConditionBuilder {
 public:
  uint32_t Const(bool value);
  uint32_t Test(FactId fact, std::vector<FactCode> values);
  uint32_t Compare(FactId fact, CompareOp op, int64_t constant);
  uint32_t In(FactId fact, std::vector<int64_t> constants);
  uint32_t Same(FactId fact, bool equal, FactId other);
  uint32_t Not(uint32_t a);
  uint32_t And(uint32_t a, uint32_t b);
  uint32_t Or(uint32_t a, uint32_t b);
  uint32_t If(uint32_t a, uint32_t b, uint32_t c);
  /// The condition whose root is the node made last, with its canonical text.
  Condition Take(const Catalog& catalog);

 private:
  uint32_t Add(ConditionNode node);
  Condition condition_;
};

struct PolicyShape {
  std::vector<FactId> facts;  ///< what conditions may name
  size_t max_rules = 30;      ///< of `ring`, floor included
  size_t max_decisions = 4;   ///< `ring` included
  size_t max_leaves = 6;      ///< of one condition
  size_t max_outcomes = 6;    ///< besides the built-in ones
  bool int_once = false;      ///< each int fact is compared with one constant, and by < or >= only
};

/// A valid document: what ParsePolicy gives for its printed text compiles to the same decisions.
Document RandomDocument(const Catalog& catalog, const PolicyShape& shape, Random& random);

/// `count` different facts; those of settings, relations and small enums more often than others.
std::vector<FactId> PickFacts(const Catalog& catalog, size_t count, Random& random);

/// A code of the fact: unset or any value; of an int near the constants the document compares it
/// with.
FactCode RandomCode(const FactInfo& fact, const std::vector<int64_t>& near, Random& random);

/// Codes between which conditions that compare an int with these constants may decide otherwise:
/// of a bool or enum all, of an int both ends and what is next to each constant. Unset, too.
std::set<FactCode> CodesNear(const FactInfo& fact, const std::vector<int64_t>& constants);

/// Constants that any condition of the document compares the int fact with.
std::vector<int64_t> ConstantsOf(const Document& document, FactId fact);

/// Facts that any rule of the document names, callee.known included, by FactId.
std::vector<FactId> FactsNamed(const Catalog& catalog, const Document& document);

/// Upper bound of the worlds the reference evaluator tries for these unavailable facts.
double WorldCount(const Catalog& catalog, const Document& document,
                  const std::vector<FactId>& unavailable);

}  // namespace ringfence::differential
