// `ringfence diff`: what changes for people if one policy replaces another?
#include <ringfence/diff.h>

#include "cli/command.h"
#include "cli/diff_gates.h"
#include "cli/diff_text.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr std::string_view kInForce = "in-force";

/// A file, a shipped rule set, or the policy in force.
Result<Policy> PolicyFrom(const Context& context, std::string_view name) {
  if (name != kInForce) return context.CompilePolicy(name);
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return store.status();
  auto record = store->PolicyInForce();
  if (!record.ok()) return record.status();
  return Policy::Compile(record->text, record->name, context.catalog());
}

int Run(Context& context, const Arguments& arguments) {
  auto gates = DiffGatesFrom(arguments);
  if (!gates.ok()) return Fail(gates.status());
  auto older = PolicyFrom(context, arguments.At(0));
  if (!older.ok()) return Fail(older.status());
  auto newer = PolicyFrom(context, arguments.At(1));
  if (!newer.ok()) return Fail(newer.status());
  auto diff = DiffPolicies(*older, *newer);
  if (!diff.ok()) return Fail(diff.status());
  const DiffCounts counts = {"situations", diff->Count(DiffKind::kGained),
                             diff->Count(DiffKind::kLost)};
  const std::vector<GateResult> held = CheckDiffGates(*gates, counts);
  if (context.json()) {
    JsonOut json;
    json.Object();
    WriteDiff(json, older->catalog(), *diff);
    WriteDiffGates(json, counts, held);
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    DiffTextOptions how;
    if (arguments.Has("all")) how.most = SIZE_MAX;
    context.out().Print(DiffText(context.out(), older->catalog(), *diff, how));
    context.out().Print(DiffGatesText(context.out(), counts, held));
  }
  if (!held.empty()) return AllHold(held) ? kExitGood : kExitNegative;
  return diff->Equivalent() ? kExitGood : kExitNegative;
}

}  // namespace

Command DiffCommand() {
  Command command;
  command.name = "diff";
  command.brief = "what changes for people if one policy replaces another?";
  command.synopsis = "OLD NEW [--all] [--max-gained N] [--max-lost N]";
  command.description =
      "Compares two policies, each a file (a slash in the argument, or .json at its end), a "
      "shipped "
      "rule set, or with --db the one that is `in-force`. They are compared by what they decide, "
      "not by how they are written: other names of rules and outcomes, another order without "
      "effect and conditions written otherwise make no difference. Either they are equivalent, for "
      "all values of all facts, or every change of answers is listed with the situations in which "
      "it happens, an example of each, and their share of all situations (every value of a fact "
      "taken as equally likely; of a number every interval that matters).\n"
      "\n"
      "Gained are calls that were refused and would be let through, lost the reverse. A setting "
      "that nobody chose is `unset`. What only changes while facts cannot be read is listed apart, "
      "and counts as a difference.\n"
      "\n"
      "With --json one object: old, new, equivalent, share, changes and unavailable (each change: "
      "change, parts, was, now, share, situations, complete, rest_share; each of the situations: "
      "when, conditions, share, witness, was_rule, now_rule, and the witness as a case for either "
      "policy), "
      "counts, gates.";
  command.options = {{"all", "", "All situations of each change, where otherwise five are shown."}};
  for (const OptionSpec& option : DiffGateOptions()) command.options.push_back(option);
  command.examples =
      "ringfence diff x-2023 x-2024\n"
      "ringfence --db world.db diff in-force ./proposed.json\n"
      "ringfence diff ./rules.json ./proposed.json --max-gained 0";
  command.exits =
      "0   they are equivalent; with gates: every gate holds\n"
      "1   they differ; with gates: one does not hold";
  command.least = 2;
  command.most = 2;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
