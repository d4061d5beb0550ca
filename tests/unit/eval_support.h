// For tests of the evaluator: a source that serves given codes and counts what it is asked, and a
// compiled document to put questions to.
#pragma once

#include <array>
#include <vector>

#include "compile/compile.h"
#include "eval/evaluate.h"
#include "unit/policy_builder.h"

namespace ringfence {

inline const Layout& StandardLayout() {
  static const Layout layout(Catalog::Standard());
  return layout;
}

/// Serves every group from `codes` (by fact; kUnavailableCode: that fact alone could not be read).
class CodesSource : public FactSource {
 public:
  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    ++reads[static_cast<size_t>(group)];
    if ((failing & Bit(group)) != 0) return ReadState::kUnavailable;
    const FactSet& facts = StandardLayout().group_facts[static_cast<size_t>(group)];
    for (FactId fact = 0; fact < codes.size(); ++fact) {
      if (!facts.Contains(fact)) continue;
      if (codes[fact] == kUnavailableCode) {
        out.SetUnavailable(fact);
      } else {
        out.Set(fact, codes[fact]);
      }
    }
    return ReadState::kRead;
  }

  std::vector<FactCode> codes = EmptyCodes();
  GroupSet failing = 0;
  std::array<int, kGroupCount> reads{};
};

/// A document, compiled, with what one evaluation needs.
class Compiled {
 public:
  explicit Compiled(const Document& document) {
    Diagnostics diagnostics;
    program = Compile(StandardLayout(), document, {}, "p.json", &diagnostics).value();
    scratch.Prepare(program);
  }

  /// The decision by `source`; attributes of the call and other carried facts in `carried`.
  const Decision& Decide(FactSource* source, std::vector<Fact> carried = {}) {
    Question question;
    question.caller = "alice";
    question.callee = "bob";
    question.facts = carried;
    const Status begun = BeginFrame(StandardLayout(), question, &scratch.frame);
    if (!begun.ok()) throw std::runtime_error(begun.message());
    FactSource* const sources[] = {source};
    Evaluate(program, StandardLayout(), question, Sources{sources, 0}, &scratch, &decision,
             &effects);
    return decision;
  }

  /// The decision on a frame filled directly: kUnavailableCode is unavailable, no group is asked
  /// for.
  const Decision& DecideCodes(const std::vector<FactCode>& codes) {
    scratch.frame = Frame();
    scratch.frame.loaded = static_cast<GroupSet>((1u << kGroupCount) - 1);
    for (FactId fact = 0; fact < codes.size(); ++fact) {
      if (codes[fact] == kUnavailableCode) {
        scratch.frame.unavailable.Insert(fact);
      } else {
        scratch.frame.Put(StandardLayout().places[fact], codes[fact]);
      }
    }
    Evaluate(program, StandardLayout(), Question{}, Sources{}, &scratch, &decision, &effects);
    return decision;
  }

  Program program;
  EvalScratch scratch;
  Decision decision;
  EffectSet effects = 0;
};

}  // namespace ringfence
