// CaseFile + program -> report: each case decided by the evaluator that hosts use, and compared.
#include <ringfence/fact_source.h>
#include <ringfence/question.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/utf8.h"
#include "cases/cases.h"
#include "eval/evaluate.h"

namespace ringfence {
namespace {

constexpr std::string_view kCaller = "caller";
constexpr std::string_view kCallee = "callee";

/// Serves the facts one case states as a store would.
class CaseSource final : public FactSource {
 public:
  CaseSource(const Layout& layout, const Case& one) : layout_(layout), case_(one) {}

  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    const bool unknown = (group == Group::kCallee && case_.codes[layout_.callee_known] == 0) ||
                         (group == Group::kCaller && case_.codes[layout_.caller_known] == 0);
    if (unknown) return ReadState::kAbsent;
    for (FactId id = 0; id < case_.codes.size(); ++id) {
      if (!layout_.group_facts[static_cast<size_t>(group)].Contains(id)) continue;
      if (case_.codes[id] == kUnavailableCode) {
        out.SetUnavailable(id);
      } else {
        out.Set(id, case_.codes[id]);
      }
    }
    return ReadState::kRead;
  }

 private:
  const Layout& layout_;
  const Case& case_;
};

/// Everything one case is decided with.
class CaseRun {
 public:
  CaseRun(const Layout& layout, const Program& program, const Case& one, EvalScratch* scratch)
      : layout_(layout),
        program_(program),
        case_(one),
        scratch_(*scratch),
        source_(layout, one),
        sources_{&source_},
        context_{layout, program, scratch->frame, std::string(kCaller), std::string(kCallee)} {}

  Status Decide() {
    const FactSet& attributes = layout_.group_facts[static_cast<size_t>(Group::kCall)];
    for (FactId id = 0; id < case_.codes.size(); ++id) {
      // call.same_account is no fact to carry: it follows from the parties.
      if (attributes.Contains(id) && id != layout_.same_account) {
        attributes_.push_back({id, case_.codes[id]});
      }
    }
    const bool same = case_.codes[layout_.same_account] == 1;
    question_.caller_without_account = case_.caller_without_account;
    if (!case_.caller_without_account) question_.caller = same ? kCallee : kCaller;
    question_.callee = kCallee;
    question_.facts = attributes_;
    scratch_.frame = Frame();
    Status begun = BeginFrame(layout_, question_, &scratch_.frame);
    if (!begun.ok()) return begun;
    if (case_.codes[layout_.same_account] == kUnavailableCode) {
      scratch_.frame.unavailable.Insert(layout_.same_account);
    }
    Evaluate(program_, layout_, question_, Sources{sources_, 0}, &scratch_, &decision_);
    return Status();
  }

  /// Loads the groups the decision did not need, so that explanation and coverage see all.
  void LoadRest() {
    const GroupSet named = GroupsNamed(program_, layout_);
    for (int group = 0; group < kGroupCount; ++group) {
      const GroupSet bit = Bit(static_cast<Group>(group));
      if ((named & bit) == 0 || (scratch_.frame.loaded & bit) != 0) continue;
      LoadGroup(layout_, static_cast<Group>(group), question_, sources_, 0, &scratch_.frame);
    }
  }

  const Decision& decision() const { return decision_; }
  const ExplainContext& context() const { return context_; }

 private:
  const Layout& layout_;
  const Program& program_;
  const Case& case_;
  EvalScratch& scratch_;
  CaseSource source_;
  std::array<FactSource*, 1> sources_;
  std::vector<Fact> attributes_;
  Question question_;
  Decision decision_;
  ExplainContext context_;
};

const ExtraDecision* FindExtra(const Decision& decision, std::string_view name) {
  for (size_t i = 0; i < decision.extra_count; ++i) {
    if (decision.extras[i].name == name) return &decision.extras[i];
  }
  return nullptr;
}

/// What the decision holds under the name of an expectation; nothing stands for null.
std::optional<std::string> Actual(const Decision& decision, std::string_view field) {
  const auto text = [](std::string_view value) { return std::string(value); };
  if (field == "effect") return text(ToString(decision.effect));
  if (field == "outcome") return text(decision.outcome);
  if (field == "rule") return text(decision.rule);
  if (field == "reason") return text(decision.reason);
  if (field == "signal") return text(ToString(decision.signal));
  if (field == "told") return text(decision.told);
  if (field == "record") return text(ToString(decision.record));
  if (field == "basis") return text(ToString(decision.basis));
  if (field == "sip") return std::to_string(decision.sip_status);
  if (field == "retry_after") return std::to_string(decision.retry_after_s);
  const ExtraDecision* const extra = FindExtra(decision, field);
  if (extra == nullptr || extra->value.empty()) return std::nullopt;
  return text(extra->value);
}

/// " (the policy has no rule 'folowed'; did you mean 'followed'?)", or nothing where it has one.
std::string Misspelt(const Program& program, const Decision& decision,
                     const Expectation& expectation) {
  std::string_view what = expectation.field;
  std::vector<std::string_view> names;
  if (what == "rule") {
    for (const ProgramRule& rule : program.decisions[0].rules) names.push_back(rule.id);
  } else if (what == "outcome") {
    for (const ProgramOutcome& outcome : program.outcomes) names.push_back(outcome.name);
  } else if (const ExtraDecision* const extra = FindExtra(decision, what)) {
    const auto is_it = [&](const ProgramDecision& one) { return one.name == extra->name; };
    const auto compiled = std::find_if(program.decisions.begin(), program.decisions.end(), is_it);
    names.assign(compiled->values.begin(), compiled->values.end());
  } else if (what == "path") {
    return " (the policy has no decision 'path')";
  } else {
    return {};
  }
  if (std::find(names.begin(), names.end(), *expectation.value) != names.end()) return {};
  const std::string hint = DidYouMean(*expectation.value, names);
  const std::string wanted = what == "rule" || what == "outcome"
                                 ? std::string(what)
                                 : "value of '" + std::string(what) + "'";
  return " (the policy has no " + wanted + " '" + Printable(*expectation.value, kMaxNameBytes) +
         "'" + (hint.empty() ? "" : "; " + hint) + ")";
}

std::vector<std::string> Differences(const Program& program, const Case& one,
                                     const Decision& decision) {
  const auto show = [](const std::optional<std::string>& value) {
    return value.has_value() ? Printable(*value, kMaxReasonBytes) : std::string("null");
  };
  std::vector<std::string> differences;
  for (const Expectation& expectation : one.expect) {
    const std::optional<std::string> actual = Actual(decision, expectation.field);
    if (actual == expectation.value) continue;
    std::string line =
        expectation.field + ": expected " + show(expectation.value) + ", got " + show(actual);
    if (expectation.value.has_value()) line += Misspelt(program, decision, expectation);
    differences.push_back(std::move(line));
  }
  return differences;
}

std::string_view Shown(Truth truth) {
  switch (truth) {
    case Truth::kFalse:
      return "false";
    case Truth::kTrue:
      return "true";
    case Truth::kUnknown:
      break;
  }
  return "unknown";
}

/// Facts and where their values come from, then the rules in effective order up to the deciding
/// one.
std::string ExplanationText(const ExplainContext& context, const Decision& decision) {
  Explanation explanation;
  ExplainDecision(context, decision, &explanation);
  std::string text = explanation.summary + "\nfacts:\n";
  for (const FactSeen& fact : explanation.facts) {
    text += "  " + fact.name + " = " + fact.value;
    if (fact.origin == FactOrigin::kDefault) text += " (default)";
    text += '\n';
  }
  for (const DecisionSeen& one : explanation.decisions) {
    const auto decides = [](const RuleSeen& rule) { return rule.decides; };
    if (std::none_of(one.rules.begin(), one.rules.end(), decides)) continue;  // null
    text += one.name + ":\n";
    for (const RuleSeen& rule : one.rules) {
      text += "  " + rule.id;
      if (!rule.text.empty()) text += ": " + std::string(Shown(rule.truth)) + ": " + rule.text;
      if (rule.decides) text += " -> " + rule.then;
      text += '\n';
      if (rule.decides) break;
    }
  }
  return text;
}

}  // namespace

bool AllPass(const Layout& layout, const Program& program, const CaseFile& file) {
  EvalScratch scratch;
  scratch.Prepare(program);
  for (const Case& one : file.cases) {
    CaseRun run(layout, program, one, &scratch);
    if (!run.Decide().ok() || !Differences(program, one, run.decision()).empty()) return false;
  }
  return true;
}

Case CaseOf(const Layout& layout, const Program& program, std::string name,
            std::vector<FactCode> codes) {
  Case one;
  one.name = std::move(name);
  one.codes = std::move(codes);
  EvalScratch scratch;
  scratch.Prepare(program);
  CaseRun run(layout, program, one, &scratch);
  CHECK(run.Decide().ok());
  const Decision& decision = run.decision();
  const auto expect = [&](std::string_view field) {
    one.expect.push_back({std::string(field), Actual(decision, field), {}});
  };
  expect("effect");
  expect("rule");
  for (size_t i = 0; i < decision.extra_count; ++i) expect(decision.extras[i].name);
  return one;
}

CasesReport RunCaseFile(const Layout& layout, const Program& program, const CaseFile& file) {
  CasesReport report;
  report.policy_file = file.policy;
  report.policy_name = program.policy_name;
  CoverageCounter counter(layout.catalog, program);
  EvalScratch scratch;
  scratch.Prepare(program);
  for (const Case& one : file.cases) {
    CaseRun run(layout, program, one, &scratch);
    CaseFailure failure{one.name, one.ref, {}, {}};
    const Status decided = run.Decide();
    if (decided.ok()) {
      run.LoadRest();
      counter.Count(run.context(), run.decision());
      failure.differences = Differences(program, one, run.decision());
    } else {
      failure.differences.push_back("cannot be asked: " + decided.message());
    }
    report.cases.push_back({one.name, one.ref, failure.differences.empty()});
    if (failure.differences.empty()) continue;
    if (decided.ok()) failure.explanation = ExplanationText(run.context(), run.decision());
    report.failures.push_back(std::move(failure));
  }
  report.coverage = counter.coverage();
  return report;
}

}  // namespace ringfence
