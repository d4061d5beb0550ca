// What refusals give away, as claims of a proof. See opacity.h.
#include <algorithm>

#include "analyze/opacity.h"
#include "analyze/prove.h"

namespace ringfence {
namespace {

std::string ValueText(const Catalog& catalog, const Leak& leak) {
  const FactCode shift = catalog.fact(leak.fact).can_be_unset ? 1 : 0;
  return catalog.fact(leak.fact).name + " = " + catalog.FormatValue(leak.fact, leak.value + shift);
}

Claim* Add(ProofReport* report, ClaimKind kind, const FactInfo& fact) {
  Claim& claim = report->claims.emplace_back();
  claim.kind = kind;
  claim.subject = fact.name;
  return &claim;
}

void AddHidden(const Layout& layout, const Program& program, const Opacity& opacity, FactId fact,
               ProofReport* report) {
  const FactInfo& info = layout.catalog.fact(fact);
  bool told = false;
  for (const Leak& leak : opacity.leaks) {
    if (leak.fact != fact) continue;
    told = true;
    const std::string value = ValueText(layout.catalog, leak);
    Claim* const claim = Add(report, ClaimKind::kOpacity, info);
    claim->holds = false;
    claim->text = "a refusal tells that " + value + ": the caller sees " + Format(leak.seen);
    claim->counterexample =
        MakeCounterexample(layout, program, "a refusal tells that " + value, leak.witness);
  }
  if (!told) Add(report, ClaimKind::kOpacity, info)->text = "no refusal tells it";
}

}  // namespace

void AddOpacityClaims(Space* space, const Program& program, ProofReport* report) {
  const std::optional<Opacity> opacity = FindLeaks(space, space->policy(0));
  if (!opacity) return;
  const Layout& layout = space->layout();
  const std::vector<Disclosure>& listed = space->policy(0).document->discloses;
  for (FactId fact : opacity->tested) {
    if (std::ranges::find(listed, fact, &Disclosure::fact) != listed.end()) continue;
    AddHidden(layout, program, *opacity, fact, report);
  }
  for (const Disclosure& disclosure : listed) {
    Claim* const claim = Add(report, ClaimKind::kDisclosure, layout.catalog.fact(disclosure.fact));
    claim->line = disclosure.span.line;
    claim->column = disclosure.span.column;
    claim->holds = std::ranges::find(opacity->unneeded, disclosure.fact) == opacity->unneeded.end();
    claim->text = claim->holds ? "told on purpose: " + disclosure.why
                               : "no refusal tells it: the entry is not needed";
  }
  for (const Leak& leak : opacity->told_by_ringing) {
    std::string value = ValueText(layout.catalog, leak);
    if (std::ranges::find(report->told_by_ringing, value) != report->told_by_ringing.end())
      continue;
    report->told_by_ringing.push_back(std::move(value));
  }
  report->tells_account = opacity->tells_account;
}

}  // namespace ringfence
