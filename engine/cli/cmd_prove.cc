// `ringfence prove`: what holds of a policy in every situation.
#include <ringfence/prove.h>

#include <algorithm>
#include <map>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

/// "7 of 7 invariants hold".
struct Total {
  size_t held = 0;
  size_t all = 0;
};

std::string_view Plural(ClaimKind kind) {
  switch (kind) {
    case ClaimKind::kInvariant:
      return "invariants hold";
    case ClaimKind::kFloor:
      return "floor rules cannot be lifted";
    case ClaimKind::kNobodyRings:
      return "callees without an account never get a call";
    case ClaimKind::kRule:
      return "rules decide somewhere";
    case ClaimKind::kCondition:
      return "tests of conditions matter";
    case ClaimKind::kOpacity:
      return "secrets stay hidden behind a refusal";
    case ClaimKind::kDisclosure:
      return "listed disclosures are needed";
  }
  return "claims hold";
}

std::string Place(const ProofReport& report, const Claim& claim) {
  if (claim.line == 0) return Printable(report.file);
  return Cat(
      {Printable(report.file), ":", std::to_string(claim.line), ":", std::to_string(claim.column)});
}

std::string ClaimText(const ProofReport& report, const Claim& claim) {
  std::string text = Cat({Place(report, claim), ": ", ToString(claim.kind), " "});
  if (!claim.decision.empty()) text += Cat({Printable(claim.decision), "."});
  text += Cat({Printable(claim.subject), ": ", Printable(claim.text), "\n"});
  if (!claim.counterexample) return text;
  const Counterexample& example = *claim.counterexample;
  text += Cat({"  ", Printable(example.situation), "\n  -> ", Printable(example.decision), "\n"});
  return text + PrintableLines(example.ready_case) + "\n";
}

std::string ReportText(const ProofReport& report, bool verbose) {
  std::string text;
  std::map<ClaimKind, Total> totals;
  for (const Claim& claim : report.claims) {
    Total& total = totals[claim.kind];
    ++total.all;
    if (claim.holds) ++total.held;
    const bool told = claim.kind == ClaimKind::kDisclosure;  // on purpose, and to be seen
    if (!claim.holds || told || verbose) text += ClaimText(report, claim);
  }
  text += Cat({Printable(report.policy_name), ": ", report.Holds() ? "proven" : "not proven",
               " for all values of ", Count(report.facts, "fact", "facts"), "\n"});
  for (const auto& [kind, total] : totals) {
    text += Cat({"  ", PadLeft(std::to_string(total.held), 4), " of ", std::to_string(total.all),
                 " ", Plural(kind), "\n"});
  }
  if (verbose) {
    for (const std::string& told : report.told_by_ringing) {
      text += Cat({"  a call that is let through may tell that ", Printable(told), "\n"});
    }
    if (report.tells_account) text += "  refusals tell whether there is such an account\n";
  }
  return text;
}

void AddCounterexample(const Catalog& catalog, const Counterexample& example, JsonOut* json) {
  json->Object().Key("facts").Object();
  for (const Fact& fact : example.facts) {
    json->Key(catalog.fact(fact.id).name).Text(catalog.FormatValue(fact.id, fact.code));
  }
  json->EndObject().Key("decision").Text(example.decision);
  json->Key("case").Text(example.ready_case).EndObject();
}

std::string ReportJson(const Catalog& catalog, const ProofReport& report) {
  JsonOut json;
  json.Object().Key("policy").Text(report.policy_name).Key("file").Text(report.file);
  json.Key("proven").Bool(report.Holds()).Key("facts").Number(report.facts);
  json.Key("nodes").Number(report.nodes).Key("claims").Array();
  for (const Claim& claim : report.claims) {
    json.Object().Key("kind").Text(ToString(claim.kind)).Key("holds").Bool(claim.holds);
    json.Key("decision").TextOrNull(claim.decision).Key("subject").Text(claim.subject);
    json.Key("text").Text(claim.text).Key("line").Number(claim.line);
    json.Key("column").Number(claim.column).Key("hidden_by").Array();
    for (const std::string& rule : claim.hidden_by) json.Text(rule);
    json.EndArray().Key("counterexample");
    if (claim.counterexample) {
      AddCounterexample(catalog, *claim.counterexample, &json);
    } else {
      json.Null();
    }
    json.EndObject();
  }
  json.EndArray().Key("told_by_ringing").Array();
  for (const std::string& told : report.told_by_ringing) json.Text(told);
  json.EndArray().Key("tells_account").Bool(report.tells_account).EndObject();
  return json.Line();
}

int ProveOne(Context& context, const std::string& name, const Arguments& arguments) {
  auto policy = context.CompilePolicy(name);
  if (!policy.ok()) return Fail(policy.status());
  ProveOptions options;
  options.unavailable = arguments.Has("unavailable");
  auto report = Prove(*policy, options);
  if (!report.ok()) return Fail(report.status(), name);
  context.out().Print(context.json() ? ReportJson(context.catalog(), *report)
                                     : ReportText(*report, arguments.Has("verbose")));
  return report->Holds() ? kExitGood : kExitNegative;
}

int Run(Context& context, const Arguments& arguments) {
  int worst = kExitGood;
  for (const std::string& name : arguments.positional()) {
    worst = std::max(worst, ProveOne(context, name, arguments));
  }
  return worst;
}

}  // namespace

Command ProveCommand() {
  Command command;
  command.name = "prove";
  command.brief = "prove a policy's invariants, and that nothing in it is dead";
  command.synopsis = "FILE|NAME... [--unavailable] [--verbose]";
  command.description =
      "Proves or refutes, for all values of all facts, unset included: every invariant of the "
      "policy; that no setting, list or rule lifts a floor rule; that a callee without an account "
      "never gets a call; that every rule decides somewhere (else the rules that hide it are "
      "named); that every test of a condition makes a difference somewhere; and that a refusal "
      "tells its caller nothing the caller does not know, but what the policy lists under "
      "\"discloses\".\n"
      "What does not hold comes with the smallest situation that shows it, also as a case for "
      "cases.json. Situations that cannot occur are left out: settings of somebody without an "
      "account, and what the catalog's constraints exclude. With --unavailable invariants are also "
      "proven for decisions without some of the facts, whatever these are in truth.\n"
      "Opacity is about one refusal as the caller's side sees it: signal, SIP status, text, retry "
      "time and path. It says nothing of how long the answer takes, nor of what refusals on "
      "different days tell together.";
  command.options = {{"unavailable", "", "Let facts be unavailable, too, in any combination."},
                     {"verbose", "", "Print what holds as well."}};
  command.examples =
      "ringfence prove default\n"
      "ringfence prove --unavailable ./rules.json";
  command.exits =
      "0   everything holds\n"
      "1   something does not";
  command.least = 1;
  command.most = kAnyNumber;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
