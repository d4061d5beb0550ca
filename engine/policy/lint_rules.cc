// Every sort of finding there is about a policy. Its id stands in logs and configurations of
// others: none changes, and none that goes is used again.
#include <ringfence/lint.h>

namespace ringfence {
namespace {

constexpr LintRule kRules[] = {
    {"rings-without-rule", false, "Calls ring that no rule admits.",
     "`otherwise` or `on_unavailable` leads to an outcome that rings, so whoever no rule speaks of "
     "gets through, or everybody does while facts cannot be read. Admit callers by a rule, and "
     "refuse there."},
    {"callers-address-book", false, "A rule of ring looks into the caller's address book.",
     "Callers choose what is in their own book, so they learn by calling whose number a guess is. "
     "Ask about the callee's book instead."},
    {"never-applies", false, "The condition of a rule is always false.",
     "The rule decides nothing. Leave it out."},
    {"always-applies", false, "The condition of a rule is always true.",
     "No rule behind it, nor `otherwise`, ever decides. Say it in `otherwise`, or give the rule a "
     "condition."},
    {"same-condition", false, "Two rules of a decision have one condition.",
     "The later one never decides. Leave out one of them."},
    {"similar-ids", false, "Ids of two rules differ only in - and _.",
     "People will mix them up in logs and explanations. Rename one."},
    {"unused-outcome", false, "No rule leads to an outcome.",
     "Whoever reads the policy takes it for something that happens. Leave it out."},
    {"unused-value", false, "No rule leads to a value of a decision.",
     "Whoever reads the policy takes it for something that happens. Leave it out."},
    {"unused-rank", false, "An outcome has a rank that nothing looks at.",
     "Only \"combine\": \"highest\" sorts by rank. Leave the rank out, or combine by it."},
    {"default-of-catalog", false, "A default is the one the catalog has.",
     "It changes nothing. Leave it out."},
    {"constant-invariant", false, "An invariant does not depend on any decision.",
     "It holds, or fails, whatever the rules say. Compare a part of a decision, as in "
     "ring.effect == 'refuse'."},
    {"repeated-constant", false, "A constant stands in one list twice.",
     "Perhaps another one was meant. Leave out one of them."},
    {"json", true, "The file is no JSON.",
     "A policy is JSON in UTF-8 with comments and trailing commas, each key once in an object."},
    {"condition", true, "A condition is not in the language, or names what there is not.",
     "schema/policy.md describes the language, and schema/catalog.json lists the facts."},
    {"policy", true, "A key, name or value of the policy is not as it must be.",
     "schema/policy.md describes policies, and schema/policy.schema.json lets editors check them."},
    {"limit", true, "The policy is too large to be compiled.",
     "The message names the rule and the facts at which the diagram grew. Split the rule, or test "
     "the facts it shares with others first."},
};

}  // namespace

std::span<const LintRule> LintRules() { return kRules; }

}  // namespace ringfence
