// Resolution of names: facts first, then parts of decisions, then advice.
#include "policy/cel_names.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "policy/duration.h"
#include "policy/say.h"

namespace ringfence {
namespace {

using Kind = CelOperand::Kind;
using Part = DecisionTerm::Part;

struct PartName {
  std::string_view name;
  Part part;
};
constexpr PartName kParts[] = {{"effect", Part::kEffect},
                               {"outcome", Part::kOutcome},
                               {"rule", Part::kRule},
                               {"signal", Part::kSignal}};

std::optional<Part> PartOf(std::string_view name) {
  for (const PartName& part : kParts) {
    if (part.name == name) return part.part;
  }
  return std::nullopt;
}

std::string_view OtherParty(std::string_view party) {
  return party == "callee" ? "caller" : "callee";
}

bool IsMethodOfCel(std::string_view name) {
  constexpr std::string_view kMethods[] = {"all",      "exists",  "exists_one", "filter",   "map",
                                           "contains", "matches", "startsWith", "endsWith", "size"};
  return std::ranges::find(kMethods, name) != std::end(kMethods);
}

}  // namespace

const FactInfo* CelNames::Find(std::string_view fact_name) const {
  for (const FactInfo& fact : catalog_.facts()) {
    if (fact.name == fact_name) return &fact;
  }
  return nullptr;
}

std::string CelNames::GuessFact(std::string_view word) const {
  if (!errors_.shown()) return {};
  std::vector<std::string_view> names;
  for (const FactInfo& fact : catalog_.facts()) names.push_back(fact.name);
  return DidYouMean(word, names);
}

CelOperand CelNames::Read(const CelNode& node) {
  CelOperand operand;
  operand.node = &node;
  operand.flag = node.flag;
  operand.text = node.text;
  switch (node.kind) {
    case CelNode::Kind::kError:
      operand.kind = Kind::kError;
      break;
    case CelNode::Kind::kBool:
      operand.kind = Kind::kBool;
      break;
    case CelNode::Kind::kText:
      operand.kind = Kind::kText;
      break;
    case CelNode::Kind::kList:
      operand.kind = Kind::kList;
      break;
    case CelNode::Kind::kInt:
      operand = ReadInt(node);
      break;
    case CelNode::Kind::kName:
      operand = ReadName(node);
      break;
    default:
      operand.kind = Kind::kCondition;
      break;
  }
  operand.node = &node;
  return operand;
}

CelOperand CelNames::ReadInt(const CelNode& node) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  CelOperand operand;
  if (node.magnitude > kMost + (node.flag ? 1 : 0)) {
    Error(node, Say("{}{} does not fit 64 bits", node.flag ? "-" : "", node.magnitude),
          "a whole number in the range of the fact");
    return operand;
  }
  operand.kind = Kind::kInt;
  // Negated before the conversion: the magnitude of the lowest number has no positive counterpart.
  operand.integer = static_cast<int64_t>(node.flag ? ~node.magnitude + 1 : node.magnitude);
  return operand;
}

CelOperand CelNames::ReadName(const CelNode& node) {
  const std::string_view name = node.text;
  const size_t dot = name.find('.');
  const std::string_view root = name.substr(0, dot);
  if (root == "callee" || root == "caller" || root == "call") return ReadFact(node, root);
  if (name == "duration" && node.flag) return ReadDuration(node);
  if (document_ != nullptr && !node.flag && dot != std::string_view::npos) {
    for (size_t i = 0; i < document_->decisions.size(); ++i) {
      if (document_->decisions[i].name == root) return ReadTerm(node, static_cast<uint16_t>(i));
    }
  }
  if (node.flag) {
    ReportFunction(node);
  } else {
    ReportUnknown(node);
  }
  return {};
}

CelOperand CelNames::ReadFact(const CelNode& node, std::string_view party) {
  std::string name = node.text;
  bool well_formed = true;
  if (node.flag) {
    const CelNode* argument = node.kids.size() == 1 ? &tree_.nodes[node.kids[0]] : nullptr;
    well_formed = argument != nullptr && argument->kind == CelNode::Kind::kName && !argument->flag;
    name += '(' + (well_formed ? argument->text : std::string()) + ')';
  }
  const FactInfo* found = Find(name);
  CelOperand operand;
  if (well_formed && found != nullptr) {
    operand.kind = Kind::kFact;
    operand.fact = found->id;
    return operand;
  }
  ReportFact(node, party);
  return operand;
}

void CelNames::ReportFact(const CelNode& node, std::string_view party) {
  const std::string& name = node.text;
  const std::string relation = name + '(' + std::string(OtherParty(party)) + ')';
  const size_t last_dot = name.rfind('.');
  if (last_dot == std::string::npos) {
    Error(node, Say("'{}' alone is no fact", name), Say("{}.NAME", party));
  } else if (Has(relation)) {
    Error(node,
          node.flag ? Say("'{}' is about the other party and nothing else", name)
                    : Say("'{}' needs the other party in parentheses", name),
          relation, Say("write {}", relation));
  } else if (node.flag && Has(name)) {
    Error(node, Say("'{}' is no relation: nothing follows in parentheses", name), name,
          Say("write {}", name));
  } else if (node.flag && IsMethodOfCel(std::string_view(name).substr(last_dot + 1))) {
    ReportFunction(node);
  } else {
    const std::string written = node.flag ? relation : name;
    const bool of_extension = std::string_view(name).substr(last_dot + 1).starts_with("x_");
    std::string hint;
    if (of_extension && catalog_.extension().empty()) {
      hint = "names that begin with x_ are of a catalog extension, and none was given";
    }
    if (hint.empty()) hint = GuessFact(written);
    if (hint.empty()) hint = GuessFact(name);
    Error(node, Say("unknown fact '{}'", written), "a fact of the catalog", std::move(hint));
  }
}

CelOperand CelNames::ReadTerm(const CelNode& node, uint16_t decision) {
  const std::string& name = document_->decisions[decision].name;
  const std::string_view part_name = std::string_view(node.text).substr(name.size() + 1);
  const std::optional<Part> part = PartOf(part_name);
  CelOperand operand;
  if (!part) {
    std::vector<std::string_view> names;
    for (const PartName& known : kParts) names.push_back(known.name);
    Error(node, Say("a decision has no part '{}'", part_name), OneOf(names),
          DidYouMean(part_name, names));
    return operand;
  }
  if (decision != 0 && (*part == Part::kEffect || *part == Part::kSignal)) {
    Error(node, Say("'{}' has no {}: only ring reaches a device", name, part_name),
          Say("{}.outcome or {}.rule", name, name));
    return operand;
  }
  operand.kind = Kind::kTerm;
  operand.decision = decision;
  operand.part = *part;
  return operand;
}

std::vector<std::string_view> CelNames::TermTexts(const CelOperand& term) const {
  const DecisionRules& decision = document_->decisions[term.decision];
  std::vector<std::string_view> texts;
  switch (term.part) {
    case Part::kEffect:
      for (const Effect effect : {Effect::kRefuse, Effect::kRing, Effect::kSilence, Effect::kScreen,
                                  Effect::kVoicemail}) {
        texts.push_back(ToString(effect));
      }
      break;
    case Part::kSignal:
      for (int i = 0; i < kSignalCount; ++i) texts.push_back(ToString(static_cast<Signal>(i)));
      break;
    case Part::kOutcome:
      if (term.decision == 0) {
        for (const Outcome& outcome : document_->outcomes) texts.push_back(outcome.name);
      } else {
        texts.assign(decision.values.begin(), decision.values.end());
      }
      break;
    case Part::kRule:
      if (term.decision == 0) texts.push_back("unknown_callee");
      for (const Rule& rule : decision.floor) texts.push_back(rule.id);
      for (const Rule& rule : decision.rules) texts.push_back(rule.id);
      texts.insert(texts.end(), {"otherwise", "on_unavailable"});
      break;
  }
  return texts;
}

CelOperand CelNames::ReadDuration(const CelNode& node) {
  CelOperand operand;
  const CelNode* argument = node.kids.size() == 1 ? &tree_.nodes[node.kids[0]] : nullptr;
  if (argument == nullptr || argument->kind != CelNode::Kind::kText) {
    Error(node, Say("duration(...) takes one text in quotes"), "duration('1h30m')");
    return operand;
  }
  const std::optional<int64_t> ns = ParseDurationNs(argument->text);
  if (!ns) {
    Error(*argument, Say("'{}' is no duration", argument->text),
          "numbers with the units h, m, s, ms, us or ns: '1h30m', '90s'",
          argument->text.ends_with('d') ? "a day is 24h" : "");
    return operand;
  }
  operand.kind = Kind::kDuration;
  operand.integer = *ns;
  return operand;
}

void CelNames::ReportFunction(const CelNode& node) {
  const std::string_view name = std::string_view(node.text).substr(node.text.rfind('.') + 1);
  std::string hint;
  if (name == "has") {
    hint = "every fact has a value: an unset setting has the policy's or the catalog's default";
  } else if (Has("callee." + std::string(name) + "(caller)")) {
    hint = Say("write callee.{}(caller) or caller.{}(callee)", name, name);
  } else if (IsMethodOfCel(name)) {
    hint = "compare with == or !=, or write the values in a list after 'in'";
  }
  Error(node, Say("the function '{}' is not part of the language", name),
        "facts, relations of the other party, duration('3m')", std::move(hint));
}

void CelNames::ReportUnknown(const CelNode& node) {
  const std::string& name = node.text;
  const size_t dot = name.find('.');
  if (dot != std::string::npos && PartOf(std::string_view(name).substr(dot + 1))) {
    if (document_ == nullptr) {
      Error(node, Say("'{}': only an invariant can name a part of a decision", name),
            "a fact of the catalog");
    } else {
      std::vector<std::string_view> names;
      names.reserve(document_->decisions.size());
      for (const DecisionRules& decision : document_->decisions) names.push_back(decision.name);
      Error(node, Say("unknown decision '{}'", name.substr(0, dot)), OneOf(names),
            DidYouMean(name.substr(0, dot), names));
    }
    return;
  }
  std::string hint;
  const auto is_member = [&](const FactInfo& fact) {
    return std::ranges::find(fact.members, name) != fact.members.end();
  };
  if (Has("callee." + name)) {
    hint = Say("write callee.{} or caller.{}", name, name);
  } else if (Has("callee." + name + "(caller)")) {
    hint = Say("write callee.{}(caller) or caller.{}(callee)", name, name);
  } else if (Has("call." + name)) {
    hint = Say("write call.{}", name);
  } else if (std::ranges::any_of(catalog_.facts(), is_member)) {
    hint = Say("write '{}' in quotes", name);
  } else {
    hint = GuessFact(name);
  }
  Error(node, Say("unknown name '{}'", name), "a fact: callee.NAME, caller.NAME or call.NAME",
        std::move(hint));
}

}  // namespace ringfence
