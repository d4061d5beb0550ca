// The walk, and the sweep once a fact is unavailable. See evaluate.h.
#include "eval/evaluate.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace ringfence {
namespace {

/// Number of cuts that are <= code, without a branch that depends on the code.
uint32_t IntervalOf(const FactCode* cuts, uint32_t count, FactCode code) {
  DCHECK(count > 0);
  const FactCode* base = cuts;
  while (count > 1) {
    const uint32_t half = count / 2;
    base += base[half - 1] <= code ? half : 0;
    count -= half;
  }
  return static_cast<uint32_t>(base - cuts) + (*base <= code ? 1 : 0);
}

void SetBit(std::vector<uint64_t>* bits, uint32_t index) {
  (*bits)[index / 64] |= uint64_t{1} << (index % 64);
}

/// The rule that decides, and what else could have.
struct Deciding {
  uint16_t rule = 0;
  Basis basis = Basis::kComplete;
  EffectSet effects = 0;  ///< of ring
};

/// One decision of the program on the frame of one question.
class Evaluation {
 public:
  Evaluation(const Program& program, const Layout& layout, const Question& question,
             const Sources& sources, EvalScratch* scratch, FactSet* tested)
      : program_(program),
        layout_(layout),
        question_(question),
        sources_(sources),
        scratch_(*scratch),
        frame_(scratch->frame),
        tested_(*tested) {}

  Deciding Decide(const ProgramDecision& decision) {
    const ProgramNode* const nodes = decision.nodes.data();
    const Ref* const edges = decision.edges.data();
    Ref at = decision.root;
    while ((at & kLeafBit) == 0) {
      DCHECK(at < decision.nodes.size());
      const ProgramNode& node = nodes[at];
      uint32_t edge = 0;
      if (!Read(decision, node, &edge)) return Sweep(decision, at);
      at = edges[node.first_edge + edge];
    }
    const auto rule = static_cast<uint16_t>(at & ~kLeafBit);
    return {rule, Basis::kComplete, EffectOf(decision, rule)};
  }

 private:
  /// The class of the node's fact, loading its group when it is the first of it. False:
  /// unavailable.
  bool Read(const ProgramDecision& decision, const ProgramNode& node, uint32_t* edge) {
    DCHECK(node.place.group < kGroupCount && node.place.word < kFrameWords);
    const size_t word = node.fact / 64;
    const uint64_t bit = uint64_t{1} << (node.fact % 64);
    tested_.words[word] |= bit;
    const bool loaded = ((frame_.loaded >> node.place.group) & 1) != 0;
    if (!loaded && (frame_.carried.words[word] & bit) == 0) {
      LoadGroup(layout_, static_cast<Group>(node.place.group), question_, sources_.all,
                sources_.host_count, &frame_);
    }
    if ((frame_.unavailable.words[word] & bit) != 0) return false;
    const FactCode code = frame_.Get(node.place);
    if (code >= node.code_count) return false;
    *edge =
        node.is_int ? IntervalOf(&decision.cuts[node.first_cut], node.class_count - 1, code) : code;
    return true;
  }

  /// Every node that some values of the unavailable facts lead to, parents before children, and so
  /// each once. Taken off `active` as it goes, which leaves it clear.
  Deciding Sweep(const ProgramDecision& decision, Ref first) {
    std::vector<uint64_t>& active = scratch_.active;
    DCHECK(active.size() * 64 >= decision.nodes.size());
    const size_t words = (decision.nodes.size() + 63) / 64;
    SetBit(&active, first);
    for (size_t word = first / 64; word < words; ++word) {
      // A node can make a later one of the same word active.
      while (active[word] != 0) {
        const auto index = static_cast<uint32_t>(std::countr_zero(active[word]));
        active[word] &= active[word] - 1;
        const ProgramNode& node = decision.nodes[word * 64 + index];
        uint32_t edge = 0;
        if (Read(decision, node, &edge)) {
          Reach(decision.edges[node.first_edge + edge]);
          continue;
        }
        for (uint32_t i = 0; i < node.class_count; ++i) {
          const Ref to = decision.edges[node.first_edge + i];
          DCHECK(to > word * 64 + index);
          Reach(to);
        }
      }
    }
    return Settle(decision);
  }

  void Reach(Ref ref) {
    if ((ref & kLeafBit) != 0) {
      SetBit(&scratch_.reachable, ref & ~kLeafBit);
    } else {
      SetBit(&scratch_.active, ref);
    }
  }

  /// Reads and clears the reachable leaves.
  Deciding Settle(const ProgramDecision& decision) {
    Deciding deciding;
    size_t rules = 0;
    bool one_then = true;
    const size_t words = (decision.rules.size() + 63) / 64;
    for (size_t word = 0; word < words; ++word) {
      uint64_t& bits = scratch_.reachable[word];
      for (; bits != 0; bits &= bits - 1) {
        const auto rule =
            static_cast<uint16_t>(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
        if (rules++ == 0) deciding.rule = rule;
        one_then = one_then && decision.rules[rule].then == decision.rules[deciding.rule].then;
        deciding.effects = static_cast<EffectSet>(deciding.effects | EffectOf(decision, rule));
      }
    }
    CHECK_MSG(rules > 0, "a sweep that reached no rule");
    if (rules > 1) deciding.basis = one_then ? Basis::kPartial : Basis::kOnUnavailable;
    if (!one_then) deciding.rule = decision.on_unavailable;
    return deciding;
  }

  EffectSet EffectOf(const ProgramDecision& decision, uint16_t rule) const {
    if (!decision.values.empty()) return 0;
    const Effect effect = program_.outcomes[decision.rules[rule].then].effect;
    return static_cast<EffectSet>(1u << static_cast<unsigned>(effect));
  }

  const Program& program_;
  const Layout& layout_;
  const Question& question_;
  const Sources& sources_;
  EvalScratch& scratch_;
  Frame& frame_;
  FactSet& tested_;
};

void FillRing(const Program& program, uint16_t deciding, Decision* decision) {
  const ProgramRule& rule = program.decisions[0].rules[deciding];
  CHECK(rule.then < program.outcomes.size());
  const ProgramOutcome& outcome = program.outcomes[rule.then];
  decision->effect = outcome.effect;
  decision->signal = outcome.signal;
  decision->record = outcome.record;
  decision->sip_status = outcome.sip_status;
  decision->retry_after_s = outcome.retry_after_s;
  decision->outcome = outcome.name;
  decision->told = outcome.told;
  decision->rule = rule.id;
  decision->reason = rule.reason;
}

ExtraDecision MakeExtra(const ProgramDecision& decision, uint16_t deciding, Basis basis) {
  const ProgramRule& rule = decision.rules[deciding];
  CHECK(rule.then < decision.values.size());
  return {decision.name, decision.values[rule.then], rule.id, basis};
}

/// For a refusal that is told as ringing, where it must not show.
std::string_view PretendedPath(const Program& program, const Decision& decision) {
  if (decision.let_through() || decision.signal != Signal::kRinging) return {};
  const size_t path = PathDecision(program);
  if (path == 0) return {};
  const ProgramDecision& chooses = program.decisions[path];
  return chooses.values[chooses.rules[chooses.on_unavailable].then];
}

/// Most of a Decision is room for decisions that most policies do not have: what is there stays
/// empty, only what an earlier policy left is cleared.
void SetExtraCount(size_t count, Decision* decision) {
  const size_t before = std::min<size_t>(decision->extra_count, decision->extras.size());
  for (size_t i = count; i < before; ++i) decision->extras[i] = {};
  decision->extra_count = static_cast<uint8_t>(count);
}

}  // namespace

void EvalScratch::Prepare(const Program& program, const Program* other) {
  size_t rules = 0, nodes = 0;
  for (const Program* each : {&program, other}) {
    if (each == nullptr) continue;
    nodes = std::max<size_t>(nodes, each->max_nodes);
    for (const ProgramDecision& decision : each->decisions) {
      rules = std::max(rules, decision.rules.size());
    }
  }
  active.assign((nodes + 63) / 64, 0);
  reachable.assign((rules + 63) / 64, 0);
}

EffectSet Walk(const Program& program, const Layout& layout, const Question& question,
               const Sources& sources, EvalScratch* scratch, FactSet* tested) {
  CHECK(!program.decisions.empty() && scratch->active.size() * 64 >= program.max_nodes);
  Frame& frame = scratch->frame;
  frame.loaded = static_cast<GroupSet>(frame.loaded | Bit(Group::kCall));
  *tested = {};
  Evaluation evaluation(program, layout, question, sources, scratch, tested);
  const auto decide = [&](size_t i) {
    const Deciding deciding = evaluation.Decide(program.decisions[i]);
    scratch->deciding[i] = deciding.rule;
    scratch->bases[i] = deciding.basis;
    return deciding;
  };
  const Deciding ring = decide(0);
  const ProgramRule& rule = program.decisions[0].rules[ring.rule];
  CHECK(rule.then < program.outcomes.size());
  if (program.outcomes[rule.then].effect == Effect::kRefuse) return ring.effects;
  for (size_t i = 1; i < program.decisions.size(); ++i) decide(i);
  return ring.effects;
}

void Evaluate(const Program& program, const Layout& layout, const Question& question,
              const Sources& sources, EvalScratch* scratch, Decision* decision,
              EffectSet* effects) {
  const EffectSet seen = Walk(program, layout, question, sources, scratch, &decision->facts_read);
  if (effects != nullptr) *effects = seen;
  FillRing(program, scratch->deciding[0], decision);
  decision->basis = scratch->bases[0];
  SetExtraCount(program.decisions.size() - 1, decision);
  for (size_t i = 1; i < program.decisions.size(); ++i) {
    const ProgramDecision& extra = program.decisions[i];
    decision->extras[i - 1] = decision->let_through()
                                  ? MakeExtra(extra, scratch->deciding[i], scratch->bases[i])
                                  : ExtraDecision{extra.name, {}, {}, Basis::kComplete};
  }
  decision->pretended_path = PretendedPath(program, *decision);
  const Frame& frame = scratch->frame;
  decision->groups_read = frame.read;
  decision->groups_unavailable = frame.failed;
  decision->facts_from_host = frame.from_host;
  decision->policy_name = program.policy_name;
  decision->policy_digest = program.digest_hex;
}

}  // namespace ringfence
