// Reachability over the diagram of `ring` with facts held to the codes users outside some sets
// have. Every path tests a fact once, so a leaf that is reached is reached by some values: exact
// but for dependences between facts, which can only make the plan larger. See who_plan.h.
#include "analyze/who_plan.h"

#include "base/check.h"

namespace ringfence {
namespace {

class Search {
 public:
  Search(const Program& program, std::span<const std::optional<FactCode>> fixed,
         const FactSet& books)
      : program_(program), ring_(program.decisions.front()), books_(books) {
    for (const std::optional<FactCode>& code : fixed) {
      allowed_.push_back(code.has_value() ? Allowed{State::kOnly, *code} : Allowed{});
    }
  }

  Outside Of(std::span<const Enumerable> sets, const std::vector<bool>& used) const {
    std::vector<Allowed> allowed = allowed_;
    for (size_t i = 0; i < sets.size(); ++i) {
      if (!used[i]) continue;
      for (const OutsideSet& outside : sets[i]) {
        Allowed& fact = allowed[outside.fact];
        // What is the same for everyone is so for them, too.
        if (fact.state != State::kFree) continue;
        fact = {outside.has_code ? State::kOnly : State::kAllBut, outside.code};
      }
    }
    const Seen seen = Walk(allowed);
    if (!seen.lets_through) return Outside::kRefused;
    return seen.refuses && seen.by_books_alone ? Outside::kPossibly : Outside::kUnknown;
  }

 private:
  enum class State : uint8_t { kFree, kOnly, kAllBut };
  struct Allowed {
    State state = State::kFree;
    FactCode code = 0;
  };

  struct Seen {
    bool lets_through = false, refuses = false;
    bool by_books_alone = true;  ///< nothing else made two ways of one
  };

  Seen Walk(const std::vector<Allowed>& allowed) const {
    Seen seen;
    std::vector<bool> reached(ring_.nodes.size());
    const auto reach = [&](Ref to) {
      if ((to & kLeafBit) == 0) {
        reached[to] = true;
      } else {
        (IsLetThrough(to) ? seen.lets_through : seen.refuses) = true;
      }
    };
    reach(ring_.root);
    for (size_t i = 0; i < ring_.nodes.size(); ++i) {
      if (!reached[i]) continue;
      const ProgramNode& node = ring_.nodes[i];
      DCHECK(node.fact < allowed.size());
      std::optional<Ref> way;
      for (uint32_t edge = 0; edge < node.class_count; ++edge) {
        if (!Takes(node, edge, allowed[node.fact])) continue;
        const Ref to = ring_.edges[node.first_edge + edge];
        DCHECK((to & kLeafBit) != 0 || to > i);
        if (way.has_value() && *way != to && !books_.Contains(node.fact)) {
          seen.by_books_alone = false;
        }
        way = to;
        reach(to);
      }
    }
    return seen;
  }

  /// Whether a code that is allowed may be in the class.
  bool Takes(const ProgramNode& node, uint32_t edge, const Allowed& allowed) const {
    // A code that is none is unavailable, and so any.
    if (allowed.state == State::kFree || allowed.code >= node.code_count) return true;
    const bool same = ClassOf(node, allowed.code) == edge;
    if (allowed.state == State::kOnly) return same;
    return !same || node.is_int;  // an interval has other codes
  }

  uint32_t ClassOf(const ProgramNode& node, FactCode code) const {
    if (!node.is_int) return code;
    uint32_t edge = 0;
    while (edge + 1 < node.class_count && ring_.cuts[node.first_cut + edge] <= code) ++edge;
    return edge;
  }

  bool IsLetThrough(Ref leaf) const {
    const ProgramRule& rule = ring_.rules[leaf & ~kLeafBit];
    CHECK(rule.then < program_.outcomes.size());
    return program_.outcomes[rule.then].effect != Effect::kRefuse;
  }

  const Program& program_;
  const ProgramDecision& ring_;
  const FactSet& books_;
  std::vector<Allowed> allowed_;
};

}  // namespace

WhoPlan PlanWho(const Program& program, std::span<const std::optional<FactCode>> fixed,
                const FactSet& books, std::span<const Enumerable> sets) {
  CHECK(!program.decisions.empty());
  const Search search(program, fixed, books);
  std::vector<bool> used(sets.size(), true);
  WhoPlan plan;
  plan.outside = search.Of(sets, used);
  if (plan.outside == Outside::kUnknown) return plan;
  for (size_t i = 0; i < sets.size(); ++i) {
    used[i] = false;
    used[i] = search.Of(sets, used) != plan.outside;
    if (used[i]) plan.sets.push_back(i);
  }
  return plan;
}

}  // namespace ringfence
