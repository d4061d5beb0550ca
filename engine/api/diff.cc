// Comparing policies: documents and programs of two policies -> what changes, in words.
#include "analyze/diff.h"

#include <ringfence/diff.h>

#include "api/analysis.h"
#include "api/diff_answers.h"
#include "api/policy_impl.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

std::string CatalogName(const Catalog& catalog) {
  std::string name = "catalog version " + std::to_string(catalog.version());
  if (!catalog.extension().empty()) {
    name += " with extension '" + std::string(catalog.extension()) + "' version " +
            std::to_string(catalog.extension_version());
  }
  return name + " (" + std::string(catalog.digest_hex().substr(0, 8)) + ")";
}

Status DifferentCatalogs(const Policy& older, const Policy& newer) {
  return Status(StatusCode::kInvalidArgument,
                "'" + older.name() + "' is a policy of " + CatalogName(older.catalog()) + ", '" +
                    newer.name() + "' of " + CatalogName(newer.catalog()) +
                    ": situations cannot be compared across vocabularies; compile both with one "
                    "catalog");
}

DiffAnswer AnswerFrom(const Answer& answer) {
  return {answer.effect,        answer.signal, answer.record, answer.sip_status,
          answer.retry_after_s, answer.told,   answer.extras};
}

/// Turns the differences of two documents into words.
class Teller {
 public:
  Teller(const Policy::Impl& older, const Policy::Impl& newer)
      : older_(older), newer_(newer), documents_{&older.document, &newer.document} {}

  std::vector<DiffChange> Changes(const std::vector<AnswerChange>& changes) {
    std::vector<DiffChange> told;
    for (const AnswerChange& change : changes) {
      DiffChange& one = told.emplace_back();
      one.was = AnswerFrom(change.was);
      one.now = AnswerFrom(change.now);
      one.kind = KindOf(one.was, one.now);
      one.parts = PartsOf(one.was, one.now);
      one.share = change.share;
      one.complete = !change.rest.has_value();
      one.rest_share = change.rest_share;
      for (const ChangedCube& cube : change.cubes) {
        one.situations.push_back(Situations(cube, one.kind));
      }
    }
    return told;
  }

 private:
  DiffSituations Situations(const ChangedCube& cube, DiffKind kind) {
    const Layout& layout = older_.layout;
    DiffSituations told;
    for (const Literal& literal : cube.cube) {
      DiffCondition& condition = told.conditions.emplace_back();
      condition.fact = literal.fact;
      for (const CodeRange& range : literal.codes) {
        condition.codes.emplace_back(range.first, range.last);
      }
      condition.text = TextOf(layout, literal, documents_);
    }
    told.share = cube.share;
    const Situation usual = UsualSituation(layout);
    for (size_t i = 0; i < usual.size(); ++i) {
      if (cube.witness[i] != usual[i]) {
        told.witness.push_back({static_cast<FactId>(i), cube.witness[i]});
      }
    }
    // What they have in common may be longer than a name.
    const std::string name = std::string(ToString(kind)) + " " + std::to_string(++told_);
    told.was_case = CaseText(older_, name, cube.witness, &told.was_rule);
    told.now_case = CaseText(newer_, name, cube.witness, &told.now_rule);
    return told;
  }

  static std::string CaseText(const Policy::Impl& policy, const std::string& name,
                              const Situation& witness, std::string* rule) {
    const Case one = CaseOf(policy.layout, policy.program, name, witness);
    for (const Expectation& expectation : one.expect) {
      if (expectation.field == "rule") *rule = expectation.value.value_or("");
    }
    return PrintCase(policy.layout, one);
  }

  const Policy::Impl& older_;
  const Policy::Impl& newer_;
  const Document* documents_[2];
  size_t told_ = 0;
};

std::optional<DocumentDiff> Compare(const Policy::Impl& older, const Policy::Impl& newer,
                                    const std::vector<Condition>& constraints,
                                    const DiffOptions& options) {
  DocumentDiffOptions how;
  how.max_cubes = options.max_situations;
  for (const Policy::Impl* first : {&older, &newer}) {
    const std::vector<FactId> order = OrderOf(first->program);
    how.preferred = order;
    std::optional<DocumentDiff> diff =
        DiffDocuments(older.layout, older.document, newer.document, constraints, how);
    if (diff.has_value()) return diff;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(DiffKind kind) {
  constexpr std::string_view kTexts[] = {"gained", "lost", "kind"};
  return kTexts[static_cast<size_t>(kind)];
}

std::string DiffSituations::When() const {
  if (conditions.empty()) return "always";
  std::string text;
  for (const DiffCondition& condition : conditions) {
    const bool several = condition.text.find(" or ") != std::string::npos ||
                         condition.text.find(" || ") != std::string::npos;
    if (!text.empty()) text += " && ";
    text += several && conditions.size() > 1 ? "(" + condition.text + ")" : condition.text;
  }
  return text;
}

size_t PolicyDiff::Count(DiffKind kind) const {
  size_t count = 0;
  for (const std::vector<DiffChange>* list : {&changes, &unavailable}) {
    for (const DiffChange& change : *list) {
      if (change.kind == kind) count += change.situations.size() + (change.complete ? 0 : 1);
    }
  }
  return count;
}

Result<PolicyDiff> DiffPolicies(const Policy& older, const Policy& newer,
                                const DiffOptions& options) {
  if (options.max_situations == 0) {
    return Status(StatusCode::kInvalidArgument, "max_situations is 0: expected 1 or more");
  }
  const Policy::Impl& was = *older.impl();
  const Policy::Impl& now = *newer.impl();
  if (was.layout.catalog.digest_hex() != now.layout.catalog.digest_hex()) {
    return DifferentCatalogs(older, newer);
  }
  PolicyDiff diff;
  diff.old_name = older.name();
  diff.old_digest = older.digest();
  diff.new_name = newer.name();
  diff.new_digest = newer.digest();
  if (diff.old_digest == diff.new_digest) return diff;
  const Result<std::vector<Condition>> constraints = AnalysisConstraints(was.layout);
  if (!constraints.ok()) return constraints.status();
  const std::optional<DocumentDiff> found = Compare(was, now, *constraints, options);
  if (!found.has_value()) {
    return Status(StatusCode::kLimit,
                  "comparing '" + older.name() + "' with '" + newer.name() + "' takes more than " +
                      std::to_string(kMaxAnalysisCreated) +
                      " nodes, whichever policy's order of facts is taken: nothing can be said. "
                      "Compare with a policy between the two, which has a part of the changes");
  }
  Teller teller(was, now);
  diff.share = found->share;
  diff.changes = teller.Changes(found->changes);
  diff.unavailable = teller.Changes(found->unavailable);
  return diff;
}

}  // namespace ringfence
