// See derive.h.
#include "replay/derive.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "facts/fact_set.h"
#include "replay/recall.h"

namespace ringfence {
namespace {

/// Values of one fact that lead to different places: a code of each class any node has.
std::vector<FactCode> ClassesOf(const Program& program, FactId fact) {
  std::vector<FactCode> codes;
  for (const ProgramDecision& decision : program.decisions) {
    for (const ProgramNode& node : decision.nodes) {
      if (node.fact != fact) continue;
      if (node.is_int) {
        codes.push_back(0);
        const auto cuts = decision.cuts.begin() + static_cast<ptrdiff_t>(node.first_cut);
        codes.insert(codes.end(), cuts, cuts + static_cast<ptrdiff_t>(node.class_count) - 1);
      } else {
        for (FactCode code = 0; code < node.code_count; ++code) codes.push_back(code);
      }
    }
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

/// Facts that were not collected, and a value of each: counts through all of them.
class Values {
 public:
  /// False: a fact is added whose values are too many together with the others.
  bool Add(const Program& program, FactId fact) {
    Fact added{fact, ClassesOf(program, fact), 0};
    if (added.codes.empty()) return true;
    trials_ *= added.codes.size();
    facts_.push_back(std::move(added));
    return trials_ <= Deriver::kMostTrials;
  }
  bool Has(FactId fact) const {
    return std::any_of(facts_.begin(), facts_.end(),
                       [&](const Fact& each) { return each.id == fact; });
  }
  /// The next combination; false after the last, and then it is the first again.
  bool Next() {
    if (restarted_) {
      restarted_ = false;
      return true;
    }
    for (Fact& fact : facts_) {
      if (++fact.at < fact.codes.size()) return true;
      fact.at = 0;
    }
    return false;
  }
  /// The next combination is the first.
  void Restart() {
    for (Fact& fact : facts_) fact.at = 0;
    restarted_ = true;
  }
  void PutInto(const Layout& layout, Frame* frame) const {
    for (const Fact& fact : facts_) {
      frame->carried.Insert(fact.id);
      Remove(&frame->unavailable, fact.id);
      frame->Put(layout.places[fact.id], fact.codes[fact.at]);
    }
  }

 private:
  struct Fact {
    FactId id;
    std::vector<FactCode> codes;
    size_t at;
  };
  std::vector<Fact> facts_;
  uint64_t trials_ = 1;
  bool restarted_ = false;
};

/// Whether one of these facts is unavailable to the evaluator: it is said to be, or its code is out
/// of range.
bool AnyUnavailable(const Layout& layout, const Frame& frame, const FactSet& facts) {
  bool any = false;
  ForEach(facts, [&](FactId id) {
    any = any || frame.unavailable.Contains(id) ||
          frame.Get(layout.places[id]) >= layout.code_counts[id];
  });
  return any;
}

}  // namespace

bool SameOutcome(const ProgramOutcome& a, const ProgramOutcome& b) {
  return a.effect == b.effect && a.signal == b.signal && a.record == b.record &&
         a.sip_status == b.sip_status && a.retry_after_s == b.retry_after_s && a.told == b.told;
}

ReplayProgram::ReplayProgram(const Program& its_program, const Layout& its_layout)
    : program(&its_program), layout(&its_layout), path(PathDecision(its_program)) {
  for (size_t i = 0; i < program->outcomes.size(); ++i) {
    size_t first = 0;
    while (!SameOutcome(program->outcomes[first], program->outcomes[i])) ++first;
    answers.push_back(static_cast<uint16_t>(first));
  }
  if (program->decisions.size() > (path == 0 ? 1 : 2)) {
    auto copy = std::make_shared<Program>(*program);
    for (size_t i = 1; i < copy->decisions.size(); ++i) {
      if (i == path) continue;
      ProgramDecision& decision = copy->decisions[i];
      decision.root = kLeafBit | decision.otherwise;
      decision.nodes.clear();
      decision.edges.clear();
      decision.cuts.clear();
    }
    recorded_only = std::move(copy);
  }
  const auto is_twin = [&](size_t i) { return answers[i] != i; };
  bool twins = false;
  for (size_t i = 0; i < answers.size(); ++i) twins = twins || is_twin(i);
  if (!twins) return;
  auto copy = std::make_shared<Program>(answering());
  for (ProgramRule& rule : copy->decisions[0].rules) rule.then = answers[rule.then];
  merged = std::move(copy);
}

void Deriver::Prepare(const ReplayProgram& program) {
  CHECK(program.program != nullptr && program.layout != nullptr);
  scratch_.Prepare(*program.program);
}

void Deriver::Walked(const ReplayProgram& program, const Program& by, DerivedAnswer* out) {
  const Question nobody;
  out->effects = Walk(by, *program.layout, nobody, {}, &scratch_, &out->tested);
  const ProgramDecision& ring = program.program->decisions[0];
  RecordedAnswer& answer = out->answer;
  answer.rule = scratch_.deciding[0];
  DCHECK(answer.rule < ring.rules.size());
  answer.outcome = static_cast<uint8_t>(ring.rules[answer.rule].then);
  answer.effect = static_cast<uint8_t>(program.program->outcomes[answer.outcome].effect);
  answer.basis = static_cast<uint8_t>(scratch_.bases[0]);
  answer.path = 0;
  if (program.path == 0 || answer.effect == static_cast<uint8_t>(Effect::kRefuse)) return;
  DCHECK(program.path < program.program->decisions.size());
  const ProgramDecision& path = program.program->decisions[program.path];
  answer.path = static_cast<uint8_t>(1 + path.rules[scratch_.deciding[program.path]].then);
  answer.basis =
      static_cast<uint8_t>(answer.basis | static_cast<unsigned>(scratch_.bases[program.path]) << 2);
}

void Deriver::Derive(const ReplayProgram& program, const OpenedFacts& facts, const FactSet& unknown,
                     DerivedAnswer* out) {
  Recall(*program.layout, facts, unknown, &scratch_.frame);
  Walked(program, *program.program, out);
  out->missing = NotCollected(*program.layout, facts, unknown, out->tested);
  out->indeterminate = false;
}

void Deriver::DeriveOther(const ReplayProgram& program, const OpenedFacts& facts,
                          const FactSet& unknown, DerivedAnswer* out) {
  Recall(*program.layout, facts, unknown, &scratch_.frame);
  Walked(program, program.answering(), out);
  out->missing = NotCollected(*program.layout, facts, unknown, out->tested);
  out->indeterminate = false;
  if (out->missing.Empty()) return;
  const auto is_settled = [&] {
    const bool of_path = program.path != 0 && out->answer.path != 0;
    return scratch_.bases[0] != Basis::kOnUnavailable &&
           (!of_path || scratch_.bases[program.path] != Basis::kOnUnavailable);
  };
  if (is_settled()) return;
  // Several answers can be reached. Where every fact that is open is one nobody collected, they are
  // those of its values, unless they differ in name only.
  const FactSet collected = Without(out->tested, out->missing);
  if (AnyUnavailable(*program.layout, scratch_.frame, collected)) {
    out->indeterminate = !Try(program, facts, unknown, out);
    return;
  }
  out->indeterminate = true;
  if (program.merged == nullptr) return;
  Recall(*program.layout, facts, unknown, &scratch_.frame);
  Walked(program, *program.merged, out);
  out->missing = NotCollected(*program.layout, facts, unknown, out->tested);
  out->indeterminate = !is_settled();
}

/// Each combination of values of facts nobody collected. False: answers differ, or there are too
/// many to try.
bool Deriver::Try(const ReplayProgram& program, const OpenedFacts& facts, const FactSet& unknown,
                  DerivedAnswer* out) {
  CHECK(!out->missing.Empty());
  const DerivedAnswer swept = *out;
  Values values;
  const auto add_all = [&](const FactSet& missing) {
    bool few = true;
    ForEach(missing, [&](FactId id) {
      if (few && !values.Has(id)) few = values.Add(program.answering(), id);
    });
    return few;
  };
  FactSet tried = swept.missing;
  if (!add_all(tried)) return false;
  std::optional<RecordedAnswer> first;
  EffectSet effects = 0;
  bool same = true;
  do {
    Recall(*program.layout, facts, unknown, &scratch_.frame);
    values.PutInto(*program.layout, &scratch_.frame);
    Walked(program, program.answering(), out);
    // A sweep that ends in a refusal does not come to the path: some values may.
    const FactSet more = NotCollected(*program.layout, facts, unknown, Without(out->tested, tried));
    if (!more.Empty()) {
      InsertAll(&tried, more);
      if (!add_all(more)) {
        *out = swept;
        return false;
      }
      values.Restart();
      first.reset();
      effects = 0;
      same = true;
      continue;
    }
    effects = static_cast<EffectSet>(effects | 1u << out->answer.effect);
    if (!first) first = out->answer;
    same = same && program.answers[out->answer.outcome] == program.answers[first->outcome] &&
           out->answer.path == first->path;
  } while (values.Next());
  CHECK(first.has_value());
  *out = swept;
  out->missing = tried;
  out->effects = effects;
  if (same) out->answer = *first;
  return same;
}

uint32_t ReadDigests::Of(const Layout& layout, const FactSet& tested) {
  uint64_t hash = 0;
  for (const uint64_t word : tested.words) hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  Known& known = known_[hash >> 58];
  if (!known.used || known.tested != tested) {
    known = {tested, ReadDigest(layout, tested), true};
  }
  return known.digest;
}

}  // namespace ringfence
