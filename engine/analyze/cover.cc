// Covers of sets of situations. See cover.h.
#include "analyze/cover.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "base/check.h"

namespace ringfence {
namespace {

/// Most of the first cubes turn out to be parts of others.
constexpr size_t kRawCubes = 4;
/// Made in search of them; what is not found then is left over.
constexpr size_t kNodesPerCube = 300;
constexpr uint32_t kLeafPosition = std::numeric_limits<uint32_t>::max();

bool IsLeaf(Ref ref) { return (ref & kLeafBit) != 0; }

/// Sorted, and what touches is one.
void Normalise(std::vector<CodeRange>* codes) {
  std::sort(codes->begin(), codes->end());
  size_t kept = 0;
  for (const CodeRange& range : *codes) {
    if (kept > 0 && range.first <= (*codes)[kept - 1].last + 1) {
      (*codes)[kept - 1].last = std::max((*codes)[kept - 1].last, range.last);
    } else {
      (*codes)[kept++] = range;
    }
  }
  codes->resize(kept);
}

bool Overlap(const std::vector<CodeRange>& codes, FactCode first, FactCode last) {
  return std::any_of(codes.begin(), codes.end(), [&](const CodeRange& range) {
    return range.first <= last && first <= range.last;
  });
}

class Coverer {
 public:
  Coverer(Space* space, Ref set, Ref most, const CoverOptions& options)
      : space_(*space), set_(set), most_(most), options_(options) {
    CollectCuts(set);
    CollectCuts(most);
    for (auto& [position, cuts] : cuts_) {
      std::sort(cuts.begin(), cuts.end());
      cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    }
  }

  std::vector<Cube> Run() {
    Ref covered = kFalseLeaf;
    std::vector<Cube> cubes = Irredundant(set_, most_, &covered);
    // The search may end before it has the first.
    if (cubes.empty() && set_ != kFalseLeaf && !space_.exhausted()) cubes.push_back(OneCube());
    Merge(&cubes);
    for (Cube& cube : cubes) Widen(&cube);
    Sort(kTrueLeaf, &cubes);
    DropCovered(&cubes);
    DropNeedless(&cubes);
    Merge(&cubes);
    Sort(set_, &cubes);
    return cubes;
  }

 private:
  /// Codes that lead the same way in both diagrams, and where.
  struct Class {
    std::vector<CodeRange> codes;
    Ref least, most;
  };

  /// No further cubes are looked for: some situations are left over, which is no error.
  bool IsOver() const {
    return made_ >= kRawCubes * options_.max_cubes ||
           space_.created() - created_before_ > kNodesPerCube * options_.max_cubes ||
           space_.exhausted();
  }

  uint32_t Position(Ref ref) const {
    return IsLeaf(ref) ? kLeafPosition : space_.builder().PositionOf(ref);
  }
  FactCode LastCode(FactId fact) const {
    return space_.layout().code_counts[fact] - (options_.unavailable ? 0 : 1);
  }

  void CollectCuts(Ref root) {
    if (IsLeaf(root)) return;
    const Diagram diagram = space_.builder().Extract(root);
    for (const DiagramNode& node : diagram.nodes) {
      for (uint32_t i = 0; i < node.edge_count; ++i) {
        cuts_[node.position].push_back(diagram.edges[node.first_edge + i].from);
      }
    }
  }

  Ref Child(Ref ref, uint32_t position, FactCode code) const {
    if (Position(ref) != position) return ref;
    Ref to = ref;
    for (const DiagramEdge& edge : space_.builder().EdgesOf(ref)) {
      if (edge.from <= code) to = edge.to;
    }
    return to;
  }

  std::vector<Class> ClassesOf(Ref least, Ref most, uint32_t position) const {
    std::vector<Class> classes;
    const std::vector<FactCode>& cuts = cuts_.at(position);
    const FactCode last = LastCode(space_.order()[position]);
    for (size_t i = 0; i < cuts.size(); ++i) {
      const CodeRange range = {cuts[i], i + 1 < cuts.size() ? cuts[i + 1] - 1 : last};
      const Ref a = Child(least, position, range.first), b = Child(most, position, range.first);
      const auto same = std::find_if(classes.begin(), classes.end(), [&](const Class& one) {
        return one.least == a && one.most == b;
      });
      if (same == classes.end()) {
        classes.push_back({{range}, a, b});
      } else {
        same->codes.push_back(range);
      }
    }
    for (Class& one : classes) Normalise(&one.codes);
    return classes;
  }

  /// Cubes between `least` and `most`; `*covered` is their union.
  std::vector<Cube> Irredundant(Ref least, Ref most, Ref* covered) {
    *covered = kFalseLeaf;
    if (least == kFalseLeaf || IsOver()) return {};
    if (most == kTrueLeaf) {
      *covered = kTrueLeaf;
      ++made_;
      return {Cube()};
    }
    const uint32_t position = std::min(Position(least), Position(most));
    const std::vector<Class> classes = ClassesOf(least, most, position);
    Ref always = kTrueLeaf;  // where nothing needs to be said of this fact
    for (const Class& one : classes) always = space_.And(always, one.most);
    Ref unsaid = kFalseLeaf;
    for (const Class& one : classes) unsaid = space_.Or(unsaid, space_.And(one.least, always));
    // These first: they are the larger cubes, should there be too many.
    Ref everywhere = kFalseLeaf;
    std::vector<Cube> cubes = Irredundant(unsaid, always, &everywhere);
    std::map<Cube, std::vector<CodeRange>> by_rest;
    std::vector<DiagramEdge> edges;
    for (const Class& one : classes) {
      Ref here = kFalseLeaf;
      for (Cube& rest : Irredundant(space_.Minus(one.least, everywhere), one.most, &here)) {
        std::vector<CodeRange>& codes = by_rest[std::move(rest)];
        codes.insert(codes.end(), one.codes.begin(), one.codes.end());
      }
      const Ref all = space_.Or(everywhere, here);
      for (const CodeRange& range : one.codes) edges.push_back({range.first, all});
    }
    for (auto& [rest, codes] : by_rest) cubes.push_back(With(rest, position, std::move(codes)));
    std::sort(edges.begin(), edges.end(),
              [](const DiagramEdge& a, const DiagramEdge& b) { return a.from < b.from; });
    if (!space_.exhausted()) *covered = space_.mutable_builder()->Make(position, edges);
    return cubes;
  }

  /// One situation of the set, and those that differ from it in nothing that matters.
  Cube OneCube() const {
    const Situation situation = space_.Witness(set_);
    Cube cube;
    for (const auto& [position, cuts] : cuts_) {
      const FactId fact = space_.order()[position];
      const FactCode code = situation[fact] == kUnavailableCode ? LastCode(fact) : situation[fact];
      for (const CodeRange& range : RangesOf(fact)) {
        if (range.first <= code && code <= range.last) cube.push_back({fact, {range}});
      }
    }
    return cube;
  }

  /// `rest`, whose facts all come later, and this one.
  Cube With(const Cube& rest, uint32_t position, std::vector<CodeRange> codes) const {
    Normalise(&codes);
    const FactId fact = space_.order()[position];
    Cube cube;
    if (!IsWhole(fact, codes)) cube.push_back({fact, std::move(codes)});
    cube.insert(cube.end(), rest.begin(), rest.end());
    return cube;
  }

  bool IsWhole(FactId fact, const std::vector<CodeRange>& codes) const {
    return codes.size() == 1 && codes[0].first == 0 && codes[0].last == LastCode(fact);
  }

  /// Cubes that differ in one literal become one, as long as there are such.
  void Merge(std::vector<Cube>* cubes) const {
    for (bool merged = true; merged;) {
      merged = false;
      std::vector<bool> altered(cubes->size()), gone(cubes->size());
      // By what is left of a cube without one of its facts.
      std::map<std::pair<FactId, Cube>, size_t> seen;
      for (size_t i = 0; i < cubes->size(); ++i) {
        for (size_t k = 0; k < (*cubes)[i].size(); ++k) {
          Cube rest = (*cubes)[i];
          const Literal literal = rest[k];
          rest.erase(rest.begin() + static_cast<ptrdiff_t>(k));
          const auto [entry, added] = seen.try_emplace({literal.fact, std::move(rest)}, i);
          if (added || altered[entry->second] || gone[entry->second]) continue;
          Join(&(*cubes)[entry->second], literal);
          altered[entry->second] = gone[i] = merged = true;
          break;
        }
      }
      size_t kept = 0;
      for (size_t i = 0; i < cubes->size(); ++i) {
        if (!gone[i]) std::swap((*cubes)[kept++], (*cubes)[i]);
      }
      cubes->resize(kept);
    }
  }

  void Join(Cube* cube, const Literal& more) const {
    const auto literal = std::find_if(cube->begin(), cube->end(),
                                      [&](const Literal& one) { return one.fact == more.fact; });
    literal->codes.insert(literal->codes.end(), more.codes.begin(), more.codes.end());
    Normalise(&literal->codes);
    if (IsWhole(literal->fact, literal->codes)) cube->erase(literal);
  }

  /// Drops what need not be said, lower facts first, then allows further codes.
  void Widen(Cube* cube) const {
    for (size_t k = cube->size(); k-- > 0;) {
      Cube wider = *cube;
      wider.erase(wider.begin() + static_cast<ptrdiff_t>(k));
      if (All(wider, most_)) *cube = std::move(wider);
    }
    for (size_t k = 0; k < cube->size(); ++k) {
      const FactId fact = (*cube)[k].fact;
      for (const CodeRange& range : RangesOf(fact)) {
        if (Overlap((*cube)[k].codes, range.first, range.last)) continue;
        Cube slice = *cube;
        slice[k].codes = {range};
        // A code of impossible situations alone would be noise.
        if (!All(slice, most_) || !Any(slice, set_)) continue;
        (*cube)[k].codes.push_back(range);
        Normalise(&(*cube)[k].codes);
      }
    }
  }

  std::vector<CodeRange> RangesOf(FactId fact) const {
    std::vector<CodeRange> ranges;
    for (const auto& [position, cuts] : cuts_) {
      if (space_.order()[position] != fact) continue;
      for (size_t i = 0; i < cuts.size(); ++i) {
        ranges.push_back({cuts[i], i + 1 < cuts.size() ? cuts[i + 1] - 1 : LastCode(fact)});
      }
    }
    return ranges;
  }

  /// Whether all situations of the cube are in the set; whether any is.
  bool All(const Cube& cube, Ref set) const { return !Reaches(cube, set, kFalseLeaf); }
  bool Any(const Cube& cube, Ref set) const { return Reaches(cube, set, kTrueLeaf); }

  /// Whether some situation of the cube leads to the leaf.
  bool Reaches(const Cube& cube, Ref root, Ref leaf) const {
    // Nodes below a node have lower numbers.
    std::vector<bool> seen(IsLeaf(root) ? 0 : root + 1);
    std::vector<Ref> open = {root};
    while (!open.empty()) {
      const Ref at = open.back();
      open.pop_back();
      if (at == leaf) return true;
      if (IsLeaf(at) || seen[at]) continue;
      seen[at] = true;
      const FactId fact = space_.order()[Position(at)];
      const auto literal = std::find_if(cube.begin(), cube.end(),
                                        [&](const Literal& one) { return one.fact == fact; });
      const auto edges = space_.builder().EdgesOf(at);
      for (size_t i = 0; i < edges.size(); ++i) {
        const FactCode last = i + 1 < edges.size() ? edges[i + 1].from - 1 : LastCode(fact);
        if (literal == cube.end() || Overlap(literal->codes, edges[i].from, last)) {
          open.push_back(edges[i].to);
        }
      }
    }
    return false;
  }

  /// Largest first, by what they have of `within`; of equal ones the shorter.
  void Sort(Ref within, std::vector<Cube>* cubes) const {
    std::vector<std::pair<double, Cube>> sized;
    for (Cube& cube : *cubes) {
      const Ref here = space_.And(SetOf(&space_, cube, options_.unavailable), within);
      sized.emplace_back(-space_.Share(here, kTrueLeaf), std::move(cube));
    }
    std::sort(sized.begin(), sized.end(), [](const auto& a, const auto& b) {
      const size_t size_a = a.second.size(), size_b = b.second.size();
      return std::tie(a.first, size_a, a.second) < std::tie(b.first, size_b, b.second);
    });
    for (size_t i = 0; i < sized.size(); ++i) (*cubes)[i] = std::move(sized[i].second);
    cubes->erase(std::unique(cubes->begin(), cubes->end()), cubes->end());
  }

  /// Drops cubes that larger ones cover, and all past max_cubes.
  void DropCovered(std::vector<Cube>* cubes) const {
    Ref covered = kFalseLeaf;
    size_t kept = 0;
    for (size_t i = 0; i < cubes->size() && kept < options_.max_cubes; ++i) {
      const Ref here = space_.And(SetOf(&space_, (*cubes)[i], options_.unavailable), set_);
      if (space_.Minus(here, covered) == kFalseLeaf) continue;
      covered = space_.Or(covered, here);
      std::swap((*cubes)[kept++], (*cubes)[i]);
    }
    cubes->resize(kept);
  }

  /// Drops cubes that all others cover, the smallest first. For few: the unions of many are large.
  void DropNeedless(std::vector<Cube>* cubes) const {
    constexpr size_t kFew = 64;
    if (cubes->size() > kFew) return;
    std::vector<Ref> sets, before = {kFalseLeaf};
    for (const Cube& cube : *cubes) {
      sets.push_back(space_.And(SetOf(&space_, cube, options_.unavailable), set_));
      before.push_back(space_.Or(before.back(), sets.back()));
    }
    Ref after = kFalseLeaf;
    for (size_t i = cubes->size(); i-- > 0;) {
      if (space_.Minus(sets[i], space_.Or(before[i], after)) == kFalseLeaf) {
        cubes->erase(cubes->begin() + static_cast<ptrdiff_t>(i));
      } else {
        after = space_.Or(after, sets[i]);
      }
    }
  }

  Space& space_;
  Ref set_, most_;
  CoverOptions options_;
  uint32_t created_before_ = space_.created();
  size_t made_ = 0;
  std::map<uint32_t, std::vector<FactCode>> cuts_;  ///< by position
};

}  // namespace

bool Contains(const Layout& layout, const Cube& cube, const Situation& situation) {
  return std::all_of(cube.begin(), cube.end(), [&](const Literal& literal) {
    const FactCode code = situation[literal.fact] == kUnavailableCode
                              ? layout.code_counts[literal.fact]
                              : situation[literal.fact];
    return Overlap(literal.codes, code, code);
  });
}

Ref SetOf(Space* space, const Cube& cube, bool unavailable) {
  const std::vector<FactId>& order = space->order();
  Ref set = kTrueLeaf;
  for (auto literal = cube.rbegin(); literal != cube.rend(); ++literal) {
    const auto position = std::find(order.begin(), order.end(), literal->fact) - order.begin();
    const FactCode end = space->layout().code_counts[literal->fact] + (unavailable ? 1 : 0);
    std::vector<DiagramEdge> edges;
    if (literal->codes[0].first > 0) edges.push_back({0, kFalseLeaf});
    for (const CodeRange& range : literal->codes) {
      edges.push_back({range.first, set});
      if (range.last + 1 < end) edges.push_back({range.last + 1, kFalseLeaf});
    }
    if (space->exhausted()) return kFalseLeaf;
    set = space->mutable_builder()->Make(static_cast<uint32_t>(position), edges);
  }
  return set;
}

std::vector<Cube> CoverOf(Space* space, Ref set, Ref most, const CoverOptions& options) {
  return Coverer(space, set, most, options).Run();
}

}  // namespace ringfence
