// `ringfence rules`: the rule sets shipped in the library.
#include <algorithm>

#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kNameColumns = 16;  ///< at least; the longest name has two spaces behind it

int PrintText(Context& context, std::string_view name) {
  auto text = Policy::ShippedText(name);
  if (!text.ok()) return Fail(text.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("name").Text(name).Key("text").Text(*text).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(*text);
  }
  return kExitGood;
}

int Run(Context& context, const Arguments& arguments) {
  if (!arguments.At(0).empty()) return PrintText(context, arguments.At(0));
  size_t columns = kNameColumns;
  for (const std::string& name : Policy::ShippedNames()) {
    columns = std::max(columns, name.size() + 2);
  }
  for (const std::string& name : Policy::ShippedNames()) {
    auto policy = Policy::Shipped(name);
    if (!policy.ok()) return Fail(policy.status(), name);
    size_t rules = 0;
    std::string decisions;
    for (const Policy::DecisionStats& stats : policy->Stats()) {
      rules += stats.rules;
      decisions += Cat({decisions.empty() ? "" : ", ", stats.name});
    }
    if (context.json()) {
      JsonOut json;
      json.Object().Key("name").Text(name).Key("digest").Text(policy->digest());
      json.Key("rules").Number(rules).EndObject();
      context.out().Print(json.Line());
    } else {
      context.out().Print(Cat({Pad(name, columns), policy->digest().substr(0, 8), "  ",
                               Count(rules, "rule", "rules"), " in ", decisions, "\n"}));
    }
  }
  return kExitGood;
}

}  // namespace

Command RulesCommand() {
  Command command;
  command.name = "rules";
  command.brief = "list the shipped rule sets, or print one";
  command.synopsis = "[NAME]";
  command.description =
      "Lists the rule sets compiled into the library with digest and size (the reserved rules "
      "counted), or prints the text of one, ready to be copied and changed. Their names can be "
      "given wherever a policy can.";
  command.examples = "ringfence rules\nringfence rules x-2023 > mine.json";
  command.exits = "0   done";
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
