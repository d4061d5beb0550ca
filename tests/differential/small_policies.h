// The small scope: every policy of at most three rules whose condition is a constant, a literal, or
// the and/or of two different literals, over one setting, one relation and one enum of three
// members, with two outcomes. One policy of each class of equals up to renaming is visited.
//
// Renaming, and why one of a class is enough: the following change names and nothing else, in the
// meaning of a policy and in the values of facts alike, so a decision of the renamed policy is the
// renamed decision of the first.
//   the members of the enum    6 permutations
//   the values of the relation 2: false and true exchanged
//   the values of the setting  2: likewise, its default with them; visited with default true
//   the two outcomes           2: ring and refuse exchanged, and with them deny-overrides and
//                                 permit-overrides, and the two ranks of `highest`; visited with
//                                 `otherwise` refusing
//   the operands of && and ||  2 each
// The engine could still treat one name specially, so what is built is not the representative but a
// member of its class drawn at random: over the whole scope every position comes up in every place.
#pragma once

#include <ringfence/catalog.h>

#include <array>
#include <cstdint>
#include <vector>

#include "differential/random_policy.h"
#include "policy/document.h"

namespace ringfence::differential {

struct SmallPolicy {
  size_t rule_count = 0;
  size_t floor_count = 0;               ///< the first rules are the floor
  std::array<uint8_t, 3> conditions{};  ///< indices into the scope's conditions
  std::array<uint8_t, 3> outcomes{};    ///< 0 refuses, 1 rings
  uint8_t on_unavailable = 0;
  uint8_t algorithm = 0;  ///< one of kAlgorithms
};
/// first-applicable, deny-overrides, permit-overrides, highest with ring above refuse, and below.
inline constexpr uint8_t kAlgorithms = 5;

class SmallScope {
 public:
  explicit SmallScope(const Catalog& catalog);

  FactId setting() const { return facts_[0]; }
  FactId relation() const { return facts_[1]; }
  FactId choice() const { return facts_[2]; }

  /// Number of conditions: 2 constants, 10 literals, 45 pairs of literals times && and ||.
  size_t condition_count() const { return shapes_.size(); }

  /// All policies of that many rules, before renaming: condition, outcome per rule; otherwise,
  /// on_unavailable, default, algorithm.
  uint64_t AllCount(size_t rule_count) const;

  /// visit(policy) for one policy of each class, floor_count 0.
  template <class Visit>
  void EachClass(size_t rule_count, const Visit& visit) const;

  /// A member of the policy's class, drawn at random. Valid until the next call.
  const Document& Build(const SmallPolicy& policy, Random& random);

 private:
  /// A literal: 0 and 1 the setting true and false, 2 and 3 the relation, 4-6 the enum is the
  /// member, 7-9 it is not.
  using Literal = uint8_t;
  static constexpr Literal kLiterals = 10;
  struct Shape {
    enum class Kind : uint8_t { kFalse, kTrue, kLiteral, kAnd, kOr } kind;
    Literal a = 0, b = 0;
    friend bool operator==(const Shape&, const Shape&) = default;
  };
  struct Renaming {
    std::array<uint8_t, 3> members{0, 1, 2};
    bool setting = false, relation = false, outcomes = false;
  };
  static Renaming RenamingNumber(unsigned number);  ///< < kRenamings
  static constexpr unsigned kRenamings = 6 * 2 * 2 * 2;
  /// The renamings that keep default and outcomes: the first ones.
  static constexpr unsigned kKept = 6 * 2;

  static Literal RenameLiteral(Literal literal, const Renaming& renaming);
  uint8_t RenameShape(uint8_t shape, const Renaming& renaming) const;
  Condition MakeCondition(const Shape& shape, unsigned form, const Catalog& catalog) const;
  uint32_t MakeLiteral(Literal literal, bool negated_twice, ConditionBuilder& builder) const;
  void MakeFrame(const Catalog& catalog);
  bool IsRepresentative(const SmallPolicy& policy) const;

  std::array<FactId, 3> facts_{};
  std::vector<Shape> shapes_;
  std::array<std::vector<uint8_t>, kRenamings> renamed_;  ///< per renaming: shape -> shape
  static constexpr unsigned kForms = 8;  ///< operands exchanged, each literal written in two ways
  std::vector<std::array<Condition, kForms>> conditions_;
  std::array<Rule, 3> rules_;
  Document document_;
};

template <class Visit>
void SmallScope::EachClass(size_t rule_count, const Visit& visit) const {
  SmallPolicy policy;
  policy.rule_count = rule_count;
  const auto finish = [&] {
    for (unsigned bits = 0; bits < 1u << rule_count; ++bits) {
      for (unsigned i = 0; i < 3; ++i) policy.outcomes[i] = (bits >> i) & 1;
      for (policy.on_unavailable = 0; policy.on_unavailable < 2; ++policy.on_unavailable) {
        for (policy.algorithm = 0; policy.algorithm < kAlgorithms; ++policy.algorithm) {
          visit(policy);
        }
      }
    }
  };
  const auto choose = [&](const auto& self, size_t depth) -> void {
    if (depth == rule_count) {
      if (IsRepresentative(policy)) finish();
      return;
    }
    for (size_t shape = 0; shape < shapes_.size(); ++shape) {
      policy.conditions[depth] = static_cast<uint8_t>(shape);
      self(self, depth + 1);
    }
  };
  choose(choose, 0);
}

}  // namespace ringfence::differential
