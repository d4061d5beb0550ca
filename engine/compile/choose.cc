// Which order of facts: builds the candidates under growing budgets, sifts the better one, and says
// in words what was tried. Everything is counted in nodes, so the choice is the same on any
// machine.
#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "compile/compile.h"

namespace ringfence {
namespace {

/// Candidates are first tried with a 128th and a 16th of the budget each, so that an order that
/// explodes does not use up what a harmless one needs.
constexpr uint32_t kFirstRounds[] = {128, 16};
/// Of a policy that no order fits, so much of the budget goes into finding the rule to name.
constexpr uint32_t kBlameShare = 16;
/// Sifting may make so many nodes: some tens of milliseconds.
constexpr uint32_t kSiftCreated = 60000;
/// Diagrams whose reads differ by less read alike.
constexpr double kSameReads = 1e-9;

struct Attempt {
  VariableOrder order;
  std::optional<Diagram> diagram;
  Growth growth;
  uint32_t limit = 0;
  double reads = 0;
};

std::string Describe(const Attempt& attempt) {
  char text[96];
  if (attempt.diagram) {
    std::snprintf(text, sizeof text, "%u nodes, %.2f reads", attempt.growth.nodes, attempt.reads);
  } else if (attempt.growth.nodes > 0) {
    std::snprintf(text, sizeof text, "%u nodes", attempt.growth.nodes);
  } else {
    std::snprintf(text, sizeof text, "over %u nodes made", attempt.limit);
  }
  return attempt.order.heuristic + ": " + text;
}

class Chooser {
 public:
  Chooser(const Layout& layout, const RuleList& rules, const CompileOptions& options)
      : layout_(layout), rules_(rules), options_(options), left_(options.max_created) {
    for (VariableOrder& order : CandidateOrders(layout.catalog, rules)) {
      attempts_.push_back({std::move(order), std::nullopt, {}, 0, 0});
    }
    CHECK(!attempts_.empty());
  }

  Choice Choose() {
    for (uint32_t share : kFirstRounds) {
      if (Round(options_.max_created / share)) break;
    }
    const uint32_t blame = options_.max_created / kBlameShare;
    if (!Best() && Unfinished() > 0) Round((left_ - std::min(left_, blame)) / Unfinished());
    Choice choice;
    Attempt* best = Best();
    for (const Attempt& attempt : attempts_) {
      choice.reason += (choice.reason.empty() ? "" : "; ") + Describe(attempt);
      if (best == &attempt && attempts_.size() > 1) choice.reason += " (best)";
    }
    if (best != nullptr) {
      if (options_.sift) Sift(best, &choice.reason);
      choice.reads = best->reads;
      choice.diagram = std::move(best->diagram);
    } else {
      uint32_t created = 0;
      choice.worst_rule = WorstRule(layout_, rules_, attempts_[0].order, left_, &created);
      left_ -= created;
    }
    choice.created = options_.max_created - left_;
    return choice;
  }

 private:
  static bool Finished(const Attempt& attempt) {
    return attempt.growth.nodes > 0 || attempt.diagram;
  }

  uint32_t Unfinished() const {
    return static_cast<uint32_t>(
        std::count_if(attempts_.begin(), attempts_.end(),
                      [](const Attempt& attempt) { return !Finished(attempt); }));
  }

  /// Builds what is not built yet with `limit` nodes each. Does one fit?
  bool Round(uint32_t limit) {
    for (Attempt& attempt : attempts_) {
      if (!Finished(attempt)) Build(&attempt, limit);
      if (options_.first_fit && attempt.diagram) break;
    }
    return Best() != nullptr;
  }

  void Build(Attempt* attempt, uint32_t limit) {
    attempt->limit = std::min(limit, left_);
    attempt->diagram = ReduceRules(layout_, rules_, attempt->order, options_.max_nodes,
                                   attempt->limit, &attempt->growth);
    CHECK(attempt->growth.created <= left_);
    left_ -= attempt->growth.created;
    if (attempt->diagram) attempt->reads = ExpectedReads(layout_, *attempt->diagram);
  }

  /// The smallest wins; of equal ones the one that reads less, then the earlier guess.
  static bool IsBetter(const Attempt& one, const Attempt& other) {
    if (!one.diagram || !other.diagram) return one.diagram.has_value() && !other.diagram;
    const size_t size = one.diagram->nodes.size(), other_size = other.diagram->nodes.size();
    return size != other_size ? size < other_size : one.reads < other.reads - kSameReads;
  }

  Attempt* Best() {
    Attempt* best = nullptr;
    for (Attempt& attempt : attempts_) {
      if (attempt.diagram && (best == nullptr || IsBetter(attempt, *best))) best = &attempt;
    }
    return best;
  }

  /// Facts tested anywhere in the diagram, those with the most nodes first.
  static std::vector<FactId> BySize(const Diagram& diagram) {
    std::vector<std::pair<size_t, uint32_t>> sizes;
    for (uint32_t i = 0; i < diagram.order.size(); ++i) sizes.push_back({0, i});
    for (const DiagramNode& node : diagram.nodes) ++sizes[node.position].first;
    std::stable_sort(sizes.begin(), sizes.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<FactId> facts;
    for (const auto& [size, position] : sizes) {
      if (size > 0) facts.push_back(diagram.order[position]);
    }
    return facts;
  }

  /// Moves one fact after the other to where the diagram is best, until that helps no more or the
  /// budget is used up.
  void Sift(Attempt* best, std::string* reason) {
    uint32_t budget = std::min(left_, kSiftCreated);
    const size_t before = best->diagram->nodes.size();
    uint32_t tried = 0;
    bool improved = true, moved = false;
    while (improved && budget > 0) {
      improved = false;
      for (FactId fact : BySize(*best->diagram)) {
        improved = SiftOne(fact, best, &budget, &tried) || improved;
        if (budget == 0) break;
      }
      moved = moved || improved;
    }
    if (tried == 0) return;
    char text[128];
    std::snprintf(text, sizeof text, "; sifted through %u orders: ", tried);
    *reason += text;
    if (!moved) {
      *reason += "none better";
    } else {
      std::snprintf(text, sizeof text, "%zu nodes%s, %.2f reads", best->diagram->nodes.size(),
                    best->diagram->nodes.size() < before ? " (smaller)" : "", best->reads);
      *reason += text;
    }
  }

  bool SiftOne(FactId fact, Attempt* best, uint32_t* budget, uint32_t* tried) {
    bool improved = false;
    const size_t places = best->order.facts.size();
    for (size_t place = 0; place<places&& * budget> 0; ++place) {
      Attempt other{best->order, std::nullopt, {}, 0, 0};
      std::vector<FactId>& facts = other.order.facts;
      const auto from = std::find(facts.begin(), facts.end(), fact);
      const auto to = facts.begin() + static_cast<std::ptrdiff_t>(place);
      if (from == to) continue;
      if (from < to) {
        std::rotate(from, from + 1, to + 1);
      } else {
        std::rotate(to, from, from + 1);
      }
      // An order that costs far more to build than the best one so far does not end up smaller.
      Build(&other, std::min(*budget, 2 * best->growth.created + 64));
      *budget -= std::min(*budget, other.growth.created);
      ++*tried;
      if (!IsBetter(other, *best)) continue;
      *best = std::move(other);
      improved = true;
    }
    return improved;
  }

  const Layout& layout_;
  const RuleList& rules_;
  const CompileOptions& options_;
  uint32_t left_;
  std::vector<Attempt> attempts_;
};

}  // namespace

Choice ChooseOrder(const Layout& layout, const RuleList& rules, const CompileOptions& options) {
  return Chooser(layout, rules, options).Choose();
}

}  // namespace ringfence
